"""Reads allocations.csv strictly, in pieces as long as the trees have leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

from allocation.address import AddressError, parse_address, parse_addresses
from allocation.units import U64_MAX
from merkle.bundle.findings import quoted
from merkle.bundle.lines import CSV_HEADER, HEADER_LINES, base_units, csv_line, wallet_of

if TYPE_CHECKING:
    from allocation.address import Keys
    from merkle.bundle.files import HashedFile
    from merkle.verify.findings import Findings


REST_AT_ONCE: Final = 1 << 16  # rows

T = TypeVar("T")


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


def _cut(column: list[T], count: int) -> list[T]:
    """Take the first values out of a column."""
    first = column[:count]
    del column[:count]
    return first


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
        self._readable: list[bool] = []

    def take(self, count: int) -> Rows:
        """Return the next rows, fewer where the file ends.

        Errors: BundleError where the file can't be read on.
        """
        while len(self._texts) < count and self._fill():
            pass
        texts, readable = _cut(self._texts, count), _cut(self._readable, count)
        unlocked, locked = _cut(self._unlocked, count), _cut(self._locked, count)
        keys, bad = parse_addresses([text.decode() for text in texts])
        good = np.array(readable, np.bool_)
        for place in bad:
            self._explain(texts[place], self._taken + place, readable=readable[place])
        good[bad] = False
        first = self._taken
        self._taken += len(texts)
        return Rows(
            first=first, texts=texts, unlocked=unlocked, locked=locked, keys=keys, good=good
        )

    def count_rest(self) -> int:
        """Read to the end and return how many rows nobody has taken."""
        rest = 0
        while texts := self.take(REST_AT_ONCE).texts:
            rest += len(texts)
        return rest

    def _explain(self, text: bytes, row: int, *, readable: bool) -> None:
        """Say why a wallet is no address, where nothing was said of its line yet."""
        try:
            parse_address(text.decode())
        except AddressError as error:
            if readable:
                self._add(f"the wallet is no address: {error.problem}", line_of(row), text)

    def _add(self, problem: str, line: int, wallet: bytes = b"") -> None:
        self._findings.add(self._file, problem, line=line, wallet=wallet.decode() or None)

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
                self._add(problem, 1)
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
        self._readable += [True] * len(found)
        self._read += len(found)
        return True

    def _read_each(self, block: bytes) -> None:
        """Read line by line, which is slow and says what is wrong where."""
        lines = block.split(b"\n")
        if lines[-1]:
            self._add("no newline at the end", self._read + len(lines))
        else:
            lines.pop()
        for line in lines:
            self._read += 1
            match = self._pattern.fullmatch(line)
            amounts = [base_units(match[2]), base_units(match[3])] if match else [0, 0]
            readable = match is not None and max(amounts) <= U64_MAX
            if match is None:
                problem = f"{quoted(line)} is no allocation as this tool writes it"
                self._add(problem, self._read, wallet_of(line))
            elif not readable:
                self._add("an amount above 2^64 - 1 base units", self._read, wallet_of(line))
            self._texts.append(wallet_of(line))
            self._unlocked.append(amounts[0] if readable else 0)
            self._locked.append(amounts[1] if readable else 0)
            self._readable.append(readable)
