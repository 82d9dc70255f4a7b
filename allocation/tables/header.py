"""The names a file gives its columns -> our columns, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.tables.columns import Column, Layout
    from allocation.tables.findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one of our columns stands in a file."""

    column: Column
    index: int
    name: str  # which of its names the file uses
    type: str = "VARCHAR"  # of the column in a file that has types


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """All columns of a file, and which of them are ours."""

    names: tuple[str, ...]
    places: tuple[Place, ...]  # in the order of the layout

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names that mean nothing to us."""
        ours = {place.index for place in self.places}
        return tuple(name for index, name in enumerate(self.names) if index not in ours)


def match_header(
    layout: Layout, names: Sequence[str], line: int, findings: Findings
) -> Header | None:
    """Find the columns of a layout among the names of a file, or note why that fails."""
    before = len(findings)
    places = []
    for column in layout.columns:
        indexes = [index for index, name in enumerate(names) if name in column.names]
        if indexes:
            place = Place(column=column, index=indexes[0], name=names[indexes[0]])
            places.append(place)
            _refuse_more(place, [names[index] for index in indexes[1:]], line, findings)
        elif column.required:
            findings.add(
                line,
                column.names[0],
                "",
                "missing column",
                _remedy(column, names),
                kind="missing column",
            )
    if len(findings) > before:
        return None
    return Header(names=tuple(names), places=tuple(places))


def _refuse_more(place: Place, others: Sequence[str], line: int, findings: Findings) -> None:
    for other in others:
        same = other == place.name
        problem = "this column stands twice" if same else f"means the same as {place.name}"
        findings.add(line, other, "", problem, "remove one of the two", kind="doubled column")


def _remedy(column: Column, names: Sequence[str]) -> str:
    """Say what to write, and which name of the file may have been meant."""
    accepted = {name.casefold() for name in column.names}
    for name in names:
        if name.strip().casefold() in accepted:
            return f"rename {name!r} to {column.names[0]!r}: names are taken as they are"
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        return "separate the cells by commas"
    shown = ", ".join(names)
    return f"add it; the file has {shown[:200] or 'no columns'}"
