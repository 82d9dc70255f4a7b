"""The instructions of locked_voter, byte for byte."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from merkle.program.errors import ProgramError
from merkle.program.instructions_voter import (
    NewLocker,
    extend_lock_duration,
    increase_locked_amount,
    merge_partial_unstaking,
    new_escrow,
    new_locker,
    open_partial_unstaking,
    toggle_max_lock,
    withdraw,
    withdraw_partial_unstaking,
)
from tests.plain_programs import VOTER, key, roles

if TYPE_CHECKING:
    from solders.instruction import Instruction

LOCKER, ESCROW, OWNER, PAYER = key("locker"), key("escrow"), key("owner"), key("payer")
PARTIAL, TOKENS, TO = key("partial"), key("escrow_tokens"), key("to")


def called(name: str, discriminator: str, instruction: Instruction) -> bytes:
    """Return the arguments of a call of the voter by this name."""
    assert VOTER == str(instruction.program_id)
    assert discriminator == sha256(f"global:{name}".encode()).hexdigest()[:16]
    assert discriminator == bytes(instruction.data)[:8].hex()
    return bytes(instruction.data)[8:]


def test_a_locker_is_made() -> None:
    made = new_locker(
        NewLocker(
            base=key("base"),
            locker=LOCKER,
            mint=key("mint"),
            governor=key("governor"),
            payer=PAYER,
            multiplier=10,
            min_stake_duration=60,
            max_stake_duration=2_592_000,
            proposal_activation_min_votes=2**64 - 1,
        )
    )
    expected = struct.pack("<BQQQ", 10, 60, 2_592_000, 2**64 - 1)
    assert expected == called("new_locker", "b185205ae5d8832f", made)
    assert "base S, locker W, mint, governor, payer WS, system" == roles(made)


def test_a_stake_account_is_made_by_anybody_for_anybody() -> None:
    made = new_escrow(locker=LOCKER, escrow=ESCROW, owner=OWNER, payer=PAYER)
    assert b"" == called("new_escrow", "d8b68f0bdc2656b9", made)
    assert "locker W, escrow W, owner, payer WS, system" == roles(made)


def test_anybody_stakes_for_anybody() -> None:
    made = increase_locked_amount(
        locker=LOCKER, escrow=ESCROW, escrow_tokens=TOKENS, payer=PAYER, source=TO, amount=7
    )
    assert struct.pack("<Q", 7) == called("increase_locked_amount", "05a87635482ecb92", made)
    assert "locker W, escrow W, escrow_tokens W, payer S, to W, token" == roles(made)


@pytest.mark.parametrize(("is_max_lock", "expected"), [(True, b"\1"), (False, b"\0")])
def test_the_owner_turns_max_lock_on_and_off(is_max_lock: bool, expected: bytes) -> None:
    made = toggle_max_lock(locker=LOCKER, escrow=ESCROW, owner=OWNER, is_max_lock=is_max_lock)
    assert expected == called("toggle_max_lock", "a39da184b36b7f8f", made)
    assert "locker, escrow W, owner S" == roles(made)


def test_a_lock_is_extended() -> None:
    made = extend_lock_duration(locker=LOCKER, escrow=ESCROW, owner=OWNER, duration=-5)
    assert struct.pack("<q", -5) == called("extend_lock_duration", "b169c481998988e6", made)
    assert "locker, escrow W, owner S" == roles(made)


def test_a_part_is_unstaked_with_a_memo() -> None:
    made = open_partial_unstaking(
        locker=LOCKER, escrow=ESCROW, partial=PARTIAL, owner=OWNER, amount=9, memo="für"
    )
    expected = struct.pack("<QI", 9, 4) + b"f\xc3\xbcr"
    assert expected == called("open_partial_unstaking", "c989cfaf4f5fdc1b", made)
    assert "locker W, escrow W, partial WS, owner WS, system" == roles(made)


def test_a_part_is_staked_again() -> None:
    made = merge_partial_unstaking(locker=LOCKER, escrow=ESCROW, partial=PARTIAL, owner=OWNER)
    assert b"" == called("merge_partial_unstaking", "be9aa399a87328ad", made)
    assert "locker W, escrow W, partial W, owner WS" == roles(made)


def test_a_part_is_paid_out() -> None:
    made = withdraw_partial_unstaking(
        locker=LOCKER,
        escrow=ESCROW,
        partial=PARTIAL,
        owner=OWNER,
        escrow_tokens=TOKENS,
        destination=TO,
        payer=PAYER,
    )
    assert b"" == called("withdraw_partial_unstaking", "c9ca897c0203f557", made)
    expected = "locker W, escrow W, partial W, owner S, escrow_tokens W, to W, payer WS, token"
    assert expected == roles(made)


def test_everything_is_paid_out() -> None:
    made = withdraw(
        locker=LOCKER,
        escrow=ESCROW,
        owner=OWNER,
        escrow_tokens=TOKENS,
        destination=TO,
        payer=PAYER,
    )
    assert b"" == called("withdraw", "b712469c946da122", made)
    expected = "locker W, escrow W, owner S, escrow_tokens W, to W, payer WS, token"
    assert expected == roles(made)


def test_an_amount_that_no_account_holds_is_refused() -> None:
    with pytest.raises(ProgramError, match="-1 does not fit 64 bits"):
        increase_locked_amount(
            locker=LOCKER, escrow=ESCROW, escrow_tokens=TOKENS, payer=PAYER, source=TO, amount=-1
        )
