"""DuckDB as every module of the allocation gets it, and what it writes."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb

from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW_GROUP: Final = 122_880  # rows; fixed, so that no version of DuckDB chooses for us

_REASON: Final = re.compile(r'"exception_message":"((?:[^"\\]|\\.)*)"')  # where threads report it

_SETTINGS: Final = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "enable_external_file_cache": "false",  # inputs are read once
    "preserve_insertion_order": "true",  # a row's rowid is its place in the file
    "python_enable_replacements": "false",  # no table is ever a variable of ours by accident
}


@contextmanager
def open_database(
    scratch: Path, threads: int | None, memory: str | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory that spills into a folder of its own under `scratch`.

    `threads` and `memory` ("4GB") are limits; None leaves DuckDB's own.

    Errors: AsrError where a limit is none, where the memory or the disk is not enough, and where
            the disk fails.
    """
    spill = scratch / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    try:
        with _connect(str(spill), threads, memory) as db:
            yield db
    except duckdb.OutOfMemoryException as error:
        where = f"make room in {scratch}, where the rest goes"
        remedy = f"allow more with --memory, or fewer --threads, or {where}"
        raise AsrError(f"the memory is not enough: {_reason(error)}; {remedy}") from error
    except duckdb.IOException as error:
        remedy = "make room on that disk, or use another one"
        raise AsrError(f"{_reason(error)}; {remedy}") from error
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _connect(spill: str, threads: int | None, memory: str | None) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        **_SETTINGS,
        "temp_directory": spill,
    }
    if threads is not None:
        config["threads"] = threads
    if memory is not None:
        config["memory_limit"] = memory
    try:
        db = duckdb.connect(config=config)
    except duckdb.Error as error:
        problem = _reason(error)
        remedy = 'give at least 1 thread, and memory as text such as "4GB"'
        raise AsrError(f"threads {threads}, memory {memory}: {problem}; {remedy}") from error
    db.execute("SET enable_progress_bar = false")  # it would draw one, whoever reads the output
    return db


def scratch_of(db: duckdb.DuckDBPyConnection) -> str:
    """Return the folder that is removed together with the database."""
    row = db.execute("SELECT current_setting('temp_directory')").fetchone()
    assert row is not None, "a setting has a value"  # noqa: S101 - DuckDB's promise
    return str(row[0])


def why_rejected(error: duckdb.Error) -> str:
    """Return what DuckDB says against a file.

    Errors: the error itself where it is about the machine and not about the file.
    """
    no_disk = isinstance(error, duckdb.IOException) and "write" in _reason(error)
    if no_disk or isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
        raise error
    return str(error).partition("\n")[0]


def _reason(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says, or what one of its threads has said."""
    inner = _REASON.search(str(error))
    return re.sub(r"\\(.)", r"\1", inner[1]) if inner else str(error).partition("\n")[0]


def literal(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def exact_path(path: Path) -> str:
    """Return the path of one file as DuckDB reads it, which takes every path for a pattern."""
    return re.sub(r"[\[*?]", r"[\g<0>]", str(path.absolute()))


def count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number that a query finds."""
    row = db.execute(query).fetchone()
    assert row is not None, "a count has one row"  # noqa: S101 - SQL's promise
    return int(row[0])


def write_parquet(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query, which has to have an ORDER BY, as Parquet.

    The same rows give the same bytes, whatever the number of threads.
    """
    db.execute(
        f"COPY ({query}) TO {literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
