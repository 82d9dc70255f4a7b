"""What the three formats have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.tables.findings import Findings
    from allocation.tables.header import Header
    from allocation.tables.scan import Scan

Format: TypeAlias = Literal["csv", "jsonl", "parquet"]

Cells: TypeAlias = "Sequence[str | None]"
"""The cells of one row in the order of `Header.places`; None where an error was noted already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What is to be expected of a file, before DuckDB's reader is asked for its rows."""

    rows: int | None  # None where something is wrong for sure
    ignored: tuple[str, ...]  # columns that mean nothing to us


class Source(Protocol):
    """One input file of some format, read twice: fast by DuckDB, or slowly to explain errors."""

    format: Format
    place: str  # what errors call the number of a row

    def scan(self) -> Scan:
        """Hash the file, and look at the shape of a text."""

    def header(self, findings: Findings) -> Header | None:
        """Find our columns, or note why that fails."""

    def inspect(self, header: Header, scan: Scan) -> Inspection:
        """Look for what DuckDB's reader would not mind.

        Errors: duckdb.Error where it does mind.
        """

    def select(self, header: Header) -> str:
        """Return the query of the columns in `header`, as text by our names, in file order."""

    def rows(self, header: Header, findings: Findings) -> Iterator[tuple[int, Cells]]:
        """Read the rows slowly, each with its line; what is wrong with a line is noted."""
