# ruff: noqa: S608 - tests write their own queries
"""Stakes, events and multipliers in Parquet and JSON Lines: types, and how the hash sees them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.input_files import A, B
from tests.stake_files import DAYS, EVENTS, STAKES, START, StakeFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ONE, TWO, THREE = DAYS
NULLS = (
    f"(VALUES (DATE '{ONE}', '{A}', 5, true), (NULL, NULL, NULL, NULL)) "
    "AS rows(date, wallet, staked, cooling)"
)


@pytest.fixture
def folder(tmp_path: Path) -> StakeFolder:
    return StakeFolder(tmp_path)


def parquet(folder: StakeFolder, date: str = "DATE", staked: str = "UBIGINT", **more: str) -> None:
    """Write 5 on each of the three days."""
    columns = "".join(f", {value} AS {name}" for name, value in more.items())
    folder.parquet(
        "stakes.parquet",
        f"SELECT CAST('2025-07-0' || day AS {date}) AS date, '{A}' AS wallet, "
        f"CAST('5' AS {staked}) AS staked{columns} FROM range(1, 4) AS days(day)",
    )


TYPES = ("TINYINT", "UTINYINT", "INTEGER", "BIGINT", "UBIGINT", "DECIMAL(9, 0)", "VARCHAR")


@pytest.mark.parametrize("staked", TYPES)
@pytest.mark.parametrize("date", ["DATE", "VARCHAR"])
def test_parquet_may_hold_dates_integers_and_text(
    folder: StakeFolder, date: str, staked: str
) -> None:
    parquet(folder, date, staked)
    assert [(A, 15)] == folder.stakes(stakes="stakes.parquet").staked
    read = folder.stakes(stakes="stakes.parquet", unit="ui", decimals=2, excess_decimals="floor")
    assert [(A, 1500)] == read.staked


@pytest.mark.parametrize("cooling", ["day = 2", "CASE WHEN day = 2 THEN 'true' ELSE 'false' END"])
def test_parquet_may_hold_booleans(folder: StakeFolder, cooling: str) -> None:
    folder.count_cooling = False
    parquet(folder, cooling=cooling)
    assert [(A, 10)] == folder.stakes(stakes="stakes.parquet").staked


def test_other_types_are_refused_naming_the_right_one(folder: StakeFolder) -> None:
    parquet(folder, "TIMESTAMP", "DOUBLE", cooling="DATE '2025-07-01'")
    assert [
        "stakes.parquet: date 'TIMESTAMP': neither DATE nor text; write it as DATE or text",
        (
            "stakes.parquet: staked 'DOUBLE': loses units of large amounts; write it as integer, "
            "DECIMAL(n, 0) or text"
        ),
        "stakes.parquet: cooling 'DATE': neither BOOLEAN nor text; write it as BOOLEAN or text",
    ] == folder.errors(stakes="stakes.parquet")


def test_bad_cells_of_parquet_are_named_by_row(folder: StakeFolder) -> None:
    folder.parquet("stakes.parquet", f"FROM {NULLS}")
    assert [
        f"stakes.parquet:2: {name}: NULL; write a value"
        for name in ("date", "wallet", "staked", "cooling")
    ] == folder.errors(stakes="stakes.parquet")
    parquet(folder, staked="BIGINT")
    path = folder.path / "stakes.parquet"
    folder.parquet(
        "stakes.parquet", f"SELECT date + 2 AS date, wallet, -staked AS staked FROM '{path}'"
    )
    outside = "outside the period, which is 2025-07-01 to 2025-07-03"
    negative = "negative; write base units as plain digits, e.g. 1500000"
    remedy = "remove the row, or set ignore_outside = true"
    assert [
        f"stakes.parquet:1: staked '-5': {negative}",
        f"stakes.parquet:2: date '2025-07-04': {outside}; {remedy}",
        f"stakes.parquet:2: staked '-5': {negative}",
        f"stakes.parquet:3: date '2025-07-05': {outside}; {remedy}",
        f"stakes.parquet:3: staked '-5': {negative}",
    ] == folder.errors(stakes="stakes.parquet")


@pytest.mark.parametrize("day", ["infinity", "0044-03-15 (BC)", "10000-01-01"])
def test_a_date_that_no_calendar_here_has_is_no_day(folder: StakeFolder, day: str) -> None:
    query = f"SELECT DATE '{day}' AS date, '{A}' AS wallet, 5 AS staked"
    folder.parquet("stakes.parquet", query)
    assert [
        (
            f"stakes.parquet:1: date '{day}': not written as YYYY-MM-DD; write the day such as "
            "2025-07-01"
        )
    ] == folder.errors(stakes="stakes.parquet", ignore_outside=True)


def test_a_file_cut_off_is_refused(folder: StakeFolder) -> None:
    parquet(folder)
    data = (folder.path / "stakes.parquet").read_bytes()
    folder.write("stakes.parquet", data[:4] + b"\xff" * 60 + data[64:])
    [error] = folder.errors(stakes="stakes.parquet")
    assert error.startswith("stakes.parquet: file: cannot be read: ")


# JSON Lines


def stake(day: str, **more: Any) -> dict[str, Any]:
    return {"date": day, "wallet": A, "staked": 5, **more}


def test_json_may_hold_true_false_and_numbers_below_zero(folder: StakeFolder) -> None:
    folder.lines("stakes.jsonl", [stake(day, cooling=day == TWO) for day in DAYS])
    folder.count_cooling = False
    assert [(A, 10)] == folder.stakes(stakes="stakes.jsonl").staked
    folder.count_cooling = True
    lowest = {"timestamp": START, "wallet": A, "delta": -(2**63)}
    folder.lines("events.jsonl", [lowest, {**lowest, "delta": 2**63 + 5}])
    assert [(A, 15)] == folder.stakes(stake_events="events.jsonl").staked


def test_a_bad_row_of_json_leaves_true_false_and_numbers_below_zero_good(
    folder: StakeFolder,
) -> None:
    days = [stake(ONE, cooling=True), stake(TWO, cooling=False), stake("07-03", cooling=False)]
    folder.lines("stakes.jsonl", days)
    [error] = folder.errors(stakes="stakes.jsonl")
    assert error.startswith("stakes.jsonl:3: date '07-03': ")
    event = {"timestamp": START, "wallet": A, "delta": 5}
    folder.lines("events.jsonl", [event, {**event, "delta": -5}, {**event, "delta": "five"}])
    [error] = folder.errors(stake_events="events.jsonl")
    assert error.startswith("events.jsonl:3: delta 'five': ")


@pytest.mark.parametrize("delta", ["-0", "-1.0", "-1e3", "-9223372036854775809"])
def test_other_numbers_of_json_are_written_as_text(folder: StakeFolder, delta: str) -> None:
    row = f'{{"timestamp": {START}, "wallet": "{A}", "delta": {delta}}}\n'
    folder.write("events.jsonl", row)
    assert [
        (
            f"events.jsonl:1: delta '{delta}': a JSON number that is not plain digits; write it "
            'as text, e.g. "1.5"'
        )
    ] == folder.errors(stake_events="events.jsonl")


@pytest.mark.parametrize("name", ["staked", "date"])
def test_true_is_no_amount_and_no_day(folder: StakeFolder, name: str) -> None:
    folder.lines("stakes.jsonl", [stake(ONE) | {name: True}])
    assert [f"stakes.jsonl:1: {name}: true or false; write text or a number"] == folder.errors(
        stakes="stakes.jsonl"
    )


def test_lines_that_are_no_objects_are_refused(folder: StakeFolder) -> None:
    folder.write("stakes.jsonl", f'{{"date": "{ONE}", "wallet": "{A}", "staked": 5,}}\n')
    [error] = folder.errors(stakes="stakes.jsonl")
    assert error.startswith("stakes.jsonl:1: line ")
    folder.write("stakes.jsonl", f"{json.dumps(stake(ONE))}\n  \n")
    [error] = folder.errors(stakes="stakes.jsonl")
    assert error.startswith("stakes.jsonl:2: line ")
    folder.lines("stakes.jsonl", [stake(ONE), {"date": TWO, "wallet": A}])
    assert ["stakes.jsonl:2: staked: missing key; add it"] == folder.errors(stakes="stakes.jsonl")


# The hash


def hash_of(*lines: str) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def test_daily_balances_are_hashed_by_what_they_add_up_to(folder: StakeFolder) -> None:
    rows = [f"{day},{wallet},{amount}\n" for day in DAYS for wallet, amount in ((A, 5), (B, 1))]
    expected = hash_of(
        *("asr inputs 1", "wallets 2", A, B, "proposals 0", "stakes 2", "0,15", "1,3")
    )
    for order in (rows, rows[::-1], [*rows, *rows[:2]]):
        folder.write("stakes.csv", STAKES + "".join(order))
        assert expected == folder.stakes(stakes="stakes.csv").inputs.inputs_sha256


def hashed_events(folder: StakeFolder, rows: Sequence[str], header: str) -> str:
    folder.write("events.csv", header + "".join(rows))
    folder.write("opening.csv", f"wallet,staked\n{B},7\n{A},1\n")
    folder.write("multipliers.csv", f"wallet,multiplier\n{B},6/8\n{A},2\n")
    files = {"opening": "opening.csv", "multipliers": "multipliers.csv"}
    return folder.stakes(2, stake_events="events.csv", **files).inputs.inputs_sha256


def test_events_openings_and_multipliers_are_hashed_as_documented(folder: StakeFolder) -> None:
    rows = [f"{START + 1},{A},-5\n", f"{START - 1},{A},9\n", f"{START + 9 * 86_400},{B},-1\n"]
    head = ("asr inputs 1", "wallets 2", A, B, "proposals 0")
    rest = (*("opening 2", "0,1", "1,7"), *("multipliers 2", "0,2,1", "1,3,4"))
    first, second = f"0,{START - 1},9,", f"0,{START + 1},-5,"
    expected = hash_of(*head, "stake_events 3", first, second, second, *rest)
    twice = [*rows, rows[0]]
    for order in (twice, twice[::-1]):
        assert expected == hashed_events(folder, order, EVENTS)
    named = [row.replace("\n", f',"x""{number}"\n') for number, row in enumerate(rows)]
    expected = hash_of(*head, "stake_events 2", f'{first}"x""1"', f'{second}"x""0"', *rest)
    header = "timestamp,wallet,delta,id\n"
    assert expected == hashed_events(folder, [*named, named[0]], header)
