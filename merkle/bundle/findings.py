"""What is wrong with a bundle, as data; and the same as an error where one thing is enough."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError

if TYPE_CHECKING:
    from allocation.errors import InputError

SHOWN_CHARACTERS: Final = 80  # of one value; a hostile bundle may hold megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: in which file, at which line, with whose leaf."""

    file: str  # path inside the bundle; empty where the folder as a whole is meant
    problem: str
    line: int | None = None  # physical, the first is 1
    wallet: str | None = None

    def __str__(self) -> str:
        """Say place, wallet and problem in one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.wallet, self.problem) if part)


class BundleError(AsrError):
    """A bundle can't be trusted: the `finding` says why, and reading stopped there."""

    def __init__(
        self, file: str, problem: str, *, line: int | None = None, wallet: str | None = None
    ) -> None:
        self.finding = Finding(file=file, problem=problem, line=line, wallet=wallet)
        super().__init__(str(self.finding))


def quoted(value: object) -> str:
    """Show a value of a hostile file, a JSON value or bytes: printable, and never long."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, int):
        return json.dumps(value)
    text = value.decode("ascii", "backslashreplace") if isinstance(value, bytes) else str(value)
    if len(text) <= SHOWN_CHARACTERS:
        return ascii(text)
    return f"{text[:SHOWN_CHARACTERS]!a}... ({len(text):,} characters)"


def cell_text(error: InputError) -> str:
    """Name what an error is about, with the value that stands there, where one does."""
    return f"{error.column} {quoted(error.value)}" if error.value else error.column


def printable(name: str) -> str:
    """Return the name of a file as it may go to a terminal: unchanged where that is harmless."""
    return name if name.isprintable() else ascii(name)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, e.g. `1 tree`, `12,000 trees`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
