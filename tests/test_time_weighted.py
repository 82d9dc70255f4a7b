"""Rounds by stake: worked by hand, by others, and at their limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation.address import format_address, parse_address
from allocation.allocate import allocate
from allocation.errors import AsrError, InvariantError
from allocation.round import DAY
from allocation.units import U64_MAX
from tests.allocation_rounds import a_token, amounts, inputs_of, key
from tests.reference_payout import Terms
from tests.splitters import needs_vectors, vectors
from tests.stake_rounds import START, a_stakes_round, by_terms, divided, fill_stakes, paid

if TYPE_CHECKING:
    from allocation.allocate import Allocations
    from allocation.round import Mode

A, B, C, D, E, F = (bytes(key(number)) for number in (2, 5, 6, 17, 30, 31))
NO_TERMS: Final = Terms()


def paid_by(summed: dict[bytes, int], pool: int, **terms: Any) -> Any:
    """What the only token of a round over one day pays."""
    asked = Terms(**terms)
    (token,) = paid(divided(summed, by_terms([pool], [asked]), asked))
    return token


def test_a_pool_is_shared_by_what_was_staked_on_average() -> None:
    # 100 over 3 : 2 : 1: 50, 33 rest 2, 16 rest 4; the unit left over goes to C
    assert {A: 50, B: 33, C: 17} == paid_by({A: 3, B: 2, C: 1}, 100).rewards


def test_a_wallet_carries_the_first_cause_that_removed_it() -> None:
    summed = {A: 0, B: 0, C: 14, D: 14, E: 15, F: 100}
    terms = Terms(excluded=[B, C, F], minimum_average=5)
    (found,) = paid(divided(summed, by_terms([100], [terms], length=3), terms))
    assert {
        **dict.fromkeys((A, B), "zero_power"),
        **dict.fromkeys((C, F), "excluded"),
        D: "minimum_average",
    } == found.causes
    assert found.causes == found.row_causes
    assert {E: 100} == found.rewards


def test_a_rounded_average_would_let_in_who_stays_below_the_minimum() -> None:
    terms = Terms(minimum_average=5)
    (found,) = paid(divided({A: 14, B: 15}, by_terms([7], [terms], length=3), terms))
    assert round(14 / 3) == 5
    assert ({A: "minimum_average"}, {B: 7}) == (found.causes, found.rewards)


def test_without_anybody_who_counts_the_pool_stays_whole() -> None:
    allocations = divided({A: 0, B: 4}, by_terms([100], [Terms(minimum_average=5)]), NO_TERMS)
    (found,) = paid(allocations)
    assert ({}, {"nobody": 100}) == (found.rewards, found.unallocated)
    assert ("token T0: nobody is paid",) == allocations.warnings


def test_rounding_down_keeps_what_is_left_over() -> None:
    found = paid_by({A: 3, B: 2, C: 1}, 100, floor=True)
    assert ({A: 50, B: 33, C: 16}, {"rounding": 1}) == (found.rewards, found.unallocated)


# ------------------------------------------------------------------------------------ payouts


def test_all_below_the_minimum_payout_leave_at_once() -> None:
    # 100 over 60 : 31 : 5 : 4: A 60, B 31, C 5, D 4. The 91 of the others: 65 rest 85, 34 rest 6.
    found = paid_by({A: 60, B: 31, C: 5, D: 4}, 100, minimum_payout=6)
    assert {A: 66, B: 34} == found.rewards
    assert {C: "minimum_payout", D: "minimum_payout"} == found.causes == found.row_causes
    assert {} == found.unallocated


def test_who_gets_just_the_minimum_payout_stays() -> None:
    assert {A: 95, B: 5} == paid_by({A: 95, B: 5}, 100, minimum_payout=5).rewards


def test_the_unit_left_over_does_not_lift_anybody_over_the_minimum_payout() -> None:
    # 5 over 2 : 1: 3 rest 1, 1 rest 2: rounded down B is below 2, whoever gets the unit left over
    assert {A: 5} == paid_by({A: 2, B: 1}, 5, minimum_payout=2).rewards


def test_who_stakes_more_can_lose_the_unit_left_over_as_another_is_dropped_for_it() -> None:
    # A 1.35, B 33.34, C 98.31, D 1.00 of 134: the unit left over goes to A.
    others = {B: 3334, C: 9831, D: 100}
    before = paid_by({A: 135, **others}, 134, minimum_payout=1)
    assert {A: 2, B: 33, C: 98, D: 1} == before.rewards
    # A 1.36, D 0.999 and out; then A 1.37, B 33.59, C 99.04: it goes to B.
    after = paid_by({A: 136, **others}, 134, minimum_payout=1)
    assert {A: 1, B: 34, C: 99} == after.rewards


def test_what_the_maximum_takes_from_some_goes_to_the_others_round_by_round() -> None:
    # 100 over 70 : 20 : 10: A 70 is capped at 30; 70 over 20 : 10: B 46 is capped; C has the rest,
    # 40 > 30: capped as well, and 10 are left.
    found = paid_by({A: 70, B: 20, C: 10}, 100, maximum_payout=30)
    assert {A: 30, B: 30, C: 30} == found.rewards
    assert {"maximum_payout": 10} == found.unallocated
    assert dict.fromkeys((A, B, C), "maximum_payout") == found.causes
    assert {} == found.row_causes


def test_who_would_get_just_the_maximum_is_not_limited_by_it() -> None:
    found = paid_by({A: 60, B: 40}, 100, maximum_payout=60)
    assert ({A: 60, B: 40}, {}) == (found.rewards, found.causes)


def test_the_rest_after_the_maximum_is_shared_to_the_last_unit() -> None:
    # A is capped at 50; 51 over 3 : 3 : 1: 21 rest 6, 21 rest 6, 7 rest 2: two units, to B and C
    found = paid_by({A: 93, B: 3, C: 3, D: 1}, 101, maximum_payout=50)
    assert {A: 50, B: 22, C: 22, D: 7} == found.rewards


def test_the_minimum_comes_before_the_maximum() -> None:
    # 100 over 85 : 11 : 4: C is below 5, though without A's 50 it would get more
    found = paid_by({A: 85, B: 11, C: 4}, 100, minimum_payout=5, maximum_payout=50)
    assert {A: 50, B: 50} == found.rewards
    assert {A: "maximum_payout", C: "minimum_payout"} == found.causes


def test_a_maximum_that_leaves_something_is_warned_about() -> None:
    terms = Terms(maximum_payout=30)
    allocations = divided({A: 1, B: 1}, by_terms([100], [terms]), terms)
    (warning,) = allocations.warnings
    assert warning == (
        "token T0: everybody gets the maximum payout, and 40 base units of the pool are left "
        "unallocated"
    )


def test_each_token_has_its_own_limits() -> None:
    asked = [Terms(minimum_payout=20), Terms(), Terms(minimum_payout=2), Terms(maximum_payout=5)]
    allocations = divided({A: 90, B: 9, C: 1}, by_terms([100, 100, 100, 10], asked), NO_TERMS)
    # of the last, 10 over 90 : 9 : 1: 9 rest 0, 0 rest 90, 0 rest 10; A is capped, and the other 5
    # over 9 : 1 are 4 rest 5 twice: B's 4.5 is not above 5, and the unit goes to the lower key
    assert [{A: 100}, {A: 90, B: 9, C: 1}, {A: 91, B: 9}, {A: 5, B: 5}] == [
        found.rewards for found in paid(allocations)
    ]
    assert [{}, {}, {}, {}] == [found.row_causes for found in paid(allocations)]


# ------------------------------------------------------------------------------------ vectors


@needs_vectors
@pytest.mark.parametrize(
    ("mode", "length", "total", "allocated"),
    [
        ("continuous", 92 * DAY, "S", "alloc_50M_JUP"),
        ("daily", 92, "daily_eod_sum", "alloc_daily_eod"),
    ],
)
def test_the_vector_of_a_quarter(mode: Mode, length: int, total: str, allocated: str) -> None:
    vector = vectors()["V7"]
    wallets = {name: key(place) for place, name in enumerate(vector["cases"])}
    summed: dict[bytes, int] = {
        wallets[name]: case[total] for name, case in vector["cases"].items()
    }
    the_round = a_stakes_round(
        [a_token("JUP", 50_000_000 * 10**6)], length, mode, minimum_average=vector["min"]
    )
    (found,) = paid(divided(summed, the_round, NO_TERMS))
    assert {wallets[name]: amount for name, amount in vector[allocated].items() if amount} == (
        found.rewards
    )


@needs_vectors
def test_the_vector_of_a_tie() -> None:
    assert by_key("V2b", "expect") == paid_by(by_key("V2b", "weights"), 100).rewards


@needs_vectors
def test_the_vector_of_a_minimum_payout() -> None:
    vector, weights = vectors()["V8_minpay"], by_key("V8_minpay", "weights")
    assert by_key("V8_minpay", "lrm_all") == paid_by(weights, vector["pool"]).rewards
    limited = paid_by(weights, vector["pool"], minimum_payout=vector["min_payout"])
    assert by_key("V8_minpay", "after") == limited.rewards


@needs_vectors
@pytest.mark.parametrize("name", ["V8_cap", "V8_cap_infeasible"])
def test_the_vectors_of_a_maximum_payout(name: str) -> None:
    vector, weights = vectors()[name], by_key("V8_minpay", "weights")
    found = paid_by(weights, vectors()["V8_minpay"]["pool"], maximum_payout=vector["cap"])
    assert by_key(name, "alloc") == found.rewards
    assert vector["unallocated"] == found.unallocated.get("maximum_payout", 0)


def by_key(name: str, member: str) -> dict[bytes, int]:
    return {parse_address(wallet): amount for wallet, amount in vectors()[name][member].items()}


# ------------------------------------------------------------------------- limits of numbers


def test_sums_beyond_64_bits_are_divided_exactly() -> None:
    # ten million JUP for a quarter of seconds, and one base unit less for a second
    large = 10**13 * 7_948_800
    found = paid_by({A: large, B: large - 1, C: large * 1000}, 10**15 + 1)
    assert {A: 998_003_992_016, B: 998_003_992_016, C: 998_003_992_015_969} == found.rewards


def test_sums_that_exceed_128_bits_together_are_divided_if_their_divisor_allows() -> None:
    assert {A: 50, B: 25, C: 25} == paid_by({A: 2**126, B: 2**125, C: 2**125}, 100).rewards


def test_sums_too_large_for_the_pool_are_refused_naming_token_and_wallet() -> None:
    with pytest.raises(AsrError) as refusal:
        paid_by({A: 1, C: 2**100, B: 2**100}, 2**27)
    assert str(refusal.value) == (
        "token T0: a pool of 134217728 base units, a largest weight of "
        f"1267650600228229401496703205376 (wallet {format_address(B)}) and a sum of weights of "
        "2535301200456458802993406410753 are too large to divide exactly: pool times largest "
        "weight, and the sum, must stay below 2^127; give the weights in a coarser unit, leave "
        "that one out if it is a mistake, or split the pool over several rounds"
    )


def test_the_largest_minimum_over_the_longest_period_does_not_overflow() -> None:
    terms = Terms(minimum_average=U64_MAX)
    (found,) = paid(divided({A: 2**100}, by_terms([5], [terms], length=10**6), terms))
    assert {A: 5} == found.rewards


def test_a_round_without_a_period_is_never_divided() -> None:
    the_round = replace(by_terms([5], [NO_TERMS]), period=None)
    with pytest.raises(InvariantError, match="no period"):
        divided({A: 1}, the_round, NO_TERMS)


# ----------------------------------------------------------------------- again and again


def test_one_database_serves_round_after_round() -> None:
    summed, terms = {A: 60, B: 31, C: 5, D: 4}, Terms(excluded=[D])
    db, wallets = fill_stakes(summed, terms.excluded)
    plain = by_terms([100], [terms])
    rounds = [
        plain,
        by_terms([100], [Terms(minimum_payout=6)]),
        by_terms([50], [Terms(maximum_payout=20)]),
        by_terms([100], [Terms(minimum_average=31)]),
        by_terms([100, 7], [Terms(minimum_payout=6), Terms(minimum_payout=1)]),
        plain,
    ]
    found: list[Allocations] = []
    for the_round in rounds:
        found.append(allocate(db, the_round, inputs_of(wallets, the_round)))
        paid(found[-1])
    alone = [divided(summed, the_round, terms) for the_round in rounds]
    assert [one.report for one in alone] == [one.report for one in found]
    assert [[amounts(one, n) for n in range(len(one.tokens))] for one in alone] == [
        [amounts(one, n) for n in range(len(one.tokens))] for one in found
    ]


def test_progress_is_told_once_per_limited_token_and_once_for_the_pool() -> None:
    told: list[tuple[str, int, int]] = []
    the_round = by_terms([100, 100], [Terms(minimum_payout=1), Terms()])
    db, wallets = fill_stakes({A: 1})
    allocate(db, the_round, inputs_of(wallets, the_round), lambda *news: told.append(news))
    assert [
        ("applying minimum and maximum payouts", 0, 1),
        ("dividing the pools", 0, 1),
    ] == told


def test_the_start_of_a_period_does_not_matter_to_the_division() -> None:
    the_round = by_terms([100], [NO_TERMS])
    assert the_round.period is not None
    later = replace(the_round.period, start=START + DAY, end=the_round.period.end + DAY)
    moved = replace(the_round, period=later)
    stakes = {A: 3, B: 4}
    assert paid(divided(stakes, the_round, NO_TERMS)) == paid(divided(stakes, moved, NO_TERMS))
