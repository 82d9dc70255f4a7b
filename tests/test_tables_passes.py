# ruff: noqa: S608 - tests write their own queries
"""The fast path and the plain reader agree, whatever stands in a file."""

from __future__ import annotations

import atexit
import json
from datetime import date
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.errors import BadValueError, InvariantError
from allocation.sql import statement
from allocation.tables.build import build
from allocation.tables.cells import BaseAmount, Kind, OneOf, Text, TokenAmount
from allocation.tables.columns import layouts_of
from allocation.tables.findings import Findings
from allocation.tables.read import open_input
from allocation.tables.stage import stage
from allocation.tables.stake_cells import Change, Day, Multiplier, Timestamp, Truth
from allocation.tables.walk import walk
from allocation.tables.wallets import number_texts, number_wallets, require_distinct
from tests.allocation_rounds import a_token
from tests.input_files import A, B, InputFolder


@cache
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


atexit.register(connection.cache_clear)  # or DuckDB complains when the interpreter ends

garbage = st.one_of(
    st.text(alphabet="0123456789.eE+-_, xX\t\n\u0661\0", max_size=12),
    st.text(max_size=6),
    st.from_regex(r"\A(0|[1-9][0-9]{0,25})(\.[0-9]{0,25})?\Z"),
    st.integers(2**64 - 3, 2**64 + 3).map(str),
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,4})(\.[0-9]{0,3})?\Z"),
    st.from_regex(r"\A(0|[1-9][0-9]{0,18})/(0|[1-9][0-9]{0,7})\Z"),
    st.dates(date(2025, 6, 25), date(2025, 7, 15)).map(str),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
    st.sampled_from(["true", "false", "True", "", "2/4", "0.75", "253402300799", "253402300800"]),
)
kinds = st.sampled_from(
    [
        BaseAmount(),
        *(TokenAmount(decimals=d, floor=f) for d in (0, 6, 19) for f in (False, True)),
        Text(),
        Text(needed="write something"),
        OneOf(texts=("0", "it's", "\u00e9"), what="word", remedy="choose"),
        *(Day(first=date(2025, 7, 1), last=date(2025, 7, 9), outside=o) for o in (False, True)),
        Timestamp(earliest=100),
        *(Change(amount=amount) for amount in (BaseAmount(), TokenAmount(decimals=2, floor=False))),
        Change(amount=TokenAmount(decimals=2, floor=True)),
        Truth(),
        Multiplier(),
    ]
)


@settings(max_examples=500, deadline=None)
@given(kinds, garbage)
@example(TokenAmount(decimals=6, floor=False), "18446744073709.551615")
@example(TokenAmount(decimals=6, floor=False), "18446744073709.551616")
@example(TokenAmount(decimals=0, floor=True), "1.9")
@example(TokenAmount(decimals=6, floor=False), "0.0000010")
def test_sql_and_python_judge_a_cell_alike(kind: Kind, cell: str) -> None:
    try:
        expected: str | int | None = kind.read(cell)
    except BadValueError:
        expected = None
    query = f"SELECT CASE WHEN {kind.good('cell')} THEN {kind.value('cell')} END FROM (SELECT $c)"
    found = connection().execute(f"{query} AS cells(cell)", {"c": cell}).fetchone()
    assert (expected,) == found


def verdicts(folder: InputFolder, name: str, **files: Any) -> tuple[bool, list[str]]:
    """Whether the fast path sees trouble, and what the plain reader finds, each on its own."""
    with connection().cursor() as db:
        return _verdicts(db, folder, name, **files)


def _verdicts(
    db: duckdb.DuckDBPyConnection, folder: InputFolder, name: str, **files: Any
) -> tuple[bool, list[str]]:
    for (table,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        db.execute(f"DROP TABLE {table}")  # those of the example before; temporary ones are gone
    db.execute(statement("tables"))
    round_ = folder.round(**files)
    number_texts(db, "proposals", "proposal", np.array(list(folder.proposals), object))
    mints = [format_address(token.mint) for token in folder.tokens]
    number_texts(db, "mints", "mint", np.array(mints, object))
    [(_, layout)] = layouts_of(round_)
    findings = Findings(name)
    opened = open_input(db, folder.path, layout, findings)
    if opened is None:
        return True, list(map(str, findings))
    staged = stage(db, opened)
    trouble = staged.trouble
    if not trouble:
        *_, troubled = number_wallets(db, [staged])
        trouble = troubled.get(layout.kind) or build(db, staged, round_)[0]
    walk(layout, opened.located.source, opened.header, findings)
    return trouble is not None, list(map(str, findings))


wallet = st.sampled_from([A, B, A, B, "x", "", f"{A} "])
proposal = st.sampled_from(["P0", "P1", "P0", "P9", ""])
power = st.sampled_from(["1", "2", "1", "-1", "1.5", "", "18446744073709551616"])
side = st.sampled_from(["", "x", "a,b", 'q"', "n\nl", "c\r", "\0", "\udcff"])
cell = st.one_of(wallet, proposal, power, side, st.text(alphabet='",\n\r\0 a1', max_size=4))
rows = st.lists(st.tuples(proposal, wallet, power, side), max_size=4)
texts = st.lists(st.lists(cell, max_size=5).map(",".join), max_size=5).map("\n".join)


def as_csv(rows: list[tuple[str, ...]], end: str, quote: bool) -> str:
    def written(cell: str) -> str:
        plain = not quote and not set(cell) & set(',"\r\n')
        return cell if plain else '"' + cell.replace('"', '""') + '"'

    return "".join(",".join(map(written, row)) + end for row in rows)


csv_texts = st.one_of(
    st.builds(as_csv, rows, st.sampled_from(["\n", "\r\n"]), st.booleans()),
    texts,
    st.builds(str.__add__, st.builds(as_csv, rows, st.just("\n"), st.booleans()), texts),
)


@settings(max_examples=100, deadline=None)
@given(csv_texts, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_both_passes_agree_on_any_csv(
    tmp_path_factory: pytest.TempPathFactory, text: str, end: str, ignore: bool, tokens: bool
) -> None:
    folder = InputFolder(tmp_path_factory.getbasetemp())
    content = f"proposal,wallet,voting_power,side{end}{text}"
    folder.write("any.csv", content.encode(errors="surrogateescape"))
    files = {
        "other_proposals": "ignore" if ignore else "refuse",
        "unit": "ui" if tokens else "base",
        "decimals": 1,
    }
    trouble, found = verdicts(folder, "any.csv", votes="any.csv", **files)
    assert trouble == bool(found)


value = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), st.lists(st.none()))
objects = st.fixed_dictionaries(
    {
        "proposal": st.one_of(proposal, proposal, value),
        "wallet": st.one_of(wallet, wallet, value),
        "voting_power": st.one_of(power, power, value),
    },
    optional={"side": st.one_of(side.filter(lambda s: s != "\udcff"), value), "x": value},
)
json_lines = st.one_of(
    objects.map(json.dumps),
    objects.map(json.dumps),
    objects.map(lambda o: json.dumps(o).replace(",", ",,", 1)),
    objects.map(lambda o: json.dumps(o).replace("{", '{"x": 1, "x": 2, ', 1)),
    objects.map(lambda o: json.dumps(o).replace("}", ",}")),
    st.text(alphabet='{}":,a \r\t\0', max_size=5),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(json_lines, max_size=4))
def test_both_passes_agree_on_any_json_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = InputFolder(tmp_path_factory.getbasetemp())
    folder.write("any.jsonl", "\n".join(lines))
    trouble, found = verdicts(folder, "any.jsonl", votes="any.jsonl")
    assert trouble == bool(found)


JUP, WEN = a_token("JUP", None, 6), a_token("WEN", None, 1)
mints = [format_address(token.mint) for token in (JUP, WEN)]
huge = st.sampled_from(["18446744073709.551615", "1844674407370955161.5", "0.1", "0", "0.01", "x"])
listed = st.lists(
    st.tuples(wallet, st.sampled_from([*mints, *mints, A, ""]), huge, huge), max_size=5
)


@settings(max_examples=100, deadline=None)
@given(listed, st.booleans(), st.booleans())
def test_both_passes_agree_on_any_list(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], add: bool, floor: bool
) -> None:
    folder = InputFolder(tmp_path_factory.getbasetemp(), (JUP, WEN))
    text = "".join(f"{','.join(row)}\n" for row in rows)
    folder.write("any.csv", f"wallet,mint,amount,locked_amount\n{text}")
    files = {
        "duplicates": "sum" if add else "refuse",
        "excess_decimals": "floor" if floor else "refuse",
    }
    trouble, found = verdicts(folder, "any.csv", allocations="any.csv", **files)
    assert trouble == bool(found)


def test_two_texts_of_one_key_would_be_noticed() -> None:
    keys = np.zeros((2, 32), np.uint8)
    require_distinct(keys[:1])
    with pytest.raises(InvariantError, match="two texts of one wallet"):
        require_distinct(keys)
