"""Rows and reports that no multiplier, minimum or maximum explains are refused."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from allocation.address import format_address
from allocation.allocate import allocate
from allocation.explain import explainer_of
from allocation.explain_share import ContradictionError
from allocation.units import BaseUnits
from tests.allocation_rounds import a_round, a_token, fill, inputs_of, key, some_proposals
from tests.explanations import PlainRanking, breakdown_of, rows_of
from tests.reference import Vote
from tests.reference_payout import Terms
from tests.stake_rounds import a_stakes_round, divided

if TYPE_CHECKING:
    from allocation.explain_steps import Explanation
    from allocation.round import Round

A, B, C = map(key, (2, 5, 17))
LARGE, MIDDLE, SMALL = map(format_address, (A, B, C))


class Case:
    """A round that was divided: its report and its rows, to be changed before one explains."""

    def __init__(self, the_round: Round, report: dict[str, object], rows: Any) -> None:
        self.the_round, self.report, self.rows = the_round, deepcopy(report), rows

    def explain(self, wallet: str) -> Explanation:
        explainer = explainer_of(self.the_round, self.report)
        return explainer.explain(wallet, self.rows[wallet], PlainRanking(self.rows))

    def change(self, wallet: str, at: int, **cells: Any) -> None:
        self.rows[wallet][at] = replace(self.rows[wallet][at], **cells)


def with_multipliers(the_round: Round) -> Round:
    return replace(the_round, inputs=replace(the_round.inputs, multipliers="multipliers.csv"))


def stakes() -> Case:
    """A pool of 100 at 60 + 30 + 10, of which one gets at most 40 and nobody less than 12."""
    limits = {"minimum_payout": BaseUnits(12), "maximum_payout": BaseUnits(40)}
    the_round = a_stakes_round([a_token("JUP", 100, **limits), a_token("WEN", 100)])
    allocations = divided({A: 60, B: 30, C: 10}, the_round, Terms())
    return Case(the_round, allocations.report, rows_of(breakdown_of(allocations)))


def votes() -> Case:
    """Half a pool of 100 each for two proposals; one wallet counts twice, one is too small."""
    token = a_token("JUP", 100, minimum_payout=BaseUnits(12))
    the_round = with_multipliers(a_round([token], some_proposals([1, 1])))
    cast = [Vote(A, 0, 60), Vote(B, 0, 30), Vote(B, 1, 30), Vote(C, 1, 5)]
    db, keys = fill(cast, the_round.proposals, (), {B: Fraction(2)})
    allocations = allocate(db, the_round, inputs_of(keys, the_round))
    return Case(the_round, allocations.report, rows_of(breakdown_of(allocations)))


def test_the_sound_rounds_are_explained() -> None:
    assert [(40, 60), (40, 30), (0, 10)] == [
        tuple(token.amount for token in stakes().explain(wallet).tokens)
        for wallet in (LARGE, MIDDLE, SMALL)
    ]
    # 50 over 60 x 1 and 30 x 2; the other 50 for the one who is left
    assert [25, 25 + 50, 0] == [
        votes().explain(wallet).tokens[0].amount for wallet in (LARGE, MIDDLE, SMALL)
    ]


def refusal(case: Case, wallet: str) -> str:
    with pytest.raises(ContradictionError) as refused:
        case.explain(wallet)
    return str(refused.value)


@pytest.mark.parametrize(
    ("wallet", "cells", "problem"),
    [
        (
            LARGE,
            {"causes": (None, None)},
            "its cause for JUP is None, but 'maximum_payout' follows",
        ),
        (LARGE, {"rewards": (60, 60)}, "its reward is 60, but weight 60, a total of 0"),
        (SMALL, {"rewards": (10, 10)}, "its reward is 10, but weight 10, a total of 0"),
        (
            SMALL,
            {"causes": (None, None)},
            "its cause for JUP is None, but 'minimum_payout' follows",
        ),
        (SMALL, {"cause": "minimum_payout"}, "its cause is 'minimum_payout', its tokens' are ("),
        (SMALL, {"causes": ("minimum_payout",) * 2}, "its cause is None, its tokens' are ("),
        (SMALL, {"causes": ("minimum_payout", "excluded")}, "its cause for WEN is 'excluded'"),
        (SMALL, {"cause": "excluded"}, "the cause is 'excluded', but by the rules 10 has None"),
        (MIDDLE, {"proposal": "P0"}, "the rows are not one stake"),
        (MIDDLE, {"weight": 31}, "power 30 cannot have weight 31"),
        (MIDDLE, {"power": 0}, "power 0 cannot have weight 30"),
    ],
)
def test_a_stake_that_its_limits_do_not_explain_is_refused(
    wallet: str, cells: dict[str, object], problem: str
) -> None:
    case = stakes()
    case.change(wallet, 0, **cells)
    assert refusal(case, wallet).startswith(problem)


def test_two_stakes_of_one_wallet_are_refused() -> None:
    case = stakes()
    case.rows[LARGE] *= 2
    assert "the rows are not one stake" == refusal(case, LARGE)


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("division.pool", "21", "tokens[0].division.pool is not '20'"),
        (
            "division.before_minimum.pool",
            "99",
            "tokens[0].division.before_minimum.pool is not '100'",
        ),
        ("division.before_minimum.total_weight", "9", "the weight 60 is more than all, 9"),
        ("causes.maximum_payout.wallets", 1, "tokens[0].division.pool is not '60'"),
        (
            "causes.maximum_payout.wallets",
            -1,
            "tokens[0].causes.maximum_payout.wallets is no count",
        ),
        ("causes.maximum_payout.wallets", True, "tokens[0].causes.maximum_payout.wallets is no c"),
        ("causes.maximum_payout.wallets", 3, "tokens[0].division.pool is not '-20'"),
        ("symbol", "WEN", "tokens[0].symbol is not 'JUP'"),
    ],
)
def test_a_forged_report_of_stakes_is_refused(place: str, value: object, problem: str) -> None:
    case = stakes()
    inner: Any = case.report["tokens"][0]  # type: ignore[index]  # JSON
    *steps, last = place.split(".")
    for step in steps:
        inner = inner[step]
    inner[last] = value
    assert refusal(case, LARGE).startswith(problem)


def test_a_wallet_has_one_multiplier_for_all_its_votes() -> None:
    case = votes()
    case.change(MIDDLE, 1, weight=30)
    assert "its votes do not have one multiplier" == refusal(case, MIDDLE)


def test_weights_without_multipliers_are_powers() -> None:
    case = votes()
    del case.report["multipliers"]
    assert "proposal P0: power 30 cannot have weight 60" == refusal(case, MIDDLE)


@pytest.mark.parametrize("scale", ["0", "1"])
def test_a_scale_of_multipliers_that_the_round_has_not_is_refused(scale: str) -> None:
    case = votes()
    case.report["multipliers"] = {"scale": scale}
    if scale != "0":
        inputs = replace(case.the_round.inputs, multipliers=None)
        case.the_round = replace(case.the_round, inputs=inputs)
    assert refusal(case, LARGE).startswith("multipliers cannot be: the round has none, or ")


def test_a_weight_above_all_weights_is_refused() -> None:
    case = votes()
    case.report["tokens"][0]["proposals"][0]["before_minimum"]["total_weight"] = "59"  # type: ignore[index]  # JSON
    assert "proposal P0: the weight 60 is more than all, 59" == refusal(case, LARGE)
