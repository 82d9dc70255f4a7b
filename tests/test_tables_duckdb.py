# ruff: noqa: S608 - tests write their own queries
"""What we rely on in DuckDB, and what we guard against: each was found by trying it."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.tables.json_object import FLAT_OBJECT
from allocation.tables.scan import scan_text
from allocation.units import BASE_UNITS_PATTERN, TOKENS_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TWO: Final = {"c0": "VARCHAR", "c1": "VARCHAR"}


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def read_csv(path: Path, *options: str) -> str:
    usual = (
        f"columns = {TWO}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        "escape = '\"', strict_mode = true, force_not_null = ['c0', 'c1']"
    )
    return f"read_csv('{path}', {', '.join((usual, *options))})"


def one(db: duckdb.DuckDBPyConnection, query: str, *values: object) -> object:
    ((value,),) = db.execute(query, values or None).fetchall()  # whole: others use `db` after us
    return value


@pytest.mark.parametrize(
    ("text", "number"), [("1e3", 1000), ("0x10", 16), ("1.5", 2), (" 12 ", 12), ("+5", 5)]
)
def test_a_cast_takes_garbage_so_the_text_is_looked_at_first(
    db: duckdb.DuckDBPyConnection, text: str, number: int
) -> None:
    assert number == one(db, "SELECT CAST(? AS UBIGINT)", text)
    assert False is one(db, f"SELECT regexp_full_match(?, '{BASE_UNITS_PATTERN}')", text)


@pytest.mark.parametrize("pattern", [BASE_UNITS_PATTERN, TOKENS_PATTERN])
@pytest.mark.parametrize("text", ["1\n", "\n1", "1\n1", "1\0", "\u0661", "1\r"])
def test_a_full_match_stops_at_no_line_end(
    db: duckdb.DuckDBPyConnection, pattern: str, text: str
) -> None:
    assert False is one(db, f"SELECT regexp_full_match(?, '{pattern}')", text)


def test_a_sum_is_a_hugeint_that_numpy_gets_as_a_float(db: duckdb.DuckDBPyConnection) -> None:
    found = db.execute("SELECT sum(n) AS s FROM (VALUES (1::UBIGINT)) AS v(n)").fetchnumpy()
    assert np.dtype(np.float64) == found["s"].dtype


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_rowid_is_the_place_in_the_file(
    db: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"rows.{kind}"
    rows = "SELECT i AS c0, repeat('x', 100) AS c1 FROM range(400_000) AS rows(i)"
    db.execute(f"COPY ({rows}) TO '{path}' (FORMAT {kind})")
    reader = {
        "csv": read_csv(path),
        "json": f"read_json('{path}', columns = {TWO}, format = 'newline_delimited')",
        "parquet": f"read_parquet('{path}')",
    }[kind]
    db.execute(f"CREATE OR REPLACE TEMP TABLE loaded AS SELECT c0 FROM {reader}")
    assert 400_000 == one(db, "SELECT count(*) FROM loaded")
    assert 0 == one(db, "SELECT count(*) FROM loaded WHERE rowid <> CAST(c0 AS BIGINT)")


def test_csv_reading_is_lax(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "lax.csv"
    path.write_bytes(b'a,b\n1,2,\n1,2,,"",\nx"y,"z" \n\n\0,\n')
    assert [("1", "2"), ("1", "2"), ('x"y', "z"), ("\0", "")] == db.execute(
        f"SELECT * FROM {read_csv(path)}"
    ).fetchall()
    assert not scan_text(path, quotes=True).sound


@pytest.mark.parametrize("text", [b"a,b\n1\n", b"a,b\n1,2,3\n", b'a,b\n1,"2\n', b"a,b\n1,\xff\n"])
def test_csv_reading_is_not_too_lax(
    db: duckdb.DuckDBPyConnection, tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text)
    with pytest.raises(duckdb.InvalidInputException):
        db.execute(f"SELECT * FROM {read_csv(path)}")


def test_a_wrong_line_end_loses_every_row_without_a_word(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "crlf.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n")
    wrong = read_csv(path, r"new_line = '\r\n'")
    assert [] == db.execute(f"SELECT * FROM {wrong}").fetchall()
    assert [("1", "2")] == db.execute(f"SELECT * FROM {read_csv(path)}").fetchall()


def quoted_rows(random: Random, rows: int) -> str:
    """Rows whose cells hold what looks like rows."""
    cells = ("plain", '"a, b"', '"\nx,1\n"', '"""\n"', '"' + "x,y\n" * 200 + '"')
    return "a,b\n" + "".join(f"{row},{random.choice(cells)}\n" for row in range(rows))


def test_quoted_line_ends_are_read_rightly_in_one_thread(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "quoted.csv"
    text = quoted_rows(Random(1), 60_000)  # noqa: S311 - no secret
    path.write_text(text, newline="")
    expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))][1:]
    db.execute(f"CREATE OR REPLACE TEMP TABLE loaded AS FROM {read_csv(path, 'parallel = false')}")
    assert expected == db.execute("SELECT * FROM loaded ORDER BY rowid").fetchall()
    scan = scan_text(path, quotes=True)
    assert (True, True, 60_001) == (scan.sound, scan.quoted_line_ends, scan.rows)


def test_quoted_cells_without_line_ends_are_read_rightly_in_parallel(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "quoted.csv"
    rows = "SELECT i AS c0, 'a \"quoted\", ' || i || ',\"' AS c1 FROM range(300_000) AS rows(i)"
    db.execute(f"COPY ({rows}) TO '{path}' (FORMAT csv, FORCE_QUOTE *)")
    db.execute(f"CREATE OR REPLACE TEMP TABLE loaded AS FROM {read_csv(path)}")
    wrong = "rowid <> CAST(c0 AS BIGINT) OR c1 <> 'a \"quoted\", ' || rowid || ',\"'"
    assert 300_000 == one(db, "SELECT count(*) FROM loaded")
    assert 0 == one(db, f"SELECT count(*) FROM loaded WHERE {wrong}")


def test_a_pattern_in_a_path_reads_other_files(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "[a].csv").write_text("a,b\n3,4\n")
    assert [("1", "2")] == db.execute(f"FROM {read_csv(tmp_path / '[a].csv')}").fetchall()


def test_json_reading_is_lax(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "lax.jsonl"
    lines = ['{"a":1,}', '{"a":NaN}', '{"a":1,"a":2}', '{"a":-0}', "[1]"]
    path.write_text("\n".join(lines))
    found = db.execute(f"SELECT json FROM read_ndjson_objects('{path}')").fetchall()
    assert [(line,) for line in lines] == found
    assert "1" == one(db, "SELECT json_extract_string(?, '$.a')", lines[2])
    assert ["a", "a"] == one(db, "SELECT json_keys(?)", lines[2])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("0", "UBIGINT"),
        ("18446744073709551615", "UBIGINT"),
        ("18446744073709551616", "DOUBLE"),
        ("1.0", "DOUBLE"),
        ("1e3", "DOUBLE"),
        ("-0", "BIGINT"),
        ("-1", "BIGINT"),
        ('"1"', "VARCHAR"),
        ("null", "NULL"),
    ],
)
def test_only_plain_digits_are_an_unsigned_number(
    db: duckdb.DuckDBPyConnection, value: str, kind: str
) -> None:
    assert kind == one(db, "SELECT json_type(?, '$.a')", f'{{"a":{value}}}')


@settings(deadline=None)
@given(st.text(alphabet='{}":,\\u0dD8cCn1e.-+ \t\x01\u00e9', max_size=20), st.sampled_from("ksv"))
def test_both_engines_match_the_pattern_of_an_object_alike(
    db: duckdb.DuckDBPyConnection, text: str, place: str
) -> None:
    import re  # noqa: PLC0415

    line = {"k": f'{{"{text}":1}}', "s": f'{{"a":"{text}"}}', "v": f'{{"a":{text}}}'}[place]
    matched = one(db, "SELECT regexp_full_match($1, $2)", line, FLAT_OBJECT)
    assert matched == (re.fullmatch(FLAT_OBJECT, line) is not None)
    if matched:
        assert one(db, "SELECT json_valid(?)", line)


def test_parquet_columns_may_be_named_by_place(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    db.execute(f"COPY (SELECT 1 AS x, 2 AS y) TO '{path}'")
    assert [(2,)] == db.execute(f"SELECT c1 FROM read_parquet('{path}') AS f(c0, c1)").fetchall()


def test_texts_are_handed_over_as_a_dict_of_arrays(db: duckdb.DuckDBPyConnection) -> None:
    columns = {"id": np.arange(3, dtype=np.uint32), "t": np.array(["a", "", "\U0001f600"], object)}
    db.register("handed", columns)
    assert [(0, "a"), (1, ""), (2, "\U0001f600")] == db.execute("FROM handed").fetchall()
    assert ["UINTEGER", "VARCHAR"] == [row[1] for row in db.execute("DESCRIBE handed").fetchall()]
    db.unregister("handed")
