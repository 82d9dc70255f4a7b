"""What stakes leave in the report and in the breakdown, worked by hand, key by key."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import duckdb

from allocation.address import format_address
from allocation.units import BaseUnits
from tests.allocation_rounds import a_token, breakdown, key
from tests.reference_payout import Terms
from tests.stake_rounds import START, a_stakes_round, divided

if TYPE_CHECKING:
    from pathlib import Path

A, B, C, D, E = (bytes(key(number)) for number in (2, 5, 6, 17, 30))
TEXTS: Final = [format_address(wallet) for wallet in (A, B, C, D, E)]
HALF: Final = Fraction(1, 2)

STAKES: Final = {A: 0, B: 900, C: 12, D: 93, E: 51}
LIMITED: Final = a_stakes_round(
    [a_token("JUP", 208, minimum_payout=BaseUnits(15), maximum_payout=BaseUnits(100))],
    length=2,
    minimum_average=10,
)
# D has 93 / 2, E 51 / 2, C 12 / 2 < 10 on average. With B halved, in halves: B 900, D 186, E 102
# of 1188. Of 208: 157, 32 and 17, so nobody is below 15. B is capped at 100, and 57 beyond it move.
# 108 over 31 : 17: 69 rest 36, 38 rest 12; the unit left over goes to D.


TERMS: Final = Terms(multipliers={B: HALF})
BELOW_AVERAGE: Final = {"rows": 1, "wallets": 1, "weight": "24"}
NOTHING: Final = {"rows": 1, "wallets": 1, "weight": "0"}

REPORT: Final = {
    "method": "time-weighted",
    "inputs": {"votes": {"identical_rows": 0}},
    "rules": {
        "minimum_average": "10",
        "count_cooling": True,
        "rounding": "largest-remainder",
    },
    "multipliers": {"scale": "2", "rows": 1, "wallets": 1, "power": "900", "weight": "900"},
    "period": {
        "start": START,
        "end": START + 2 * 86_400,
        "mode": "daily",
        "unit": "day",
        "length": 2,
    },
    "stakes": {
        "wallets": 4,
        "total": "1056",
        "minimum_total": "20",
        "counted_wallets": 3,
        "counted_total": "1044",
        "average": "528",
        "counted_average": "522",
    },
    "causes": {"zero_power": NOTHING, "minimum_average": BELOW_AVERAGE},
    "tokens": [
        {
            "symbol": "JUP",
            "mint": format_address(LIMITED.tokens[0].mint),
            "decimals": 6,
            "pool": "208",
            "allocated": "208",
            "unallocated": {},
            "wallets": 3,
            "minimum_payout": "15",
            "maximum_payout": "100",
            "zero_amounts": 0,
            "causes": {
                "zero_power": {**NOTHING, "amount": "0"},
                "minimum_average": {**BELOW_AVERAGE, "amount": "0"},
                "maximum_payout": {"rows": 1, "wallets": 1, "weight": "900", "amount": "57"},
            },
            "division": {
                "pool": "108",
                "total_weight": "288",
                "divisor": "6",
                "floors": "107",
                "left_over": "1",
                "last_remainder": "36",
                "before_minimum": {"pool": "208", "total_weight": "1188"},
            },
        }
    ],
    "warnings": [],
}


def test_the_report_of_stakes_says_what_every_rule_did_in_the_order_of_its_keys() -> None:
    report = divided(STAKES, LIMITED, TERMS).report
    assert json.dumps(REPORT, indent=2) == json.dumps(report, indent=2)


def test_the_report_of_stakes_without_limits_is_short() -> None:
    the_round = a_stakes_round([a_token("JUP", 7)], length=5, mode="continuous")
    report = divided({A: 0}, the_round, Terms()).report
    assert "multipliers" not in report
    assert {
        "wallets": 0,
        "total": "0",
        "minimum_total": None,
        "counted_wallets": 0,
        "counted_total": "0",
        "average": "0",
        "counted_average": "0",
    } == report["stakes"]
    period: Any = report["period"]
    assert ("continuous", "second", 5) == tuple(period[name] for name in ("mode", "unit", "length"))


def test_the_breakdown_of_stakes_has_the_same_types_whatever_is_staked(tmp_path: Path) -> None:
    text, number = "BYTE_ARRAY", "INT64"
    for stake in (0, 1, 2**100):
        breakdown(divided({A: stake}, LIMITED, Terms()), tmp_path)
        assert [
            ("wallet", text),
            ("proposal", text),
            ("power", text),
            ("weight", text),
            ("cause", text),
            ("JUP_reward", number),
            ("JUP_cause", text),
        ] == duckdb.execute(
            "SELECT name, type FROM parquet_schema($path) WHERE num_children IS NULL",
            {"path": str(tmp_path / "breakdown.parquet")},
        ).fetchall()


def test_every_wallet_stands_in_the_breakdown_with_what_it_weighs(tmp_path: Path) -> None:
    rows = breakdown(divided(STAKES, LIMITED, TERMS), tmp_path)
    assert [
        (TEXTS[0], None, "0", "0", "zero_power", 0, "zero_power"),
        (TEXTS[1], None, "900", "900", None, 100, "maximum_payout"),
        (TEXTS[2], None, "12", "24", "minimum_average", 0, "minimum_average"),
        (TEXTS[3], None, "93", "186", None, 70, None),
        (TEXTS[4], None, "51", "102", None, 38, None),
    ] == rows
