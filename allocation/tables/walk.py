"""The slow, plain reader: finds and explains everything that is wrong in one file.

It is only asked where the fast path saw that something is wrong, and shares nothing with it but
the rules of `cells` and `columns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from allocation.errors import BadValueError
from allocation.tables.cells import AmountByMint
from allocation.tables.findings import LOWER_IT, TOO_MUCH, EnoughError
from allocation.tables.repeats import GoodRows, note_repeats
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.tables.cells import Kind
    from allocation.tables.columns import Layout
    from allocation.tables.findings import Findings
    from allocation.tables.header import Header, Place
    from allocation.tables.source import Cells, Source

_Readers: TypeAlias = "Sequence[Callable[[str], int]]"


def walk(layout: Layout, source: Source, header: Header, findings: Findings) -> None:
    """Read a whole file and note every bad line, cell and row."""
    rows = _Rows(layout, header, findings)
    try:
        for line, cells in source.rows(header, findings):
            rows.take(line, cells)
        note_repeats(layout, rows.good, source.place, findings)
        if layout.check_all:
            layout.check_all(rows.good, findings)
    except EnoughError:
        return


class _Rows:
    """Judges row by row, and keeps what is good as numbers."""

    def __init__(self, layout: Layout, header: Header, findings: Findings) -> None:
        self.good = GoodRows(header)
        self._header, self._findings = header, findings
        at = self.good.at
        self._together = [at[name] for name in layout.together if name in at]
        self._only_at = at[layout.only.column] if layout.only else 0
        self._only = frozenset(layout.only.texts) if layout.only else None
        by_mint = [c.kind for c in layout.columns if isinstance(c.kind, AmountByMint)]
        self._mint_at = at["mint"] if by_mint else None
        mints = list(by_mint[0].kinds) if by_mint else [None]
        self._readers = {mint: self._readers_of(mint) for mint in mints}

    def _readers_of(self, mint: str | None) -> _Readers:
        kinds = [_kind_of(place, mint) for place in self._header.places]
        return [self.good.reader(index, kind) for index, kind in enumerate(kinds) if kind]

    def take(self, line: int, cells: Cells) -> None:
        """Judge one row."""
        whole = [cell for cell in cells if cell is not None]
        readers = self._readers.get(None if self._mint_at is None else cells[self._mint_at])
        if readers is None or len(whole) < len(cells):
            self._explain(line, cells)
            return
        try:
            numbers = [read(cell) for read, cell in zip(readers, whole, strict=True)]
        except BadValueError:
            self._explain(line, cells)
            return
        if sum([numbers[index] for index in self._together]) > U64_MAX:
            self._note_sum(line, cells)
        elif self._only is None or cells[self._only_at] in self._only:
            self.good.append(line, numbers)

    def _explain(self, line: int, cells: Cells) -> None:
        """Note every bad cell of a row; with an unknown mint its amounts cannot be judged."""
        mint = None if self._mint_at is None else cells[self._mint_at]
        for place, cell in zip(self._header.places, cells, strict=True):
            kind = _kind_of(place, mint)
            if cell is None or kind is None:
                continue
            try:
                kind.read(cell)
            except BadValueError as error:
                self._findings.add_bad(line, place.name, cell, error)

    def _note_sum(self, line: int, cells: Cells) -> None:
        last = self._together[-1]
        names = " and ".join(self._header.places[index].name for index in self._together)
        self._findings.add(
            line,
            self._header.places[last].name,
            cells[last] or "",
            f"{names} together are above 2^64 - 1 base units",
            LOWER_IT,
            kind=TOO_MUCH,
        )


def _kind_of(place: Place, mint: str | None) -> Kind | None:
    kind = place.column.kind
    if isinstance(kind, AmountByMint):
        return kind.kinds.get(mint or "")
    return kind
