"""The largest-remainder split: in Python, in SQL, and by the plain judge, always the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from allocation.address import parse_address
from allocation.apportion import (
    CEILING,
    Weights,
    apportion,
    has_room,
    measure,
    measure_proposals,
    no_room,
    split_weights,
    weigh,
)
from allocation.errors import InvariantError
from allocation.per_proposal import integer_weights
from allocation.units import U64_MAX
from tests import reference
from tests.allocation_rounds import database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import duckdb

    from allocation.round import Rounding

    Splitter = Callable[[int, Sequence[int]], list[int]]

VECTORS: Final = Path(__file__).parents[2] / "shared" / "data" / "vectors" / "allocation.json"
needs_vectors: Final = pytest.mark.skipif(
    not VECTORS.exists(), reason="../shared/data/vectors/allocation.json is absent"
)


def vectors() -> dict[str, Any]:
    return dict(json.loads(VECTORS.read_bytes()))


def by_sql(
    pool: int, weights: Sequence[int], rounding: Rounding = "largest-remainder"
) -> list[int]:
    """Split as one proposal of a round; a weight of 0 never takes part."""
    db = database()
    measured = fill(db, weights)
    if measured is None:
        return [0] * len(weights)
    split_weights(db, "shares", pool, measured, rounding)
    shares = dict(db.execute("SELECT wallet, share FROM shares").fetchall())
    return [shares.get(wallet, 0) for wallet in range(len(weights))]


def fill(db: duckdb.DuckDBPyConnection, weights: Sequence[int]) -> Weights | None:
    """Put weights into the table of that name, as a round would."""
    wide = "HUGEINT" if max(weights, default=0) > U64_MAX else "UBIGINT"
    db.execute(
        "CREATE OR REPLACE TABLE judged(wallet UINTEGER, proposal UINTEGER, "
        f"divides BOOLEAN, weight {wide})"
    )
    db.execute(
        "INSERT INTO judged SELECT unnest(range(len($weights)))::UINTEGER, 0, "
        f"unnest($weights)::HUGEINT > 0, unnest($weights)::{wide}",
        {"weights": [str(weight) for weight in weights]},
    )
    measured = measure_proposals(db).get(0)
    if measured:
        weigh(db, 0)
    return measured


def by_reference(pool: int, weights: Sequence[int]) -> list[int]:
    return list(reference.apportion(pool, dict(enumerate(weights))).values())


SPLITTERS: Final = {"python": apportion, "sql": by_sql, "reference": by_reference}
each_splitter: Final = pytest.mark.parametrize("split", SPLITTERS.values(), ids=SPLITTERS.keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A split worked by hand; weights stand in key order."""

    pool: int
    weights: tuple[int, ...]
    shares: tuple[int, ...]


BY_HAND: Final = {
    # 43 / 3 = 14, remainder 1: one unit left, all remainders equal, so it goes to the lowest key
    "a tie goes to the lowest key": Example(pool=43, weights=(1, 1, 1), shares=(15, 14, 14)),
    # 129 / 11 = 11 rest 8; 172 / 11 = 15 rest 7 twice: two units left
    "a tie for the second unit": Example(pool=43, weights=(3, 4, 4), shares=(12, 16, 15)),
    "nothing left over": Example(pool=14, weights=(5, 2), shares=(10, 4)),
    # 300 / 7 = 42 rest 6 twice, 100 / 7 = 14 rest 2: both units go to the whole proposals
    "a trial proposal counts a third": Example(pool=100, weights=(3, 3, 1), shares=(43, 43, 14)),
    "more wallets than units": Example(pool=2, weights=(1, 1, 1, 1), shares=(1, 1, 0, 0)),
    # 10 * 1 / 4 = 2 rest 2, 10 * 3 / 4 = 7 rest 2: equal remainders, unequal weights
    "the remainder decides, not the weight": Example(pool=10, weights=(1, 3), shares=(3, 7)),
    "no weight, no unit": Example(pool=3, weights=(0, 2, 0, 2), shares=(0, 2, 0, 1)),
    "a pool of nothing": Example(pool=0, weights=(2, 1), shares=(0, 0)),
    "all to the only one": Example(pool=U64_MAX, weights=(7,), shares=(U64_MAX,)),
    "nobody": Example(pool=5, weights=(), shares=()),
    "nobody with a weight": Example(pool=5, weights=(0, 0), shares=(0, 0)),
    # remainders 9 and 10: as text "9" would be the larger
    "remainders are numbers": Example(pool=1, weights=(9, 10), shares=(0, 1)),
}


@each_splitter
@pytest.mark.parametrize("worked", BY_HAND.values(), ids=BY_HAND.keys())
def test_a_split_worked_by_hand(split: Splitter, worked: Example) -> None:
    assert list(worked.shares) == split(worked.pool, worked.weights)


@pytest.mark.parametrize("split", [apportion, by_sql], ids=["python", "sql"])
def test_rounding_down_keeps_the_left_over_units(
    split: Callable[[int, Sequence[int], Rounding], list[int]],
) -> None:
    assert [11, 15, 15] == split(43, (3, 4, 4), "floor")


# ------------------------------------------------------------------------- vectors of others


@needs_vectors
@each_splitter
@pytest.mark.parametrize("name", ["V2", "V2b", "V3", "V4"])
def test_a_vector_over_wallets(split: Splitter, name: str) -> None:
    vector = vectors()[name]
    wallets = sorted(vector["weights"], key=parse_address)
    expected = [vector["expect"][wallet] for wallet in wallets]
    assert expected == split(vector["pool"], [vector["weights"][wallet] for wallet in wallets])


@needs_vectors
@each_splitter
@pytest.mark.parametrize(
    ("name", "symbol"),
    [("V1", symbol) for symbol in ("JUP", "WEN", "ZEUS", "SHARK", "UPT")]
    + [("V1_alt", symbol) for symbol in ("WEN", "ZEUS", "SHARK")],
)
def test_a_vector_over_proposals(split: Splitter, name: str, symbol: str) -> None:
    vector = vectors()[name][symbol]
    weights = integer_weights(
        [Fraction(1) if proposal.startswith("P") else Fraction(1, 3) for proposal in vector["lrm"]]
    )
    assert list(vector["lrm"].values()) == split(vector["pool"], weights)


@needs_vectors
@pytest.mark.parametrize("symbol", ["JUP", "WEN", "ZEUS", "SHARK", "UPT"])
def test_a_vector_over_proposals_rounded_down(symbol: str) -> None:
    vector = vectors()["V1"][symbol]
    shares = apportion(vector["pool"], [3] * 6 + [1] * 3, "floor")
    assert [vector["floor_normal"]] * 6 + [vector["floor_trial"]] * 3 == shares
    assert vector["leftover_of_floor"] == vector["pool"] - sum(shares)


@needs_vectors
def test_a_vector_over_wallets_rounded_down() -> None:
    vector = vectors()["V3"]
    wallets = sorted(vector["weights"], key=parse_address)
    shares = by_sql(vector["pool"], [vector["weights"][wallet] for wallet in wallets], "floor")
    assert [vector["floor"][wallet] for wallet in wallets] == shares
    assert vector["floor_left"] == vector["pool"] - sum(shares)


# -------------------------------------------------------------------------------- properties

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
    assert measure(scaled) == fill(database(), scaled)


# ------------------------------------------------------------------------- limits and promises


@pytest.mark.parametrize(
    ("pool", "weights"),
    [
        (2**63, [2**64, 1]),
        (2**64 - 1, [2**63 + 1, 2]),
        (1, [2**126, 2**126 - 1, 1]),
        (0, [2**126, 2**126, 1]),
    ],
)
def test_a_division_beyond_128_bits_has_no_room(pool: int, weights: list[int]) -> None:
    assert not has_room(pool, measure(weights))
    assert measure(weights) == fill(database(), weights)  # measuring itself never overflows


def test_the_first_division_without_room_is_the_one_that_reaches_the_limit() -> None:
    limit = Weights(voters=1, divisor=1, total=CEILING // 8, largest=CEILING // 8)
    assert has_room(7, limit)
    assert not has_room(8, limit)


def test_a_refusal_names_token_numbers_and_remedies() -> None:
    measured = measure([2**100, 1])
    assert str(no_room("JUP", 2**40, measured, "wallet W on proposal P")) == (
        "token JUP: a pool of 1099511627776 base units, a largest weight of "
        "1267650600228229401496703205376 (wallet W on proposal P) and a sum of weights of "
        "1267650600228229401496703205377 are too large to divide exactly: pool times largest "
        "weight, and the sum, must stay below 2^127; give the weights in a coarser unit, leave "
        "that one out if it is a mistake, or split the pool over several rounds"
    )


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Weights(voters=2, divisor=1, total=3, largest=2), "outside 0 .. sum"),
        (Weights(voters=3, divisor=1, total=60, largest=3), "as many units"),
        (Weights(voters=3, divisor=1, total=2, largest=1), "as many units"),
    ],
    ids=["a wallet too many", "a sum too large", "a sum too small"],
)
def test_shares_that_contradict_their_measure_are_never_paid(wrong: Weights, promise: str) -> None:
    fill(database(), [1, 2, 3])
    with pytest.raises(InvariantError, match=promise):
        split_weights(database(), "shares", 1000, wrong, "largest-remainder")


# ---------------------------------------------------------------------------- known wrong ways

ROUNDED_UP: Final = [1, 1, 1, 1, 1, 1]  # 100 / 6 = 16.67: half up gives 17 to all


def test_rounding_half_up_would_pay_more_than_the_pool() -> None:
    half_up = [(2 * 100 * weight + 6) // (2 * 6) for weight in ROUNDED_UP]
    assert sum(half_up) == 102
    assert sum(by_sql(100, ROUNDED_UP)) == 100


def test_rounding_percentages_up_would_pay_many_times_the_pool() -> None:
    weights, pool = [1] * 2_100, 10**9
    percent_up = [pool * -(-100 * weight // sum(weights)) // 100 for weight in weights]
    assert sum(percent_up) == 21 * pool
    assert sum(apportion(pool, weights)) == pool


def test_floats_would_lose_units_above_2_to_the_53() -> None:
    pool, weights = 7_500_000_000_000_000, [1, 13_230_731_523_357_051, 9_007_199_254_740_993]
    floats = [int(pool * (weight / sum(weights))) for weight in weights]
    assert [0, 4_462_217_614_370_361, 3_037_782_385_629_639] == by_sql(pool, weights)
    assert sum(floats) < pool


def test_base58_order_would_give_the_last_unit_to_another_wallet() -> None:
    texts = [
        "25TXLvcMJNvRY4vb95G9Kpvf9A3LJCdWLswD47xvXsaX",
        "GcdayuLaLyrdmUu324nahyv33G5poQdLUEZ1nEytDeP",
    ]
    assert texts == sorted(texts)
    high, low = map(parse_address, texts)
    assert low < high
    assert {low: 51, high: 50} == reference.apportion(101, {high: 1, low: 1})
    assert [51, 50] == by_sql(101, [1, 1])  # in key order
