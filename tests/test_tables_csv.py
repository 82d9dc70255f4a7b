"""CSV files as inputs: what is read, and what is said about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocation.tables.csv_file import split_row
from tests.input_files import HEADER, A, B, InputFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


GOOD = {
    "lf": f"proposal,wallet,voting_power\nP0,{A},5\nP1,{B},7\n",
    "crlf": f"proposal,wallet,voting_power\r\nP0,{A},5\r\nP1,{B},7\r\n",
    "no line end after the last row": f"proposal,wallet,voting_power\nP0,{A},5\nP1,{B},7",
    "crlf, none after the last row": f"proposal,wallet,voting_power\r\nP0,{A},5\r\nP1,{B},7",
    "byte order mark": f"\ufeffproposal,wallet,voting_power\nP0,{A},5\nP1,{B},7\n",
    "byte order mark and quotes": f'\ufeff"proposal","wallet","voting_power"\nP0,{A},5\nP1,{B},7',
    "second names": f"proposal,voter,voting_power\nP0,{A},5\nP1,{B},7\n",
    "any order": f"voting_power,proposal,wallet\n5,P0,{A}\n7,P1,{B}\n",
    "quoted cells": f'proposal,"wallet",voting_power\n"P0",{A},"5"\nP1,"{B}",7\n',
    "blank lines": f"proposal,wallet,voting_power\n\nP0,{A},5\n\n\nP1,{B},7\n\n",
    "blank lines, crlf": f"proposal,wallet,voting_power\r\n\r\nP0,{A},5\r\n\r\nP1,{B},7\r\n\r\n",
    "other columns": f"x,proposal,wallet,x,voting_power\n,P0,{A},1,5\n-,P1,{B},NaN,7\n",
    "other columns over several lines": (
        f'proposal,wallet,voting_power,note\nP0,{A},5,"a\nP1,x,6,\n\n"\nP1,{B},7,""""\n'
    ),
    "letters beyond ascii": (
        f"proposal,wallet,voting_power,n\u00e9\nP0,{A},5,\u00fc\nP1,{B},7,\U0001f600"
    ),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_every_shape_of_csv_gives_the_same_rows(folder: InputFolder, text: str) -> None:
    folder.write("votes.csv", text)
    assert [("P0", A, 5, None), ("P1", B, 7, None)] == folder.read().votes


def test_a_side_may_hold_commas_quotes_and_line_ends(folder: InputFolder) -> None:
    side = '"For",\nor\r\nnot "'
    cell = side.replace('"', '""')
    folder.write("votes.csv", f'proposal,wallet,voting_power,choice\nP0,{A},5,"{cell}"\n')
    assert [("P0", A, 5, side)] == folder.read().votes


def test_an_empty_side_is_a_side_and_a_missing_column_is_none(folder: InputFolder) -> None:
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\nP0,{A},5,\n")
    assert [("P0", A, 5, "")] == folder.read().votes
    folder.write("votes.csv", f"{HEADER}P0,{A},5\n")
    assert [("P0", A, 5, None)] == folder.read().votes


def test_other_columns_are_listed(folder: InputFolder) -> None:
    folder.write("votes.csv", f"z,proposal,wallet,a,voting_power,z\n,P0,{A},1,5,\n")
    notes = folder.read().inputs.notes
    assert {"votes": {"ignored_columns": ["a", "z"], "identical_rows": 0}} == notes


HEADERS = {
    "missing": (
        "proposal,wallet\n",
        ["votes.csv:1: voting_power: missing column; add it; the file has proposal, wallet"],
    ),
    "all missing": (
        "a\nb\n",
        [
            "votes.csv:1: proposal: missing column; add it; the file has a",
            "votes.csv:1: wallet: missing column; add it; the file has a",
            "votes.csv:1: voting_power: missing column; add it; the file has a",
        ],
    ),
    "upper case": (
        "proposal,Wallet ,voting_power\n",
        [
            (
                "votes.csv:1: wallet: missing column; rename 'Wallet ' to 'wallet': names are "
                "taken as they are"
            )
        ],
    ),
    "doubled": (
        "proposal,wallet,voting_power,wallet\n",
        ["votes.csv:1: wallet: this column stands twice; remove one of the two"],
    ),
    "both names": (
        "proposal,wallet,voting_power,voter\n",
        ["votes.csv:1: voter: means the same as wallet; remove one of the two"],
    ),
    "semicolons": (
        "proposal;wallet;voting_power\n",
        [
            "votes.csv:1: proposal: missing column; separate the cells by commas",
            "votes.csv:1: wallet: missing column; separate the cells by commas",
            "votes.csv:1: voting_power: missing column; separate the cells by commas",
        ],
    ),
    "blank first line": (
        "\nproposal,wallet,voting_power\n",
        [
            "votes.csv:1: proposal: missing column; add it; the file has no columns",
            "votes.csv:1: wallet: missing column; add it; the file has no columns",
            "votes.csv:1: voting_power: missing column; add it; the file has no columns",
        ],
    ),
    "quotes left open": (
        'proposal,"wallet,voting_power\n',
        [
            (
                "votes.csv:1: header '\"wallet,voting_power': a quote is opened and not closed in "
                "this line; close the quotes, and double each quote inside them"
            )
        ],
    ),
    "not utf-8": (
        b"proposal,wallet,voting_power,\xff\n",
        [
            (
                "votes.csv:1: line 'proposal,wallet,voting_power,\\\\xff': not UTF-8; save the "
                "file as UTF-8"
            )
        ],
    ),
    "no rows": (HEADER, ["votes.csv: file: no rows; write what the round is about into it"]),
    "empty": ("", ["votes.csv: file: empty; write what the round is about into it"]),
}


@pytest.mark.parametrize(("text", "expected"), HEADERS.values(), ids=HEADERS)
def test_a_header_has_to_name_each_column_once(
    folder: InputFolder, text: str, expected: list[str]
) -> None:
    folder.write("votes.csv", text)
    assert expected == folder.errors()


def test_a_row_is_cut_as_rfc_4180_says() -> None:
    assert [""] == split_row("")
    assert ["", ""] == split_row(",")
    assert ["a", 'b"', "", "c,\n"] == split_row('a,"b""","","c,\n"')
