"""MODEL of claim_locked where it pays the wallet: CLAIM_PROGRAM.md sections 5 and 6.4.

A tree whose claims stake has no locked amounts, so what the programs do there is not modelled.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from tests.chain import anchor
from tests.chain.anchor import Checked
from tests.chain.claims import (
    ARITHMETIC,
    EXCEEDED,
    EXPIRED,
    check_activation,
    check_type,
    check_vault,
)
from tests.chain.voter import move_tokens

if TYPE_CHECKING:
    from tests.chain.execution import Invocation
    from tests.chain.layouts import Record
    from tests.chain.variants import Variant

NOTHING_FREE: Final = (6000, "InsufficientUnlockedTokens")


def claim_locked(call: Invocation, variant: Variant) -> None:
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    status, fields = checked.record(variant.claim_status)
    vault, vault_tokens = checked.tokens()
    destination, tokens = checked.tokens()
    claimant = checked.signer(writable=not variant.has_types)
    operator = checked.optional_signer() if variant.has_types else None
    checked.token_program()
    _check_status(checked, variant, (status, fields), distributor, claimant)
    check_vault(checked, record, distributor, vault, vault_tokens)
    if not variant.has_types:
        checked.require(tokens.owner == claimant, anchor.TOKEN_OWNER)

    checked.require(not record.numbers["clawed_back"], EXPIRED)
    if variant.has_types:
        check_type(checked, record, operator, (0, 1))
    check_activation(checked, variant, record)
    withdrawn = fields.numbers["locked_amount_withdrawn"]
    amount = vested(record, fields.numbers["locked_amount"], call.now) - withdrawn
    checked.require(amount >= 0, ARITHMETIC)
    checked.require(amount > 0, NOTHING_FREE)
    if not variant.has_types:
        move_tokens(call, vault, destination, distributor, amount)  # before the total is looked at
    fields.numbers["locked_amount_withdrawn"] += amount
    record.numbers["total_amount_claimed"] += amount
    within = record.numbers["total_amount_claimed"] <= record.numbers["max_total_claim"]
    checked.require(within, EXCEEDED)
    if variant.has_types:
        move_tokens(call, vault, destination, distributor, amount)
    call.put(status, bytes(fields))
    call.put(distributor, bytes(record))


def _check_status(
    checked: Checked,
    variant: Variant,
    status: tuple[Pubkey, Record],
    distributor: Pubkey,
    claimant: Pubkey,
) -> None:
    """Only master finds the record by what it says, all others by its address."""
    address, fields = status
    if variant.has_types:
        checked.require(fields.keys["distributor"] == distributor, anchor.HAS_ONE)
        checked.require(fields.keys["claimant"] == claimant, anchor.HAS_ONE)
        return
    seeds = [b"ClaimStatus", bytes(claimant), bytes(distributor)]
    own, _ = Pubkey.find_program_address(seeds, variant.program)
    checked.require(address == own, anchor.SEEDS)


def vested(record: Record, locked: int, now: int) -> int:
    """Section 6.4: the share of the time that is over, of the locked amount, rounded down."""
    start, end = record.numbers["start_ts"], record.numbers["end_ts"]
    over = min(max(now - start, 0), end - start)
    return floor(locked * Fraction(over, end - start))
