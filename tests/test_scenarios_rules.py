"""Which rules can vary in which round, by which values, and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from allocation.scenarios import RULES, RuleError, scenarios_of, written
from allocation.units import BaseUnits
from tests.allocation_rounds import a_round, a_token, some_proposals
from tests.round_files import A_LIST, PER_PROPOSAL, TIME_WEIGHTED, load

if TYPE_CHECKING:
    from allocation.scenarios import Rule

VOTES, STAKES, LIST = map(load, (PER_PROPOSAL, TIME_WEIGHTED, A_LIST))


def test_the_round_as_written_comes_first_then_every_combination_in_the_order_asked() -> None:
    found = scenarios_of(VOTES, {"minimum": ["5", "none"], "rounding": ["floor"]})
    assert ["as written", "5, floor", "none, floor"] == [scenario.name for scenario in found]
    assert VOTES == found[0].the_round
    rules = replace(VOTES.rules, minimum_vote=BaseUnits(5_000_000), rounding="floor")
    assert replace(VOTES, rules=rules) == found[1].the_round
    assert (("minimum", "none"), ("rounding", "floor")) == found[2].settings


def test_without_any_rule_there_is_only_the_round_as_written() -> None:
    assert [LIST] == [scenario.the_round for scenario in scenarios_of(LIST, {})]


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("minimum", "7.5", "7.5"),
        ("minimum", "none", "none"),
        ("minimum payout", "0.01", "0.01"),
        ("minimum payout", "none", "none"),
        ("rounding", "floor", "floor"),
        ("denominator", "all", "all"),
        ("on empty", "redistribute", "redistribute"),
    ],
)
def test_a_rule_of_votes_is_what_was_asked_for(rule: Rule, value: str, expected: str) -> None:
    varied = scenarios_of(VOTES, {rule: [value]})[1].the_round
    assert [expected] * 2 == [written(varied, token, rule) for token in varied.tokens]


@pytest.mark.parametrize(
    ("rule", "value"),
    [("minimum", "51"), ("minimum payout", "2"), ("maximum payout", "20"), ("rounding", "floor")],
)
def test_a_rule_of_stakes_is_what_was_asked_for(rule: Rule, value: str) -> None:
    varied = scenarios_of(STAKES, {rule: [value]})[1].the_round
    assert value == written(varied, varied.tokens[0], rule)


def test_what_is_written_is_said_in_the_words_of_the_round_file() -> None:
    said = {rule: written(VOTES, VOTES.tokens[0], rule) for rule in RULES}
    assert {
        "minimum": "10",
        "minimum payout": "none",
        "maximum payout": None,
        "rounding": "largest-remainder",
        "denominator": "counted",
        "on empty": "leave",
    } == said
    said = {rule: written(STAKES, STAKES.tokens[0], rule) for rule in RULES}
    assert {
        "minimum": "50",
        "minimum payout": "1",
        "maximum payout": "1000",
        "rounding": "largest-remainder",
        "denominator": None,
        "on empty": None,
    } == said
    assert {None} == {written(LIST, LIST.tokens[0], rule) for rule in RULES}


def test_one_token_can_be_singled_out_of_a_round_that_is_divided() -> None:
    (scenario,) = scenarios_of(VOTES, {}, "WEN")
    assert ["WEN"] == [token.symbol for token in scenario.the_round.tokens]


def test_a_list_is_read_whole_whichever_token_is_wanted() -> None:
    two = a_round([a_token("JUP", None), a_token("WEN", None)])
    assert two == scenarios_of(two, {}, "WEN")[0].the_round


def test_a_token_that_is_not_there_is_refused_naming_those_that_are() -> None:
    with pytest.raises(AsrError, match=r"no token 'wen'; it has JUP, WEN"):
        scenarios_of(VOTES, {}, "wen")


@pytest.mark.parametrize(
    ("the_round", "rule", "values", "why"),
    [
        (VOTES, "minimum", ["5", "05"], "leading zeros; write tokens"),
        (VOTES, "minimum", ["-1"], "negative; write tokens"),
        (VOTES, "minimum", ["1e3"], "an exponent; write tokens"),
        (VOTES, "minimum", ["0.0000001"], "more than 6 fraction digits; shorten it"),
        (VOTES, "minimum", ["0"], 'a minimum of 0; write "none"'),
        (VOTES, "minimum", [""], "empty; write a value between two commas"),
        (VOTES, "minimum", ["5", "5.0"], "given twice; write it once"),
        (VOTES, "minimum payout", ["0.000001"], "more than 5 fraction digits"),
        (VOTES, "maximum payout", ["5"], "a cap would break the sums per proposal"),
        (STAKES, "maximum payout", ["0"], 'a maximum of 0; write "none"'),
        (VOTES, "rounding", ["none"], 'unknown value; write "largest-remainder" or "floor"'),
        (VOTES, "denominator", ["some"], 'unknown value; write "counted" or "all"'),
        (VOTES, "on empty", ["keep"], 'unknown value; write "leave" or "redistribute"'),
        (STAKES, "denominator", ["all"], "only for per-proposal: votes have no influence"),
        (STAKES, "on empty", ["leave"], "only for per-proposal: votes have no influence"),
        (LIST, "minimum", ["5"], "no rule of allocation applies to a list"),
    ],
)
def test_a_value_that_a_rule_cannot_have_is_refused_saying_why(
    the_round: object, rule: Rule, values: list[str], why: str
) -> None:
    with pytest.raises(RuleError) as refusal:
        scenarios_of(the_round, {rule: values})  # type: ignore[arg-type]  # parametrized
    assert str(refusal.value).startswith(why)
    assert (rule, values[-1]) == (refusal.value.rule, refusal.value.value)


def test_a_minimum_needs_the_decimals_of_what_votes() -> None:
    plain = a_round([a_token("JUP", 1)], some_proposals([1]))
    without = replace(plain, inputs=replace(plain.inputs, decimals=None))
    with pytest.raises(RuleError, match=r"does not say how many decimals .*; write decimals under"):
        scenarios_of(without, {"minimum": ["5"]})
    assert "none" == written(without, without.tokens[0], "minimum")


def test_a_maximum_below_the_minimum_is_refused_naming_both() -> None:
    with pytest.raises(AsrError, match=r"token JUP: a maximum payout of 0.5 is below the .* of 1;"):
        scenarios_of(STAKES, {"maximum payout": ["2", "0.5"]})


def test_too_many_combinations_are_refused_before_any_is_made() -> None:
    many = [str(number) for number in range(1, 9)]
    assert 65 == len(scenarios_of(VOTES, {"minimum": many, "minimum payout": many}))
    with pytest.raises(AsrError, match="128 combinations are more than 64; vary fewer rules"):
        scenarios_of(
            VOTES, {"minimum": many, "minimum payout": many, "denominator": ["all", "counted"]}
        )
