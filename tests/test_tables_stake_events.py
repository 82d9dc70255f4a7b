"""Events and opening balances: what they add up to, and balances that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation.address import format_address
from allocation.errors import InvariantError
from allocation.round import DAY
from allocation.round_file import load_round
from allocation.tables import open_database, read_inputs
from allocation.tables.events import _first_negative
from allocation.units import U64_MAX
from tests.allocation_rounds import key
from tests.input_files import A, B, C
from tests.stake_files import EVENTS, START, StakeFolder

if TYPE_CHECKING:
    from allocation.round import Mode

END: Final = START + 3 * DAY
WITH_ID: Final = "timestamp,wallet,delta,id\n"
ADD_IT: Final = "add the event that is missing before it, or the opening balance"
SHARED: Final = Path(__file__).parent.parent.parent / "shared/data/vectors/allocation.json"
FIXTURE: Final = Path(__file__).parent.parent / "fixtures/asr-2025-q3/round.toml"


@pytest.fixture
def folder(tmp_path: Path) -> StakeFolder:
    return StakeFolder(tmp_path)


def errors(folder: StakeFolder, rows: str, header: str = EVENTS, **files: Any) -> list[str]:
    folder.write("events.csv", header + rows)
    return folder.errors(stake_events="events.csv", **files)


@pytest.mark.skipif(not SHARED.exists(), reason="the vectors of ../shared/data are not here")
@pytest.mark.parametrize(("mode", "sums"), [("daily", "daily_eod_sum"), ("continuous", "S")])
def test_stakes_are_those_of_the_vector(folder: StakeFolder, mode: Mode, sums: str) -> None:
    worked = json.loads(SHARED.read_bytes())["V7"]
    folder.days, folder.mode = 92, mode
    cases = {format_address(key(n)): case for n, case in enumerate(worked["cases"].values(), 1)}
    events = [
        f"{worked['t0'] + after},{wallet},{delta}\n"
        for wallet, case in cases.items()
        for after, delta in case["events"]
    ]
    opening = [f"{wallet},{case['initial']}\n" for wallet, case in cases.items()]
    folder.write("events.csv", EVENTS + "".join(events))
    folder.write("opening.csv", "wallet,staked\n" + "".join(opening))
    read = folder.stakes(stake_events="events.csv", opening="opening.csv")
    assert START == worked["t0"]
    assert [(wallet, case[sums]) for wallet, case in cases.items()] == read.staked


def test_the_fixture_is_read_as_its_own_judge_reads_it(tmp_path: Path) -> None:
    from tests.test_fixture_stakes import summed  # noqa: PLC0415 - reads the whole fixture

    with open_database(tmp_path, 1, None) as db:
        inputs = read_inputs(db, load_round(FIXTURE))
        staked = db.execute("SELECT wallet, total::VARCHAR FROM staked ORDER BY rowid").fetchall()
    assert summed() == {inputs.keys[wallet].tobytes(): int(total) for wallet, total in staked}


# Worked by hand


@pytest.mark.parametrize(
    ("opening", "events", "daily", "continuous"),
    [
        (7, [], 21, 21 * DAY),
        (0, [(0, 5)], 15, 15 * DAY),
        (0, [(DAY, 5)], 10, 10 * DAY),
        (0, [(DAY - 1, 5)], 15, 10 * DAY + 5),
        (0, [(3 * DAY - 1, 5)], 5, 5),
        (0, [(3 * DAY, 5)], 0, 0),
        (3, [(-DAY, -3), (-2 * DAY, 4)], 12, 12 * DAY),
        (5, [(DAY, -5), (DAY + 60, 5)], 15, 15 * DAY - 5 * 60),
        (0, [(DAY, 5), (DAY, -5), (DAY, 2)], 4, 4 * DAY),
        (0, [(DAY, -5), (DAY, 5), (DAY, 5), (DAY, 5)], 20, 20 * DAY),
        (U64_MAX, [(-1, U64_MAX)], 6 * U64_MAX, 6 * DAY * U64_MAX),
    ],
)
def test_balances_add_up_over_days_or_seconds(
    folder: StakeFolder, opening: int, events: list[tuple[int, int]], daily: int, continuous: int
) -> None:
    rows = "".join(f"{START + after},{A},{delta}\n" for after, delta in events)
    folder.write("events.csv", f"{EVENTS}{rows}{START},{B},0\n")
    folder.write("opening.csv", f"wallet,staked\n{A},{opening}\n")
    files: dict[str, Any] = {"stake_events": "events.csv", "opening": "opening.csv"}
    assert [(A, daily), (B, 0)] == folder.stakes(**files).staked
    folder.mode = "continuous"
    assert [(A, continuous), (B, 0)] == folder.stakes(**files).staked


def test_tokens_become_base_units(folder: StakeFolder) -> None:
    rows = f"{START},{A},1.509\n{START},{A},-0.501\n{START},{A},-0.001\n{START},{A},-1.000\n"
    folder.write("events.csv", EVENTS + rows)
    folder.write("opening.csv", f"wallet,staked\n{A},2\n")
    read = folder.stakes(
        stake_events="events.csv",
        opening="opening.csv",
        unit="ui",
        decimals=2,
        excess_decimals="floor",
    )
    assert [(A, 3 * (200 + 150 - 50 - 0 - 100))] == read.staked
    assert {
        "stake_events": {
            "ignored_columns": [],
            "identical_rows": 0,
            "before_start": 0,
            "at_or_after_end": 0,
            "floored_amounts": 3,
        },
        "opening": {"ignored_columns": [], "identical_rows": 0},
    } == read.inputs.notes


def test_events_outside_the_period_are_counted(folder: StakeFolder) -> None:
    rows = f"{START - 1},{A},5\n{START},{A},1\n{END - 1},{A},1\n{END},{B},-9\n{END + 1},{A},9\n"
    folder.write("events.csv", EVENTS + rows)
    read = folder.stakes(stake_events="events.csv")
    assert [(A, 19), (B, 0)] == read.staked  # whoever came later had nothing in the period
    assert {
        "stake_events": {
            "ignored_columns": [],
            "identical_rows": 0,
            "before_start": 1,
            "at_or_after_end": 2,
        }
    } == read.inputs.notes


def test_wallets_of_every_input_are_numbered_together(folder: StakeFolder) -> None:
    folder.write("events.csv", f"{EVENTS}{START},{C},5\n")
    folder.write("opening.csv", f"wallet,staked\n{A},2\n")
    folder.write("exclude.csv", f"wallet,reason\n{B},team\n")
    read = folder.stakes(stake_events="events.csv", opening="opening.csv", exclude="exclude.csv")
    assert [A, B, C] == read.inputs.texts.astype(str).tolist()
    assert [(A, 6), (C, 15)] == read.staked


# Repeated rows


def test_equal_events_count_each_unless_they_have_one_id(folder: StakeFolder) -> None:
    folder.write("events.csv", EVENTS + f"{START},{A},5\n" * 3)
    assert [(A, 45)] == folder.stakes(stake_events="events.csv").staked
    rows = f"{START},{A},5,x\n{START},{A},5,y\n{START},{A},5,x\n{END},{A},5,z\n{END},{A},5,z\n"
    folder.write("events.csv", WITH_ID + rows)
    read = folder.stakes(stake_events="events.csv")
    assert [(A, 30)] == read.staked
    assert {
        "stake_events": {
            "ignored_columns": [],
            "identical_rows": 2,
            "before_start": 0,
            "at_or_after_end": 1,
        }
    } == read.inputs.notes


def test_an_id_stands_for_one_event(folder: StakeFolder) -> None:
    rows = f"{START},{A},-5,x\n{START},{A},5,y\n{START},{B},-5,x\n{END},{A},5,y\n"
    assert [
        f"events.csv:4: id 'x': already stands for -5 of {A} at {START} in line 2; keep one row",
        f"events.csv:5: id 'y': already stands for 5 of {A} at {START} in line 3; keep one row",
    ] == errors(folder, rows, WITH_ID)


def test_where_there_are_ids_every_event_has_one(folder: StakeFolder) -> None:
    assert ["events.csv:2: id: empty; give every event its id, or leave the column out"] == errors(
        folder, f"{START},{A},5,\n", WITH_ID
    )


def test_an_opening_balance_stands_once(folder: StakeFolder) -> None:
    folder.write("opening.csv", f"wallet,staked\n{A},2\n{B},1\n{B},1\n{A},3\n")
    assert [f"opening.csv:5: wallet '{A}': already has 2 in line 2; keep one row"] == errors(
        folder, f"{START},{A},5\n", opening="opening.csv"
    )


# Cells


SECONDS = {
    "": ": empty; write unix seconds, e.g. 1751328000",
    "-1": " '-1': not plain digits; write unix seconds, e.g. 1751328000",
    "1751328000.5": " '1751328000.5': not plain digits; write unix seconds, e.g. 1751328000",
    "2025-07-01": " '2025-07-01': not plain digits; write unix seconds, e.g. 1751328000",
    "1751328000000": " '1751328000000': after the year 9999; write seconds, not milliseconds",
    "9" * 30: f" '{'9' * 30}': after the year 9999; write seconds, not milliseconds",
    str(START - 9): (
        f" '{START - 9}': before opening_at, which is {START - 8}; remove it: the opening balances "
        "hold it already"
    ),
}


@pytest.mark.parametrize(("cell", "expected"), SECONDS.items(), ids=SECONDS)
def test_a_timestamp_is_unix_seconds(folder: StakeFolder, cell: str, expected: str) -> None:
    rows = f"{START - 8},{A},5\n{cell},{A},5\n"
    folder.write("opening.csv", "wallet,staked\n")
    assert [f"events.csv:3: timestamp{expected}"] == errors(
        folder, rows, opening="opening.csv", opening_at=START - 8
    )


BASE = "write base units as plain digits, e.g. 1500000"
CHANGES = {
    "": f": empty; {BASE}",
    "-": f" '-': empty; {BASE}",
    "+5": f" '+5': a sign; {BASE}",
    "-0": " '-0': zero has no sign; write 0",
    "--5": f" '--5': negative; {BASE}",
    "-1.5": f" '-1.5': a fraction; {BASE}",
    "- 5": f" '- 5': blank before or after the number; {BASE}",
    "-05": f" '-05': leading zeros; {BASE}",
    "-18446744073709551616": (
        " '-18446744073709551616': above 2^64 - 1 base units; no token account can hold it; lower "
        "it"
    ),
}


@pytest.mark.parametrize(("cell", "expected"), CHANGES.items(), ids=CHANGES)
def test_a_change_is_an_amount_with_or_without_minus(
    folder: StakeFolder, cell: str, expected: str
) -> None:
    assert [f"events.csv:2: delta{expected}"] == errors(folder, f"{START},{A},{cell}\n")


# Balances that cannot be


def test_a_negative_balance_is_refused_at_the_event_that_makes_it(folder: StakeFolder) -> None:
    folder.write("opening.csv", f"wallet,staked\n{A},10\n")
    rows = (
        f"{START + 9},{A},-4\n{START},{A},-8\n{START - 2},{B},2\n{START - 1},{B},-3\n{END},{C},-1\n"
        f"{START},{B},5\n{START + 10},{A},-1\n"
    )
    assert [
        f"events.csv:2: delta '-4': leaves {A} with -2; {ADD_IT}",
        f"events.csv:5: delta '-3': leaves {B} with -1; {ADD_IT}",
    ] == errors(folder, rows, opening="opening.csv")


def test_of_events_of_one_second_only_the_outcome_counts(folder: StakeFolder) -> None:
    rows = (
        f"{START},{A},-5,a\n{START},{A},5,b\n{START + 1},{A},-1.5,c\n{START + 1},{A},-2,d\n"
        f"{START + 1},{A},0.25,e\n{START + 1},{A},-2,d\n"
    )
    assert [f"events.csv:5: delta '-2': leaves {A} with -3.25; {ADD_IT}"] == errors(
        folder, rows, WITH_ID, unit="ui", decimals=2
    )


def test_only_so_many_negative_balances_are_listed(
    folder: StakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allocation.tables.findings.MOST_FINDINGS", 1)
    assert [
        f"events.csv:2: delta '-1': leaves {A} with -1; {ADD_IT}",
        (
            "events.csv:2: file: reading ended here, after 1 errors; mend what they have in common "
            "first"
        ),
    ] == errors(folder, f"{START},{A},-1\n{START},{B},-1\n")


def test_two_looks_at_a_balance_have_to_agree() -> None:
    with pytest.raises(InvariantError, match="a balance is negative, and a second look finds none"):
        _first_negative(1, [])
