"""What a cell of each kind may hold: one rule, said in SQL and again in Python.

The fast path counts with the SQL, the plain reader explains with the Python; a test holds the two
against each other on garbage. `good` is a condition on a text, `value` its typed value where the
condition holds; both take and give SQL. `read` gives the same value or raises BadValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from allocation.address import parse_address
from allocation.errors import BadValueError
from allocation.tables.database import literal
from allocation.units import (
    BASE_UNITS_PATTERN,
    TOKENS_PATTERN,
    format_tokens,
    parse_base_units,
    parse_tokens,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocation.round import ExcessDecimals, Unit


class Judge(Protocol):
    """The rule of a column in SQL."""

    def good(self, text: str) -> str:
        """Return the condition of a good cell: true, false, or NULL, which is not good."""

    def value(self, text: str) -> str:
        """Return the value of a good cell."""


class Kind(Judge, Protocol):
    """The rule of a column in both languages."""

    def read(self, text: str) -> str | int:
        """Read one cell.

        Errors: BadValueError naming problem and remedy.
        """

    def show(self, value: str | int) -> str:
        """Write a value for people, as a cell of this column holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A key of 32 bytes; in SQL every text is good, the addresses are decoded in one go later."""

    def good(self, text: str) -> str:
        """Accept what is there."""
        return f"{text} IS NOT NULL"

    def value(self, text: str) -> str:
        """Keep the text: base58 writes each key in one way only."""
        return text

    def read(self, text: str) -> str:
        """Return the text of a key."""
        parse_address(text)
        return text

    def show(self, value: str | int) -> str:
        """Write the key."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Any text without a NUL, which no terminal and few programs take."""

    needed: str | None = None  # what to write, where an empty cell is refused

    def good(self, text: str) -> str:
        """Accept all but NUL, and all but nothing where it is needed."""
        filled = f" AND {text} <> ''" if self.needed else ""
        return f"NOT contains({text}, chr(0)){filled}"

    def value(self, text: str) -> str:
        """Keep the text."""
        return text

    def read(self, text: str) -> str:
        """Return the text."""
        if "\0" in text:
            raise BadValueError("a NUL character", "remove it")
        if self.needed and not text:
            raise BadValueError("empty", self.needed)
        return text

    def show(self, value: str | int) -> str:
        """Write the text so that its end is seen."""
        return repr(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of some texts that the round file gives."""

    texts: tuple[str, ...]
    what: str
    remedy: str

    def good(self, text: str) -> str:
        """Accept the given texts only."""
        return f"{text} IN ({', '.join(map(literal, self.texts))})"

    def value(self, text: str) -> str:
        """Keep the text."""
        return text

    def read(self, text: str) -> str:
        """Return the text."""
        if text in self.texts:
            return text
        if not text:
            raise BadValueError("empty", f"write which {self.what} is meant")
        if text.strip() in self.texts:
            raise BadValueError("blank before or after it", "remove the blanks")
        raise BadValueError(f"no {self.what} of the round", self.remedy)

    def show(self, value: str | int) -> str:
        """Write the text."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseAmount:
    """A whole number of base units."""

    def good(self, text: str) -> str:
        """Accept plain digits up to u64."""
        digits = f"regexp_full_match({text}, {literal(BASE_UNITS_PATTERN)})"
        return f"{digits} AND TRY_CAST({text} AS UBIGINT) IS NOT NULL"

    def value(self, text: str) -> str:
        """Cast, which is safe once the digits are plain."""
        return f"CAST({text} AS UBIGINT)"

    def read(self, text: str) -> int:
        """Return base units."""
        return parse_base_units(text)

    def show(self, value: str | int) -> str:
        """Write digits."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAmount:
    """Tokens as exact decimal text, which becomes base units by splitting at the point."""

    decimals: int
    floor: bool

    def good(self, text: str) -> str:
        """Accept plain digits with a point up to u64, and no more decimals than there are."""
        plain = f"regexp_full_match({text}, {literal(TOKENS_PATTERN)})"
        fits = f"TRY_CAST({self._digits(text)} AS UBIGINT) IS NOT NULL"
        exact = "" if self.floor else f" AND NOT {self._excess(text)}"
        return f"{plain} AND {fits}{exact}"

    def value(self, text: str) -> str:
        """Cast the digits, which is safe once they are plain."""
        return f"CAST({self._digits(text)} AS UBIGINT)"

    def floored(self, text: str) -> str:
        """Return the condition that a good cell loses digits."""
        return self._excess(text) if self.floor else "FALSE"

    def _digits(self, text: str) -> str:
        fraction = f"substr(split_part({text}, '.', 2), 1, {self.decimals})"
        return f"split_part({text}, '.', 1) || rpad({fraction}, {self.decimals}, '0')"

    def _excess(self, text: str) -> str:
        """More fraction digits than decimals; zeros there lose nothing."""
        return f"(trim(substr(split_part({text}, '.', 2), {self.decimals + 1}), '0') <> '')"

    def read(self, text: str) -> int:
        """Return base units."""
        return parse_tokens(text, self.decimals, floor=self.floor)

    def show(self, value: str | int) -> str:
        """Write tokens with all decimals."""
        return format_tokens(int(value), self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountByMint:
    """Tokens in a list of several: the cell `mint` of the same row says with which decimals."""

    kinds: Mapping[str, TokenAmount]

    def good(self, text: str) -> str:
        """Accept what the mint's kind accepts; without a known mint nothing."""
        return self._case(lambda kind: kind.good(text), "FALSE")

    def value(self, text: str) -> str:
        """Return what the mint's kind makes of it."""
        return self._case(lambda kind: kind.value(text), "NULL")

    def floored(self, text: str) -> str:
        """Return the condition that a good cell loses digits."""
        return self._case(lambda kind: kind.floored(text), "FALSE")

    def _case(self, of: Callable[[TokenAmount], str], otherwise: str) -> str:
        whens = [f"WHEN {literal(mint)} THEN {of(kind)}" for mint, kind in self.kinds.items()]
        return f"(CASE mint {' '.join(whens)} ELSE {otherwise} END)"


Amount: TypeAlias = BaseAmount | TokenAmount | AmountByMint


def staked_kind(
    unit: Unit, decimals: int | None, excess_decimals: ExcessDecimals
) -> BaseAmount | TokenAmount:
    """Return the kind of a column of amounts of the one token that is voted with or staked."""
    if unit == "base":
        return BaseAmount()
    return TokenAmount(decimals=decimals or 0, floor=excess_decimals == "floor")


def amount_kind(unit: Unit, decimals: Mapping[str, int], excess_decimals: ExcessDecimals) -> Amount:
    """Return the kind of a column of amounts; `decimals` by mint.

    Where all mints have the same decimals, none of a row's other cells is looked at.
    """
    if unit == "base":
        return BaseAmount()
    floor = excess_decimals == "floor"
    kinds = {mint: TokenAmount(decimals=number, floor=floor) for mint, number in decimals.items()}
    alike = set(kinds.values())
    return alike.pop() if len(alike) == 1 else AmountByMint(kinds=kinds)
