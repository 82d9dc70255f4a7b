"""Two breakdowns by their rows: a Parquet file's bytes depend on who wrote it, its rows do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from allocation.tables import open_database
from allocation.tables.database import count, exact_path, why_rejected
from merkle.bundle.findings import Finding, printable, quoted
from merkle.bundle.layout import BREAKDOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from merkle.audit.rebuilding import Effort

SHOWN_ROWS: Final = 20

_Columns = list[tuple[str, str]]


def differing_rows(bundle: Path, rebuilt: Path, effort: Effort) -> list[Finding]:
    """Find where a breakdown has other columns, types or rows than the one built anew.

    The files are read by DuckDB, and what memory does not hold goes to the scratch folder.

    Errors: AsrError where memory or disk are not enough.
    """
    with open_database(effort.scratch, effort.threads, effort.memory) as db:
        try:
            theirs = _columns(db, "theirs", bundle / BREAKDOWN)
            ours = _columns(db, "ours", rebuilt / BREAKDOWN)
            problems = list(_differences(db, theirs, ours))
        except duckdb.Error as error:
            problems = [f"no breakdown: {printable(why_rejected(error))}"]
    return [Finding(file=BREAKDOWN, problem=problem) for problem in problems]


def _columns(db: duckdb.DuckDBPyConnection, name: str, path: Path) -> _Columns:
    """Make a view of a file, and return its columns with their types."""
    relation = db.read_parquet(exact_path(path), file_row_number=True, hive_partitioning=False)
    relation.create_view(name)
    columns = zip(relation.columns, map(str, relation.types), strict=True)
    return [column for column in columns if column[0] != "file_row_number"]


def _differences(db: duckdb.DuckDBPyConnection, theirs: _Columns, ours: _Columns) -> Iterator[str]:
    if theirs != ours:
        yield f"has the columns {_shown(theirs)}, not {_shown(ours)}"
        return
    rows, expected = (count(db, f"SELECT count(*) FROM {name}") for name in ("theirs", "ours"))  # noqa: S608 - our own names
    if rows != expected:
        yield f"has {rows:,} rows, the inputs give {expected:,}"
    names = [name for name, _ in ours]
    found = db.execute(_query(names)).fetchall()
    for number, wallet, *cells in found[:SHOWN_ROWS]:
        yield f"row {number + 1}, {quoted(wallet)}: {_cells(names, cells)}"
    if len(found) > SHOWN_ROWS:
        yield "more rows differ"


def _query(names: Sequence[str]) -> str:
    """Return the first rows of which anything differs, each column as theirs and as ours."""
    same = " AND ".join(f'theirs."{name}" IS NOT DISTINCT FROM ours."{name}"' for name in names)
    cells = ", ".join(f'theirs."{name}"::VARCHAR, ours."{name}"::VARCHAR' for name in names)
    return (
        f"SELECT ours.file_row_number, ours.wallet, {cells} FROM ours JOIN theirs "  # noqa: S608 - the columns are ours
        f"ON ours.file_row_number = theirs.file_row_number WHERE NOT ({same}) "
        f"ORDER BY ours.file_row_number LIMIT {SHOWN_ROWS + 1}"
    )


def _cells(names: Sequence[str], cells: Sequence[str | None]) -> str:
    """Say what of a row differs."""
    pairs = zip(names, cells[::2], cells[1::2], strict=True)
    return "; ".join(
        f"{name} is {quoted(theirs)}, the inputs give {quoted(ours)}"
        for name, theirs, ours in pairs
        if theirs != ours
    )


def _shown(columns: _Columns) -> str:
    return quoted(", ".join(f"{name} {kind}" for name, kind in columns))
