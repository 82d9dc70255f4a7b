"""DuckDB as every module of the allocation gets it, and what it writes."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb

from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW_GROUP: Final = 122_880  # rows; fixed, so that no version of DuckDB chooses for us

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

    Errors: AsrError where a limit is none, or where the memory is not enough.
    """
    spill = scratch / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    try:
        with _connect(str(spill), threads, memory) as db:
            yield db
    except duckdb.OutOfMemoryException as error:
        problem = str(error).partition("\n")[0]
        raise AsrError(f"{problem}; allow more memory, or fewer threads") from error
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
        return duckdb.connect(config=config)
    except duckdb.Error as error:
        problem = str(error).partition("\n")[0]
        remedy = 'give at least 1 thread, and memory as text such as "4GB"'
        raise AsrError(f"threads {threads}, memory {memory}: {problem}; {remedy}") from error


def scratch_of(db: duckdb.DuckDBPyConnection) -> str:
    """Return the folder that is removed together with the database."""
    row = db.execute("SELECT current_setting('temp_directory')").fetchone()
    assert row is not None, "a setting has a value"  # noqa: S101 - DuckDB's promise
    return str(row[0])


def why_rejected(error: duckdb.Error) -> str:
    """Return what DuckDB says against a file.

    Errors: the error itself where it is about the machine and not about the file.
    """
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
        raise error
    return str(error).partition("\n")[0]


def literal(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


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
