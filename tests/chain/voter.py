"""MODEL of locked_voter, what goes in: CLAIM_PROGRAM.md sections 5.4, 6.3 and 11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from tests.chain.anchor import HAS_ONE, MUT, RAW, SEEDS, Arguments, Checked
from tests.chain.keys import TOKEN, VOTER, token_address, u64le
from tests.chain.layouts import ESCROW, LOCKER, Record

if TYPE_CHECKING:
    from tests.chain.execution import Given, Invocation

MAX_LOCK_IS_SET: Final = (6004, "MaxLockIsSet")


def new_locker(call: Invocation) -> None:
    arguments, checked = Arguments(call), Checked(call)
    record = LOCKER.empty()
    record.numbers["multiplier"] = arguments.u8()
    for name in ("min_stake_duration", "max_stake_duration", "proposal_activation_min_votes"):
        record.numbers[name] = arguments.u64()
    record.keys["base"] = checked.signer()
    given = checked.take()
    record.keys["token_mint"] = checked.mint()
    record.keys["governor"] = checked.unchecked()  # the relaxed build takes any
    payer = checked.signer(writable=True)
    checked.system()
    seeds = [b"Locker", bytes(record.keys["base"])]
    record.numbers["bump"] = _created(checked, given, seeds, LOCKER.size, payer)
    call.put(given.key, bytes(record))


def new_escrow(call: Invocation) -> None:
    """Anybody may open one for anybody; it is not locked yet."""
    checked = Checked(call)
    locker, locker_record = checked.record(LOCKER)
    given = checked.take()
    owner = checked.unchecked()
    payer = checked.signer(writable=True)
    checked.system()
    record = ESCROW.empty()
    seeds = [b"Escrow", bytes(locker), bytes(owner)]
    record.numbers["bump"] = _created(checked, given, seeds, ESCROW.size, payer)
    tokens = token_address(given.key, locker_record.keys["token_mint"])
    record.keys |= {"locker": locker, "owner": owner, "vote_delegate": owner, "tokens": tokens}
    locker_record.numbers["total_escrow"] += 1
    call.put(given.key, bytes(record))
    call.put(locker, bytes(locker_record))


def increase_locked_amount(call: Invocation) -> None:
    amount, checked = Arguments(call).u64(), Checked(call)
    locker, locker_record = checked.record(LOCKER)
    escrow, record = checked.record(ESCROW)
    escrow_tokens, _ = checked.tokens()
    payer = checked.signer()
    source, source_tokens = checked.tokens()
    checked.token_program()
    checked.require(record.keys["locker"] == locker, HAS_ONE)
    checked.require(escrow_tokens == record.keys["tokens"], RAW)
    checked.require(source_tokens.mint == locker_record.keys["token_mint"], RAW)
    checked.require(source_tokens.owner == payer, RAW)
    if not record.numbers["is_max_lock"]:
        remaining = record.numbers["escrow_ends_at"] - call.now
        is_long = remaining >= locker_record.numbers["min_stake_duration"]
        checked.require(is_long, (6000, "LockupDurationTooShort"))
    checked.require(amount > 0, (6008, "AmountIsZero"))
    move_tokens(call, source, escrow_tokens, payer, amount)
    record.numbers["amount"] += amount
    locker_record.numbers["locked_supply"] += amount
    call.put(escrow, bytes(record))
    call.put(locker, bytes(locker_record))


def toggle_max_lock(call: Invocation) -> None:
    """Turning it off starts the countdown; what it is already, it stays."""
    is_max_lock, checked = Arguments(call).truth(), Checked(call)
    locker, locker_record = checked.record(LOCKER, writable=False)
    escrow, record = checked.record(ESCROW)
    owner = checked.signer()
    check_escrow(checked, record, locker, owner)
    if is_max_lock != record.numbers["is_max_lock"]:
        record.numbers["is_max_lock"] = is_max_lock
        if not is_max_lock:
            _lock_for(call, record, locker_record.numbers["max_stake_duration"])
        call.put(escrow, bytes(record))


def extend_lock_duration(call: Invocation) -> None:
    duration, checked = Arguments(call).i64(), Checked(call)
    locker, locker_record = checked.record(LOCKER, writable=False)
    escrow, record = checked.record(ESCROW)
    owner = checked.signer()
    check_escrow(checked, record, locker, owner)
    bounds = locker_record.numbers
    checked.require(not record.numbers["is_max_lock"], MAX_LOCK_IS_SET)
    is_long, is_short = (
        duration >= bounds["min_stake_duration"],
        duration <= bounds["max_stake_duration"],
    )
    checked.require(is_long, (6000, "LockupDurationTooShort"))
    checked.require(is_short, (6001, "LockupDurationTooLong"))
    is_later = call.now + duration >= record.numbers["escrow_ends_at"]
    checked.require(is_later, (6002, "RefreshCannotShorten"))
    _lock_for(call, record, duration)
    call.put(escrow, bytes(record))


def check_escrow(checked: Checked, record: Record, locker: Pubkey, owner: Pubkey) -> None:
    checked.require(record.keys["locker"] == locker, HAS_ONE)
    checked.require(record.keys["owner"] == owner, HAS_ONE)


def move_tokens(
    call: Invocation, source: Pubkey, destination: Pubkey, authority: Pubkey, amount: int
) -> None:
    """Let the real token program move them; an escrow or a distributor signs by its seeds."""
    metas = [AccountMeta(source, False, True), AccountMeta(destination, False, True)]
    call.call(TOKEN, b"\3" + u64le(amount), [*metas, AccountMeta(authority, True, False)])


def _lock_for(call: Invocation, record: Record, duration: int) -> None:
    record.numbers["escrow_started_at"] = call.now
    record.numbers["escrow_ends_at"] = call.now + duration


def _created(checked: Checked, given: Given, seeds: list[bytes], size: int, payer: Pubkey) -> int:
    address, bump = Pubkey.find_program_address(seeds, VOTER)
    checked.require(given.key == address, SEEDS)
    checked.require(given.is_writable, MUT)
    checked.invocation.create(address, size, payer)
    return bump
