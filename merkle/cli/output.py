"""What the commands print: aligned text for people, one JSON document for machines, progress."""

# ruff: noqa: PLC0415 - `allocation.units` brings numpy, which help does not need

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from merkle.rpc import Network

PROGRESS_AFTER: Final = 1.0  # seconds; what is quicker shows none
PROGRESS_EVERY: Final = 0.1
FORESEEN_AFTER: Final = 3.0  # seconds of one stage; before that nothing is said of its end
WIDTH: Final = 80  # columns of a text, and of a terminal that does not say how many it has


def printable(text: object) -> str:
    r"""Escape what a terminal would obey instead of show, e.g. ESC as `\x1b`.

    Names, symbols and reasons come out of files that anybody may have written.
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in str(text)
    )


def amount(units: int, decimals: int) -> str:
    """Write base units as tokens with all decimals and separators, e.g. 1,500.000000."""
    from allocation.units import show_tokens

    return show_tokens(units, decimals)


def gain(units: int, decimals: int) -> str:
    """Write a difference with its sign, e.g. -1,500.000000; none has none."""
    sign = "+" if units > 0 else "-" if units else ""
    return sign + amount(abs(units), decimals)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, e.g. `1 tree`, `12,000 leaves`."""
    plural = "leaves" if noun == "leaf" else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def network_text(network: Network) -> str:
    """Name a public network, or tell another one by its first block."""
    is_public = network.name != "unknown"
    return network.name if is_public else f"unknown, its genesis hash is {network.genesis_hash}"


def facts(rows: Sequence[tuple[str, object]], indent: int = 0) -> list[str]:
    """Lay out names and values in two aligned columns."""
    width = max((len(name) for name, _ in rows), default=0)
    blanks = " " * indent
    return [f"{blanks}{name.ljust(width)}  {printable(value)}".rstrip() for name, value in rows]


def flush_right(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pad values on the left, so that the points of amounts stand in one line."""
    width = max((len(value) for _, value in rows), default=0)
    return [(name, value.rjust(width)) for name, value in rows]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], indent: int = 0) -> list[str]:
    """Lay out a table: the first column flush left, all others flush right."""
    cells = [list(header), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(header))]
    return [
        " " * indent
        + "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def print_lines(lines: Sequence[str]) -> None:
    """Print a text for people."""
    typer.echo("\n".join(lines))


def print_json(document: Mapping[str, object]) -> None:
    """Print the one JSON document of a run in a line of ASCII: nothing in it moves a terminal."""
    typer.echo(json.dumps(document))


def warn(warnings: Iterable[str]) -> None:
    """Print warnings to stderr, one line each."""
    for warning in warnings:
        typer.echo(f"warning: {printable(warning)}", err=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Offer a callback that keeps one line of stderr up to date; None where nobody watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _ProgressLine()
    try:
        yield line.show
    finally:
        line.clear()


def left_text(seconds: float, done: int, total: int) -> str:
    """Foresee how long a stage still takes that has taken so many seconds for what is done."""
    if seconds < FORESEEN_AFTER or not 0 < done < total:
        return ""
    left = int(seconds * (total - done) / done)
    return f", {left // 60} min {left % 60:02d} s left" if left >= 60 else f", {left} s left"  # noqa: PLR2004 - a minute


class _ProgressLine:
    """One line of a terminal, drawn from the second second on and wiped at the end."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PROGRESS_AFTER
        self._drawn = 0
        self._stage = ""
        self._since = 0.0  # when the stage began

    def show(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._since = stage, now
        if now < self._next:
            return
        self._next = now + PROGRESS_EVERY
        percent = f" {100 * done // total:3d} %" if total else ""
        percent += left_text(now - self._since, done, total)
        width = os.get_terminal_size(sys.stderr.fileno()).columns or WIDTH
        self._draw(f"{printable(stage)}{percent}"[: width - 1])

    def clear(self) -> None:
        if self._drawn:
            self._draw("")
            self._draw("")

    def _draw(self, text: str) -> None:
        """Overwrite the line with blanks rather than escape codes: every terminal knows those."""
        typer.echo("\r" + text.ljust(self._drawn), err=True, nl=False)
        self._drawn = len(text)
