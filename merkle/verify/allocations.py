"""Reads allocations.csv strictly, in pieces as long as the trees have leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocation.address import AddressError, parse_address, parse_addresses
from allocation.units import U64_MAX
from merkle.bundle.findings import quoted
from merkle.bundle.lines import CSV_HEADER, HEADER_LINES, base_units, csv_line

if TYPE_CHECKING:
    from allocation.address import Keys
    from merkle.bundle.files import HashedFile
    from merkle.verify.findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of allocations.csv, in leaf order.

    Shapes: texts, unlocked and locked (n,), keys (n, 32), good (n,); what could not be read is
            empty or zero and not good.
    Units:  base units.
    """

    first: int  # row of the file, from 0
    texts: list[bytes]
    unlocked: list[int]
    locked: list[int]
    keys: Keys
    good: npt.NDArray[np.bool_]

    def line(self, place: int) -> int:
        """Return the physical line of the row at `place`."""
        return line_of(self.first + place)


def line_of(row: int) -> int:
    """Return the physical line of a row of the file, both counted as people and arrays do."""
    return row + HEADER_LINES + 1


class AllocationReader:
    """Hands out the rows of one file in turn; what is wrong with a line goes to the findings."""

    def __init__(self, file: HashedFile, decimals: int, findings: Findings) -> None:
        self._file = file.file
        self._blocks = file.lines()
        self._pattern = csv_line(decimals)
        self._findings = findings
        self._read = 0  # lines
        self._taken = 0  # rows
        self._texts: list[bytes] = []
        self._unlocked: list[int] = []
        self._locked: list[int] = []

    def take(self, count: int) -> Rows:
        """Return the next rows, fewer where the file ends.

        Errors: BundleError where the file can't be read on.
        """
        while len(self._texts) < count and self._fill():
            pass
        texts, unlocked, locked = self._texts[:count], self._unlocked[:count], self._locked[:count]
        del self._texts[:count], self._unlocked[:count], self._locked[:count]
        keys, bad = parse_addresses([text.decode() for text in texts])
        good = np.ones(len(texts), np.bool_)
        good[bad] = False
        rows = Rows(
            first=self._taken, texts=texts, unlocked=unlocked, locked=locked, keys=keys, good=good
        )
        self._taken += len(texts)
        for place in bad:
            self._explain(rows, place)
        return rows

    def count_rest(self) -> int:
        """Read to the end and return how many rows nobody has taken."""
        rest = 0
        while self._texts or self._fill():
            rest += len(self._texts)
            self._texts, self._unlocked, self._locked = [], [], []
        return rest

    def _explain(self, rows: Rows, place: int) -> None:
        """Say why a wallet is no address; an empty one was found when its line was read."""
        text = rows.texts[place].decode()
        if text:
            try:
                parse_address(text)
            except AddressError as error:
                problem = f"the wallet is no address: {error.problem}"
                self._findings.add(self._file, problem, line=rows.line(place), wallet=text)

    def _fill(self) -> bool:
        block = next(self._blocks, None)
        if block is None:
            if not self._read:
                self._findings.add(self._file, "empty")
                self._read = 1
            return False
        if not self._read:
            self._read = HEADER_LINES
            header, newline, block = block.partition(b"\n")
            if header + newline != CSV_HEADER:
                problem = f"the header is {quoted(header + newline)}, not {quoted(CSV_HEADER)}"
                self._findings.add(self._file, problem, line=1)
        if not self._read_together(block):
            self._read_each(block)
        return True

    def _read_together(self, block: bytes) -> bool:
        """Read a block of whole lines as one text; False where anything is not as it should be."""
        found = self._pattern.findall(block)
        if len(found) != block.count(b"\n") or block[-1:] not in (b"", b"\n"):
            return False
        if not found:
            return True
        texts, unlocked, locked = zip(*found, strict=True)
        amounts = [
            list(map(int, b"\n".join(column).replace(b".", b"").split(b"\n")))
            for column in (unlocked, locked)
        ]
        if max(map(max, amounts)) > U64_MAX:
            return False
        self._texts += texts
        self._unlocked += amounts[0]
        self._locked += amounts[1]
        self._read += len(found)
        return True

    def _read_each(self, block: bytes) -> None:
        """Read line by line, which is slow and says what is wrong where."""
        lines = block.split(b"\n")
        if lines[-1]:
            end = self._read + len(lines)
            self._findings.add(self._file, "no newline at the end", line=end)
        else:
            lines.pop()
        for line in lines:
            self._read += 1
            text, unlocked, locked = self._read_line(line)
            self._texts.append(text)
            self._unlocked.append(unlocked)
            self._locked.append(locked)

    def _read_line(self, line: bytes) -> tuple[bytes, int, int]:
        match = self._pattern.fullmatch(line)
        if not match:
            problem = f"{quoted(line)} is no allocation as this tool writes it"
            self._findings.add(self._file, problem, line=self._read)
            return b"", 0, 0
        text, unlocked, locked = match[1], base_units(match[2]), base_units(match[3])
        if max(unlocked, locked) > U64_MAX:
            problem = "an amount above 2^64 - 1 base units"
            self._findings.add(self._file, problem, line=self._read, wallet=text.decode())
            return b"", 0, 0
        return text, unlocked, locked
