"""Rounds of votes with multipliers and minimum payouts, held against the plain judge."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.units import BaseUnits
from tests.allocation_rounds import Outcome, a_token, judged_by, key
from tests.reference import Given, Vote, cause_of
from tests.reference_payout import Terms, VotesPayout, per_proposal

if TYPE_CHECKING:
    from random import Random

wallets: Final = st.integers(0, 9).map(key)
powers: Final = st.one_of(st.integers(0, 12), st.integers(0, 10**4), st.integers(0, 10**16))
ballots: Final = st.dictionaries(
    st.tuples(wallets, st.integers(0, 2)),
    st.tuples(powers, st.sampled_from([None, "for", "against"])),
    max_size=20,
).map(lambda cast: [Vote(*place, *vote) for place, vote in cast.items()])
givens: Final = st.builds(
    Given,
    weights=st.lists(st.sampled_from([Fraction(1), Fraction(1, 3)]), min_size=3, max_size=3),
    exclude_sides=st.sampled_from([(), ("against",)]),
    excluded=st.sets(wallets, max_size=2),
    minimum_vote=st.sampled_from([0, 0, 5]),
    denominator_all=st.booleans(),
    redistribute=st.booleans(),
    floor=st.booleans(),
)
multipliers: Final = st.dictionaries(
    wallets, st.builds(Fraction, st.integers(1, 5), st.integers(1, 4)), max_size=4
)
asked: Final = st.lists(
    st.tuples(
        st.one_of(st.integers(1, 60), st.integers(1, 10**13)),
        st.one_of(st.none(), st.integers(1, 30), st.integers(1, 10**6)),
    ),
    min_size=1,
    max_size=3,
)


@settings(deadline=None, max_examples=50)
@given(ballots, givens, multipliers, asked, st.randoms())
def test_every_round_is_divided_as_the_plain_judge_does(
    votes: list[Vote],
    rules: Given,
    factors: dict[bytes, Fraction],
    pools: list[tuple[int, int | None]],
    random: Random,
) -> None:
    random.shuffle(votes)  # the order of rows means nothing
    tokens = [
        a_token(f"T{number}", pool, minimum_payout=None if least is None else BaseUnits(least))
        for number, (pool, least) in enumerate(pools)
    ]
    outcome = Outcome(votes, judged_by(rules, tokens), sorted(rules.excluded), factors)
    expected = [
        per_proposal(pool, votes, rules, Terms(multipliers=factors, minimum_payout=least or 0))
        for pool, least in pools
    ]
    for number, judgement in enumerate(expected):
        assert judgement.result.totals == outcome.totals[number]
        assert {place: reward for place, reward in judgement.result.rewards.items() if reward} == {
            place: reward for place, reward in outcome.rewards[number].items() if reward
        }
        assert unallocated(judgement) == outcome.unallocated(number)
        allocated = sum(outcome.totals[number].values())
        assert pools[number][0] == allocated + sum(outcome.unallocated(number).values())
        moved = outcome.payout.moved[number].get("minimum_payout")
        assert (len(judgement.dropped), sum(judgement.dropped.values())) == (
            (moved.wallets, moved.amount) if moved else (0, 0)
        )
    everywhere = set.intersection(*(set(judgement.dropped) for judgement in expected))
    assert {(v.wallet, v.proposal): cause(v, rules, everywhere) for v in votes} == outcome.causes


def cause(vote: Vote, rules: Given, dropped: set[bytes]) -> str | None:
    return cause_of(vote, rules) or ("minimum_payout" if vote.wallet in dropped else None)


def unallocated(judgement: VotesPayout) -> dict[str, int]:
    result = judgement.result
    kept = {
        "rounding": result.rounding,
        "empty_proposal": result.empty_proposal,
        "minimum_vote": result.minimum_vote,
    }
    return {cause: amount for cause, amount in kept.items() if amount}


@settings(deadline=None, max_examples=15)
@given(ballots, givens, multipliers, st.integers(1, 10**6), st.integers(1, 30))
def test_the_minimum_of_one_token_does_not_touch_another(
    votes: list[Vote], rules: Given, factors: dict[bytes, Fraction], pool: int, least: int
) -> None:
    free, limited = a_token("FREE", 1000), a_token("LIM", pool, minimum_payout=BaseUnits(least))
    alone = Outcome(votes, judged_by(rules, [free]), sorted(rules.excluded), factors)
    both = Outcome(votes, judged_by(rules, [limited, free]), sorted(rules.excluded), factors)
    assert alone.totals[0] == both.totals[1]
    assert alone.unallocated(0) == both.unallocated(1)
    assert alone.causes == both.causes


@settings(deadline=None, max_examples=15)
@given(ballots, givens, multipliers, st.integers(1, 10**6), st.integers(1, 30))
def test_excluded_wallets_change_nothing_but_that_they_are_listed(
    votes: list[Vote], rules: Given, factors: dict[bytes, Fraction], pool: int, least: int
) -> None:
    token = a_token("LIM", pool, minimum_payout=BaseUnits(least))
    listed = Outcome(votes, judged_by(rules, [token]), sorted(rules.excluded), factors)
    others = [vote for vote in votes if vote.wallet not in rules.excluded]
    absent = Outcome(others, judged_by(replace(rules, excluded=()), [token]), (), factors)
    assert absent.totals == listed.totals
    assert absent.unallocated() == listed.unallocated()


@settings(deadline=None, max_examples=15)
@given(ballots, givens, multipliers, st.integers(1, 10**6), st.integers(1, 30))
def test_of_those_who_are_paid_more_weight_on_a_proposal_never_gets_less_of_it(
    votes: list[Vote], rules: Given, factors: dict[bytes, Fraction], pool: int, least: int
) -> None:
    token = a_token("LIM", pool, minimum_payout=BaseUnits(least))
    outcome = Outcome(votes, judged_by(rules, [token]), sorted(rules.excluded), factors)
    for proposal in range(3):
        paid = sorted(
            (vote.power * factors.get(vote.wallet, Fraction(1)), outcome.rewards[0][vote[:2]])
            for vote in votes
            if vote.proposal == proposal and vote[:2] in outcome.rewards[0]
        )
        rewards = [reward for _, reward in paid]
        assert sorted(rewards) == rewards
