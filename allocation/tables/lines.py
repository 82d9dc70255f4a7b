"""The physical lines of a text file, one after the other, whatever stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.tables.scan import LINE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from allocation.tables.findings import Findings


class Lines:
    """Reads lines and counts them; `mark` and `back` allow to look ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self._file = file

    def next(self) -> bytes:
        """Return the next line with its end, nothing after the last; a huge one is cut off."""
        line = self._file.readline(LINE_LIMIT)
        if line:
            self.number += 1
            rest = line
            while len(rest) == LINE_LIMIT and not rest.endswith(b"\n"):
                rest = self._file.readline(LINE_LIMIT)
        return line

    def mark(self) -> tuple[int, int]:
        """Return where the next line begins."""
        return self._file.tell(), self.number

    def back(self, mark: tuple[int, int]) -> None:
        """Return to a mark."""
        position, self.number = mark
        self._file.seek(position)


def without_end(line: str) -> str:
    """Cut off one LF or CR LF."""
    return line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line


def readable(line: bytes) -> str | None:
    """Turn a line into text; None where `decode` has something to say."""
    try:
        return None if len(line) >= LINE_LIMIT or b"\0" in line else line.decode()
    except UnicodeDecodeError:
        return None


def decode(line: bytes, number: int, findings: Findings, names: Sequence[str] = ()) -> str | None:
    """Turn a line into text, or note why that fails, naming the cell if `names` are given."""
    text = readable(line)
    if text is not None:
        return text
    if len(line) >= LINE_LIMIT:
        problem = f"longer than {LINE_LIMIT:,} bytes"
        remedy = "no row needs that much; look for a line end that is missing"
        findings.add(number, "line", _shown(line), problem, remedy)
        return None
    start, problem, remedy = _first_bad_byte(line)
    index = line.count(b",", 0, start)
    if b'"' in line or index >= len(names):
        findings.add(number, "line", _shown(line), problem, remedy)
    else:
        cell = line.rstrip(b"\r\n").split(b",")[index]
        findings.add(number, names[index], _shown(cell), problem, remedy)
    return None


def _first_bad_byte(line: bytes) -> tuple[int, str, str]:
    """Return where it stands, the problem and the remedy."""
    if b"\0" in line:
        return line.index(b"\0"), "a NUL byte", "remove it"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return error.start, "not UTF-8", "save the file as UTF-8"
    raise AssertionError


def _shown(part: bytes) -> str:
    return part[:1_000].rstrip(b"\r\n").decode(errors="backslashreplace")
