"""Lines of CSV that are no rows: each is reported, and the rows around it are still read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocation.tables.scan import LINE_LIMIT
from tests.input_files import HEADER, A, B, C, InputFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


LINES = {
    "too few cells": (
        f"P0,{A}\n",
        f"votes.csv:2: line 'P0,{A}': 2 cells, and the header has 3; add what is missing",
    ),
    "too many cells": (
        f"P0,{A},1,000\n",
        (
            f"votes.csv:2: line 'P0,{A},1,000': 4 cells, and the header has 3; put a cell with "
            "commas in quotes"
        ),
    ),
    "a comma at the end": (
        f"P0,{A},1,\n",
        (
            f"votes.csv:2: line 'P0,{A},1,': 4 cells, and the header has 3; put a cell with commas "
            "in quotes"
        ),
    ),
    "blanks only": (
        "  \n",
        "votes.csv:2: line '  ': 1 cell, and the header has 3; add what is missing",
    ),
    "a NUL": (f"P0,{A}\0,1\n", f"votes.csv:2: wallet '{A}\\x00': a NUL byte; remove it"),
    "not utf-8": (
        f"P0,{A},".encode() + b"\xe4\n",
        "votes.csv:2: voting_power '\\\\xe4': not UTF-8; save the file as UTF-8",
    ),
    "not utf-8 beyond the header": (
        f"P0,{A},1,".encode() + b"\xe4\n",
        f"votes.csv:2: line 'P0,{A},1,\\\\xe4': not UTF-8; save the file as UTF-8",
    ),
    "not utf-8 among quotes": (
        f'P0,{A},"'.encode() + b'\xe4"\n',
        f"votes.csv:2: line 'P0,{A},\"\\\\xe4\"': not UTF-8; save the file as UTF-8",
    ),
    "a quote inside a cell": (
        f'P0,{A}",1\n',
        (
            f"votes.csv:2: wallet '{A}\",1': a quote inside a cell without quotes; close the "
            "quotes, and double each quote inside them"
        ),
    ),
    "text after a quote": (
        f'P0,"{A}"x,1\n',
        (
            f"votes.csv:2: wallet '\"{A}\"x,1': text after the closing quote; close the quotes, "
            "and double each quote inside them"
        ),
    ),
    "a blank before a quote": (
        f'P0, "{A}",1\n',
        (
            f"votes.csv:2: wallet ' \"{A}\",1': a quote inside a cell without quotes; close the "
            "quotes, and double each quote inside them"
        ),
    ),
    "a quote beyond the header": (
        f'P0,{A},1,"x"y\n',
        (
            "votes.csv:2: line '\"x\"y': text after the closing quote; close the quotes, and "
            "double each quote inside them"
        ),
    ),
    "a carriage return": (
        f"P0,{A}\r,1\n",
        f"votes.csv:2: wallet '{A}\\r,1': a carriage return; remove it",
    ),
    "another line end": (
        f"P0,{A},1\r\n",
        (
            "votes.csv:2: line: its end is of another kind than the header's; save the file with "
            "LF or with CR LF throughout"
        ),
    ),
}


@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "with a quoted row"])
@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_a_line_that_is_no_row_is_reported(
    folder: InputFolder, line: str | bytes, expected: str, quoted: bool
) -> None:
    data = line if isinstance(line, bytes) else line.encode()
    after = f'P1,"{B}",2\n' if quoted else f"P1,{B},2\n"
    folder.write("votes.csv", HEADER.encode() + data + after.encode())
    assert [expected] == folder.errors()


def test_every_bad_line_and_cell_is_reported_in_one_run(folder: InputFolder) -> None:
    folder.write("votes.csv", f'{HEADER}\nP0,{A},1e3\nP1,"{A}\nP0,{B},1\n"P9","7xKX",-1\nP0\n')
    assert [
        (
            "votes.csv:3: voting_power '1e3': an exponent; write base units as plain digits, e.g. "
            "1500000"
        ),
        (
            f"votes.csv:4: wallet '\"{A}': a quote is opened and not closed in this line; close "
            "the quotes, and double each quote inside them"
        ),
        (
            "votes.csv:6: proposal 'P9': no proposal of the round; add it to the round file, or "
            'set other_proposals = "ignore"'
        ),
        "votes.csv:6: wallet '7xKX': 3 bytes, not 32; paste the whole base58 address",
        "votes.csv:6: voting_power '-1': negative; write base units as plain digits, e.g. 1500000",
        "votes.csv:7: line 'P0': 1 cell, and the header has 3; add what is missing",
    ] == folder.errors()


OPEN_QUOTES = {
    "no quote after it": "",
    "another open quote after it": 'P1,"x,1\n',
    "a row with quotes after it": f'P1,"{C}",1\n',
    "two quotes after it": '"","",""\n',
    "a NUL after it": f"P1,{C},\0\n",
    "no utf-8 after it": "P1,\udcff,1\n",
    "the end of the file after it": None,
}


@pytest.mark.parametrize("after", OPEN_QUOTES.values(), ids=OPEN_QUOTES)
def test_an_open_quote_swallows_no_row_after_it(folder: InputFolder, after: str | None) -> None:
    rest = "" if after is None else f"P0,{B},x\n{after}"
    text = f'{HEADER}P0,"{A},1\n{rest}'.removesuffix("\n" if after is None else "")
    folder.write("votes.csv", text.encode(errors="surrogateescape"))
    found = folder.errors()
    assert found[0].startswith(f"votes.csv:2: wallet '\"{A},1': a quote is opened and not closed")
    assert (after is None) or found[1].startswith("votes.csv:3: voting_power 'x'")


def test_an_open_quote_in_a_side_does_not_make_a_row_of_what_follows(folder: InputFolder) -> None:
    rows = f'P0,{A},1,"For\nP0,{B},1,Against\nP0,{C},1,"For\n'
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\n{rows}")
    assert [
        (
            "votes.csv:2: side '\"For': a quote is opened and not closed in this line; close the "
            "quotes, and double each quote inside them"
        ),
        (
            "votes.csv:4: side '\"For': a quote is opened and not closed in this line; close the "
            "quotes, and double each quote inside them"
        ),
    ] == folder.errors()


def test_rows_over_several_lines_are_read_beside_bad_ones(folder: InputFolder) -> None:
    rows = f'P0,{A},1,"For\nor\n""not"""\nP0,{B},x,"a\nb"\n'
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\n{rows}")
    assert [
        (
            "votes.csv:5: voting_power 'x': not a number; write base units as plain digits, e.g. "
            "1500000"
        )
    ] == folder.errors()


def test_the_quotes_of_an_endless_cell_are_reported_where_they_open(folder: InputFolder) -> None:
    long = f"{'x' * 1000}\n" * (3 * LINE_LIMIT // 1000)
    folder.write("votes.csv", f'proposal,wallet,voting_power,side\nP0,{A},1,"{long}"\n')
    assert folder.errors()[0].startswith("votes.csv:2: side '\"xxxx")


@pytest.mark.parametrize("last", [False, True])
def test_a_line_without_an_end_in_sight_is_refused(folder: InputFolder, last: bool) -> None:
    end = "" if last else f"\nP1,{B},x\n"
    folder.write("votes.csv", f"{HEADER}P0,{A},{'1' * 3 * LINE_LIMIT}{end}")
    found = folder.errors()
    assert found[0].startswith(f"votes.csv:2: line 'P0,{A},1111")
    assert found[0].endswith(
        "longer than 1,048,576 bytes; no row needs that much; look for a line end that is missing"
    )
    assert last or found[1].startswith("votes.csv:3: voting_power 'x': not a number")


@pytest.mark.parametrize("length", range(LINE_LIMIT - 3, LINE_LIMIT + 3))
def test_the_longest_line_is_judged_alike_by_both_readers(folder: InputFolder, length: int) -> None:
    note = "x" * (length - len(f"P0,{A},1,"))
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\nP0,{A},1,{note}\nP0,{B},x,y\n")
    assert folder.errors()[-1].startswith("votes.csv:3: voting_power 'x'")
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\nP0,{A},1,{note}")
    if length > LINE_LIMIT:
        assert folder.errors()[0].startswith("votes.csv:2: line")
    else:
        assert [("P0", A, 1, note)] == folder.read().votes
