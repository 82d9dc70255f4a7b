"""What a cell of stakes, events and multipliers may hold; see `cells` for what a kind is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from allocation.errors import BadValueError
from allocation.round_values import WEIGHT_PATTERN, weight_of
from allocation.tables.cells import BaseAmount, TokenAmount
from allocation.tables.database import literal
from allocation.units import BASE_UNITS_PATTERN

MAX_DENOMINATOR: Final = 1_000_000  # of all multipliers together
MULTIPLY_BY_LESS: Final = "write fractions with few small denominators"

_DATE_PATTERN: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date YYYY-MM-DD; its value is how many days after the first one of the period it is."""

    first: date
    last: date
    outside: bool  # whether other dates may stand there too

    def good(self, text: str) -> str:
        """Accept what is written as a date, and is one."""
        plain = f"regexp_full_match({text}, {literal(_DATE_PATTERN)})"
        return f"{plain} AND {self.good_date(f'TRY_CAST({text} AS DATE)')}"

    def value(self, text: str) -> str:
        """Count days, which is safe once the date is one."""
        return self.value_of_date(f"CAST({text} AS DATE)")

    def good_date(self, day: str) -> str:
        """Return the condition of a good value of type DATE."""
        first, last = (date.min, date.max) if self.outside else (self.first, self.last)
        return f"{day} BETWEEN DATE '{first}' AND DATE '{last}'"

    def value_of_date(self, day: str) -> str:
        """Return the value of a good value of type DATE."""
        return f"({day} - DATE '{self.first}')"

    def read(self, text: str) -> int:
        """Return the number of days."""
        if not re.fullmatch(_DATE_PATTERN, text):
            problem = "not written as YYYY-MM-DD" if text else "empty"
            raise BadValueError(problem, "write the day such as 2025-07-01")
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise BadValueError("no day of any calendar", "correct it") from error
        if not self.outside and not self.first <= day <= self.last:
            problem = f"outside the period, which is {self.first} to {self.last}"
            raise BadValueError(problem, "remove the row, or set ignore_outside = true")
        return (day - self.first).days

    def show(self, value: str | int) -> str:
        """Write the date."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """Unix seconds, up to the year 9999: what is later is not in seconds."""

    earliest: int

    def good(self, text: str) -> str:
        """Accept plain digits that are neither too few nor too many."""
        plain = f"regexp_full_match({text}, {literal(BASE_UNITS_PATTERN)})"
        return f"{plain} AND TRY_CAST({text} AS BIGINT) BETWEEN {self.earliest} AND {_LAST_SECOND}"

    def value(self, text: str) -> str:
        """Cast, which is safe once the digits are plain."""
        return f"CAST({text} AS BIGINT)"

    def read(self, text: str) -> int:
        """Return unix seconds."""
        if not re.fullmatch(BASE_UNITS_PATTERN, text):
            problem = "not plain digits" if text else "empty"
            raise BadValueError(problem, "write unix seconds, e.g. 1751328000")
        if len(text) > len(str(_LAST_SECOND)) or int(text) > _LAST_SECOND:
            raise BadValueError("after the year 9999", "write seconds, not milliseconds")
        if int(text) < self.earliest:
            problem = f"before opening_at, which is {self.earliest}"
            raise BadValueError(problem, "remove it: the opening balances hold it already")
        return int(text)

    def show(self, value: str | int) -> str:
        """Write digits."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An amount that may have a minus before it; cutting digits off moves it towards 0."""

    amount: BaseAmount | TokenAmount

    def good(self, text: str) -> str:
        """Accept an amount, or a minus and an amount; minus zero is none."""
        minus_zero = rf"regexp_full_match({text}, '-0(\.0*)?')"
        return f"({self.amount.good(_unsigned(text))} AND NOT {minus_zero})"

    def value(self, text: str) -> str:
        """Return the amount with its sign, as HUGEINT."""
        sign = f"CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END"
        return f"(CAST({self.amount.value(_unsigned(text))} AS HUGEINT) * {sign})"

    def floored(self, text: str) -> str:
        """Return the condition that a good cell loses digits."""
        if isinstance(self.amount, TokenAmount):
            return self.amount.floored(_unsigned(text))
        return "FALSE"

    def read(self, text: str) -> int:
        """Return base units, below 0 where there is a minus."""
        if re.fullmatch(r"-0(\.0*)?", text):
            raise BadValueError("zero has no sign", "write 0")
        magnitude = self.amount.read(text.removeprefix("-"))
        return -magnitude if text.startswith("-") else magnitude

    def show(self, value: str | int) -> str:
        """Write the amount with its sign."""
        if isinstance(value, str):
            return value
        return f"{'-' if value < 0 else ''}{self.amount.show(abs(value))}"


def _unsigned(text: str) -> str:
    return f"regexp_replace({text}, '^-', '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """true or false."""

    def good(self, text: str) -> str:
        """Accept the two words."""
        return f"{text} IN ('true', 'false')"

    def value(self, text: str) -> str:
        """Compare."""
        return f"({text} = 'true')"

    def read(self, text: str) -> int:
        """Return a bool."""
        if text not in ("true", "false"):
            raise BadValueError("neither true nor false", "write one of the two")
        return text == "true"

    def show(self, value: str | int) -> str:
        """Write the word."""
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier:
    """A fraction above zero; its value is the text "3/4" or "2/1" in lowest terms."""

    def good(self, text: str) -> str:
        """Accept digits, or digits, a slash and digits."""
        plain = f"regexp_full_match({text}, {literal(WEIGHT_PATTERN)})"
        return f"({plain} AND {_lower(text)} // {_divisor(text)} <= {MAX_DENOMINATOR})"

    def value(self, text: str) -> str:
        """Divide by what numerator and denominator have in common."""
        divisor = _divisor(text)
        return f"(({_upper(text)} // {divisor}) || '/' || ({_lower(text)} // {divisor}))"

    def read(self, text: str) -> str:
        """Return the fraction in lowest terms."""
        if not text:
            raise BadValueError("empty", "write the multiplier, or remove the row")
        if re.fullmatch(r"0+(\.0*)?(/.*)?", text):
            raise BadValueError("a multiplier of zero", "put the wallet into exclude instead")
        fraction = weight_of(text)
        if fraction.denominator > MAX_DENOMINATOR:
            raise BadValueError(f"a denominator above {MAX_DENOMINATOR:,}", MULTIPLY_BY_LESS)
        return f"{fraction.numerator}/{fraction.denominator}"

    def show(self, value: str | int) -> str:
        """Write the fraction."""
        return str(value)


def _upper(text: str) -> str:
    return f"TRY_CAST(split_part({text}, '/', 1) AS BIGINT)"


def _lower(text: str) -> str:
    return f"TRY_CAST(split_part({text} || '/1', '/', 2) AS BIGINT)"


def _divisor(text: str) -> str:
    return f"gcd({_upper(text)}, {_lower(text)})"
