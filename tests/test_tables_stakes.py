"""Daily balances: what a row means, which days have to be there, and what is said of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocation.units import U64_MAX
from tests.input_files import A, B, C
from tests.stake_files import DAYS, STAKES, StakeFolder

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO, THREE = DAYS
EVERY_DAY = "".join(f"{day},{C},1\n" for day in DAYS)


@pytest.fixture
def folder(tmp_path: Path) -> StakeFolder:
    return StakeFolder(tmp_path)


def errors(folder: StakeFolder, rows: str, header: str = STAKES, **files: Any) -> list[str]:
    folder.write("stakes.csv", header + rows)
    return folder.errors(stakes="stakes.csv", **files)


def test_balances_are_added_up_over_the_days(folder: StakeFolder) -> None:
    rows = f"{TWO},{B},7\n{ONE},{A},5\n{THREE},{A},4\n{ONE},{B},0\n{ONE},{C},0\n"
    folder.write("stakes.csv", STAKES + rows)
    read = folder.stakes(stakes="stakes.csv")
    assert [(A, 9), (B, 7), (C, 0)] == read.staked
    assert [A, B, C] == read.inputs.texts.astype(str).tolist()
    assert {
        "stakes": {"ignored_columns": [], "identical_rows": 0, "outside_period": 0}
    } == read.inputs.notes
    assert [("stakes", "csv", 5)] == [(s.kind, s.format, s.rows) for s in read.inputs.sources]


def test_the_other_names_of_columns_will_do(folder: StakeFolder) -> None:
    folder.write(
        "stakes.csv", f"x,amount,owner,date\n1,5,{A},{ONE}\n1,5,{A},{TWO}\n,5,{A},{THREE}\n"
    )
    read = folder.stakes(stakes="stakes.csv")
    assert [(A, 15)] == read.staked
    assert {
        "stakes": {"ignored_columns": ["x"], "identical_rows": 0, "outside_period": 0}
    } == read.inputs.notes


def test_no_sum_is_too_large(folder: StakeFolder) -> None:
    folder.write("stakes.csv", STAKES + "".join(f"{day},{A},{U64_MAX}\n" for day in DAYS))
    assert [(A, 3 * U64_MAX)] == folder.stakes(stakes="stakes.csv").staked


def test_tokens_become_base_units(folder: StakeFolder) -> None:
    folder.write("stakes.csv", f"{STAKES}{ONE},{A},1.5\n{TWO},{A},0.01\n{THREE},{A},2\n")
    read = folder.stakes(stakes="stakes.csv", unit="ui", decimals=2)
    assert [(A, 351)] == read.staked
    folder.write("stakes.csv", f"{STAKES}{ONE},{A},1.509\n{TWO},{A},0.01\n{THREE},{A},2.000\n")
    floored = folder.stakes(stakes="stakes.csv", unit="ui", decimals=2, excess_decimals="floor")
    assert [(A, 351)] == floored.staked
    assert {
        "ignored_columns": [],
        "identical_rows": 0,
        "outside_period": 0,
        "floored_amounts": 1,
    } == floored.inputs.notes["stakes"]


# Repeated rows


def test_identical_rows_are_dropped_and_counted(folder: StakeFolder) -> None:
    row = f"{ONE},{A},1.5\n"
    folder.write("stakes.csv", f"{STAKES}{row}{TWO},{A},1.5\n{row}{THREE},{A},1\n{ONE},{A},1.50\n")
    read = folder.stakes(stakes="stakes.csv", unit="ui")
    assert [(A, 4_000_000)] == read.staked
    assert {
        "stakes": {"ignored_columns": [], "identical_rows": 2, "outside_period": 0}
    } == read.inputs.notes


def test_rows_that_only_floor_alike_are_identical(folder: StakeFolder) -> None:
    rows = f"{ONE},{A},1.00\n{ONE},{A},1.009\n{TWO},{A},0\n{THREE},{A},0\n"
    folder.write("stakes.csv", STAKES + rows)
    read = folder.stakes(stakes="stakes.csv", unit="ui", decimals=2, excess_decimals="floor")
    assert [(A, 100)] == read.staked


def test_rows_that_contradict_are_refused_naming_both_lines(folder: StakeFolder) -> None:
    header = "date,wallet,staked,cooling\n"
    rows = f"{ONE},{A},5,true\n{ONE},{B},6,true\n{ONE},{A},6,true\n{ONE},{A},5,false\n"
    assert [
        f"stakes.csv:4: wallet '{A}': already has 5 on {ONE} in line 2; keep one row",
        f"stakes.csv:5: wallet '{A}': already has cooling true on {ONE} in line 2; keep one row",
    ] == errors(folder, rows, header)
    folder.count_cooling = False  # both would count 0, and still one of them is wrong
    assert [
        f"stakes.csv:3: wallet '{A}': already has 5 on {ONE} in line 2; keep one row",
    ] == errors(folder, f"{ONE},{A},5,true\n{ONE},{A},6,true\n", header)


# Days


DATES = {
    "": ": empty; write the day such as 2025-07-01",
    "2025-7-1": " '2025-7-1': not written as YYYY-MM-DD; write the day such as 2025-07-01",
    "2025-07-01T00:00:00Z": (
        " '2025-07-01T00:00:00Z': not written as YYYY-MM-DD; write the day such as 2025-07-01"
    ),
    "20250701": " '20250701': not written as YYYY-MM-DD; write the day such as 2025-07-01",
    " 2025-07-01": " ' 2025-07-01': not written as YYYY-MM-DD; write the day such as 2025-07-01",
    "2025-02-30": " '2025-02-30': no day of any calendar; correct it",
    "0000-01-01": " '0000-01-01': no day of any calendar; correct it",
    "2025-06-30": (
        " '2025-06-30': outside the period, which is 2025-07-01 to 2025-07-03; remove the row, or "
        "set ignore_outside = true"
    ),
    "2025-07-04": (
        " '2025-07-04': outside the period, which is 2025-07-01 to 2025-07-03; remove the row, or "
        "set ignore_outside = true"
    ),
}


@pytest.mark.parametrize(("cell", "expected"), DATES.items(), ids=DATES)
def test_a_date_is_a_day_of_the_period(folder: StakeFolder, cell: str, expected: str) -> None:
    assert [f"stakes.csv:5: date{expected}"] == errors(folder, f"{EVERY_DAY}{cell},{A},5\n")


def test_other_days_can_be_left_out_but_have_to_be_days(folder: StakeFolder) -> None:
    outside = f"2025-06-30,{A},5\n2025-06-30,{A},7\n2025-07-04,{B},5\n0001-01-01,{C},9\n"
    folder.write("stakes.csv", f"{STAKES}{EVERY_DAY}{ONE},{A},2\n{outside}")
    read = folder.stakes(stakes="stakes.csv", ignore_outside=True)
    assert [(A, 2), (C, 3)] == read.staked
    assert [A, C] == read.inputs.texts.astype(str).tolist()  # B had nothing on days that count
    assert {
        "stakes": {"ignored_columns": [], "identical_rows": 0, "outside_period": 4}
    } == read.inputs.notes
    assert [
        "stakes.csv:2: date '2025-06-31': no day of any calendar; correct it",
        "stakes.csv:3: wallet '11': 2 bytes, not 32; paste the whole base58 address",
    ] == errors(folder, f"2025-06-31,{A},5\n2025-06-30,11,5\n{EVERY_DAY}", ignore_outside=True)


def test_missing_days_are_refused_by_name(folder: StakeFolder) -> None:
    folder.days = 9
    days = [f"2025-07-0{number}" for number in (2, 5, 6, 8)]
    remedy = 'add its balances, or set missing_day = "previous"'
    first = "add its balances: there is no day before that could count instead"
    rows = "".join(f"{day},{A},1\n" for day in days)
    assert [
        f"stakes.csv: date '2025-07-01': no row of any wallet; {first}",
        f"stakes.csv: date '2025-07-03 to 2025-07-04': no row of any wallet; {remedy}",
        f"stakes.csv: date '2025-07-07': no row of any wallet; {remedy}",
        f"stakes.csv: date '2025-07-09': no row of any wallet; {remedy}",
    ] == errors(folder, rows)
    assert [f"stakes.csv: date '2025-07-01': no row of any wallet; {first}"] == errors(
        folder, rows, missing_day="previous"
    )


def test_a_missing_day_may_count_as_the_one_before(folder: StakeFolder) -> None:
    folder.days = 6
    header = "date,wallet,staked,cooling\n"
    rows = f"{ONE},{A},5,false\n{ONE},{B},1,true\n{THREE},{A},2,false\n{ONE},{A},5,false\n"
    folder.write("stakes.csv", header + rows)
    read = folder.stakes(stakes="stakes.csv", missing_day="previous")
    assert [(A, 5 + 5 + 4 * 2), (B, 2)] == read.staked
    assert {
        "ignored_columns": [],
        "identical_rows": 1,
        "outside_period": 0,
        "repeated_days": ["2025-07-02", "2025-07-04", "2025-07-05", "2025-07-06"],
    } == read.inputs.notes["stakes"]
    folder.count_cooling = False
    assert [(A, 18), (B, 0)] == folder.stakes(stakes="stakes.csv", missing_day="previous").staked


def test_only_days_outside_leave_every_day_missing(folder: StakeFolder) -> None:
    assert [
        (
            "stakes.csv: date '2025-07-01 to 2025-07-03': no row of any wallet; add its balances: "
            "there is no day before that could count instead"
        )
    ] == errors(folder, f"2025-06-30,{A},5\n", ignore_outside=True)


def test_a_file_without_rows_is_refused_once(folder: StakeFolder) -> None:
    assert ["stakes.csv: file: no rows; write what the round is about into it"] == errors(
        folder, ""
    )


@pytest.mark.parametrize("days", [119, 120, 121, 128, 241, 400])
def test_a_period_may_have_more_days_than_a_number_has_bits(folder: StakeFolder, days: int) -> None:
    folder.days = days
    folder.parquet(
        "stakes.parquet",
        f"SELECT '{A}' AS wallet, DATE '2025-07-01' + day::INTEGER AS date, 3 + day AS staked "  # noqa: S608
        f"FROM range({days}) AS days(day)",
    )
    expected = sum(3 + day for day in range(days))
    assert [(A, expected)] == folder.stakes(stakes="stakes.parquet").staked
    folder.parquet("stakes.parquet", f"FROM '{folder.path}/stakes.parquet' WHERE staked <> 3 + 118")
    assert [
        (
            "stakes.parquet: date '2025-10-27': no row of any wallet; add its balances, or "
            'set missing_day = "previous"'
        )
    ] == folder.errors(stakes="stakes.parquet")


# Cooling


def test_what_is_cooling_down_counts_unless_the_round_says_otherwise(folder: StakeFolder) -> None:
    rows = "".join(f"{day},{A},5,{day == TWO}\n".lower().replace(A.lower(), A) for day in DAYS)
    folder.write("stakes.csv", f"date,wallet,staked,cooling\n{rows}")
    assert [(A, 15)] == folder.stakes(stakes="stakes.csv").staked
    folder.count_cooling = False
    assert [(A, 10)] == folder.stakes(stakes="stakes.csv").staked


def test_without_the_column_nobody_knows_what_is_cooling_down(folder: StakeFolder) -> None:
    folder.count_cooling = False
    assert [
        "stakes.csv:1: cooling: missing column; add it; the file has date, wallet, staked"
    ] == errors(folder, EVERY_DAY)


@pytest.mark.parametrize("cell", ["True", "1", "yes"])
def test_cooling_is_true_or_false(folder: StakeFolder, cell: str) -> None:
    assert [
        f"stakes.csv:2: cooling {cell!r}: neither true nor false; write one of the two"
    ] == errors(folder, f"{ONE},{A},5,{cell}\n", "date,wallet,staked,cooling\n")


def test_every_bad_cell_is_reported(folder: StakeFolder) -> None:
    base = "write base units as plain digits, e.g. 1500000"
    assert [
        f"stakes.csv:2: staked '-5': negative; {base}",
        "stakes.csv:3: date 'x': not written as YYYY-MM-DD; write the day such as 2025-07-01",
        "stakes.csv:3: wallet '11': 2 bytes, not 32; paste the whole base58 address",
        f"stakes.csv:3: staked: empty; {base}",
        "stakes.csv:4: line '2025-07-01': 1 cell, and the header has 3; add what is missing",
        (
            f"stakes.csv:5: date 'a\",{A},5': a quote inside a cell without quotes; close the "
            "quotes, and double each quote inside them"
        ),
    ] == errors(folder, f'{ONE},{A},-5\nx,11,\n{ONE}\na",{A},5\n')
