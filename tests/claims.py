"""One wallet's claims for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from merkle.claim import ChainFacts, WalletClaim, refusals
from merkle.leaf import JUPITER, leaf_hash
from merkle.program import PROFILES
from merkle.program.layouts_distributor import DistributorAccount
from merkle.program.layouts_token import TokenAccount
from merkle.program.layouts_voter import Escrow
from merkle.proof import fold
from tests.plain_programs import key

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.round import Claim

CLAIMANT, OPERATOR, SPONSOR = key("claimant"), key("operator"), key("sponsor")
MINT, LOCKER, DISTRIBUTOR = key("mint"), key("locker"), key("distributor")


def wallet_claim(
    program: str = "jupiter",
    claim: Claim = "stake",
    *,
    siblings: int = 3,
    unlocked: int = 1_000,
    locked: int = 0,
    locker: Address | None = LOCKER,
) -> WalletClaim:
    return WalletClaim(
        profile=PROFILES[program],
        distributor=DISTRIBUTOR,
        mint=MINT,
        claim=claim,
        claimant=CLAIMANT,
        unlocked=unlocked,
        locked=locked,
        siblings=tuple(bytes([number]) * 32 for number in range(siblings)),
        locker=locker,
    )


def distributor_account(root: bytes) -> DistributorAccount:
    """Return a distributor of jupiter whose claims stake and are open."""
    return DistributorAccount(
        bump=255,
        version=0,
        root=root,
        mint=MINT,
        vault=key("vault"),
        max_total_claim=5_000,
        max_num_nodes=8,
        total_amount_claimed=1_000,
        num_nodes_claimed=1,
        start_vesting=0,
        end_vesting=1,
        clawback_start=2_000_000_000,
        clawback_receiver=key("receiver"),
        admin=key("admin"),
        clawed_back=False,
        base=key("base"),
        locker=LOCKER,
        claim_type=2,
    )


def escrow_account() -> Escrow:
    """Return a stake account under max lock."""
    return Escrow(
        locker=LOCKER,
        owner=CLAIMANT,
        bump=255,
        tokens=key("escrow_tokens"),
        amount=5,
        started_at=0,
        ends_at=0,
        vote_delegate=CLAIMANT,
        is_max_lock=True,
        partial_unstaking_amount=0,
    )


def token_account(owner: Address, amount: int) -> TokenAccount:
    return TokenAccount(mint=MINT, owner=owner, amount=amount)


NOW = 1_750_000_000  # 2025-06-15 15:06:40 UTC
SLOT = 300_000_000
STAKE = wallet_claim()


def root_of(claim: WalletClaim) -> bytes:
    leaf = leaf_hash(JUPITER, claim.mint, claim.claimant, claim.unlocked, claim.locked)
    return fold(leaf, claim.siblings, "sha256")


def working_facts(claim: WalletClaim = STAKE, **changes: Any) -> ChainFacts:
    """Return a chain on which the claim works; `changes` of its distributor or of the rest."""
    about_distributor = {
        name: changes.pop(name)
        for name in list(changes)
        if name not in ChainFacts.__dataclass_fields__
    }
    account = replace(distributor_account(root_of(claim)), **about_distributor)
    working = ChainFacts(
        slot=SLOT,
        unix_time=NOW,
        distributor=account,
        claim_status=None,
        vault=token_account(DISTRIBUTOR, 4_000),
        wallet_tokens=token_account(CLAIMANT, 0),
        escrow=escrow_account(),
        escrow_tokens=token_account(key("escrow"), 5),
        claimant_lamports=10**9,
    )
    return replace(working, **changes)


def reason(claim: WalletClaim = STAKE, *, options: Any = None, **changes: Any) -> str:
    """Return the only reason why a claim fails on a chain that differs so."""
    (only,) = refusals(claim, working_facts(claim, **changes), options)
    return only
