"""The voting power of an escrow is the program's own, to the last base unit."""

from __future__ import annotations

import json
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AsrError, BadValueError
from allocation.tables.importers.power import Lock, PowerRule, voting_power

VECTORS: Final = Path(__file__).parent.parent.parent / "shared/data/vectors/allocation.json"
MONTH: Final = 30 * 86_400
START: Final = 1_700_000_000


def power(amount: int, at: int, *, start: int = START, end: int = START + MONTH) -> int:
    lock = Lock(amount=amount, is_max_lock=False, started_at=start, ends_at=end)
    return voting_power(lock, PowerRule(at=at, max_stake_duration=MONTH))


@pytest.mark.skipif(not VECTORS.exists(), reason="../shared/data/vectors/allocation.json is absent")
def test_the_worked_vectors_come_out() -> None:
    vectors: list[dict[str, Any]] = json.loads(VECTORS.read_text())["V6"]
    assert 7 == len(vectors)
    for vector in vectors:
        given_ = vector["args"]
        lock = Lock(
            amount=given_["amount"],
            is_max_lock=given_["maxlock"],
            started_at=given_["start"],
            ends_at=given_["end"],
        )
        rule = PowerRule(at=given_["t"], max_stake_duration=given_.get("dur", MONTH))
        assert vector["vp"] == voting_power(lock, rule)


def test_under_max_lock_the_whole_amount_counts_at_any_time() -> None:
    lock = Lock(amount=1_000_000_000, is_max_lock=True, started_at=0, ends_at=0)
    assert 1_000_000_000 == voting_power(lock, PowerRule(at=START, max_stake_duration=1))
    rule = PowerRule(at=START, max_stake_duration=1, multiplier=10)
    assert 10_000_000_000 == voting_power(lock, rule)


def test_power_melts_by_the_second_and_is_rounded_down() -> None:
    assert 1_000_000_000 == power(1_000_000_000, START)
    assert 833_333_333 == power(1_000_000_000, START + 5 * 86_400)  # 25 of 30 days are left
    assert 385 == power(1_000_000_000, START + MONTH - 1)  # 10^9 / 2,592,000 = 385.8
    assert 0 == power(1, START + 1)


def test_outside_its_time_a_lock_has_no_power() -> None:
    assert 0 == power(1_000_000_000, START - 1)
    assert 0 == power(1_000_000_000, START + MONTH)
    assert 0 == power(1_000_000_000, START, start=0)
    assert 0 == power(1_000_000_000, START, start=0, end=0)


def test_more_than_the_longest_time_counts_as_the_longest() -> None:
    assert 1_000_000_000 == power(1_000_000_000, START, end=START + 2 * MONTH)
    assert 285_714_285 == voting_power(  # 2 of 7 days are left
        Lock(amount=10**9, is_max_lock=False, started_at=START, ends_at=START + 604_800),
        PowerRule(at=START + 432_000, max_stake_duration=604_800),
    )


def test_what_overflows_in_the_program_is_refused() -> None:
    lock = Lock(amount=2**63, is_max_lock=True, started_at=0, ends_at=0)
    with pytest.raises(BadValueError, match="above 2\\^64 - 1"):
        voting_power(lock, PowerRule(at=START, max_stake_duration=1, multiplier=2))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"at": 0}, "--at 0: not from 1 to"),
        ({"max_stake_duration": 0}, "--max-stake-duration 0: not from 1 to"),
        ({"multiplier": 256}, "--multiplier 256: not from 1 to 255"),
    ],
)
def test_a_rule_that_the_program_cannot_have_is_refused(wrong: dict[str, int], named: str) -> None:
    right = {"at": START, "max_stake_duration": MONTH, "multiplier": 1}
    with pytest.raises(AsrError, match=named):
        PowerRule(**right | wrong)


@given(
    amount=st.integers(0, 2**64 - 1),
    left=st.integers(1, 10 * MONTH),
    longest=st.integers(1, 2**64 - 1),
)
def test_power_is_the_exact_share_rounded_down(amount: int, left: int, longest: int) -> None:
    lock = Lock(amount=amount, is_max_lock=False, started_at=START, ends_at=START + left)
    exact = amount * Fraction(min(left, longest), longest)
    assert floor(exact) == voting_power(lock, PowerRule(at=START, max_stake_duration=longest))
