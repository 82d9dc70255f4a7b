"""What is free of a locked amount is what the programs pay, to the last base unit and second."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.units import U64_MAX
from merkle.claim.vesting import Vesting

LOCKED = st.integers(1, U64_MAX)
SECONDS = st.integers(1, 2**40)
STARTS = st.integers(0, 2**40)


def vesting(**changes: Any) -> Vesting:
    """Return 40 base units that become free in 80 seconds."""
    plain = {"locked": 40, "withdrawn": 0, "starts": 100, "ends": 180, "clawback": 900, "now": 100}
    return Vesting(**(plain | changes))


@pytest.mark.parametrize(
    ("now", "vested"),
    [(0, 0), (99, 0), (100, 0), (101, 0), (102, 1), (103, 1), (140, 20), (179, 39), (180, 40)],
)
def test_the_share_of_the_time_that_is_over_is_free_cut_off(now: int, vested: int) -> None:
    assert vested == vesting(now=now).vested
    assert vested == vesting(now=now).free


def test_what_was_withdrawn_is_not_free_again() -> None:
    half = vesting(withdrawn=15, now=140)
    assert (20, 5, 20) == (half.vested, half.free, half.still_locked)
    over = vesting(withdrawn=40, now=10**6)
    assert (40, 0, 0) == (over.vested, over.free, over.still_locked)


def test_a_clock_that_is_behind_makes_nothing_less_than_nothing() -> None:
    behind = vesting(withdrawn=15, now=110)
    assert (5, 0, 25) == (behind.vested, behind.free, behind.still_locked)
    assert 132 == behind.next_free


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"now": 0}, 102),
        ({"now": 102}, 104),
        ({"now": 103, "withdrawn": 1}, 104),
        ({"now": 179, "withdrawn": 39}, 180),
        ({"now": 200, "withdrawn": 40}, 180),
        ({"locked": 3, "now": 0}, 127),  # a third of 80 seconds, rounded up
        ({"locked": 1, "now": 0}, 180),
        ({"locked": 40, "starts": 179, "now": 0}, 180),
    ],
)
def test_the_second_of_the_next_base_unit(changes: dict[str, int], expected: int) -> None:
    assert expected == vesting(**changes).next_free


@pytest.mark.parametrize("now", [150, 10**18])
def test_the_largest_amounts_and_times_are_reckoned_exactly(now: int) -> None:
    far = 2**63 - 1
    largest = vesting(locked=U64_MAX, starts=0, ends=far, now=now)
    assert floor(Fraction(now * U64_MAX, far)) == largest.vested


@given(LOCKED, STARTS, SECONDS, st.integers(0, 2**41), st.data())
def test_vesting_is_the_exact_share_cut_off(
    locked: int, starts: int, seconds: int, now: int, data: st.DataObject
) -> None:
    share = min(max(Fraction(now - starts, seconds), Fraction(0)), Fraction(1))
    withdrawn = data.draw(st.integers(0, floor(share * locked)))
    ends = starts + seconds
    state = vesting(locked=locked, withdrawn=withdrawn, starts=starts, ends=ends, now=now)
    assert floor(share * locked) == state.vested
    assert locked == withdrawn + state.free + state.still_locked
    assert floor(share * locked) - withdrawn == state.free


@given(LOCKED, STARTS, SECONDS, st.integers(0, 2**41))
def test_the_next_base_unit_comes_at_its_second_and_not_before(
    locked: int, starts: int, seconds: int, now: int
) -> None:
    state = vesting(locked=locked, starts=starts, ends=starts + seconds, now=now)

    def vested_at(second: int) -> int:
        return vesting(locked=locked, starts=starts, ends=starts + seconds, now=second).vested

    if state.vested == locked:
        assert state.ends == state.next_free
        return
    assert vested_at(state.next_free - 1) <= state.vested < vested_at(state.next_free)
    assert now < state.next_free <= state.ends


@given(LOCKED, SECONDS, st.lists(st.integers(0, 2**41)))
def test_however_often_it_is_withdrawn_all_of_it_is_paid(
    locked: int, seconds: int, times: list[int]
) -> None:
    withdrawn = 0
    for now in [*sorted(times), seconds]:
        state = vesting(locked=locked, withdrawn=withdrawn, starts=0, ends=seconds, now=now)
        withdrawn += state.free
    assert locked == withdrawn
