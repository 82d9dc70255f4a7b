"""Listings in CSV whose columns are known by exact name: nothing is guessed from positions."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from allocation.tables.importers.rows import Rows

Record: TypeAlias = tuple[int, list[str]]
"""Physical line on which it begins, and its fields."""

_KEY: Final = "[1-9A-HJ-NP-Za-km-z]{32,44}"
_PRINTED_ABOVE: Final = re.compile(
    rf'Wallet {_KEY}|Program ID: "(?P<program>{_KEY})"|Found (?P<found>[0-9]{{1,9}}) escrows'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that a listing may have."""

    names: Mapping[str, tuple[str, ...]]  # by our name: what it may be called
    needed: frozenset[str]
    unnamed: str = ""  # leads the rows of a listing whose header `forgetful` leaves it out
    forgetful: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing whose header is in order."""

    line: int  # of the header
    columns: dict[str, str]  # by our name: what the file calls it
    program: str | None  # said above the header
    _found: int | None  # likewise
    _positions: dict[str, int]
    _width: int
    _records: Iterator[Record]
    _rows: Rows

    def cells(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield line and cells, by our names, of each row; misshapen ones are refused."""
        number = 0
        for line, fields in self._records:
            number += 1
            if len(fields) == self._width:
                yield line, {name: fields[at] for name, at in self._positions.items()}
            else:
                problem = f"{len(fields)} fields, not {self._width}"
                bad = BadCellError("row", ",".join(fields), problem, "mend or export it again")
                self._rows.refuse(line, bad)
        if self._found not in (None, number):
            problem = f"rows were found, and {number} are here"
            bad = BadCellError("Found", self._found, problem, "save the whole output again")
            self._rows.refuse(0, bad)


def open_listing(path: Path, rows: Rows, expected: Columns) -> Listing | None:
    """Read a listing's header; None where that is refused, which `rows` then knows.

    Above it may stand what the WAGMI command lines print there.
    """
    records = _records_of(path, rows)
    program, found, header = _header_in(records)
    if header is None:
        rows.refuse(0, BadCellError("header", None, "none", "export it again"))
        return None
    line, names = header
    first = list(islice(records, 1))
    if tuple(names) == expected.forgetful and [len(names) + 1] == [len(row) for _, row in first]:
        names = [expected.unnamed, *names]
    try:
        positions = _positions_in(names, expected)
    except BadCellError as bad:
        rows.refuse(line, bad)
        return None
    return Listing(
        line=line,
        columns={ours: names[at] for ours, at in positions.items()},
        program=program,
        _found=found,
        _positions=positions,
        _width=len(names),
        _records=chain(first, records),
        _rows=rows,
    )


def _records_of(path: Path, rows: Rows) -> Iterator[Record]:
    """Yield the records that are not blank; bytes that are no UTF-8 are left to the cells' checks.

    Errors: where the text is no CSV, one is recorded in `rows` and nothing more is yielded.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            for fields in reader:
                if fields:
                    yield line, fields
                line = reader.line_num + 1
        except csv.Error as error:
            bad = BadCellError("text", None, f"no CSV: {error}", "mend or export it again")
            rows.refuse(line, bad)


def _header_in(records: Iterator[Record]) -> tuple[str | None, int | None, Record | None]:
    """Return the program and the number of rows printed above the header, and that."""
    program = found = None
    for line, fields in records:
        match = _PRINTED_ABOVE.fullmatch(fields[0]) if len(fields) == 1 else None
        if match is None:
            return program, found, (line, fields)
        program = match["program"] or program
        found = int(match["found"]) if match["found"] else found
    return program, found, None


def _positions_in(header: list[str], expected: Columns) -> dict[str, int]:
    """Return the position of each column, by our name for it.

    Errors: BadCellError for a name that is unknown, stands twice or is missing, and for two names
        of one column.
    """
    known = {name: ours for ours, names in expected.names.items() for name in names}
    all_names = ", ".join(" or ".join(names) for names in expected.names.values())
    remedy = f"name the columns exactly: {all_names}"
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        if header.count(name) > 1:
            raise BadCellError("header", name, "stands twice", remedy)
        if name not in known:
            raise BadCellError("header", name, "no column of this shape", remedy)
        if known[name] in found:
            problem = f"a second name for the column {header[found[known[name]]]}"
            raise BadCellError("header", name, problem, remedy)
        found[known[name]] = position
    for missing in sorted(expected.needed - found.keys()):
        problem = f"has no column {missing}"
        raise BadCellError("header", ",".join(header), problem, remedy)
    return found
