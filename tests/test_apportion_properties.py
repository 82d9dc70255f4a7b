"""What has to hold for every split, whatever the pool and the weights."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import assume, example, given
from hypothesis import strategies as st

from allocation.apportion import apportion, has_room, measure
from allocation.units import U64_MAX
from tests import reference
from tests.allocation_rounds import database
from tests.splitters import by_reference, by_sql, fill_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

pools = st.one_of(st.integers(0, 200), st.integers(0, 10**16), st.integers(0, U64_MAX))
small_weights = st.lists(st.integers(0, 60), min_size=1, max_size=30)
real_weights = st.lists(st.integers(0, 10**16), min_size=1, max_size=30)
huge_weights = st.lists(st.integers(0, 10**23), min_size=1, max_size=12)
any_weights = st.one_of(small_weights, real_weights, huge_weights)


def with_room(pool: int, weights: Sequence[int]) -> bool:
    return has_room(pool, measure(weights))


@given(pools, any_weights)
@example(1, [1] * 30)
@example(7_142_857_142_857, [2**60, 2**60 - 1, 2**60 + 1, 1])
@example(U64_MAX, [2**62, 2**62 + 1, 1])  # 2^126 and more, a sum below 2^64
@example(2**50, [2**76, 2**76 - 1, 3])  # just below the limit
@example(1, [2**126 - 1, 2**126 - 1, 1])  # the largest sum
@example(2**63, [2**63 - 1, 1])  # the largest product
@example(10**4, [10**22 * weight for weight in (3, 5, 7)])  # small but for a common divisor
def test_sql_and_python_agree_with_the_plain_judge(pool: int, weights: list[int]) -> None:
    assume(with_room(pool, weights))
    expected = by_reference(pool, weights)
    assert expected == apportion(pool, weights)
    assert expected == by_sql(pool, weights)


@given(pools, any_weights)
def test_rounding_down_agrees_with_the_plain_judge(pool: int, weights: list[int]) -> None:
    assume(with_room(pool, weights) and any(weights))
    floors, left_over = reference.rounded_down(pool, dict(enumerate(weights)))
    assert list(floors.values()) == apportion(pool, weights, "floor")
    assert list(floors.values()) == by_sql(pool, weights, "floor")
    assert left_over < len(weights)


@given(pools, any_weights)
def test_shares_add_up_to_the_pool_and_lie_within_one_of_the_exact_share(
    pool: int, weights: list[int]
) -> None:
    total = sum(weights)
    assume(total)
    shares = apportion(pool, weights)
    assert pool == sum(shares)
    assert all(
        abs(share - Fraction(pool * weight, total)) < 1
        for share, weight in zip(shares, weights, strict=True)
    )
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(pools, st.dictionaries(st.integers(0, 99), st.integers(0, 40), min_size=1), st.randoms())
def test_the_order_of_rows_changes_nothing(
    pool: int, weights: dict[int, int], random: Random
) -> None:
    keys = list(weights)
    random.shuffle(keys)
    shuffled = reference.apportion(pool, {key: weights[key] for key in keys})
    in_key_order = apportion(pool, [weights[key] for key in sorted(weights)])
    assert in_key_order == [shuffled[key] for key in sorted(weights)]


@given(pools, st.integers(1, 10**16), st.integers(1, 50))
def test_equal_weights_differ_by_at_most_one_unit(pool: int, weight: int, count: int) -> None:
    shares = apportion(pool, [weight] * count)
    assert shares == sorted(shares, reverse=True)
    assert max(shares) - min(shares) <= 1


@given(pools, any_weights)
def test_more_weight_never_gets_less(pool: int, weights: list[int]) -> None:
    shares = apportion(pool, weights)
    ranked = sorted(zip(weights, shares, strict=True))
    assert all(low[1] <= high[1] for low, high in pairwise(ranked) if low[0] < high[0])


@given(pools, any_weights, st.data())
def test_raising_one_weight_never_lowers_its_own_share(
    pool: int, weights: list[int], data: st.DataObject
) -> None:
    raised = data.draw(st.integers(0, len(weights) - 1))
    more = [*weights]
    more[raised] += data.draw(st.integers(1, 10**6))
    assert apportion(pool, weights)[raised] <= apportion(pool, more)[raised]


@given(pools, small_weights, st.integers(1, 10**20))
def test_scaling_all_weights_changes_nothing(pool: int, weights: list[int], factor: int) -> None:
    scaled = [weight * factor for weight in weights]
    expected = apportion(pool, weights)
    assert expected == apportion(pool, scaled)
    assert expected == by_sql(pool, scaled)


@given(st.lists(st.integers(1, 10**16), min_size=1, max_size=8), st.integers(1, 10**6))
def test_sql_finds_the_greatest_common_divisor(weights: list[int], factor: int) -> None:
    scaled = [weight * factor for weight in weights]
    assert measure(scaled) == fill_weights(database(), scaled)
