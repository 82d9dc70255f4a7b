"""What is known of the chain when a claim is made, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from merkle.claim.transactions import KnownAccounts, WalletClaim
from merkle.claim.vesting import Vesting

if TYPE_CHECKING:
    from merkle.program.layouts_distributor import ClaimStatusAccount, DistributorAccount
    from merkle.program.layouts_token import TokenAccount
    from merkle.program.layouts_voter import Escrow


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFacts:
    """What the chain says of everything a claim touches; None: there is no such account.

    Units: lamports; `unix_time` in seconds.
    """

    slot: int
    unix_time: int
    distributor: DistributorAccount | None
    claim_status: ClaimStatusAccount | None
    vault: TokenAccount | None
    wallet_tokens: TokenAccount | None
    escrow: Escrow | None  # of a claim that stakes
    escrow_tokens: TokenAccount | None
    claimant_lamports: int
    fee_payer_lamports: int | None = None  # None: the claimant pays


def known_accounts(facts: ChainFacts) -> KnownAccounts:
    """Say what exists, as far as the transactions of a claim need it."""
    escrow = facts.escrow
    return KnownAccounts(
        has_escrow=escrow is not None,
        is_max_lock=escrow is not None and escrow.is_max_lock,
        is_unstaking=escrow is not None and is_unstaking(escrow),
        has_escrow_tokens=facts.escrow_tokens is not None,
        has_wallet_tokens=facts.wallet_tokens is not None,
        has_record=facts.claim_status is not None,
    )


def next_claim(claim: WalletClaim, facts: ChainFacts) -> WalletClaim:
    """Return the claim that can come next: once the first is made, that of the locked amount."""
    is_made = facts.claim_status is not None
    return replace(claim, of_locked=claim.of_locked or (claim.vests and is_made))


def vesting_of(claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts) -> Vesting:
    """Say how much of the locked amount is free; a record is believed no more than the leaf."""
    record = facts.claim_status
    return Vesting(
        locked=claim.locked,
        withdrawn=0 if record is None else min(record.locked_withdrawn, claim.locked),
        starts=distributor.start_vesting,
        ends=distributor.end_vesting,
        clawback=distributor.clawback_start,
        now=facts.unix_time,
    )


def is_unstaking(escrow: Escrow) -> bool:
    """Say whether the countdown of a whole unstake was started; a new stake account has none."""
    return not escrow.is_max_lock and escrow.ends_at != 0
