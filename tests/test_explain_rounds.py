"""Every wallet of every round: its explained parts are its shares and add up to its leaf."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.explain import explainer_of
from allocation.explain_votes import VoteStep
from allocation.tables.breakdown import Breakdown
from tests import reference
from tests.allocation_rounds import a_token, allocated, judged_by, key
from tests.building import build
from tests.conftest import FIXTURES
from tests.explanations import PlainRanking, explain_all, leaves_of
from tests.reference import Given, Vote
from tests.test_real_votes import TOKENS, VOTES, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.allocate import Allocations

SYMBOLS: Final = ("JUP", "WEN", "ZEUS", "SHARK", "UPT")

powers = st.one_of(st.integers(0, 12), st.integers(0, 10**16), st.just(2**40))
sides = st.sampled_from([None, "for", "against", "abstain"])
ballots = st.dictionaries(
    st.tuples(st.integers(0, 9).map(key), st.integers(0, 2)), st.tuples(powers, sides), max_size=24
).map(lambda cast: [Vote(*place, *vote) for place, vote in cast.items()])
rules_of_rounds = st.builds(
    Given,
    weights=st.lists(
        st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(7, 5)]),
        min_size=3,
        max_size=3,
    ),
    exclude_sides=st.sampled_from([(), ("against",), ("for", "abstain")]),
    excluded=st.sets(st.integers(0, 11).map(key), max_size=2),
    minimum_vote=st.sampled_from([0, 0, 5, 10**10]),
    denominator_all=st.booleans(),
    redistribute=st.booleans(),
    floor=st.booleans(),
)
token_pools = st.lists(
    st.one_of(st.integers(1, 60), st.integers(1, 10**16)), min_size=1, max_size=2
)


def assert_leaves_are_explained(bundle: Path, symbols: tuple[str, ...] = SYMBOLS) -> None:
    explained: dict[str, dict[str, int]] = {symbol: {} for symbol in symbols}
    for explanation in explain_all(bundle):
        for token in explanation.tokens:
            if token.amount:
                explained[token.token.symbol][explanation.wallet] = token.amount
    assert {symbol: leaves_of(bundle, symbol) for symbol in symbols} == explained


def test_every_leaf_of_the_fixture_round_is_explained(fixture_bundle: Path) -> None:
    assert_leaves_are_explained(fixture_bundle)


def test_every_leaf_of_the_round_worked_by_hand_is_explained(tmp_path: Path) -> None:
    build(FIXTURES / "by-hand" / "round.toml", tmp_path / "bundle")
    assert_leaves_are_explained(tmp_path / "bundle", ("JUP",))


@pytest.mark.skipif(not VOTES.exists(), reason="../shared/data/pyth-dao-votes/votes.csv is absent")
@pytest.mark.parametrize(
    "rules", ["", '[rules]\nminimum_vote = "500"\ndenominator = "all"\nexclude_sides = ["0"]\n']
)
def test_every_leaf_of_a_real_round_is_explained(rules: str, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").symlink_to(VOTES)
    lines = ['[round]\nname = "Real"\nmethod = "per-proposal"']
    lines += [
        f'[[tokens]]\nsymbol = "{symbol}"\nmint = "{mint}"\ndecimals = {decimals}\npool = "{pool}"'
        for symbol, (mint, decimals, pool) in TOKENS.items()
    ]
    lines += [f'[[proposals]]\nid = "{id_}"\nweight = "{part}"' for id_, part in WEIGHTS.items()]
    lines += ['[inputs]\nvotes = "votes.csv"\nother_proposals = "ignore"\ndecimals = 6', rules]
    (tmp_path / "round.toml").write_text("\n".join(lines))
    build(tmp_path / "round.toml", tmp_path / "bundle")
    assert_leaves_are_explained(tmp_path / "bundle")


@settings(deadline=None)
@given(ballots, rules_of_rounds, token_pools)
def test_every_vote_is_explained_as_the_plain_judge_has_it(
    votes: list[Vote], rules: Given, pools: list[int]
) -> None:
    the_round = judged_by(rules, [a_token(f"T{pool}", pool) for pool in pools])
    the_round = replace(the_round, inputs=replace(the_round.inputs, exclude="exclude.csv"))
    allocations = allocated(votes, the_round, sorted(rules.excluded))
    breakdown = breakdown_of(allocations, tuple(token.symbol for token in the_round.tokens))
    explainer = explainer_of(the_round, allocations.report)
    of_wallets = {
        wallet: [row for _, row in rows]
        for wallet, rows in groupby(breakdown.all_rows(), key=lambda entry: entry[0])
    }
    ranking = PlainRanking(of_wallets, breakdown)
    explanations = [explainer.explain(wallet, rows, ranking) for wallet, rows in of_wallets.items()]
    for number, pool in enumerate(pools):
        judged = reference.per_proposal(pool, votes, rules)
        explained = [(one.wallet, one.tokens[number]) for one in explanations]
        assert {format_address(wallet): amount for wallet, amount in judged.totals.items()} == {
            wallet: token.amount for wallet, token in explained if token.amount
        }
        assert {
            (format_address(wallet), f"P{proposal}"): reward
            for (wallet, proposal), reward in judged.rewards.items()
        } == {
            (wallet, step.proposal.id): step.reward
            for wallet, token in explained
            for step in token.steps
            if isinstance(step, VoteStep) and step.counts
        }
    assert {
        (format_address(vote.wallet), f"P{vote.proposal}"): reference.cause_of(vote, rules)
        for vote in votes
    } == {
        (one.wallet, step.proposal.id): step.removal and step.removal.cause
        for one in explanations
        for step in one.tokens[0].steps
        if isinstance(step, VoteStep)
    }


def breakdown_of(allocations: Allocations, symbols: tuple[str, ...]) -> Breakdown:
    """Show the rows of a breakdown without writing a file."""
    allocations.db.execute(
        "CREATE OR REPLACE TEMP TABLE written AS "  # noqa: S608 - our own query
        f"SELECT *, row_number() OVER () - 1 AS file_row_number FROM ({allocations.breakdown})"
    )
    allocations.db.execute("CREATE OR REPLACE TEMP VIEW breakdown AS FROM written")
    return Breakdown(allocations.db, symbols)
