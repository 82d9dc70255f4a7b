"""MODEL of locked_voter, the ways out: CLAIM_PROGRAM.md sections 5.4 and 11; not the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.chain.anchor import HAS_ONE, MUT, RAW, Arguments, Checked
from tests.chain.layouts import ESCROW, LOCKER, PARTIAL_UNSTAKING
from tests.chain.voter import MAX_LOCK_IS_SET, check_escrow, move_tokens

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from tests.chain.execution import Invocation
    from tests.chain.layouts import Record

PARTIAL_AMOUNT: Final = "partial_unstaking_amount"


def open_partial_unstaking(call: Invocation) -> None:
    """The amount leaves the escrow's count at once; the tokens stay, and so does max lock."""
    arguments, checked = Arguments(call), Checked(call)
    amount, memo = arguments.u64(), arguments.take(arguments.u32())
    locker, locker_record = checked.record(LOCKER)
    escrow, record = checked.record(ESCROW)
    given = checked.take()
    owner = checked.signer(writable=True)
    checked.system()
    checked.require(given.is_signer and given.is_writable, MUT)
    call.create(given.key, PARTIAL_UNSTAKING.size + len(memo), owner)
    check_escrow(checked, record, locker, owner)
    is_there = 0 < amount <= record.numbers["amount"]
    checked.require(is_there, (6010, "InvalidAmountForPartialUnstaking"))
    partial = PARTIAL_UNSTAKING.empty()
    partial.keys["escrow"] = escrow
    ends_at = record.numbers["escrow_ends_at"]
    if record.numbers["is_max_lock"]:
        ends_at = call.now + locker_record.numbers["max_stake_duration"]
    partial.numbers |= {"amount": amount, "expiration": ends_at, "memo_length": len(memo)}
    partial.rest = memo
    record.numbers["amount"] -= amount
    record.numbers[PARTIAL_AMOUNT] += amount
    locker_record.numbers["locked_supply"] -= amount
    call.put(given.key, bytes(partial))
    call.put(escrow, bytes(record))
    call.put(locker, bytes(locker_record))


def merge_partial_unstaking(call: Invocation) -> None:
    checked = Checked(call)
    locker, locker_record = checked.record(LOCKER)
    escrow, record = checked.record(ESCROW)
    address, partial = checked.record(PARTIAL_UNSTAKING)
    owner = checked.signer(writable=True)
    check_escrow(checked, record, locker, owner)
    checked.require(partial.keys["escrow"] == escrow, HAS_ONE)
    amount = partial.numbers["amount"]
    record.numbers["amount"] += amount
    record.numbers[PARTIAL_AMOUNT] -= amount
    locker_record.numbers["locked_supply"] += amount
    call.put(escrow, bytes(record))
    call.put(locker, bytes(locker_record))
    call.close(address, owner)


def withdraw_partial_unstaking(call: Invocation) -> None:
    checked = Checked(call)
    locker, _ = checked.record(LOCKER)
    escrow, record = checked.record(ESCROW)
    address, partial = checked.record(PARTIAL_UNSTAKING)
    escrow_tokens, destination, payer = _ways_out(checked, record, locker)
    checked.require(partial.keys["escrow"] == escrow, HAS_ONE)
    has_ended = call.now >= partial.numbers["expiration"]
    checked.require(has_ended, (6014, "PartialUnstakingIsNotEnded"))
    amount = partial.numbers["amount"]
    move_tokens(call, escrow_tokens, destination, escrow, amount)
    record.numbers[PARTIAL_AMOUNT] -= amount
    call.put(escrow, bytes(record))
    call.close(address, payer)


def withdraw(call: Invocation) -> None:
    """Takes everything and closes the escrow."""
    checked = Checked(call)
    locker, locker_record = checked.record(LOCKER)
    escrow, record = checked.record(ESCROW)
    escrow_tokens, destination, payer = _ways_out(checked, record, locker)
    checked.require(not record.numbers["is_max_lock"], MAX_LOCK_IS_SET)
    has_ended = call.now >= record.numbers["escrow_ends_at"]
    checked.require(has_ended, (6003, "EscrowNotEnded"))
    is_whole = record.numbers[PARTIAL_AMOUNT] == 0
    checked.require(is_whole, (6013, "PartialUnstakingAmountIsNotZero"))
    amount = record.numbers["amount"]
    move_tokens(call, escrow_tokens, destination, escrow, amount)
    locker_record.numbers["locked_supply"] -= amount
    locker_record.numbers["total_escrow"] -= 1
    call.put(locker, bytes(locker_record))
    call.close(escrow, payer)


def _ways_out(checked: Checked, record: Record, locker: Pubkey) -> tuple[Pubkey, Pubkey, Pubkey]:
    """Read owner, escrow tokens, destination, payer and token program, as both withdrawals do."""
    owner = checked.signer()
    escrow_tokens, _ = checked.tokens()
    destination, _ = checked.tokens()
    payer = checked.signer(writable=True)
    checked.token_program()
    check_escrow(checked, record, locker, owner)
    checked.require(escrow_tokens == record.keys["tokens"], RAW)
    return escrow_tokens, destination, payer
