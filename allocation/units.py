"""Exact decimal text <-> base units. Integers only: a float never touches an amount."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NewType, TypeAlias

from allocation.errors import BadValueError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BaseUnits = NewType("BaseUnits", int)
"""The smallest units of some mint; 1 JUP is 1_000_000 of them."""

Amounts: TypeAlias = "npt.NDArray[np.uint64]"
"""A column of base units, shape (n,)."""

U64_MAX: Final = 2**64 - 1
LONGEST_AMOUNT: Final = 100  # characters; no amount needs half of them
MAX_DECIMALS: Final = 19  # 10^19 still fits u64; SPL mints in use have at most 12

# Full matches only. DuckDB uses the same two patterns (RE2 reads them alike).
BASE_UNITS_PATTERN: Final = "0|[1-9][0-9]*"
TOKENS_PATTERN: Final = r"(0|[1-9][0-9]*)(\.[0-9]+)?"


class AmountError(BadValueError):
    """A text is no amount: `problem` says why and `remedy` what to write instead."""


class ExcessDecimalsError(AmountError):
    """An amount has more fraction digits than its mint has decimals."""


def parse_base_units(text: str) -> BaseUnits:
    """Read a whole number of base units: digits only, at most 2^64 - 1.

    Errors: AmountError naming the problem and the remedy.
    """
    if not re.fullmatch(BASE_UNITS_PATTERN, text, re.ASCII):
        raise AmountError(_why_not_a_number(text), "write base units as plain digits, e.g. 1500000")
    return _checked_u64(text)


def parse_tokens(text: str, decimals: int, *, floor: bool = False) -> BaseUnits:
    """Read an amount of tokens ("1.5") as base units, exactly.

    `floor` drops digits beyond the mint's decimals instead of refusing them; zeros there are
    never refused, since they lose nothing.

    Errors: AmountError naming the problem and the remedy.
    """
    if not re.fullmatch(TOKENS_PATTERN, text, re.ASCII):
        raise AmountError(_why_not_a_number(text), "write tokens as plain digits, e.g. 1.5")
    whole, _, fraction = text.partition(".")
    if fraction[decimals:].strip("0") and not floor:
        raise ExcessDecimalsError(
            f"more than {decimals} fraction digits",
            'shorten it, or set excess_decimals = "floor"',
        )
    return _checked_u64(whole + fraction[:decimals].ljust(decimals, "0"))


def format_tokens(amount: int, decimals: int) -> str:
    """Write base units (never negative) as tokens with all decimals, 1500000 as "1.500000"."""
    if decimals == 0:
        return str(amount)
    digits = str(amount).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def show_tokens(amount: int, decimals: int) -> str:
    """Write base units for people, with separators, -1500000000 as "-1,500.000000"."""
    sign = "-" if amount < 0 else ""
    whole, point, fraction = format_tokens(abs(amount), decimals).partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


def exact_sum(amounts: Amounts) -> int:
    """Add up u64 in two halves, for up to 2^32 rows: numpy would wrap around without a word."""
    import numpy as np  # noqa: PLC0415 - one amount alone needs no numpy, which is slow to load

    high = np.sum(amounts >> np.uint64(32), dtype=np.uint64)
    low = np.sum(amounts & np.uint64(2**32 - 1), dtype=np.uint64)
    return (int(high) << 32) + int(low)


def _checked_u64(digits: str) -> BaseUnits:
    # the length goes first: int() refuses some thousands of digits with an error of its own
    if len(digits) > LONGEST_AMOUNT or int(digits) > U64_MAX:
        raise AmountError("above 2^64 - 1 base units", "no token account can hold it; lower it")
    return BaseUnits(int(digits))


_REASONS: Final = (
    (r"", "empty"),
    (r"\s*", "blank"),
    (r"\s.*|.*\s", "blank before or after the number"),
    (r"-.*", "negative"),
    (r"\+.*", "a sign"),
    (r"0[xX].*", "hexadecimal"),
    (r"(?i)nan|inf(inity)?", "not a number"),
    (r"[0-9.]+[eE].*", "an exponent"),
    (r"[0-9][0-9_.]*_[0-9_.]*", "an underscore"),
    (r"[0-9]{1,3}([,' ][0-9]{3})+(\..*)?", "thousands separators"),
    (r"[0-9]*,[0-9]+", "a decimal comma"),
    (r"0[0-9]+(\.[0-9]*)?", "leading zeros"),
    (r"[0-9]+\.", "no digit after the point"),
    (r"[0-9]+\.[0-9]+", "a fraction"),
    (r"\.[0-9]+", "no digit before the point"),
)


def _why_not_a_number(text: str) -> str:
    """Name what is wrong with an amount, for the people who have to find it in their file."""
    if len(text) > LONGEST_AMOUNT:  # before the patterns, of which one backtracks
        return "far too long for a number"
    for pattern, reason in _REASONS:
        if re.fullmatch(pattern, text, re.DOTALL):
            return reason
    return "not a number"
