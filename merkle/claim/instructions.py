"""The instructions of one wallet's claim, and of what has to exist before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.claim.amounts import tokens_text
from merkle.program.addresses import (
    associated_token_address,
    claim_status_address,
    escrow_address,
)
from merkle.program.errors import ProgramError
from merkle.program.instructions_claim import (
    ClaimAccounts,
    ClaimedLeaf,
    StakeAccounts,
    claim_locked,
    new_claim,
    new_claim_and_stake,
)
from merkle.program.instructions_system import compute_limit, compute_price
from merkle.program.instructions_token import create_token_account
from merkle.program.instructions_voter import new_escrow, toggle_max_lock

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from allocation.address import Address
    from allocation.round import Claim
    from merkle.program.profiles import Profile


class ClaimError(ProgramError):
    """A wallet's claim cannot be made as it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletClaim:
    """What one wallet may claim of one mint, and from which distributor.

    The first claim pays the unlocked amount and makes the record of the claim; then comes, as
    often as something is free, that of the locked amount.

    Units: base units of `mint`.
    """

    profile: Profile
    distributor: Address
    mint: Address
    claim: Claim
    claimant: Address
    unlocked: int
    locked: int
    siblings: tuple[bytes, ...]
    of_locked: bool = False  # not the first claim, but what is free of the locked amount
    locker: Address | None = None  # where the claim stakes
    symbol: str = "base units"  # how amounts are shown, with so many decimals
    decimals: int = 0

    def __post_init__(self) -> None:
        if self.claim not in self.profile.depths:
            raise ClaimError(f"{self.profile.name} has no {self.claim} claim")
        if self.stakes and self.locker is None:
            raise ClaimError("a claim that stakes needs the locker of the stake account")
        if self.of_locked and not self.vests:
            raise ClaimError("nothing of it is locked and paid to the wallet later")

    def shown(self, units: int) -> str:
        """Write an amount of it for people."""
        return tokens_text(units, self.symbol, self.decimals)

    @property
    def stakes(self) -> bool:
        """Whether it pays into the stake account."""
        return self.claim == "stake"

    @property
    def vests(self) -> bool:
        """Whether a part is locked; of what is staked there is none."""
        return self.locked > 0 and not self.stakes

    @property
    def needs_wallet_tokens(self) -> bool:
        """Whether the wallet's own token account has to exist.

        It is paid by a transfer; asr's claim stakes, and demands the account all the same.
        """
        return not self.stakes or self.profile.stakes_in_new_claim


def claim_accounts(claim: WalletClaim, operator: Address | None = None) -> ClaimAccounts:
    """Derive every account of a claim.

    Where the program knows operators and none signs, the claimant stands in its place, as in the
    one claim of a wallet that was there to be decoded.
    """
    has_operator = claim.profile.has_operator
    return ClaimAccounts(
        distributor=claim.distributor,
        claim_status=claim_status_address(claim.profile, claim.claimant, claim.distributor),
        vault=associated_token_address(claim.distributor, claim.mint),
        claimant=claim.claimant,
        destination=(
            associated_token_address(claim.claimant, claim.mint)
            if claim.needs_wallet_tokens
            else None
        ),
        operator=operator or (claim.claimant if has_operator else None),
        stake=None if claim.locker is None or not claim.stakes else _stake(claim, claim.locker),
    )


def _stake(claim: WalletClaim, locker: Address) -> StakeAccounts:
    escrow = escrow_address(locker, claim.claimant)
    return StakeAccounts(
        locker=locker, escrow=escrow, escrow_tokens=associated_token_address(escrow, claim.mint)
    )


def claim_instruction(claim: WalletClaim, accounts: ClaimAccounts) -> Instruction:
    """Build the claim itself."""
    if claim.of_locked:
        return claim_locked(claim.profile, accounts)
    leaf = ClaimedLeaf(unlocked=claim.unlocked, locked=claim.locked, siblings=claim.siblings)
    if claim.stakes and not claim.profile.stakes_in_new_claim:
        return new_claim_and_stake(claim.profile, accounts, leaf)
    return new_claim(claim.profile, accounts, leaf)


def budget(limit: int | None, price: int | None) -> list[Instruction]:
    """Set the compute limit and its price, where they are given."""
    limits = [] if limit is None else [compute_limit(limit)]
    return limits + ([] if price is None else [compute_price(price)])


def open_escrow(accounts: ClaimAccounts, payer: Address) -> list[Instruction]:
    """Make the stake account and turn max lock on: in one transaction, so it is both or neither."""
    if accounts.stake is None:
        return []
    made = new_escrow(
        locker=accounts.stake.locker,
        escrow=accounts.stake.escrow,
        owner=accounts.claimant,
        payer=payer,
    )
    return [made, *max_lock(accounts)]


def max_lock(accounts: ClaimAccounts) -> list[Instruction]:
    """Turn max lock on; where a whole unstake is running, that cancels it."""
    if accounts.stake is None:
        return []
    return [
        toggle_max_lock(
            locker=accounts.stake.locker,
            escrow=accounts.stake.escrow,
            owner=accounts.claimant,
            is_max_lock=True,
        )
    ]


def escrow_tokens(accounts: ClaimAccounts, mint: Address, payer: Address) -> list[Instruction]:
    """Make the stake account's token account, where the claim stakes."""
    if accounts.stake is None:
        return []
    stake = accounts.stake
    return [
        create_token_account(
            payer=payer, owner=stake.escrow, mint=mint, address=stake.escrow_tokens
        )
    ]


def wallet_tokens(accounts: ClaimAccounts, mint: Address, payer: Address) -> list[Instruction]:
    """Make the wallet's own token account, where the claim names one."""
    if accounts.destination is None:
        return []
    return [
        create_token_account(
            payer=payer, owner=accounts.claimant, mint=mint, address=accounts.destination
        )
    ]
