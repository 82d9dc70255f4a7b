"""The largest-remainder split: worked by hand, by others, at its limits and in wrong ways."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import pytest

from allocation.address import parse_address
from allocation.apportion import (
    CEILING,
    Weights,
    apportion,
    has_room,
    measure,
    no_room,
    split_weights,
)
from allocation.errors import InvariantError
from allocation.per_proposal import integer_weights
from allocation.units import U64_MAX
from tests import reference
from tests.allocation_rounds import database
from tests.splitters import by_sql, each_splitter, fill_weights, needs_vectors, vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.round import Rounding
    from tests.splitters import Splitter


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
    assert measure(weights) == fill_weights(database(), weights)  # measuring itself never overflows


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
    fill_weights(database(), [1, 2, 3])
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
