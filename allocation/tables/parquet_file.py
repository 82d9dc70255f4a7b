"""Parquet: integer, DECIMAL(n, 0) or text columns without NULL."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import duckdb

from allocation.tables.database import count, literal, why_rejected
from allocation.tables.header import match_header
from allocation.tables.scan import Scan, scan_bytes
from allocation.tables.source import Cells, Format, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.tables.columns import Layout
    from allocation.tables.findings import Findings
    from allocation.tables.header import Header, Place

_EXACT: Final = re.compile(r"U?(TINY|SMALL|BIG)?INT(EGER)?|VARCHAR|DECIMAL\([0-9]+,0\)")
_BATCH: Final = 10_000  # rows


class ParquetFile:
    """One Parquet file; only DuckDB can read it, so it serves the slow reader too."""

    format: Format = "parquet"
    place = "row"

    def __init__(self, db: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> None:
        self.db, self.path, self.layout = db, path, layout

    def scan(self) -> Scan:
        """Hash the file."""
        return scan_bytes(self.path)

    def header(self, findings: Findings) -> Header | None:
        """Read names and types from the footer."""
        try:
            names, types = self._top_level_names(), self._types()
        except duckdb.Error as error:
            self._note_unreadable(error, findings)
            return None
        header = match_header(self.layout, names, 0, findings)
        if header is None:
            return None
        before = len(findings)
        places = tuple(replace(place, type=types[place.index]) for place in header.places)
        for place in places:
            _check_type(place, findings)
        return replace(header, places=places) if len(findings) == before else None

    def _top_level_names(self) -> list[str]:
        """Read the names as they are: DuckDB renames those that differ by case only."""
        schema = self.db.execute(
            "SELECT name, coalesce(num_children, 0) FROM parquet_schema($path)",
            {"path": str(self.path)},
        ).fetchall()
        names, inner = [], 0
        for name, children in schema[1:]:  # the first is the root
            if inner:
                inner += children - 1
            else:
                names.append(name)
                inner = children
        return names

    def _types(self) -> list[str]:
        query = f"DESCRIBE SELECT * FROM {self._reader()}"  # noqa: S608 - a literal of ours
        described = self.db.execute(query).fetchall()
        return [row[1] for row in described]

    def inspect(self, header: Header, scan: Scan) -> Inspection:  # noqa: ARG002 - as texts need it
        """Expect what the footer says."""
        rows = count(
            self.db,
            "SELECT coalesce(sum(num_rows), 0) "  # noqa: S608 - a literal of ours
            f"FROM parquet_file_metadata({literal(str(self.path))})",
        )
        return Inspection(rows=rows, ignored=header.ignored)

    def select(self, header: Header) -> str:
        """Name every column by its place, so that no name of the file reaches SQL."""
        return self._select(header, "CAST(c{} AS VARCHAR) AS {}")

    def select_typed(self, header: Header) -> str:
        """Return the same query with the columns in the types that `Place.type` says."""
        return self._select(header, "c{} AS {}")

    def _select(self, header: Header, column: str) -> str:
        every = ", ".join(f"c{index}" for index in range(len(header.names)))
        ours = ", ".join(column.format(place.index, place.column.name) for place in header.places)
        return f"SELECT {ours} FROM {self._reader()} AS file({every})"  # noqa: S608 - our own names

    def _reader(self) -> str:
        # a folder named like `wallet=x` would otherwise become a column
        return f"read_parquet({literal(str(self.path))}, hive_partitioning = false)"

    def rows(self, header: Header, findings: Findings) -> Iterator[tuple[int, Cells]]:
        """Read in batches and number the rows from 1."""
        rows = itertools.count(1)
        try:
            result = self.db.cursor().execute(self.select(header))
            while batch := result.fetchmany(_BATCH):
                for cells in batch:
                    number = next(rows)
                    self._note_nulls(number, cells, header, findings)
                    yield number, cells
        except duckdb.Error as error:
            self._note_unreadable(error, findings)

    def _note_nulls(self, number: int, cells: Cells, header: Header, findings: Findings) -> None:
        if None in cells:
            for place, cell in zip(header.places, cells, strict=True):
                if cell is None:
                    findings.add(number, place.name, "", "NULL", "write a value")

    def _note_unreadable(self, error: duckdb.Error, findings: Findings) -> None:
        problem = why_rejected(error).replace(str(self.path), findings.source)
        findings.add(
            0,
            "file",
            "",
            f"cannot be read: {problem}",
            "write the file anew",
            kind="not readable",
        )


def _check_type(place: Place, findings: Findings) -> None:
    if _EXACT.fullmatch(place.type) or place.type in place.column.types:
        return
    inexact = place.type in ("DOUBLE", "FLOAT")
    types = [kind for kind in place.column.types if not _EXACT.fullmatch(kind)]
    named = types[0] if types else "integer"
    findings.add(
        0,
        place.name,
        place.type,
        "loses units of large amounts" if inexact else f"neither {named} nor text",
        f"write it as {named if types else 'integer, DECIMAL(n, 0)'} or text",
        kind="wrong type",
    )
