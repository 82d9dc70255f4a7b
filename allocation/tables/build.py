"""Staged files -> the tables of the allocation, with repeated rows dropped, added or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from allocation.sql import statement
from allocation.tables.database import count
from allocation.tables.multipliers import scale_is_small
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from allocation.round import Round
    from allocation.tables.stage import Staged


Notes: TypeAlias = dict[str, object]
"""Rows and columns of one input that did not count, ready for JSON."""


def build(db: DuckDBPyConnection, staged: Staged, the_round: Round) -> tuple[str | None, Notes]:
    """Fill the table of one input, and drop what was loaded for it.

    The first result says why the plain reader has to look at the file, or None.
    """
    if staged.layout.kind == "stake_events":
        built = _build_events(db, staged, the_round)
    elif staged.layout.repeats == "identical":
        built = _build_distinct(db, staged)
    else:
        built = _build_list(db, staged)
    db.execute(f"DROP VIEW typed_{staged.layout.kind}")
    db.execute(f"DROP TABLE staged_{staged.layout.kind}")
    return built


def _build_distinct(db: DuckDBPyConnection, staged: Staged) -> tuple[str | None, Notes]:
    """Keep one of identical rows; another row with the same key contradicts."""
    layout = staged.layout
    db.execute(f"INSERT INTO {layout.table} {statement(f'read_{layout.kind}')}")
    rows = _rows_in(db, layout.table)
    identical, contradicting = _keep_one(db, layout.table, ", ".join(layout.key))
    notes = notes_on(staged, identical_rows=identical)
    if layout.only:
        notes["other_proposals"] = staged.rows - rows
    trouble = f"{contradicting} rows contradict another" if contradicting else None
    if layout.kind == "multipliers" and not scale_is_small(db):
        trouble = "the multipliers have no small scale"
    return trouble, notes


def _keep_one(db: DuckDBPyConnection, table: str, key: str) -> tuple[int, int]:
    """Drop identical rows; return how many, and how many of the others repeat a key."""
    rows = _rows_in(db, table)
    keys = count(db, f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table})")  # noqa: S608
    if keys == rows:
        return 0, 0
    db.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT * FROM {table} ORDER BY ALL"  # noqa: S608 - our own names
    )
    distinct = _rows_in(db, table)
    return rows - distinct, distinct - keys


def _build_events(
    db: DuckDBPyConnection, staged: Staged, the_round: Round
) -> tuple[str | None, Notes]:
    """Keep the events before the end; every wallet of the file stays in `event_wallets`."""
    assert the_round.period is not None, "events have a period"  # noqa: S101 - round_file's promise
    start, end = the_round.period.start, the_round.period.end
    db.execute(f"INSERT INTO stake_events {statement('read_stake_events')}")
    identical = contradicting = 0
    if any(place.column.name == "id" for place in staged.file.header.places):
        identical, contradicting = _keep_one(db, "stake_events", "id")
    db.execute("INSERT INTO event_wallets SELECT DISTINCT wallet FROM stake_events")
    late = _rows_in(db, f"stake_events WHERE moment >= {end}")
    db.execute(f"DELETE FROM stake_events WHERE moment >= {end}")  # noqa: S608 - a number
    notes = notes_on(
        staged,
        identical_rows=identical,
        before_start=_rows_in(db, f"stake_events WHERE moment < {start}"),
        at_or_after_end=late,
    )
    return f"{contradicting} ids contradict another" if contradicting else None, notes


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
    return trouble, notes_on(staged, summed_rows=summed, zero_amounts=zeros)


def _rows_in(db: DuckDBPyConnection, table: str) -> int:
    return count(db, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names


def notes_on(staged: Staged, **counts: int) -> Notes:
    """Return the notes that every input has, around the counts of one."""
    floored = {"floored_amounts": staged.floored} if staged.floored else {}
    return {"ignored_columns": sorted(set(staged.ignored)), **counts, **floored}
