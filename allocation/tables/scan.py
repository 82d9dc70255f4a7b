"""One pass over the bytes of a file: its hash, and for text the shape a reader has to find.

DuckDB's CSV reader is fast and lax: it takes quotes where none may be and empty cells beyond the
last column, loses rows to a wrong line end without a word, and reads quoted line ends rightly only
in one thread. So rows and commas are counted here too, by the rules of RFC 4180 alone; a file that
breaks them is not given to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pathlib import Path

LINE_LIMIT: Final = 1 << 20  # bytes; a line this long or longer is refused
_CHUNK: Final = 1 << 18  # bytes; what fits the cache is looked at several times for little
_QUOTE, _COMMA, _LF, _CR = b'",\n\r'
_CELL_STARTS_AFTER: Final = np.isin(np.arange(256), (_COMMA, _LF))
_CELL_ENDS_BEFORE: Final = np.isin(np.arange(256), (_COMMA, _LF, _CR))
_NOWHERE: Final = np.empty(0, np.intp)
_BOM: Final = b"\xef\xbb\xbf"

_Positions: TypeAlias = npt.NDArray[np.intp]
_Bytes: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the bytes of a file say."""

    sha256: str
    size: int
    rows: int = 0  # lines that are not blank; a line end in quotes ends no line
    commas: int = 0  # between cells; of CSV only
    sound: bool = True  # False where a strict reader has to find something wrong
    quoted_line_ends: bool = False


def scan_bytes(path: Path) -> Scan:
    """Hash a file."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Scan(sha256=digest.hexdigest(), size=size)


def scan_text(path: Path, *, quotes: bool) -> Scan:
    """Hash a file of lines and look at its shape; `quotes` says whether it is CSV."""
    digest, size, shape = sha256(), 0, _Shape(quotes=quotes)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            shape.take(chunk if size or not quotes else chunk.removeprefix(_BOM))
            size += len(chunk)
    shape.end()
    return Scan(
        sha256=digest.hexdigest(),
        size=size,
        rows=shape.rows,
        commas=shape.commas,
        sound=shape.sound,
        quoted_line_ends=shape.quoted_line_ends,
    )


class _Shape:
    """The shape of a text so far; it ends where something is wrong, as the rest is of no use."""

    def __init__(self, *, quotes: bool) -> None:
        self.rows = 0
        self.commas = 0
        self.sound = True
        self.quoted_line_ends = False
        self.inside = 0  # 1 while quotes are open
        self._quotes_mean = quotes
        self._carriage: bool | None = None  # whether lines end in CR LF
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        """Look at the lines that are whole by now."""
        if not self.sound:
            return
        cut = chunk.rfind(b"\n") + 1
        if cut:
            self.sound = self._lines(self._rest + chunk[:cut])
            self._rest = b""
        self._rest += chunk[cut:]
        self.sound = self.sound and len(self._rest) <= LINE_LIMIT

    def end(self) -> None:
        """Look at a last line without an end, as if it had one."""
        if self.sound and self._rest:
            self._carriage = bool(self._carriage)
            self.sound = self._lines(self._rest + (b"\r\n" if self._carriage else b"\n"))
        self.sound = self.sound and not self.inside

    def _lines(self, text: bytes) -> bool:
        """Count the rows of whole lines, and say whether the lines are sound."""
        data = np.frombuffer(text, np.uint8)
        ends = np.flatnonzero(data == _LF)
        lengths = np.diff(ends, prepend=-1) - 1
        if not _readable(text) or (lengths > LINE_LIMIT).any():
            return False
        quotes = self._quotes(text, data)
        outside = self._outside(quotes, ends)
        carriages = np.flatnonzero(data == _CR) if b"\r" in text else _NOWHERE
        carriages = carriages[self._outside(quotes, carriages)]
        blank = (lengths == 0) | ((lengths == 1) & (data[ends - 1] == _CR))
        self.rows += int(np.count_nonzero(outside & ~blank))
        self.quoted_line_ends |= not outside.all()
        sound = not self._quotes_mean or (
            self._cells_are_quoted_whole(data, quotes)
            and self._lines_end_alike(data, ends[outside], carriages)
        )
        self.commas += self._commas(data, quotes) if self._quotes_mean else 0
        self.inside = (self.inside + len(quotes)) % 2
        return sound

    def _quotes(self, text: bytes, data: _Bytes) -> _Positions:
        return np.flatnonzero(data == _QUOTE) if self._quotes_mean and b'"' in text else _NOWHERE

    def _outside(self, quotes: _Positions, positions: _Positions) -> npt.NDArray[np.bool_]:
        """Say which positions are in no quotes: those with an even number of quotes before."""
        if not len(quotes):
            return np.full(len(positions), not self.inside)
        before = np.searchsorted(quotes, positions) + self.inside
        return np.equal(before % 2, 0)

    def _commas(self, data: _Bytes, quotes: _Positions) -> int:
        commas = data == _COMMA
        if not len(quotes):
            return 0 if self.inside else int(np.count_nonzero(commas))
        return int(np.count_nonzero(self._outside(quotes, np.flatnonzero(commas))))

    def _cells_are_quoted_whole(self, data: _Bytes, quotes: _Positions) -> bool:
        """Say whether each quote opens a cell, closes one, or doubles its neighbour."""
        if not len(quotes):
            return True
        closes = (np.arange(len(quotes)) + self.inside) % 2 == 1
        doubled = np.diff(quotes) == 1
        # the byte before the first is the last one, a line end, as is right
        opens_well = _CELL_STARTS_AFTER[data[quotes - 1]] | np.append([False], doubled)
        closes_well = _CELL_ENDS_BEFORE[data[quotes + 1]] | np.append(doubled, [False])
        return bool(np.where(closes, closes_well, opens_well).all())

    def _lines_end_alike(self, data: _Bytes, ends: _Positions, carriages: _Positions) -> bool:
        """Say whether all rows end in LF, or all in CR LF, and no other CR is outside quotes."""
        if len(ends) and self._carriage is None:
            self._carriage = len(carriages) > 0
        expected = len(ends) if self._carriage else 0
        return len(carriages) == expected and bool((data[carriages + 1] == _LF).all())


def _readable(text: bytes) -> bool:
    """Say whether a text is UTF-8 without NUL."""
    try:
        return b"\0" not in text and (text.isascii() or bool(text.decode()))
    except UnicodeDecodeError:
        return False
