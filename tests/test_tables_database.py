# ruff: noqa: S608 - tests write their own queries
"""The database itself, and the Parquet it writes."""

from __future__ import annotations

import re
import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pytest

from allocation.errors import AsrError
from allocation.tables import open_database, write_parquet
from allocation.tables.database import count, exact_path, literal, why_rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_limits_are_kept(tmp_path: Path) -> None:
    with open_database(tmp_path, 2, "1GiB") as db:
        settings = dict(db.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert "2" == settings["threads"]
    assert "1.0 GiB" == settings["memory_limit"]
    assert str(tmp_path / "spill") == settings["temp_directory"]
    assert "false" == settings["autoinstall_known_extensions"]
    assert "false" == settings["autoload_known_extensions"]
    assert "false" == settings["enable_progress_bar"]


def test_the_scratch_is_made_and_emptied(tmp_path: Path) -> None:
    scratch = tmp_path / "new" / "scratch"
    with open_database(scratch, None, None) as db:
        assert 1 == count(db, "SELECT 1")
        assert (scratch / "spill").is_dir()
    assert [] == list(scratch.iterdir())


@pytest.mark.parametrize(("threads", "memory"), [(0, None), (-1, None), (None, "much")])
def test_a_limit_that_is_none_is_refused(
    tmp_path: Path, threads: int | None, memory: str | None
) -> None:
    with pytest.raises(AsrError, match=f"threads {threads}, memory {memory}: .*; give at least 1"):
        open_database(tmp_path, threads, memory).__enter__()


def test_too_little_memory_is_said_in_words(tmp_path: Path) -> None:
    query = "SELECT list(hash(i)) FROM range(100_000_000) AS rows(i)"
    with (
        pytest.raises(AsrError, match=r"memory is not enough: .*; allow more with --memory"),
        open_database(tmp_path, 1, "50MB") as db,
    ):
        db.execute(query)


def test_what_is_about_the_machine_is_not_put_on_a_file() -> None:
    assert "no" == why_rejected(duckdb.InvalidInputException("no\nLINE 1"))
    with pytest.raises(duckdb.OutOfMemoryException):
        why_rejected(duckdb.OutOfMemoryException("more"))
    with pytest.raises(duckdb.IOException):
        why_rejected(duckdb.IOException('Could not write file "spill"'))
    assert "gone" == why_rejected(duckdb.IOException("gone"))


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let every write beyond `size` bytes fail, as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_fills_up_is_named_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    problem = f'Could not write file "{path}": File too large; make room on that disk'
    with (
        pytest.raises(AsrError, match=f"^{re.escape(problem)}"),
        no_file_above(100_000),
        open_database(tmp_path, 2, None) as db,
    ):
        write_parquet(db, "SELECT hash(i) FROM range(1_000_000) AS rows(i) ORDER BY i", path)


def test_a_disk_that_has_no_room_for_what_exceeds_the_memory_is_named(tmp_path: Path) -> None:
    query = "CREATE TABLE t AS SELECT md5(i::VARCHAR) AS m FROM range(3_000_000) AS r(i) ORDER BY m"
    with (
        pytest.raises(AsrError, match=f"Could not write file .*{tmp_path}/spill.*; make room"),
        no_file_above(100_000),
        open_database(tmp_path, 1, "60MB") as db,
    ):
        db.execute(query)


def test_a_folder_that_has_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "b.parquet"
    with (
        pytest.raises(AsrError, match=f"Cannot open file .*{path}.*: No such file or directory"),
        open_database(tmp_path, 1, None) as db,
    ):
        write_parquet(db, "SELECT 1 AS a ORDER BY a", path)


def test_no_variable_of_ours_becomes_a_table(tmp_path: Path) -> None:
    rows = {"a": [1]}
    with open_database(tmp_path, 1, None) as db, pytest.raises(duckdb.CatalogException):
        db.execute("SELECT * FROM rows")
    assert rows


def test_a_literal_holds_any_text(tmp_path: Path) -> None:
    text = "it's; -- \\ \"\n\u00e9\0"
    with open_database(tmp_path, 1, None) as db:
        assert (text,) == db.execute(f"SELECT {literal(text)}").fetchone()


@pytest.mark.parametrize(
    ("name", "other"),
    [("y[z]", "yz"), ("a*b", "aXb"), ("q?r", "qXr"), ("{s,t}", "s"), ("wallet=x", "wallet")],
)
def test_an_exact_path_is_no_pattern(tmp_path: Path, name: str, other: str) -> None:
    for folder in (name, other):
        (tmp_path / folder).mkdir()
        with open_database(tmp_path / "scratch", None, None) as db:
            query = f"SELECT {literal(folder)} AS wallet"
            write_parquet(db, query, tmp_path / folder / "f.parquet")
            path = exact_path(tmp_path / name / "f.parquet")
            read = db.read_parquet(path, hive_partitioning=False)
            assert [(name,)] == read.fetchall()


def test_parquet_has_the_same_bytes_for_any_threads_and_order(tmp_path: Path) -> None:
    written: list[bytes] = []
    for threads, order in ((1, "i"), (2, "i"), (2, "hash(i)"), (1, "hash(i)")):
        with open_database(tmp_path, threads, None) as db:
            db.execute(
                "CREATE TABLE t AS SELECT i::UINTEGER AS i, hash(i) AS amount, "
                "if(i % 7 = 0, NULL, 'it is ' || i % 100) AS text "
                f"FROM range(300_000) AS rows(i) ORDER BY {order}"
            )
            path = tmp_path / f"{len(written)}'s.parquet"
            write_parquet(db, "SELECT * FROM t ORDER BY i", path)
            groups = db.execute(
                "SELECT DISTINCT row_group_num_rows, compression "
                "FROM parquet_metadata($path) ORDER BY ALL",
                {"path": str(path)},
            ).fetchall()
        written.append(path.read_bytes())
    assert [(300_000 - 2 * 122_880, "ZSTD"), (122_880, "ZSTD")] == groups
    assert {written[0]} == set(written)
