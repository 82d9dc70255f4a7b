"""A wallet's claim as transactions to be signed, in the order in which they work.

What is known of the chain decides what they create. Without any knowledge they are safe to send
all the same:

- Token accounts are created idempotently, so they always may be.
- A stake account cannot be: `new_escrow` fails where there is one. So it stands in a transaction of
  its own, together with max lock, to be sent only by wallets without a stake account. Sent by
  mistake it fails as a whole and changes nothing: above all it does not turn on the max lock of a
  stake account that its owner is unstaking, which would cancel that.
- Max lock of a stake account that exists is turned on only where nothing is being unstaked, or
  where the owner says that the unstake may be cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from merkle.claim.instructions import (
    ClaimError,
    WalletClaim,
    budget,
    claim_accounts,
    claim_instruction,
    escrow_tokens,
    max_lock,
    open_escrow,
    wallet_tokens,
)
from merkle.program.transactions import PACKET_BYTES, Freshness, TooLargeError, unsigned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from allocation.address import Address
    from merkle.program.instructions_claim import ClaimAccounts
    from merkle.program.transactions import LookupTable, MessageVersion, UnsignedTransaction

__all__ = [
    "ClaimError",
    "ClaimOptions",
    "ClaimStep",
    "KnownAccounts",
    "WalletClaim",
    "claim_accounts",
    "claim_transactions",
]

ONLY_WITHOUT_ESCROW: Final = (
    "only if the wallet has no stake account yet; where there is one it fails and changes nothing"
)
ONLY_WHERE_FREE: Final = (
    "after the wallet's first claim, once something of what is locked is free; before that it "
    "fails and changes nothing"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccounts:
    """What is known to exist on chain; None is unknown."""

    has_escrow: bool | None = None
    is_max_lock: bool | None = None
    is_unstaking: bool | None = None  # max lock was turned off, and the countdown runs
    has_escrow_tokens: bool | None = None
    has_wallet_tokens: bool | None = None
    has_record: bool | None = None  # of the first claim


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOptions:
    """How the transactions of a claim are made.

    The fee payer also pays for new token accounts and a new stake account. The record of the claim
    is always paid by the claimant: the programs want it so.
    """

    operator: Address | None = None  # signs too, where the distributor wants it
    fee_payer: Address | None = None  # None: the claimant
    compute_limit: int | None = None  # units, of each transaction
    compute_price: int | None = None  # millionths of a lamport per unit
    version: MessageVersion = "legacy"
    tables: tuple[LookupTable, ...] = ()
    freshness: Freshness = field(default_factory=Freshness)
    known: KnownAccounts = field(default_factory=KnownAccounts)
    cancel_unstaking: bool = False  # turn max lock on although an unstake may be running


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStep:
    """One transaction of a claim."""

    title: str
    condition: str  # when to send it; empty: always
    transaction: UnsignedTransaction


def claim_transactions(
    claim: WalletClaim, options: ClaimOptions | None = None
) -> tuple[ClaimStep, ...]:
    """Return the transactions of a claim in the order to send them; the last one is the claim.

    Each waits for the one before. With a nonce there may be only one transaction, since the first
    one uses it up.

    Errors: ClaimError where an unstake is running, or where the claim does not fit a packet.
    """
    options = options or ClaimOptions()
    maker = _Maker(claim=claim, options=options, accounts=claim_accounts(claim, options.operator))
    steps = maker.steps()
    if options.freshness.nonce is not None and len(steps) > 1:
        raise ClaimError(
            f"the claim takes {len(steps)} transactions, and a nonce serves only one; create the "
            "accounts first, or say which exist"
        )
    return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    claim: WalletClaim
    options: ClaimOptions
    accounts: ClaimAccounts

    @property
    def payer(self) -> Address:
        return self.options.fee_payer or self.claim.claimant

    def steps(self) -> tuple[ClaimStep, ...]:
        conditional = self._unknown_escrow()
        if not conditional:
            return self._claim_steps()
        first = self._step("create the stake account", conditional, ONLY_WITHOUT_ESCROW)
        return (first, *self._claim_steps())

    def _claim_steps(self) -> tuple[ClaimStep, ...]:
        """Claim in one transaction, or create what is needed in one of its own before."""
        title = "claim and stake" if self.claim.stakes else "claim"
        condition = ""
        if self.claim.of_locked:
            title = "claim of the locked amount"
            condition = "" if self.options.known.has_record else ONLY_WHERE_FREE
        needed, claim = self._needed(), claim_instruction(self.claim, self.accounts)
        try:
            return (self._step(title, [*needed, claim], condition),)
        except TooLargeError as error:
            if not needed:
                raise ClaimError(self._too_large(error)) from error
        created = self._step("create the accounts", needed)
        try:
            return (created, self._step(title, [claim], condition))
        except TooLargeError as error:
            raise ClaimError(self._too_large(error)) from error

    def _needed(self) -> list[Instruction]:
        return [*self._known_escrow(), *self._token_accounts()]

    def _unknown_escrow(self) -> list[Instruction]:
        if self.options.known.has_escrow is not None:
            return []
        return open_escrow(self.accounts, self.payer)

    def _known_escrow(self) -> list[Instruction]:
        known = self.options.known
        if not self.claim.stakes or known.has_escrow is None:
            return []
        if not known.has_escrow:
            return open_escrow(self.accounts, self.payer)
        if known.is_max_lock is not False:
            return []
        if known.is_unstaking is not False and not self.options.cancel_unstaking:
            raise ClaimError(
                "the stake account is not under max lock, since an unstake is running: the claim "
                "fails until it is finished or cancelled; turning max lock on cancels it"
            )
        return max_lock(self.accounts)

    def _token_accounts(self) -> list[Instruction]:
        known, mint = self.options.known, self.claim.mint
        instructions = []
        if not known.has_escrow_tokens:
            instructions += escrow_tokens(self.accounts, mint, self.payer)
        if not known.has_wallet_tokens:
            instructions += wallet_tokens(self.accounts, mint, self.payer)
        return instructions

    def _step(
        self, title: str, instructions: Sequence[Instruction], condition: str = ""
    ) -> ClaimStep:
        options = self.options
        transaction = unsigned(
            [*budget(options.compute_limit, options.compute_price), *instructions],
            self.payer,
            freshness=options.freshness,
            version=options.version,
            tables=options.tables,
        )
        return ClaimStep(title=title, condition=condition, transaction=transaction)

    def _too_large(self, error: TooLargeError) -> str:
        return (
            f"the claim's proof has {len(self.claim.siblings)} hashes, which makes a transaction "
            f"of {error.size:,} bytes, and {PACKET_BYTES:,} fit a packet; use v0 with a lookup "
            "table, or fewer signers"
        )
