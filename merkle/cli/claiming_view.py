"""What `asr claim` shows, whatever the form."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from merkle.bundle.locate import WalletProof
    from merkle.claim.transactions import ClaimOptions
    from merkle.rpc.claiming import AskedChain, ReadyClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A wallet's proofs, its claims in the same order, and the chain, where one was asked."""

    bundle_id: str
    proofs: "list[WalletProof]"
    ready: "tuple[ReadyClaim, ...]"
    options: "ClaimOptions"
    node: str | None = None
    asked: "AskedChain | None" = None

    @property
    def would_fail(self) -> bool:
        """Whether one of the claims would."""
        shortage = self.asked is not None and bool(self.asked.shortage)
        return shortage or any(one.would_fail for one in self.ready)

    @property
    def has_blockhash(self) -> bool:
        """Whether the transactions can be signed as they are."""
        return all(step.transaction.has_blockhash for one in self.ready for step in one.steps)


def account_rows(ready: "ReadyClaim") -> list[tuple[str, str]]:
    """Name every account that a claim touches, with what people call it."""
    from allocation.address import format_address
    from merkle.claim.instructions import claim_accounts

    claim = ready.claim
    derived = claim_accounts(claim)
    rows = [
        ("program", claim.profile.program_id),
        ("distributor", derived.distributor),
        ("mint", claim.mint),
        ("vault", derived.vault),
        ("claim record", derived.claim_status),
        ("token account", derived.destination),
    ]
    if derived.stake is not None:
        rows += [
            ("locker", derived.stake.locker),
            ("stake account", derived.stake.escrow),
            ("its tokens", derived.stake.escrow_tokens),
        ]
    return [(name, format_address(key)) for name, key in rows if key is not None]


def signer_roles(view: View) -> dict[str, str]:
    """Say who signs, by key; one key may have several parts."""
    from allocation.address import format_address

    options, claimant = view.options, view.proofs[0].wallet
    roles: dict[str, list[str]] = {}
    authority = options.freshness.nonce_authority
    for role, key in (
        ("wallet", claimant),
        ("operator", options.operator),
        ("fee payer", options.fee_payer),
        ("nonce authority", authority),
    ):
        if key is not None:
            roles.setdefault(format_address(key), []).append(role)
    return {key: ", ".join(names) for key, names in roles.items()}
