"""Multipliers: fractions by wallet, for stakes and for votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocation.address import format_address
from tests.allocation_rounds import key
from tests.input_files import HEADER, A, B, C, InputFolder
from tests.stake_files import EVENTS, START, StakeFolder

if TYPE_CHECKING:
    from pathlib import Path

MULTIPLIERS = "wallet,multiplier\n"


@pytest.fixture
def folder(tmp_path: Path) -> StakeFolder:
    folder = StakeFolder(tmp_path)
    folder.write("events.csv", f"{EVENTS}{START},{B},5\n")
    return folder


def errors(folder: StakeFolder, rows: str) -> list[str]:
    folder.write("multipliers.csv", MULTIPLIERS + rows)
    return folder.errors(stake_events="events.csv", multipliers="multipliers.csv")


def test_multipliers_are_fractions_in_lowest_terms(folder: StakeFolder) -> None:
    folder.write("multipliers.csv", f"{MULTIPLIERS}{C},3/4\n{A},6/4\n{B},2\n{A},3/2\n{B},2/1\n")
    read = folder.stakes(stake_events="events.csv", multipliers="multipliers.csv")
    assert [(A, 3, 2), (B, 2, 1), (C, 3, 4)] == read.multipliers
    assert [A, B, C] == read.inputs.texts.astype(str).tolist()
    assert [(B, 15)] == read.staked
    assert {"ignored_columns": [], "identical_rows": 2} == read.inputs.notes["multipliers"]


def test_without_multipliers_the_table_is_there_and_empty(folder: StakeFolder) -> None:
    assert [] == folder.stakes(stake_events="events.csv").multipliers


def test_votes_may_have_multipliers_too(tmp_path: Path) -> None:
    folder = InputFolder(tmp_path)
    folder.write("votes.csv", f"{HEADER}P0,{A},5\n")
    folder.write("multipliers.csv", f"{MULTIPLIERS}{B},1/3\n")
    with folder.open(multipliers="multipliers.csv") as (db, _):
        assert [(1, 1, 3)] == db.execute("FROM multipliers").fetchall()


def test_contradicting_multipliers_are_refused(folder: StakeFolder) -> None:
    assert [f"multipliers.csv:3: wallet '{A}': already has 3/4 in line 2; keep one row"] == errors(
        folder, f"{A},3/4\n{A},2\n{A},6/8\n"
    )


REMEDY = 'write a whole number or a fraction of two, e.g. "1" or "1/3"'
CELLS = {
    "": ": empty; write the multiplier, or remove the row",
    "0": " '0': a multiplier of zero; put the wallet into exclude instead",
    "0/5": " '0/5': a multiplier of zero; put the wallet into exclude instead",
    "0.0": " '0.0': a multiplier of zero; put the wallet into exclude instead",
    "0.75": f" '0.75': a decimal, which need not be exact; {REMEDY}",
    "1/0": f" '1/0': a denominator of zero; {REMEDY}",
    "-1/2": f" '-1/2': negative; {REMEDY}",
    "75%": f" '75%': not a fraction; {REMEDY}",
    "1/1000001": (
        " '1/1000001': a denominator above 1,000,000; write fractions with few small denominators"
    ),
}


@pytest.mark.parametrize(("cell", "expected"), CELLS.items(), ids=CELLS)
def test_a_multiplier_is_a_fraction_above_zero(
    folder: StakeFolder, cell: str, expected: str
) -> None:
    assert [f"multipliers.csv:2: multiplier{expected}"] == errors(folder, f"{A},{cell}\n")


def test_one_denominator_has_to_do_for_all(folder: StakeFolder) -> None:
    wallets = [format_address(key(number)) for number in range(1, 8)]
    fractions = ["1/1000", "1/7", "2/999", "1/999", "3/2", "2/999", "2000000/4000000"]
    rows = [f"{wallet},{text}\n" for wallet, text in zip(wallets, fractions, strict=True)]
    problem = "with those before it the common denominator is above 1,000,000"
    assert [
        f"multipliers.csv:{line}: multiplier '{text}': {problem}; write fractions with few small "
        "denominators"
        for line, text in ((4, "2/999"), (5, "1/999"))
    ] == errors(folder, "".join(rows))
    folder.write("multipliers.csv", MULTIPLIERS + "".join([*rows[:2], *rows[4:5], rows[6]]))
    read = folder.stakes(stake_events="events.csv", multipliers="multipliers.csv")
    assert [(1, 1000), (1, 7), (3, 2), (1, 2)] == [row[1:] for row in read.multipliers]
