"""Multipliers and minimum payouts, worked by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation.address import format_address
from allocation.allocate import allocate
from allocation.errors import AsrError
from allocation.units import U64_MAX, BaseUnits
from tests.allocation_rounds import (
    Outcome,
    a_round,
    a_token,
    breakdown,
    fill,
    inputs_of,
    key,
    some_proposals,
)
from tests.reference import Vote
from tests.reference_payout import Terms
from tests.stake_rounds import by_terms, divided, paid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation.allocate import Allocations
    from allocation.round import Round

A, B, C, D, E = (bytes(key(number)) for number in (2, 5, 6, 17, 30))
TEXTS: Final = [format_address(wallet) for wallet in (A, B, C, D, E)]
HALF: Final = Fraction(1, 2)


def multiplied(
    votes: Sequence[Vote], the_round: Round, multipliers: Mapping[bytes, Fraction]
) -> Allocations:
    db, wallets = fill(votes, the_round.proposals, (), multipliers)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def token_report(allocations: Allocations, token: int = 0) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(json.dumps(allocations.report))
    return dict(report["tokens"][token])


# -------------------------------------------------------------------------------- multipliers


def test_votes_are_multiplied_before_the_division() -> None:
    the_round = a_round([a_token("JUP", 90)], some_proposals([1]))
    votes = [Vote(A, 0, 4), Vote(B, 0, 4), Vote(C, 0, 2)]
    # in quarters: 4 * 3 = 12, 4 * 4 = 16, 2 * 8 = 16; 90 over 3 : 4 : 4 is 24 rest 6, 32 rest 8
    # twice: the two units left over go to B and C
    factors = {A: Fraction(3, 4), C: Fraction(2)}
    assert [{A: 24, B: 33, C: 33}] == Outcome(votes, the_round, (), factors).totals


def test_stakes_are_multiplied_after_the_minimum_average() -> None:
    terms = Terms(minimum_average=10, multipliers={A: HALF, B: Fraction(3)})
    (found,) = paid(divided({A: 12, B: 9, C: 6 + 12}, by_terms([40], [terms]), terms))
    assert ({A: 10, C: 30}, {B: "minimum_average"}) == (found.rewards, found.causes)


def test_the_report_says_what_multipliers_did_to_those_who_count() -> None:
    factors = {A: Fraction(3, 4), B: Fraction(1), C: HALF, D: Fraction(5), E: Fraction(5)}
    the_round = a_round([a_token("JUP", 90)], some_proposals([1, 1]), minimum_vote=2)
    votes = [Vote(A, 0, 4), Vote(A, 1, 8), Vote(B, 0, 4), Vote(C, 0, 2), Vote(D, 0, 1)]
    assert {
        "scale": "4",
        "rows": 3,
        "wallets": 2,
        "power": "14",
        "weight": str(4 * 3 + 8 * 3 + 2 * 2),
    } == multiplied(votes, the_round, factors).report["multipliers"]


def test_who_has_a_multiplier_but_no_row_changes_nothing() -> None:
    the_round = a_round([a_token("JUP", 90)], some_proposals([1]))
    report = multiplied([Vote(A, 0, 4)], the_round, {B: HALF}).report
    assert {"scale": "2", "rows": 0, "wallets": 0, "power": "0", "weight": "0"} == (
        report["multipliers"]
    )


def test_multiplied_weights_of_votes_are_text_in_the_breakdown(tmp_path: Path) -> None:
    the_round = a_round([a_token("JUP", 90)], some_proposals([1]))
    rows = breakdown(
        multiplied([Vote(A, 0, U64_MAX), Vote(B, 0, 1)], the_round, {B: HALF}), tmp_path
    )
    assert [
        (TEXTS[0], "P0", U64_MAX, str(2 * U64_MAX), None, 90, None),
        (TEXTS[1], "P0", 1, "1", None, 0, None),
    ] == rows


def test_a_millionth_is_a_multiplier() -> None:
    terms = Terms(multipliers={A: Fraction(1, 10**6), B: Fraction(1, 2)})
    (found,) = paid(divided({A: 10**6, B: 2}, by_terms([40], [terms]), terms))
    assert {A: 20, B: 20} == found.rewards


def test_a_weight_beyond_128_bits_is_refused_naming_the_wallet() -> None:
    terms = Terms(multipliers={B: Fraction(2**20), D: Fraction(7)})
    with pytest.raises(AsrError) as refusal:
        divided({A: 1, B: 2**107, C: 2**120, D: 2**107}, by_terms([1], [terms]), terms)
    assert str(refusal.value) == (
        f"multipliers: wallet {TEXTS[1]} with {2**107} times 1048576/1, in parts of 1/1, weighs "
        "2^127 or more; lower its multiplier, or write multipliers as fractions of smaller "
        "denominators"
    )


def test_the_scale_too_can_make_a_weight_too_large() -> None:
    terms = Terms(multipliers={B: Fraction(3, 4)})
    with pytest.raises(AsrError, match=f"wallet {TEXTS[2]} with {2**125} times 1/1, in parts of"):
        divided({A: 1, B: 1, C: 2**125}, by_terms([1], [terms]), terms)


def test_a_weight_just_within_128_bits_is_divided() -> None:
    terms = Terms(multipliers={B: Fraction(2**20)})
    summed = {A: 2**107, B: 2**106}
    (found,) = paid(divided(summed, by_terms([2**20 + 2], [terms]), terms))
    assert {A: 2, B: 2**20} == found.rewards


# ---------------------------------------------------------------------------- minimum payouts

VOTES: Final = [
    *(Vote(A, 0, 90), Vote(B, 0, 9), Vote(C, 0, 1)),
    *(Vote(B, 1, 50), Vote(C, 1, 50)),
    *(Vote(D, 2, 7), Vote(C, 2, 1)),
]


def limited(least: int | None, **rules: Any) -> Round:
    token = a_token("LIM", 208, minimum_payout=None if least is None else BaseUnits(least))
    return a_round([token, a_token("FREE", 208)], some_proposals([100, 100, 8]), **rules)


def test_the_shares_of_all_proposals_together_reach_the_minimum_payout() -> None:
    # C gets 1, 50 and 1 of 208: 52, and then D's 7 as well
    assert {A: 90, B: 59, C: 52, D: 7} == Outcome(VOTES, limited(None)).totals[0]
    assert {A: 90, B: 59, C: 59} == Outcome(VOTES, limited(52)).totals[0]


def test_who_is_below_the_minimum_payout_leaves_every_proposal_of_that_token() -> None:
    # without C: 100 over 90 : 9 is 90 rest 90, 9 rest 9; 100 and 8 go to B and D; but D's 7 are
    # below 8 and no longer counted, so nobody is left on the third proposal
    outcome = Outcome(VOTES, limited(53))
    assert [{A: 91, B: 109}, {A: 90, B: 59, C: 52, D: 7}] == outcome.totals
    assert {"empty_proposal": 8} == outcome.unallocated()
    assert {None} == set(outcome.causes.values())


def test_a_proposal_that_the_minimum_payout_emptied_goes_to_the_others_where_that_is_the_rule() -> (
    None
):
    # 208 over 100 : 100 is 104 twice; 104 over 90 : 9 is 94 rest 54, 9 rest 45
    outcome = Outcome(VOTES, limited(53, on_empty="redistribute"))
    assert {A: 95, B: 113} == outcome.totals[0]


def test_an_emptied_proposal_is_warned_about() -> None:
    (warning,) = multiplied(VOTES, limited(53), {}).warnings
    assert warning == (
        "token LIM: all voters of proposal P2 are below the minimum payout, so its part of the "
        "pool is left unallocated"
    )


def test_votes_below_the_minimum_go_on_dividing_whatever_their_wallet_is_paid() -> None:
    votes = [Vote(A, 0, 90), Vote(B, 0, 10), Vote(B, 1, 5), Vote(A, 1, 95)]
    token = a_token("LIM", 200, minimum_payout=BaseUnits(11))
    the_round = a_round([token], some_proposals([1, 1]), minimum_vote=6, denominator="all")
    outcome = Outcome(votes, the_round)
    assert {A: 195} == outcome.totals[0]
    assert {"minimum_vote": 5} == outcome.unallocated()
    assert {
        (A, 0): None,
        (A, 1): None,
        (B, 0): "minimum_payout",
        (B, 1): "minimum_vote",
    } == outcome.causes


def test_a_cause_of_one_token_stands_in_its_column_and_one_of_all_in_every_column(
    tmp_path: Path,
) -> None:
    tokens = [
        a_token(symbol, 100, minimum_payout=BaseUnits(least))
        for symbol, least in (("TEN", 10), ("TWO", 2))
    ]
    the_round = a_round(tokens, some_proposals([1]))
    votes = [Vote(A, 0, 90), Vote(B, 0, 9), Vote(C, 0, 1)]
    few = "minimum_payout"
    assert [
        (TEXTS[0], "P0", 90, 90, None, 100, None, 91, None),
        (TEXTS[1], "P0", 9, 9, None, 0, few, 9, None),
        (TEXTS[2], "P0", 1, 1, few, 0, few, 0, few),
    ] == breakdown(multiplied(votes, the_round, {}), tmp_path)


def test_the_report_says_what_a_minimum_payout_moved() -> None:
    found = token_report(multiplied(VOTES, limited(53), {}))
    assert {"minimum_payout": {"rows": 4, "wallets": 2, "weight": "59", "amount": "59"}} == found[
        "causes"
    ]
    assert ("53", 0) == (found["minimum_payout"], found["zero_amounts"])
    assert {
        "id": "P0",
        "pool": "100",
        "total_weight": "99",
        "divisor": "9",
        "floors": "99",
        "left_over": "1",
        "last_remainder": "10",
        "before_minimum": {"pool": "100", "total_weight": "100"},
    } == found["proposals"][0]
    free = token_report(multiplied(VOTES, limited(53), {}), 1)
    assert {} == free["causes"]
    assert not {"minimum_payout", "maximum_payout"} & free.keys()
    assert "before_minimum" not in free["proposals"][0]
