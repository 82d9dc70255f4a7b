"""What a claim costs in lamports, and who pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from merkle.claim.transactions import claim_transactions
from merkle.program.layouts_token import TOKEN_ACCOUNT_BYTES
from merkle.program.layouts_voter import ESCROW_BYTES
from merkle.program.rent import LAMPORTS_PER_SIGNATURE, rent_exempt

if TYPE_CHECKING:
    from merkle.claim.transactions import ClaimOptions, WalletClaim
    from merkle.program.transactions import UnsignedTransaction

DEFAULT_UNITS: Final = 200_000  # of an instruction at most, where no compute limit is set
MICRO: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamports:
    """What both must have, the least that has to stay in a wallet included."""

    claimant: int  # 0 where he pays nothing
    fee_payer: int  # 0 where the claimant pays


def lamports_needed(claim: WalletClaim, options: ClaimOptions) -> Lamports:
    """Return what has to be there for a claim to go through.

    The claimant pays for the record of the claim, which only the first one makes, the fee payer
    for everything else. Whether an unstake may be cancelled makes no difference.

    Without a compute limit the priority fee is an upper bound: clusters allow some instructions
    less. With one it is exact.

    Units:  lamports.
    Errors: ClaimError where there are no such transactions.
    """
    record = 0 if claim.of_locked else rent_exempt(claim.profile.claim_status_bytes)
    rest = _rent(claim, options) + _fees(claim, options)
    stays = rent_exempt(0)
    if options.fee_payer in (None, claim.claimant):
        return Lamports(claimant=record + rest + stays, fee_payer=0)
    return Lamports(claimant=record + stays if record else 0, fee_payer=rest + stays)


def _rent(claim: WalletClaim, options: ClaimOptions) -> int:
    """Return what the accounts cost that do not exist."""
    known, token_account = options.known, rent_exempt(TOKEN_ACCOUNT_BYTES)
    rent = 0
    if claim.stakes and not known.has_escrow:
        rent += rent_exempt(ESCROW_BYTES)
    if claim.stakes and not known.has_escrow_tokens:
        rent += token_account
    if claim.needs_wallet_tokens and not known.has_wallet_tokens:
        rent += token_account
    return rent


def _fees(claim: WalletClaim, options: ClaimOptions) -> int:
    """Return the fees of all transactions."""
    return sum(
        _fee(step.transaction, options)
        for step in claim_transactions(claim, replace(options, cancel_unstaking=True))
    )


def _fee(transaction: UnsignedTransaction, options: ClaimOptions) -> int:
    units = options.compute_limit
    if units is None:
        units = DEFAULT_UNITS * len(transaction.instructions)
    priority = -(-units * (options.compute_price or 0) // MICRO)  # rounded up
    return LAMPORTS_PER_SIGNATURE * len(transaction.signers) + priority
