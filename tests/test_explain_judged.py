"""Every row of generated rounds is explained as the plain judge has it, under every rule."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.allocate import allocate
from allocation.explain_steps import StakeStep, VoteStep
from allocation.units import BaseUnits
from tests.allocation_rounds import a_token, fill, inputs_of, judged_by, key
from tests.explanations import explain_allocated
from tests.reference import Given, Vote, cause_of
from tests.reference_payout import Terms, per_proposal, time_weighted
from tests.stake_rounds import by_terms, divided

if TYPE_CHECKING:
    from allocation.explain_steps import TokenExplanation
    from allocation.round import Round

wallets: Final = st.integers(0, 9).map(key)
powers: Final = st.one_of(st.integers(0, 12), st.integers(0, 10**16), st.just(2**40))
sides: Final = st.sampled_from([None, "for", "against", "abstain"])
ballots: Final = st.dictionaries(
    st.tuples(wallets, st.integers(0, 2)), st.tuples(powers, sides), max_size=24
).map(lambda cast: [Vote(*place, *vote) for place, vote in cast.items()])
givens: Final = st.builds(
    Given,
    weights=st.lists(
        st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(7, 5)]),
        min_size=3,
        max_size=3,
    ),
    exclude_sides=st.sampled_from([(), ("against",), ("for", "abstain")]),
    excluded=st.sets(wallets, max_size=2),
    minimum_vote=st.sampled_from([0, 0, 5, 10**10]),
    denominator_all=st.booleans(),
    redistribute=st.booleans(),
    floor=st.booleans(),
)
fractions: Final = st.builds(Fraction, st.integers(1, 5), st.integers(1, 4))
factors: Final = st.integers(0, 4).flatmap(
    lambda most: st.dictionaries(wallets, fractions, max_size=most)
)
pools: Final = st.one_of(st.integers(1, 60), st.integers(1, 10**13))
limits: Final = st.one_of(st.none(), st.none(), st.integers(1, 30), st.integers(1, 10**6))


def with_lists(the_round: Round) -> Round:
    """Let a round name the inputs that its tables come from."""
    inputs = replace(the_round.inputs, exclude="exclude.csv", multipliers="multipliers.csv")
    return replace(the_round, inputs=inputs)


@settings(deadline=None, max_examples=80)
@given(ballots, givens, factors, st.lists(st.tuples(pools, limits), min_size=1, max_size=2))
def test_every_vote_is_explained_as_the_plain_judge_has_it(
    votes: list[Vote],
    rules: Given,
    multipliers: dict[bytes, Fraction],
    asked: list[tuple[int, int | None]],
) -> None:
    tokens = [
        a_token(f"T{number}", pool, minimum_payout=None if least is None else BaseUnits(least))
        for number, (pool, least) in enumerate(asked)
    ]
    the_round = with_lists(judged_by(rules, tokens))
    db, keys = fill(votes, the_round.proposals, sorted(rules.excluded), multipliers)
    allocations = allocate(db, the_round, inputs_of(keys, the_round))
    explanations = explain_allocated(allocations, the_round)
    causes = {vote[:2]: cause_of(vote, rules) for vote in votes}
    for number, (pool, least) in enumerate(asked):
        terms = Terms(multipliers=multipliers, minimum_payout=least or 0)
        judged = per_proposal(pool, votes, rules, terms)
        explained = {one.wallet: one.tokens[number] for one in explanations}
        assert texts(judged.result.totals) == paid(explained)
        assert texts(judged.dropped) == {
            wallet: token.minimum.amount
            for wallet, token in explained.items()
            if token.minimum and token.minimum.missing
        }
        assert {
            (format_address(wallet), f"P{proposal}"): (
                judged.result.rewards.get((wallet, proposal), 0),
                cause or ("minimum_payout" if wallet in judged.dropped else None),
            )
            for (wallet, proposal), cause in causes.items()
        } == {
            (wallet, step.proposal.id): (step.reward, step.removal and step.removal.cause)
            for wallet, token in explained.items()
            for step in token.steps
            if isinstance(step, VoteStep)
        }


stakes: Final = st.one_of(st.integers(0, 12), st.integers(0, 10**4), st.integers(0, 8 * 10**22))
terms_of_one: Final = st.builds(
    Terms,
    excluded=st.sets(wallets, max_size=2),
    minimum_average=st.sampled_from([0, 0, 3, 10**9]),
    multipliers=factors,
    floor=st.booleans(),
)


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(wallets, stakes, max_size=9),
    st.lists(st.tuples(pools, limits, limits), min_size=1, max_size=2),
    terms_of_one,
    st.sampled_from([1, 7, 92]),
)
def test_every_stake_is_explained_as_the_plain_judge_has_it(
    summed: dict[bytes, int],
    asked: list[tuple[int, int | None, int | None]],
    rules: Terms,
    length: int,
) -> None:
    terms = [
        replace(rules, minimum_payout=least or 0, maximum_payout=most) for _, least, most in asked
    ]
    the_round = with_lists(by_terms([pool for pool, _, _ in asked], terms, length))
    explanations = explain_allocated(divided(summed, the_round, rules), the_round)
    assert {format_address(wallet) for wallet in summed} == {one.wallet for one in explanations}
    for number, (pool, _, most) in enumerate(asked):
        judged = time_weighted(pool, summed, length, terms[number])
        explained = {one.wallet: one.tokens[number] for one in explanations}
        rewards = {wallet: amount for wallet, amount in judged.rewards.items() if amount}
        assert texts(rewards) == paid(explained)
        steps = {
            wallet: step
            for wallet, token in explained.items()
            for step in token.steps
            if isinstance(step, StakeStep)
        }
        assert {format_address(wallet): cause for wallet, cause in judged.causes.items()} == {
            wallet: step.removal.cause for wallet, step in steps.items() if step.removal
        }
        at_maximum = [step for step in steps.values() if step.maximum and step.maximum.above]
        assert all(step.reward == most and step.share is None for step in at_maximum)
        for step in steps.values():
            assert step.maximum is None or len(at_maximum) == step.maximum.wallets


def texts(amounts: dict[bytes, int]) -> dict[str, int]:
    return {format_address(wallet): amount for wallet, amount in amounts.items()}


def paid(explained: dict[str, TokenExplanation]) -> dict[str, int]:
    return {wallet: token.amount for wallet, token in explained.items() if token.amount}
