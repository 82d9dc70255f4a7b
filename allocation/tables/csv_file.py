"""CSV as RFC 4180 has it: comma, double quotes, a header; UTF-8, with or without a mark first."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from allocation.errors import BadValueError
from allocation.tables.cells import Text
from allocation.tables.database import literal
from allocation.tables.header import match_header
from allocation.tables.lines import Lines, decode, readable, without_end
from allocation.tables.scan import LINE_LIMIT, Scan, scan_text
from allocation.tables.source import Cells, Format, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.tables.columns import Layout
    from allocation.tables.findings import Findings
    from allocation.tables.header import Header

_BOM: Final = "\ufeff"
_CELL: Final = re.compile(r'(?:"((?:[^"]++|"")*+)"|([^",\r]*+))(,|\Z)')
_QUOTED: Final = re.compile(r'"(?:[^"]++|"")*+"')

_CLOSE_IT: Final = "close the quotes, and double each quote inside them"


class _QuoteError(BadValueError):
    """The quotes of a row are wrong from cell `index` on."""

    def __init__(self, index: int, text: str, problem: str, remedy: str = _CLOSE_IT) -> None:
        super().__init__(problem, remedy)
        self.index, self.text = index, text


class _OpenQuoteError(_QuoteError):
    """Quotes are opened and not closed."""


def split_row(text: str) -> list[str]:
    """Cut a row, without its line end, into its cells.

    Errors: _QuoteError where quotes are not as RFC 4180 has them.
    """
    cells: list[str] = []
    at = 0
    while found := _CELL.match(text, at):
        quoted, plain, separator = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if not separator:
            return cells
    rest = text[at:]
    if not rest.startswith('"'):
        if '"' in rest.partition(",")[0]:
            raise _QuoteError(len(cells), rest, "a quote inside a cell without quotes")
        raise _QuoteError(len(cells), rest, "a carriage return", "remove it")
    if _QUOTED.match(rest):
        raise _QuoteError(len(cells), rest, "text after the closing quote")
    raise _OpenQuoteError(len(cells), rest, "a quote is opened and not closed in this line")


class CsvFile:
    """One CSV file."""

    format: Format = "csv"
    place = "line"

    def __init__(self, _: DuckDBPyConnection, path: Path, layout: Layout) -> None:
        self.path, self.layout = path, layout
        self._serial = False  # whether quoted line ends forbid reading in parallel

    def scan(self) -> Scan:
        """Hash the file and count its rows."""
        scan = scan_text(self.path, quotes=True)
        self._serial = scan.quoted_line_ends
        return scan

    def header(self, findings: Findings) -> Header | None:
        """Read the first line."""
        with self.path.open("rb") as file:
            text = decode(Lines(file).next(), 1, findings)
        if text is None:
            return None
        try:
            names = split_row(without_end(text.removeprefix(_BOM)))
        except _QuoteError as error:
            findings.add(1, "header", error.text, error.problem, error.remedy)
            return None
        return match_header(self.layout, names, 1, findings)

    def inspect(self, header: Header, scan: Scan) -> Inspection:
        """Expect every row but the header, and no row to be wider: DuckDB refuses narrower ones."""
        sound = scan.sound and scan.commas == scan.rows * (len(header.names) - 1)
        return Inspection(rows=scan.rows - 1 if sound else None, ignored=header.ignored)

    def select(self, header: Header) -> str:
        """Name every column by its place, so that no name of the file reaches SQL.

        `new_line` is not set: DuckDB finds both kinds by itself, and loses all rows without a
        word where it is set to the wrong one.
        """
        every = [f"c{index}" for index in range(len(header.names))]
        columns = ", ".join(f"{name}: 'VARCHAR'" for name in every)
        ours = ", ".join(f"c{place.index} AS {place.column.name}" for place in header.places)
        return (
            f"SELECT {ours} FROM read_csv({literal(str(self.path))}, "  # noqa: S608 - our own names
            f"columns = {{{columns}}}, force_not_null = {every}, "
            "auto_detect = false, header = true, strict_mode = true, null_padding = false, "
            "delim = ',', quote = '\"', escape = '\"', encoding = 'utf-8', compression = 'none', "
            f"hive_partitioning = false, parallel = {not self._serial})"
        )

    def rows(self, header: Header, findings: Findings) -> Iterator[tuple[int, Cells]]:
        """Read row by row; a row that cannot be cut into cells is noted and left out."""
        pick = itemgetter(*(place.index for place in header.places))
        width = len(header.names)
        with self.path.open("rb") as file:
            reader = _Rows(Lines(file), header, findings)
            for number, cells in reader:
                if len(cells) == width:
                    yield number, pick(cells)
                else:
                    _note_width(number, cells, width, findings)


def _note_width(number: int, cells: Sequence[str], width: int, findings: Findings) -> None:
    few = len(cells) < width
    findings.add(
        number,
        "line",
        ",".join(cells),
        f"{len(cells)} cell{'s' if len(cells) > 1 else ''}, and the header has {width}",
        "add what is missing" if few else "put a cell with commas in quotes",
        kind="too few cells" if few else "too many cells",
    )


class _Rows:
    """The rows after the header, with the line on which each begins."""

    def __init__(self, lines: Lines, header: Header, findings: Findings) -> None:
        self._lines, self._header, self._findings = lines, header, findings
        self._one_line = {
            place.index for place in header.places if not isinstance(place.column.kind, Text)
        }
        self._end = "\r\n" if lines.next().endswith(b"\r\n") else "\n"
        self._mixed = False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while line := self._lines.next():
            number = self._lines.number
            text = decode(line, number, self._findings, self._header.names)
            if text is None:
                continue
            if '"' in text or "\r" in text.removesuffix("\r\n"):
                cells = self._quoted_row(text, number)
                if cells:
                    yield number, cells
            else:
                self._check_end(text, number)
                body = without_end(text)
                if body:
                    yield number, body.split(",")

    def _check_end(self, text: str, number: int) -> None:
        """Note, once, that a row ends in another kind of line end than the header."""
        wrong = text.endswith("\n") and text.endswith("\r\n") != (self._end == "\r\n")
        if wrong and not self._mixed:
            self._mixed = True
            problem = "its end is of another kind than the header's"
            remedy = "save the file with LF or with CR LF throughout"
            self._findings.add(number, "line", "", problem, remedy)

    def _quoted_row(self, text: str, number: int) -> list[str] | None:
        """Cut a row with quotes, which may go on over the next lines."""
        try:
            cells = split_row(without_end(text))
        except _OpenQuoteError as error:
            found = self._row_of_lines(text, number)
            if found is None:
                self._note(number, error)
            return found
        except _QuoteError as error:
            self._note(number, error)
            return None
        self._check_end(text, number)
        return cells

    def _note(self, number: int, error: _QuoteError) -> None:
        names = self._header.names
        column = names[error.index] if error.index < len(names) else "line"
        self._findings.add(number, column, error.text, error.problem, error.remedy)

    def _row_of_lines(self, text: str, number: int) -> list[str] | None:
        """Read on to the line that closes the quotes.

        None, and back to where it began, where that makes no row: then the quote is a stray one.
        """
        mark = self._lines.mark()
        parts, length = [text], len(text)
        while length < LINE_LIMIT and (part := readable(self._lines.next())):
            parts.append(part)
            length += len(part)
            if part.count('"') % 2:
                cells = self._spanning_row("".join(parts))
                if cells is None:
                    break
                self._check_end(part, number)
                return cells
        self._lines.back(mark)
        return None

    def _spanning_row(self, text: str) -> list[str] | None:
        """Cut a row of several lines; only a cell of free text may hold a line end."""
        try:
            cells = split_row(without_end(text))
        except _QuoteError:
            return None
        spans = {index for index, cell in enumerate(cells) if "\n" in cell}
        fits = len(cells) == len(self._header.names) and not spans & self._one_line
        return cells if fits else None
