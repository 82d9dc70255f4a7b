"""Staged files -> the tables of the allocation, with repeated rows dropped, added or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from allocation.sql import statement
from allocation.tables.database import count
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from allocation.tables.columns import Layout
    from allocation.tables.stage import Staged


Notes: TypeAlias = dict[str, object]
"""Rows and columns of one input that did not count, ready for JSON."""


def build(db: DuckDBPyConnection, staged: Staged) -> tuple[str | None, Notes]:
    """Fill the table of one input, and drop what was loaded for it.

    The first result says why the plain reader has to look at the file, or None.
    """
    make = _build_distinct if staged.layout.repeats == "identical" else _build_list
    built = make(db, staged)
    db.execute(f"DROP VIEW typed_{staged.layout.kind}")
    db.execute(f"DROP TABLE staged_{staged.layout.kind}")
    return built


def _build_distinct(db: DuckDBPyConnection, staged: Staged) -> tuple[str | None, Notes]:
    """Keep one of identical rows; another row with the same key contradicts."""
    layout = staged.layout
    db.execute(f"INSERT INTO {layout.table} {statement(f'read_{layout.kind}')}")
    rows = _rows_in(db, layout.table)
    keys = count(db, f"SELECT count(*) FROM (SELECT DISTINCT {_key(layout)} FROM {layout.table})")  # noqa: S608
    if keys < rows:
        db.execute(
            f"CREATE OR REPLACE TABLE {layout.table} AS "  # noqa: S608 - our own names
            f"SELECT DISTINCT * FROM {layout.table} ORDER BY {_key(layout)}"
        )
    distinct = _rows_in(db, layout.table) if keys < rows else rows
    notes = _notes(staged, identical_rows=rows - distinct)
    if layout.only:
        notes["other_proposals"] = staged.rows - rows
    trouble = f"{distinct - keys} rows contradict another" if keys < distinct else None
    return trouble, notes


def _build_list(db: DuckDBPyConnection, staged: Staged) -> tuple[str | None, Notes]:
    """Add up the rows of one wallet and mint, if they may be several and if a u64 holds them."""
    db.execute(f"CREATE TEMP TABLE listed AS {statement('read_allocations')}")
    summed = staged.rows - _rows_in(db, "listed")
    too_much = _rows_in(db, f"listed WHERE unlocked + locked > {U64_MAX}")
    trouble = None
    if summed and staged.layout.repeats == "refuse":
        trouble = f"{summed} rows repeat another"
    elif too_much:
        trouble = f"{too_much} wallets get more than a u64 holds"
    else:
        db.execute(
            "INSERT INTO list_rows SELECT position, wallet, token, unlocked, locked "
            "FROM listed ORDER BY position"
        )
    zeros = _rows_in(db, "listed WHERE unlocked + locked = 0")
    db.execute("DROP TABLE listed")
    return trouble, _notes(staged, summed_rows=summed, zero_amounts=zeros)


def _key(layout: Layout) -> str:
    return ", ".join(layout.key)


def _rows_in(db: DuckDBPyConnection, table: str) -> int:
    return count(db, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names


def _notes(staged: Staged, **counts: int) -> dict[str, object]:
    floored = {"floored_amounts": staged.floored} if staged.floored else {}
    return {"ignored_columns": sorted(set(staged.ignored)), **counts, **floored}
