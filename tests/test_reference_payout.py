"""The judge of payouts against the worked vectors, cases worked by hand, and itself."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import Given, Vote
from tests.reference import per_proposal as plain_per_proposal
from tests.reference_payout import Terms, multiplied, per_proposal, time_weighted

VECTORS: Final = Path(__file__).parent.parent.parent / "shared/data/vectors/allocation.json"
needs_vectors: Final = pytest.mark.skipif(
    not VECTORS.exists(), reason="the worked vectors of ../shared/data are not here"
)
A, B, C, D = b"A", b"B", b"C", b"D"


def vector(name: str) -> dict[str, Any]:
    vectors: dict[str, dict[str, Any]] = json.loads(VECTORS.read_bytes())
    return vectors[name]


def by_key(amounts: dict[str, int]) -> dict[bytes, int]:
    return {base58.b58decode(wallet): amount for wallet, amount in amounts.items()}


# The vectors


@needs_vectors
def test_a_minimum_payout_is_that_of_the_vector() -> None:
    worked = vector("V8_minpay")
    terms = Terms(minimum_payout=worked["min_payout"])
    payout = time_weighted(worked["pool"], by_key(worked["weights"]), 1, terms)
    assert by_key(worked["after"]) == payout.rewards
    # 1 and 5 of 55,556, and a million: 17.9994 and 89.9992, rounded down
    assert [17, 89] == list(payout.dropped.values())
    everyone = time_weighted(worked["pool"], by_key(worked["weights"]), 1, Terms())
    assert by_key(worked["lrm_all"]) == everyone.rewards


@needs_vectors
@pytest.mark.parametrize("name", ["V8_cap", "V8_cap_infeasible"])
def test_a_cap_is_that_of_the_vector(name: str) -> None:
    given, worked = vector("V8_minpay"), vector(name)
    terms = Terms(maximum_payout=worked["cap"])
    payout = time_weighted(given["pool"], by_key(given["weights"]), 1, terms)
    assert by_key(worked["alloc"]) == payout.rewards
    assert worked["unallocated"] == payout.maximum_payout


@needs_vectors
def test_a_minimum_vote_is_that_of_the_vector() -> None:
    first, second, third = (
        base58.b58decode("4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM"),
        base58.b58decode("8opHzTAnfzRpPEx21XtnrVTX28YQuCpAjcn1PczScKh"),
        base58.b58decode("CiDwVBFgWV9E5MvXWoLgnEgn2hK7rJikbvfWavzAQz3"),
    )
    # The vector gives no powers. Its shares say: 4 : 2 : 1 on P1, next to nothing for the third on
    # P2, nearly equal ones on T1; its minimum says which of them lie below 10,000,000.
    votes = [
        *(Vote(first, 0, 40_000_000), Vote(second, 0, 20_000_000), Vote(third, 0, 10_000_000)),
        *(Vote(first, 1, 100_000_000), Vote(third, 1, 1)),
        *(Vote(second, 2, 10_000_000), Vote(first, 2, 9_999_999)),
    ]
    worked = vector("V5_min10")
    rules = Given(
        weights=[Fraction(1), Fraction(1), Fraction(1, 3)], minimum_vote=worked["min_vote_power"]
    )
    result = per_proposal(50_000_000, votes, rules, Terms()).result
    assert by_key(worked["totals"]) == result.totals
    assert {
        (base58.b58decode(wallet), number): amount
        for number, amounts in enumerate(worked["breakdown"].values())
        for wallet, amount in amounts.items()
    } == result.rewards


# Worked by hand: rules


def test_rules_apply_in_their_order_and_a_wallet_carries_the_first_cause() -> None:
    summed = {A: 0, B: 299, C: 300, D: 900, b"E": 1_000_000}
    terms = Terms(excluded={A, b"E"}, minimum_average=100, multipliers={B: Fraction(10)})
    payout = time_weighted(4, summed, 3, terms)
    assert {A: "zero_power", B: "minimum_average", b"E": "excluded"} == payout.causes
    assert {C: 1, D: 3} == payout.rewards


def test_multipliers_are_exact_fractions_of_the_weight() -> None:
    # 8 x 3/4 = 6, 6 x 2/3 = 4, 2: halves of 12 for 6, 4 and 2
    multipliers = {A: Fraction(3, 4), B: Fraction(2, 3)}
    assert {A: 72, B: 48, C: 24} == multiplied({A: 8, B: 6, C: 2}, multipliers)
    payout = time_weighted(12, {A: 8, B: 6, C: 2}, 1, Terms(multipliers=multipliers))
    assert {A: 6, B: 4, C: 2} == payout.rewards


def test_the_minimum_payout_looks_at_the_share_rounded_down() -> None:
    # 10 among 4, 4, 1: 4.44, 4.44, 1.11; a minimum of 2 drops C; 5 each for the rest
    payout = time_weighted(10, {A: 4, B: 4, C: 1}, 1, Terms(minimum_payout=2))
    assert ({A: 5, B: 5}, {C: 1}) == (payout.rewards, payout.dropped)


def test_a_minimum_payout_above_everyone_leaves_the_pool() -> None:
    payout = time_weighted(10, {A: 4, B: 4}, 1, Terms(minimum_payout=6))
    assert ({}, 10, {A: "minimum_payout", B: "minimum_payout"}) == (
        payout.rewards,
        payout.nobody,
        payout.causes,
    )


def test_who_gets_just_the_maximum_is_not_capped_and_what_caps_leave_may_cap_others() -> None:
    # 12 among 8, 3, 1 and at most 5: A is capped; 7 among 3 and 1 is 5.25: B too; 2 for C
    payout = time_weighted(12, {A: 8, B: 3, C: 1}, 1, Terms(maximum_payout=5))
    assert {A: 5, B: 5, C: 2} == payout.rewards
    # 12 among 5, 5, 2 and at most 5: nobody is above
    payout = time_weighted(12, {A: 5, B: 5, C: 2}, 1, Terms(maximum_payout=5))
    assert ({A: 5, B: 5, C: 2}, 0) == (payout.rewards, payout.maximum_payout)


def test_votes_below_the_minimum_payout_are_dropped_over_all_proposals_at_once() -> None:
    # 12 over two equal proposals, 6 each. First: A 4, B 2 of 6: 4 and 2. Second: B 1, C 2, D 3
    # of 6: 1, 2, 3. Totals A 4, B 3, C 2, D 3. A minimum of 3 drops C alone; then 6 among B 1
    # and D 3 is 1.5 and 4.5: the left-over unit goes to the lower key of two equal remainders.
    votes = [Vote(A, 0, 4), Vote(B, 0, 2), Vote(B, 1, 1), Vote(C, 1, 2), Vote(D, 1, 3)]
    rules = Given(weights=[Fraction(1), Fraction(1)])
    payout = per_proposal(12, votes, rules, Terms(minimum_payout=3))
    assert {C: 2} == payout.dropped
    assert {(A, 0): 4, (B, 0): 2, (B, 1): 2, (D, 1): 4} == payout.result.rewards


@pytest.mark.parametrize(("redistribute", "paid", "empty"), [(False, 6, 6), (True, 12, 0)])
def test_a_minimum_payout_may_empty_a_proposal(redistribute: bool, paid: int, empty: int) -> None:
    votes = [Vote(A, 0, 1), Vote(B, 1, 1), Vote(C, 1, 1)]
    rules = Given(weights=[Fraction(1), Fraction(1)], redistribute=redistribute)
    payout = per_proposal(12, votes, rules, Terms(minimum_payout=4))
    assert ({(A, 0): paid}, empty) == (payout.result.rewards, payout.result.empty_proposal)


def test_a_multiplier_comes_after_the_minimum_vote() -> None:
    votes = [Vote(A, 0, 10), Vote(B, 0, 9), Vote(C, 0, 20)]
    terms = Terms(multipliers={A: Fraction(1, 2), B: Fraction(100)})
    rules = Given(weights=[Fraction(1)], minimum_vote=10)
    assert {(A, 0): 1, (C, 0): 4} == per_proposal(5, votes, rules, terms).result.rewards


# The judge against itself

wallets: Final = st.sampled_from([A, B, C, D])
votes_of_anyone: Final = st.dictionaries(
    st.tuples(wallets, st.integers(0, 2)), st.integers(0, 30), max_size=12
).map(lambda powers: [Vote(wallet, number, power) for (wallet, number), power in powers.items()])
rounds_of_votes: Final = st.builds(
    Given,
    weights=st.lists(st.fractions(Fraction(1, 9), 3, max_denominator=9), min_size=3, max_size=3),
    excluded=st.sets(wallets, max_size=1),
    minimum_vote=st.integers(0, 20),
    denominator_all=st.booleans(),
    redistribute=st.booleans(),
    floor=st.booleans(),
)
some_terms: Final = st.builds(
    Terms,
    excluded=st.sets(wallets, max_size=1),
    minimum_average=st.integers(0, 10),
    multipliers=st.dictionaries(wallets, st.fractions(Fraction(1, 9), 3, max_denominator=9)),
    minimum_payout=st.integers(0, 40),
    maximum_payout=st.none() | st.integers(40, 90),
    floor=st.booleans(),
)


@given(pool=st.integers(1, 200), votes=votes_of_anyone, rules=rounds_of_votes)
def test_without_new_rules_votes_are_divided_as_before(
    pool: int, votes: list[Vote], rules: Given
) -> None:
    expected = plain_per_proposal(pool, votes, rules)
    assert expected == per_proposal(pool, votes, rules, Terms()).result


@given(pool=st.integers(1, 200), votes=votes_of_anyone, rules=rounds_of_votes, terms=some_terms)
def test_all_of_a_pool_of_votes_is_accounted_for(
    pool: int, votes: list[Vote], rules: Given, terms: Terms
) -> None:
    payout = per_proposal(pool, votes, rules, terms)
    result = payout.result
    unallocated = result.rounding + result.empty_proposal + result.minimum_vote
    assert pool == sum(result.rewards.values()) + unallocated
    assert not {wallet for wallet, _ in result.rewards} & set(payout.dropped)


@given(
    pool=st.integers(1, 200), summed=st.dictionaries(wallets, st.integers(0, 99)), terms=some_terms
)
def test_all_of_a_pool_of_stakes_is_accounted_for(
    pool: int, summed: dict[bytes, int], terms: Terms
) -> None:
    payout = time_weighted(pool, summed, 3, terms)
    unallocated = payout.rounding + payout.nobody + payout.maximum_payout
    assert pool == sum(payout.rewards.values()) + unallocated
    assert set(summed) == set(payout.rewards) | set(payout.causes)
    assert (
        terms.maximum_payout is None
        or max(payout.rewards.values(), default=0) <= terms.maximum_payout
    )
    assert all(reward >= terms.minimum_payout for reward in payout.rewards.values())
