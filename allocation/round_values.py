"""The single values of a round file: what TOML gives -> our types, or why not.

Each parser takes what `strict_toml` hands it and raises BadValueError with problem and remedy.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final

from allocation.address import Address, parse_address
from allocation.errors import BadValueError
from allocation.round import DAY
from allocation.toml_values import kind_of, text_of
from allocation.units import BaseUnits, ExcessDecimalsError, parse_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

SYMBOL_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9_-]{0,15}"
LIST_OF_DIGESTS: Final = "sha256sums"  # where case does not count
# 18 digits are more than any weight needs and keep what hostile ones cost small
WEIGHT_PATTERN: Final = "([1-9][0-9]{0,17})(?:/([1-9][0-9]{0,17}))?"


def name_of(value: object) -> str:
    """Accept what a round is called: the manifest and every summary show it in one line."""
    text = text_of(value)
    if not text.isprintable():
        raise BadValueError("characters that cannot be printed", "write the name in one plain line")
    return text


def title_of(value: object) -> str:
    """Accept any text as it is, even none: it is shown, never interpreted."""
    return value if isinstance(value, str) else text_of(value)


def symbol_of(value: object) -> str:
    """Accept a symbol that can name a folder anywhere."""
    text = text_of(value)
    if not re.fullmatch(SYMBOL_PATTERN, text):
        remedy = "write 1 to 16 of A-Z a-z 0-9 _ -, the first a letter or digit: it names a folder"
        raise BadValueError("not a symbol", remedy)
    if text.lower() == LIST_OF_DIGESTS:
        problem = "the name of a bundle's file, and it names a folder beside it"
        raise BadValueError(problem, "choose another")
    return text


def address_of(value: object) -> Address:
    """Accept a base58 key."""
    return parse_address(text_of(value))


def weight_of(value: object) -> Fraction:
    """Accept an exact positive fraction such as "1" or "1/3".

    Source: ALLOCATION D2.
    """
    text = text_of(value)
    found = re.fullmatch(WEIGHT_PATTERN, text)
    if not found:
        remedy = 'write a whole number or a fraction of two, e.g. "1" or "1/3"'
        raise BadValueError(_why_no_weight(text), remedy)
    return Fraction(int(found[1]), int(found[2] or 1))


def path_of(value: object) -> str:
    """Accept the relative path of an input; whether a file is there is asked by its reader."""
    text = text_of(value)
    remedy = "write the path from the folder of the round file"
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive:
        # the round file goes into the bundle, which tells nothing of the machine it was made on
        raise BadValueError("an absolute path", remedy)
    if not text.isprintable():
        raise BadValueError("characters that cannot be printed", remedy)
    return text


def tokens_of(decimals: int | None) -> Callable[[object], BaseUnits]:
    """Accept an amount of tokens; without known decimals only its form is looked at."""

    def parse(value: object) -> BaseUnits:
        try:
            return parse_tokens(text_of(value), decimals or 0, floor=decimals is None)
        except ExcessDecimalsError as error:
            raise BadValueError(error.problem, "shorten it") from error

    return parse


def above_zero(decimals: int | None, what: str, remedy: str) -> Callable[[object], BaseUnits]:
    """Accept an amount of tokens above 0; `remedy` says what to do about `what` of 0."""

    def parse(value: object) -> BaseUnits:
        amount = tokens_of(decimals)(value)
        if amount == 0 and decimals is not None:
            raise BadValueError(f"a {what} of 0", remedy)
        return amount

    return parse


def pool_of(decimals: int | None) -> Callable[[object], BaseUnits]:
    """Accept an amount of tokens to be shared."""
    return above_zero(decimals, "pool", "write what there is to give, or remove the token")


def minimum_of(decimals: int | None) -> Callable[[object], BaseUnits]:
    """Accept an amount of tokens below which something does not count."""
    return above_zero(decimals, "minimum", "remove it: without it there is no minimum")


def moment_of(value: object) -> int:
    """Accept a date-time with offset, a date (its midnight UTC) or unix seconds: unix seconds.

    Errors: BadValueError too for a moment outside 1970 to 9999, such as one in milliseconds.
    """
    if isinstance(value, datetime):
        seconds = _seconds_of(value)
    elif isinstance(value, date):  # checked second: a datetime is a date too
        seconds = (value - _EPOCH.date()).days * DAY
    elif isinstance(value, time):
        raise BadValueError("a time without a date", _WRITE_A_MOMENT)
    elif type(value) is int:  # to Python a bool is an int
        seconds = value
    else:
        raise BadValueError(f"{kind_of(value)}, not a date or time", _WRITE_A_MOMENT)
    if not 0 <= seconds <= _LAST_SECOND:
        raise BadValueError("not within the years 1970 to 9999", _WRITE_A_MOMENT)
    return seconds


def midnight_of(value: object) -> int:
    """Accept a moment at which a day begins in UTC."""
    seconds = moment_of(value)
    if seconds % DAY:
        problem = "no midnight UTC, where the days of daily balances begin and end"
        raise BadValueError(problem, 'write a date such as 2025-07-01, or mode = "continuous"')
    return seconds


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999
_WRITE_A_MOMENT: Final = (
    "write 2025-07-01 (midnight UTC), 2025-07-01T00:00:00Z or unix seconds, without quotes"
)


def _seconds_of(value: datetime) -> int:
    if value.tzinfo is None:
        problem = "a time without an offset is another moment in every time zone"
        raise BadValueError(problem, "write Z behind it for UTC, or the offset it is meant in")
    if value.microsecond:
        raise BadValueError(
            "a fraction of a second", "write whole seconds: that is what is counted"
        )
    return (value - _EPOCH) // timedelta(seconds=1)


_WEIGHT_REASONS: Final = (
    (r"-.*", "negative"),
    (r"0+(/.*)?", "a weight of zero"),
    (r"[0-9]+/0+", "a denominator of zero"),
    (r"[0-9]*\.[0-9]+", "a decimal, which need not be exact"),
    (r"[0-9/]{37,}|[0-9]{19,}.*|.*/[0-9]{19,}", "more than 18 digits"),
)


def _why_no_weight(text: str) -> str:
    for pattern, reason in _WEIGHT_REASONS:
        if re.fullmatch(pattern, text):
            return reason
    return "not a fraction"
