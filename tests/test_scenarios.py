"""One round under several rules: every figure is what the plain judges have."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.scenarios import scenarios_of
from allocation.side_by_side import side_by_side
from allocation.units import format_tokens
from tests import reference
from tests.allocation_rounds import (
    a_round,
    a_token,
    fill,
    fill_list,
    inputs_of,
    judged_by,
    key,
    some_proposals,
)
from tests.reference import Given, Vote
from tests.reference_payout import Terms, VotesPayout, per_proposal, time_weighted
from tests.stake_rounds import by_terms, fill_stakes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.round import Round
    from allocation.scenarios import Rule
    from allocation.side_by_side import Outcome, SideBySide

A, B, C = map(key, (2, 5, 6))

wallets: Final = st.integers(0, 9).map(key)
powers: Final = st.one_of(st.integers(0, 12), st.integers(0, 10**10))
ballots: Final = st.dictionaries(
    st.tuples(wallets, st.integers(0, 1)), powers, min_size=1, max_size=16
).map(lambda cast: [Vote(*place, power) for place, power in cast.items()])
stakes: Final = st.dictionaries(wallets, powers, min_size=1, max_size=9)
pools: Final = st.one_of(st.integers(1, 60), st.integers(1, 10**13))
minima: Final = st.lists(st.integers(1, 10**10) | st.integers(1, 12), max_size=3, unique=True)
quick: Final = settings(deadline=None, max_examples=20)

PROPOSALS: Final = [Fraction(1), Fraction(1, 3)]


def tokens_of(amounts: Sequence[int]) -> list[str]:
    return [format_tokens(amount, 6) for amount in amounts]


def run(
    votes: Sequence[Vote],
    the_round: Round,
    asked: Mapping[Rule, Sequence[str]],
    excluded: Sequence[bytes] = (),
) -> SideBySide:
    db, keys = fill(votes, the_round.proposals, excluded)
    return side_by_side(db, inputs_of(keys, the_round), scenarios_of(the_round, asked))


def outcomes_of(
    votes: Sequence[Vote],
    the_round: Round,
    asked: Mapping[Rule, Sequence[str]],
    excluded: Sequence[bytes] = (),
) -> tuple[Outcome, ...]:
    (token,) = run(votes, the_round, asked, excluded).tokens
    return token.outcomes


def run_stakes(
    summed: Mapping[bytes, int], the_round: Round, asked: Mapping[Rule, Sequence[str]]
) -> tuple[Outcome, ...]:
    db, keys = fill_stakes(summed)
    found = side_by_side(db, inputs_of(keys, the_round), scenarios_of(the_round, asked))
    return found.tokens[0].outcomes


def top(rewards: Mapping[bytes, int], percent: int) -> tuple[int, int]:
    count = ceil(Fraction(len(rewards) * percent, 100))
    return count, sum(sorted(rewards.values(), reverse=True)[:count])


def check_figures(
    outcome: Outcome, rewards: Mapping[bytes, int], before: Mapping[bytes, int], everybody: int
) -> None:
    """Hold an outcome to what every wallet gets, and got in the round as written; none is 0."""
    ordered = sorted(rewards.values())
    gains = [rewards[wallet] - before.get(wallet, 0) for wallet in rewards]
    assert (len(rewards), everybody) == (outcome.kept, outcome.kept + outcome.dropped)
    assert sum(ordered) == outcome.allocated
    assert sum(gain for gain in gains if gain > 0) == outcome.moves.gained
    assert sum(gain > 0 for gain in gains) == outcome.moves.gaining
    assert sum(before.values()) - sum(ordered) == outcome.moves.lost - outcome.moves.gained
    spread = outcome.spread
    assert top(rewards, 1) == (spread.top_1.wallets, spread.top_1.amount)
    assert top(rewards, 10) == (spread.top_10.wallets, spread.top_10.amount)
    if ordered:
        middle = ordered[(len(ordered) - 1) // 2]
        assert (ordered[0], middle, ordered[-1]) == (
            spread.smallest,
            spread.median,
            spread.largest,
        )
    else:
        assert (None, None, None) == (spread.smallest, spread.median, spread.largest)


@quick
@given(ballots, pools, minima, st.booleans(), st.sets(wallets, max_size=1))
def test_every_scenario_of_votes_is_what_the_plain_judge_pays(
    votes: list[Vote], pool: int, least: list[int], floor: bool, excluded: set[bytes]
) -> None:
    as_written = Given(weights=PROPOSALS, excluded=excluded, minimum_vote=7, floor=floor)
    asked: dict[Rule, list[str]] = {
        "minimum": ["none", *tokens_of(least)],
        "denominator": ["all", "counted"],
        "on empty": ["redistribute"],
    }
    the_round = judged_by(as_written, [a_token("JUP", pool)])
    outcomes = outcomes_of(votes, the_round, asked, sorted(excluded))
    givens = [as_written] + [
        replace(as_written, minimum_vote=minimum, denominator_all=whole, redistribute=True)
        for minimum in [0, *least]
        for whole in (True, False)
    ]
    everybody = len({vote.wallet for vote in votes if vote.power})
    results = [reference.per_proposal(pool, votes, rules) for rules in givens]
    for outcome, result in zip(outcomes, results, strict=True):
        check_figures(outcome, result.totals, results[0].totals, everybody)
        assert pool == outcome.allocated + sum(outcome.unallocated.values())


@quick
@given(ballots, pools, st.lists(st.integers(1, 10**7), min_size=1, max_size=3, unique=True))
def test_every_minimum_payout_is_what_the_plain_judge_pays(
    votes: list[Vote], pool: int, least: list[int]
) -> None:
    given_rules = Given(weights=PROPOSALS)
    the_round = judged_by(given_rules, [a_token("JUP", pool)])
    outcomes = outcomes_of(votes, the_round, {"minimum payout": tokens_of(least)})
    everybody = len({vote.wallet for vote in votes if vote.power})

    def judged(minimum: int) -> VotesPayout:
        return per_proposal(pool, votes, given_rules, Terms(minimum_payout=minimum))

    before = judged(0).result.totals
    for outcome, minimum in zip(outcomes, [0, *least], strict=True):
        check_figures(outcome, judged(minimum).result.totals, before, everybody)


@quick
@given(stakes, pools, minima, st.lists(st.integers(1, 10**7), max_size=2, unique=True))
def test_every_scenario_of_stakes_is_what_the_plain_judge_pays(
    summed: dict[bytes, int], pool: int, least: list[int], most: list[int]
) -> None:
    as_written = Terms(minimum_average=3)
    asked: dict[Rule, list[str]] = {
        "minimum": ["none", *tokens_of(least)],
        "maximum payout": ["none", *tokens_of(most)],
        "rounding": ["floor"],
    }
    outcomes = run_stakes(summed, by_terms([pool], [as_written], 7), asked)
    terms = [as_written] + [
        Terms(minimum_average=minimum, maximum_payout=maximum, floor=True)
        for minimum in [0, *least]
        for maximum in [None, *most]
    ]
    everybody = sum(stake > 0 for stake in summed.values())
    payouts = [time_weighted(pool, summed, 7, rules) for rules in terms]
    paid = [{w: r for w, r in payout.rewards.items() if r} for payout in payouts]
    for outcome, rewards in zip(outcomes, paid, strict=True):
        check_figures(outcome, rewards, paid[0], everybody)
        assert pool == outcome.allocated + sum(outcome.unallocated.values())


@quick
@given(ballots, minima)
def test_a_higher_minimum_never_keeps_more_wallets(votes: list[Vote], least: list[int]) -> None:
    pool = 10**13  # enough that no vote that counts is too small for a base unit
    the_round = judged_by(Given(weights=PROPOSALS), [a_token("JUP", pool)])
    outcomes = outcomes_of(votes, the_round, {"minimum": tokens_of(sorted(least))} if least else {})
    assert all(before.kept >= after.kept for before, after in pairwise(outcomes))
    everybody = len({vote.wallet for vote in votes if vote.power})
    assert {everybody} == {outcome.kept + outcome.dropped for outcome in outcomes}


@quick
@given(stakes, minima)
def test_a_higher_average_never_keeps_more_wallets(
    summed: dict[bytes, int], least: list[int]
) -> None:
    the_round = by_terms([10**13], [Terms()], 3)
    asked: dict[Rule, list[str]] = {"minimum": tokens_of(sorted(least))} if least else {}
    outcomes = run_stakes(summed, the_round, asked)
    assert all(before.kept >= after.kept for before, after in pairwise(outcomes))


def test_a_scenario_that_is_as_written_is_the_same_under_its_own_name() -> None:
    votes = [Vote(A, 0, 10_000_000), Vote(B, 0, 1)]
    the_round = a_round([a_token("JUP", 100)], some_proposals([1]), minimum_vote=10_000_000)
    first, same, other = outcomes_of(votes, the_round, {"minimum": ["10", "none"]})
    assert ("as written", "10", "none") == (first.name, same.name, other.name)
    assert first == replace(same, name="as written")
    assert (1, 1) == (first.kept, first.dropped)


def test_every_token_has_its_own_figures() -> None:
    votes = [Vote(A, 0, 3), Vote(B, 0, 1)]
    the_round = a_round([a_token("JUP", 8), a_token("WEN", 2)], some_proposals([1]))
    found = run(votes, the_round, {"minimum": ["0.000002"]})
    largest = [[o.spread.largest for o in token.outcomes] for token in found.tokens]
    assert [[6, 8], [2, 2]] == largest
    assert [[0, 2], [0, 0]] == [[o.moves.gained for o in token.outcomes] for token in found.tokens]


def test_warnings_are_those_of_the_round_as_written() -> None:
    the_round = a_round([a_token("JUP", 8)], some_proposals([1]), minimum_vote=5)
    found = run([Vote(A, 0, 3)], the_round, {"minimum": ["none"]})
    assert (
        "proposal P0: no vote counts, so its part of each pool is left unallocated",
        "token JUP: nobody is paid",
    ) == found.warnings
    assert [0, 1] == [outcome.kept for outcome in found.tokens[0].outcomes]


def test_a_list_has_the_one_scenario_in_which_it_is_paid() -> None:
    the_round = a_round([a_token("JUP", None), a_token("WEN", None)])
    db, keys = fill_list([(1, 0, 5, 2), (2, 0, 0, 0), (2, 1, 1, 0)])
    scenarios = scenarios_of(the_round, {}, "JUP")
    found = side_by_side(db, inputs_of(keys, the_round), scenarios, "JUP")
    ((outcome,),) = [token.outcomes for token in found.tokens]
    assert ("as written", 1, 0, 7) == (
        outcome.name,
        outcome.kept,
        outcome.dropped,
        outcome.spread.largest,
    )
