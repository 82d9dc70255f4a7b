"""The rows of one import: collected, then ordered; or everything that is wrong with them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from allocation.address import format_address, parse_address
from allocation.errors import BadValueError, InputError, InputErrors
from allocation.units import parse_base_units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocation.address import Address
    from allocation.progress import Progress

T = TypeVar("T")

TOLD_EVERY: Final = 10_000  # rows

Row: TypeAlias = tuple[bytes, "Address", int, str, int]
"""Group (a proposal; empty for stakes), wallet, base units, text of the last column, line.

In this order rows sort as their file is to be sorted. A plain tuple: there may be millions.
"""


class BadCellError(BadValueError):
    """One cell is wrong; whoever knows its line makes an InputError of it."""

    def __init__(self, column: str, value: object, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.column, self.value = column, _shown(value)


def _shown(value: object) -> str:
    """Return a scalar as text; what a list or an object of JSON holds may be endless."""
    match value:
        case str() | int():
            return str(value)
        case list():
            return "[...]"
        case dict():
            return "{...}"
    return ""


class Rows:
    """What has been read of one file so far, good and bad.

    A line is the physical line of a listing, whose header is one too, or in JSON the number of
    the entry, from 1; 0 is the file as a whole. `unit` is the word for it.
    """

    def __init__(self, source: str, progress: Progress | None = None) -> None:
        self.notes: Counter[str] = Counter()
        self.unit = "line"
        self._source, self._progress = source, progress
        self._rows: list[Row] = []
        self._accounts: dict[bytes, int] = {}
        self._errors: list[InputError] = []

    def refuse(self, line: int, bad: BadCellError) -> None:
        """Record that a cell is wrong."""
        self._errors.append(
            InputError(self._source, line, bad.column, bad.value, bad.problem, bad.remedy)
        )

    def keep(self, line: int, group: bytes, wallet: Address, amount: int, last: str) -> None:
        """Record a good row."""
        self._rows.append((group, wallet, amount, last, line))
        if self._progress and not line % TOLD_EVERY:
            self._progress(f"reading, {line:,} rows so far", line, 0)

    def is_new(self, line: int, column: str, account: bytes | None) -> bool:
        """Tell whether an account of the chain stands here for the first time; refuse a second."""
        if account is None:
            return False
        first = self._accounts.setdefault(account, line)
        if first == line:
            return True
        problem = f"the account of {self.unit} {first} again"
        self.refuse(
            line, BadCellError(column, format_address(account), problem, "keep one of the two")
        )
        return False

    def address(self, line: int, column: str, text: str) -> Address | None:
        """Read the address in a cell; None where it is refused."""
        return self._parsed(line, column, text, parse_address)

    def base_units(self, line: int, column: str, text: str) -> int | None:
        """Read the base units in a cell; None where they are refused."""
        return self._parsed(line, column, text, parse_base_units)

    def word(
        self, line: int, column: str, text: str, known: Mapping[str, T], remedy: str
    ) -> T | None:
        """Read one of some words; None where it is refused."""
        if text in known:
            return known[text]
        self.refuse(line, BadCellError(column, text, "not known here", remedy))
        return None

    def _parsed(self, line: int, column: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(text)
        except BadValueError as error:
            self.refuse(line, BadCellError(column, text, error.problem, error.remedy))
            return None

    def settle(self, pair: str) -> list[Row]:
        """Return the rows in the order of groups and wallets, raw bytes each.

        Errors: InputErrors with all that was refused, and with every second row of one `pair`.
        """
        self._rows.sort()
        for former, row in pairwise(self._rows):
            if former[1] == row[1] and former[0] == row[0]:
                self._refuse_repeated(former, row, pair)
        if not self._rows and not self._errors:
            self.refuse(0, BadCellError("rows", None, "none", "export it again"))
        if self._errors:
            raise InputErrors(sorted(self._errors, key=lambda error: error.line))
        return self._rows

    def _refuse_repeated(self, former: Row, row: Row, pair: str) -> None:
        first, second = sorted((former[4], row[4]))
        problem = f"the {pair} of {self.unit} {first} again"
        self.refuse(
            second, BadCellError("wallet", format_address(row[1]), problem, "keep one of the two")
        )
