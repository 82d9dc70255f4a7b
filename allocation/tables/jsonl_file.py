"""JSON Lines: one flat object per line, with the same columns of ours in every line.

DuckDB's reader takes a comma too many and NaN, and of two equal keys the first; so the raw text of
each line has to match a strict pattern as well, and the keys are compared as they stand.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from allocation.errors import BadValueError
from allocation.tables.database import literal
from allocation.tables.findings import EnoughError, Findings
from allocation.tables.header import match_header
from allocation.tables.json_object import FLAT_OBJECT, cell_of, parse_object
from allocation.tables.lines import Lines, decode, without_end
from allocation.tables.scan import Scan, scan_text
from allocation.tables.source import Cells, Format, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.tables.columns import Column, Layout
    from allocation.tables.header import Header


class JsonLinesFile:
    """One file of JSON Lines; its first object names the columns."""

    format: Format = "jsonl"
    place = "line"

    def __init__(self, db: DuckDBPyConnection, path: Path, layout: Layout) -> None:
        self.db, self.path, self.layout = db, path, layout
        self._every_name = {name for column in layout.columns for name in column.names}

    def scan(self) -> Scan:
        """Hash the file and count its lines."""
        return scan_text(self.path, quotes=False)

    def header(self, findings: Findings) -> Header | None:
        """Read the keys of the first object; a file without a line has all that are needed."""
        later = Findings(findings.source)  # the lines before it are noted when rows are read
        with suppress(EnoughError):
            for number, values in self._objects(later):
                return match_header(self.layout, tuple(values), number, findings)
        if later:
            list(self._objects(findings))
            return None
        needed = [column.names[0] for column in self.layout.columns if column.required]
        return match_header(self.layout, needed, 1, findings)

    def inspect(self, header: Header, scan: Scan) -> Inspection:
        """Look at every line as it stands, and at every list of keys once."""
        shapes = self.db.execute(
            "SELECT json_keys(json) AS keys, "  # noqa: S608 - a literal of ours
            "count(*) FILTER (NOT regexp_full_match(CAST(json AS VARCHAR), $flat)) "
            f"FROM {self._reader()} GROUP BY keys",
            {"flat": FLAT_OBJECT},
        ).fetchall()
        ours = {place.name for place in header.places}
        sound = scan.sound and all(
            not malformed and len(set(keys)) == len(keys) and self._every_name & set(keys) == ours
            for keys, malformed in shapes
        )
        names = {name for keys, _ in shapes for name in keys or ()}
        return Inspection(
            rows=scan.rows if sound else None, ignored=tuple(sorted(names - self._every_name))
        )

    def select(self, header: Header) -> str:
        """Take text, plain numbers and what else a column may have; of anything else nothing."""
        paths = ", ".join(literal(f'$."{place.name}"') for place in header.places)
        ours = ", ".join(
            f"CASE WHEN {_is_cell(place.column, at)} THEN texts[{at}] END AS {place.column.name}"
            for at, place in enumerate(header.places, 1)
        )
        return (
            f"SELECT {ours} FROM (SELECT json_type(json, [{paths}]) AS types, "  # noqa: S608 - our own names
            f"json_extract_string(json, [{paths}]) AS texts FROM {self._reader()})"
        )

    def _reader(self) -> str:
        return (
            f"read_json_objects({literal(str(self.path))}, format = 'newline_delimited', "
            "compression = 'uncompressed', ignore_errors = false, hive_partitioning = false)"
        )

    def rows(self, header: Header, findings: Findings) -> Iterator[tuple[int, Cells]]:
        """Read object by object; one with other keys than the first is noted and left out."""
        ours = {place.name for place in header.places}
        for number, values in self._objects(findings):
            if self._every_name & values.keys() == ours:
                yield number, self._cells(number, values, header, findings)
            else:
                self._note_keys(number, values, header, findings)

    def _cells(
        self, number: int, values: Mapping[str, object], header: Header, findings: Findings
    ) -> Cells:
        cells: list[str | None] = []
        for place in header.places:
            value = values[place.name]
            try:
                cells.append(cell_of(value, place.column.types))
            except BadValueError as error:
                shown = value if isinstance(value, str) else ""
                findings.add_bad(number, place.name, shown, error)
                cells.append(None)
        return cells

    def _note_keys(
        self, number: int, values: Mapping[str, object], header: Header, findings: Findings
    ) -> None:
        ours = [place.name for place in header.places]
        for name in ours:
            if name not in values:
                findings.add(number, name, "", "missing key", "add it", kind="missing key")
        for name in values:
            if name in self._every_name and name not in ours:
                problem = "a key that the first line does not have"
                findings.add(number, name, "", problem, "use the same keys in every line")

    def _objects(self, findings: Findings) -> Iterator[tuple[int, dict[str, object]]]:
        """Read the lines that hold a flat object; of the others note why they do not."""
        with self.path.open("rb") as file:
            lines = Lines(file)
            while line := lines.next():
                text = decode(line, lines.number, findings)
                if text is None or not without_end(text):
                    continue
                try:
                    yield lines.number, parse_object(without_end(text))
                except BadValueError as error:
                    findings.add_bad(lines.number, "line", without_end(text), error)


def _is_cell(column: Column, at: int) -> str:
    """Return the condition that a value is one that `cell_of` takes; -0 is an integer to DuckDB."""
    types = ", ".join(map(literal, ("VARCHAR", "UBIGINT", *column.types)))
    return f"types[{at}] IN ({types}) AND NOT (types[{at}] = 'BIGINT' AND texts[{at}] = '0')"
