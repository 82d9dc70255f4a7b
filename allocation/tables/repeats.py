"""Rows with the same key, found among the good rows of a file without an object per row."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from allocation.tables.cells import AmountByMint, BaseAmount, TokenAmount
from allocation.tables.findings import LOWER_IT, TOO_MUCH
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from allocation.tables.cells import Kind
    from allocation.tables.columns import Layout
    from allocation.tables.findings import Findings
    from allocation.tables.header import Header

_Numbers: TypeAlias = npt.NDArray[np.uint64]


class GoodRows:
    """The good rows of a file, each cell as a number: an amount, or which text it is."""

    def __init__(self, header: Header) -> None:
        self.at = {place.column.name: index for index, place in enumerate(header.places)}
        self._header = header
        self._lines = array("Q")
        self._columns = [array("Q") for _ in header.places]
        self._texts: list[list[str]] = [[] for _ in header.places]
        self._known: list[dict[str, int]] = [{} for _ in header.places]
        self._values: list[dict[str | int, int]] = [{} for _ in header.places]

    def append(self, line: int, numbers: Sequence[int]) -> None:
        """Keep one row."""
        self._lines.append(line)
        for column, number in zip(self._columns, numbers, strict=True):
            column.append(number)

    def reader(self, index: int, kind: Kind) -> Callable[[str], int]:
        """Return what turns the cells of a column into numbers, or raises BadValueError."""
        if isinstance(kind, BaseAmount | TokenAmount):
            return kind.read
        known, texts, values = self._known[index], self._texts[index], self._values[index]

        def read(text: str) -> int:
            number = known.get(text)
            if number is None:
                number = known[text] = values.setdefault(kind.read(text), len(texts))
                if number == len(texts):
                    texts.append(text)
            return number

        return read

    def column(self, name: str) -> _Numbers:
        """Return the numbers of a column."""
        return np.array(self._columns[self.at[name]], np.uint64)

    def name(self, name: str) -> str:
        """Return what the file calls a column."""
        return self._header.places[self.at[name]].name

    def line(self, row: int) -> int:
        """Return the line on which a row begins."""
        return self._lines[row]

    def text(self, name: str, row: int) -> str:
        """Return a cell that is no amount as it was, or as another of the same value was."""
        index = self.at[name]
        return self._texts[index][self._columns[index][row]]

    def shown(self, row: int) -> dict[str, str]:
        """Return the cells of a row as people read them, by column."""
        cells = {}
        for place in self._header.places:
            name, kind = place.column.name, place.column.kind
            if isinstance(kind, AmountByMint):
                kind = kind.kinds[self.text("mint", row)]
            amount = isinstance(kind, BaseAmount | TokenAmount)
            number = self._columns[self.at[name]][row]
            cells[name] = kind.show(number if amount else self.text(name, row))
        return cells


def note_repeats(layout: Layout, good: GoodRows, place: str, findings: Findings) -> None:
    """Note the rows that repeat another one's key and may not.

    Errors: EnoughError where there are too many.
    """
    key = [good.column(name) for name in layout.key if name in good.at]
    if not key:  # without an id no event repeats another
        return
    together = _rows_of_one_key(key)
    if layout.repeats == "sum":
        _note_sums(layout, good, together, findings)
        return
    rest = [good.column(name) for name in good.at if name not in layout.key]
    for first, *others in together:
        for row in others:
            if layout.repeats == "refuse" or any(column[first] != column[row] for column in rest):
                repeated = layout.repeated(good.shown(first), good.shown(row))
                problem = f"{repeated} in {place} {good.line(first)}"
                _note(good, row, layout, (problem, layout.remedy, "repeated row"), findings)


def _note_sums(
    layout: Layout, good: GoodRows, together: Iterator[list[int]], findings: Findings
) -> None:
    """Note the keys whose amounts add up to more than a u64, at their first row."""
    amounts = [good.column(name) for name in layout.together if name in good.at]
    for rows in together:
        if sum(int(column[row]) for column in amounts for row in rows) > U64_MAX:
            problem = f"its {len(rows):,} rows add up to more than 2^64 - 1 base units"
            _note(good, rows[0], layout, (problem, LOWER_IT, TOO_MUCH), findings)


def _note(
    good: GoodRows, row: int, layout: Layout, said: tuple[str, str, str], findings: Findings
) -> None:
    wallet = layout.key[0]
    problem, remedy, kind = said
    findings.add(
        good.line(row), good.name(wallet), good.text(wallet, row), problem, remedy, kind=kind
    )


def _rows_of_one_key(keys: Sequence[_Numbers]) -> Iterator[list[int]]:
    """Yield the rows of each key that several have, in the order of their lines."""
    order = np.lexsort(tuple(keys))
    differs = np.zeros(len(order), np.bool_)
    differs[:1] = True
    for key in keys:
        differs[1:] |= key[order[1:]] != key[order[:-1]]
    starts = np.flatnonzero(differs)
    lengths = np.diff(starts, append=len(order))
    for start, length in zip(starts[lengths > 1], lengths[lengths > 1], strict=True):
        yield order[start : start + length].tolist()
