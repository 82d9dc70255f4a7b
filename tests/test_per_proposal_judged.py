"""Pool -> proposals -> voters, held against the plain judge; and what is refused."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.errors import AsrError, InvariantError
from allocation.payout import pay
from allocation.per_proposal import divide_per_proposal, pool_of, unallocated_votes
from allocation.shared import append_divided, check_sums
from allocation.units import U64_MAX
from tests import reference
from tests.allocation_rounds import (
    Outcome,
    a_round,
    a_token,
    fill,
    judged_by,
    key,
    some_proposals,
)
from tests.reference import Given, Vote

if TYPE_CHECKING:
    from random import Random

A, B, C = map(key, (2, 5, 6))

powers = st.one_of(st.integers(0, 12), st.integers(0, 10**16), st.just(2**40))
sides = st.sampled_from([None, "for", "against", "abstain"])
ballots = st.dictionaries(
    st.tuples(st.integers(0, 9).map(key), st.integers(0, 2)), st.tuples(powers, sides), max_size=24
).map(lambda cast: [Vote(*place, *vote) for place, vote in cast.items()])
givens = st.builds(
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


@settings(deadline=None)
@given(ballots, givens, token_pools, st.randoms())
def test_every_round_is_divided_as_the_plain_judge_does(
    votes: list[Vote], rules: Given, pools: list[int], random: Random
) -> None:
    random.shuffle(votes)  # the order of rows means nothing
    the_round = judged_by(rules, [a_token(f"T{pool}", pool) for pool in pools])
    outcome = Outcome(votes, the_round, sorted(rules.excluded))
    for token, pool in enumerate(pools):
        expected = reference.per_proposal(pool, votes, rules)
        assert expected.rewards == outcome.rewards[token]
        assert expected.totals == outcome.totals[token]
        assert expected_unallocated(expected) == outcome.unallocated(token)
        assert pool == sum(expected.totals.values()) + sum(outcome.unallocated(token).values())
    assert {
        (vote.wallet, vote.proposal): reference.cause_of(vote, rules) for vote in votes
    } == outcome.causes


def expected_unallocated(result: reference.Result) -> dict[str, int]:
    kept = {
        "rounding": result.rounding,
        "empty_proposal": result.empty_proposal,
        "minimum_vote": result.minimum_vote,
    }
    return {cause: amount for cause, amount in kept.items() if amount}


# ----------------------------------------------------------------------------------- refusals


def test_a_pool_too_large_for_the_powers_is_refused_naming_token_proposal_and_wallet() -> None:
    votes = [Vote(A, 0, 4), Vote(C, 0, U64_MAX), Vote(B, 0, U64_MAX)]
    the_round = a_round([a_token("JUP", 5), a_token("BIG", U64_MAX)], some_proposals([1]))
    with pytest.raises(AsrError) as refusal:
        Outcome(votes, the_round)
    assert str(refusal.value).startswith(
        "token BIG: a pool of 18446744073709551615 base units, a largest weight of "
        f"18446744073709551615 (wallet {format_address(B)} on proposal P0) and a sum of weights"
    )


def test_powers_with_a_common_divisor_need_less_room() -> None:
    votes = [Vote(A, 0, 2**63), Vote(B, 0, 2**62)]
    outcome = Outcome(votes, a_round([a_token("BIG", U64_MAX)], some_proposals([1])))
    assert {A: U64_MAX // 3 * 2, B: U64_MAX // 3} == outcome.totals[0]


def test_weights_of_proposals_too_large_for_a_pool_are_refused_naming_the_proposal() -> None:
    proposals = some_proposals([1, 2**64])
    with pytest.raises(AsrError, match=r"token BIG: .*\(proposal P1\)"):
        Outcome([Vote(A, 0, 1)], a_round([a_token("BIG", U64_MAX)], proposals))


def test_a_token_without_a_pool_is_never_divided() -> None:
    with pytest.raises(InvariantError, match="token JUP has no pool"):
        pool_of(a_token("JUP", None))


def test_shares_that_do_not_add_up_stop_the_round() -> None:
    votes = [Vote(A, 0, 2), Vote(B, 0, 1)]
    the_round = a_round([a_token("JUP", 30)], some_proposals([1]))
    db, _ = fill(votes, the_round.proposals)
    divided = divide_per_proposal(db, the_round, the_round.proposals)
    db.execute("UPDATE shared SET share_0 = share_0 + 1 WHERE wallet = 0")
    with pytest.raises(InvariantError, match=r"shares add up to \[31\], not to \[30\]"):
        check_sums(db, divided.divisions)
    with pytest.raises(InvariantError, match="31 allocated"):
        pay(db, the_round, divided, partial(unallocated_votes, rules=the_round.rules))


def test_shares_beside_another_wallet_stop_the_round() -> None:
    the_round = a_round([a_token("JUP", 30)], some_proposals([1]))
    db, _ = fill([Vote(A, 0, 2), Vote(B, 0, 1)], the_round.proposals)
    divide_per_proposal(db, the_round, the_round.proposals)
    for astray in ("SELECT * FROM shares_0 ORDER BY wallet DESC", "SELECT * FROM shares_0 LIMIT 1"):
        db.execute(f"CREATE OR REPLACE TEMP TABLE shares_0 AS {astray}")
        with pytest.raises(InvariantError, match="beside the wallets"):
            append_divided(db, 0, 1)


def test_progress_is_told_once_per_proposal() -> None:
    told: list[tuple[str, int, int]] = []
    the_round = a_round([a_token("JUP", 30)], some_proposals([1, 1]))
    db, _ = fill([Vote(A, 0, 2)], the_round.proposals)
    divide_per_proposal(db, the_round, the_round.proposals, lambda *news: told.append(news))
    assert [("dividing the pools", 0, 2), ("dividing the pools", 1, 2)] == told
