"""The fast path: a file's columns as text in the database, and a count of its bad rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from allocation.tables.cells import AmountByMint, TokenAmount
from allocation.tables.database import count, literal, why_rejected
from allocation.tables.stake_cells import Change

if TYPE_CHECKING:
    from allocation.tables.columns import Layout
    from allocation.tables.header import Header
    from allocation.tables.locate import Located
    from allocation.tables.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An input file whose columns are known."""

    layout: Layout
    located: Located
    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An input file that went through the fast path.

    Without trouble its rows stand, with values, in the view `typed_<kind>`.
    """

    file: Opened
    scan: Scan
    trouble: str | None  # why the plain reader has to look at it
    rows: int = 0
    ignored: tuple[str, ...] = ()
    floored: int = 0
    identical: int = 0  # rows that were dropped already
    outside: int = 0  # rows that are left out, of a file that is not loaded row by row
    counting: str = "TRUE"  # condition of the rows that are not left out for what they are about

    @property
    def layout(self) -> Layout:
        """What the file holds."""
        return self.file.layout


def stage(db: duckdb.DuckDBPyConnection, file: Opened) -> Staged:
    """Load a file and look for trouble; wallets and repeated rows are looked at later."""
    source, kind = file.located.source, file.layout.kind
    scan = source.scan()
    try:
        seen = source.inspect(file.header, scan)
        if seen.rows is None:
            return Staged(file=file, scan=scan, trouble="its lines are not as they have to be")
        db.execute(f"CREATE TEMP TABLE staged_{kind} AS {source.select(file.header)}")
    except duckdb.Error as error:
        return Staged(file=file, scan=scan, trouble=why_rejected(error))
    rows = count(db, f"SELECT count(*) FROM staged_{kind}")  # noqa: S608 - our own names
    bad = count(db, _bad_rows(file))
    trouble = f"{bad} rows hold bad cells" if bad else None
    if rows != seen.rows:
        trouble = f"{rows} rows were read of {seen.rows}"
    if trouble is None:
        db.execute(_typed_view(file))
    floored = 0 if trouble else count(db, _floored(file))
    return Staged(
        file=file,
        scan=scan,
        trouble=trouble,
        rows=rows,
        ignored=seen.ignored,
        floored=floored,
        counting=_counting(file.layout),
    )


def _bad_rows(file: Opened) -> str:
    good = " AND ".join(
        f"({place.column.kind.good(place.column.name)})" for place in file.header.places
    )
    where = f"WHERE NOT coalesce({good or 'TRUE'}, FALSE)"
    return f"SELECT count(*) FROM staged_{file.layout.kind} {where}"  # noqa: S608 - our own names


def _typed_view(file: Opened) -> str:
    """Give every column of the layout its value; the rowid is the place in the file."""
    present = {place.column.name for place in file.header.places}
    columns = ", ".join(
        f"{column.kind.value(column.name) if column.name in present else column.absent} "
        f"AS {column.name}"
        for column in file.layout.columns
    )
    kind = file.layout.kind
    return (
        f"CREATE TEMP VIEW typed_{kind} AS "  # noqa: S608 - our own names
        f"SELECT rowid AS position, {columns} FROM staged_{kind}"
    )


def _floored(file: Opened) -> str:
    """Count the amounts that lose digits."""
    conditions = [
        place.column.kind.floored(place.column.name)
        for place in file.header.places
        if isinstance(place.column.kind, TokenAmount | AmountByMint | Change)
    ]
    sums = " + ".join(f"count(*) FILTER ({condition})" for condition in conditions or ["FALSE"])
    return f"SELECT {sums} FROM staged_{file.layout.kind} WHERE {_counting(file.layout)}"  # noqa: S608


def _counting(layout: Layout) -> str:
    """Return the condition that a row is not left out for what it is about."""
    if layout.only is None:
        return "TRUE"
    return f"{layout.only.column} IN ({', '.join(map(literal, layout.only.texts))})"
