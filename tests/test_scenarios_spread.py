"""How amounts are spread over wallets and how two payouts differ, counted once more by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allocation.spread import STEPS, Group, moves_between, overlap_of, spread_of
from allocation.units import U64_MAX
from merkle.cli.scenarios_view import share

if TYPE_CHECKING:
    from allocation.units import Amounts

amounts: Final = st.lists(st.integers(0, 5) | st.integers(0, U64_MAX), max_size=250)
pairs: Final = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60)


def column(values: list[int]) -> Amounts:
    return np.array(values, np.uint64)


@given(amounts)
def test_the_top_the_median_and_the_ends_are_exact(values: list[int]) -> None:
    spread = spread_of(column(values))
    ordered = sorted(value for value in values if value)
    assert len(ordered) == spread.wallets
    for percent, top in ((1, spread.top_1), (10, spread.top_10)):
        assert 0 <= 100 * top.wallets - percent * len(ordered) < 100  # rounded up
        assert sum(ordered[len(ordered) - top.wallets :]) == top.amount
    below = [value for value in ordered if value <= (spread.median or 0)]
    assert len(ordered) <= 2 * len(below)
    assert [*ordered[:1], *ordered[-1:]] == [
        end for end in (spread.smallest, spread.largest) if end is not None
    ]


@given(amounts.filter(any))
def test_rewards_run_from_the_smallest_to_the_largest(values: list[int]) -> None:
    spread = spread_of(column(values))
    assert STEPS + 1 == len(spread.rewards)
    assert sorted(spread.rewards) == list(spread.rewards)
    assert (spread.smallest, spread.largest) == (spread.rewards[0], spread.rewards[-1])
    assert spread.median == spread.rewards[STEPS // 2]
    assert set(spread.rewards) <= set(values)


def test_the_lower_of_two_in_the_middle_is_the_median() -> None:
    assert 3 == spread_of(column([9, 0, 3, 8, 2])).median


def test_one_percent_of_a_hundred_and_one_wallets_are_two() -> None:
    top = spread_of(column([1] * 100 + [U64_MAX])).top_1
    assert (2, U64_MAX + 1) == (top.wallets, top.amount)


def test_where_nobody_is_paid_there_is_no_reward() -> None:
    spread = spread_of(column([0, 0]))
    assert (0, 0, None, ()) == (spread.wallets, spread.top_1.wallets, spread.median, spread.rewards)


@given(pairs)
def test_what_wallets_gain_and_lose_is_told_apart(values: list[tuple[int, int]]) -> None:
    before, after = (column([pair[side] for pair in values]) for side in (0, 1))
    moves = moves_between(before, after)
    gains = [new - old for old, new in values]
    assert sum(gain for gain in gains if gain > 0) == moves.gained
    assert -sum(gain for gain in gains if gain < 0) == moves.lost
    assert sum(gain > 0 for gain in gains) == moves.gaining
    assert sum(gain < 0 for gain in gains) == moves.losing


def test_whom_both_pay_and_whom_only_one() -> None:
    overlap = overlap_of(column([5, 0, 7, 0, 9]), column([4, 3, 0, 0, 9]))
    assert Group(wallets=2, before=14, after=13) == overlap.both
    assert Group(wallets=1, before=7, after=0) == overlap.only_before
    assert Group(wallets=1, before=0, after=3) == overlap.only_after
    assert (1, 1, 1) == (overlap.top_before, overlap.top_after, overlap.top_both)


def test_of_equal_rewards_the_smaller_keys_are_the_top() -> None:
    before, after = [2, *[1] * 10], [0, 2, *[1] * 9]
    overlap = overlap_of(column(before), column(after))
    assert (2, 1, 1) == (overlap.top_before, overlap.top_after, overlap.top_both)


def test_a_share_is_rounded_to_two_digits_a_half_up() -> None:
    assert "33.33" == share(1, 3)
    assert "66.67" == share(2, 3)
    assert "0.01" == share(1, 20_000)
    assert "0.00" == share(1, 20_001)
    assert "100.00" == share(U64_MAX, U64_MAX)
    assert "-" == share(0, 0)
