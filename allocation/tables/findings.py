"""Everything that is wrong in one file, in the order of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.address import AddressError
from allocation.errors import BadValueError, InputError
from allocation.units import ExcessDecimalsError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOWER_IT: Final = "no token account can hold it; lower it"
TOO_MUCH: Final = "above 2^64 - 1 together"

MOST_CHARACTERS: Final = 10_000  # of one value
MOST_FINDINGS: Final = 250_000  # of one file; each takes about a kilobyte of memory

_KINDS: Final[dict[type[BadValueError], str]] = {
    AddressError: "no address",
    ExcessDecimalsError: "too many fraction digits",
}


class EnoughError(Exception):
    """A file has so many errors that more of them help nobody."""


class Findings:
    """What is wrong in one file; readers add to it, in any order."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[InputError] = []

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[InputError]:
        return iter(sorted(self._found, key=lambda finding: finding.line))

    def add(
        self,
        line: int,
        column: str,
        value: str,
        problem: str,
        remedy: str,
        *,
        kind: str | None = None,
    ) -> None:
        """Note one thing that is wrong; `line` 0 means the file.

        Errors: EnoughError after the last finding that is kept.
        """
        cut = value[:MOST_CHARACTERS]
        found = InputError(self.source, line, column, cut, problem, remedy, kind=kind)
        self._found.append(found)
        if len(self._found) == MOST_FINDINGS:
            self._found.append(
                InputError(
                    self.source,
                    line,
                    "file",
                    "",
                    f"reading ended here, after {MOST_FINDINGS:,} errors",
                    "mend what they have in common first",
                )
            )
            raise EnoughError

    def add_bad(self, line: int, column: str, value: str, error: BadValueError) -> None:
        """Note a cell that holds no value of its column."""
        kind = _KINDS.get(type(error))
        self.add(line, column, value, error.problem, error.remedy, kind=kind)
