"""How far an amount may change: a part of what it was, or so many tokens; exact, never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from allocation.errors import BadValueError
from allocation.toml_values import text_of

# 18 digits are more than anybody needs and keep what hostile ones cost small
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?"
_PERCENT: Final = re.compile(rf"({_NUMBER}) ?%", re.ASCII)
_TOKENS: Final = re.compile(rf"({_NUMBER})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most by which something may change."""

    amount: Fraction  # of what it was, 1/10 for 10 %; or tokens
    is_part: bool
    text: str  # as it was written

    def __str__(self) -> str:
        """Return the limit as people read it."""
        return self.text if self.is_part else f"{self.text} tokens"


def percent_of_old(value: object) -> Limit:
    """Accept percent of what there was, such as "10 %" or "0.5%"; the sign may be missing.

    Errors: BadValueError.
    """
    text = text_of(value)
    found = _PERCENT.fullmatch(text) or _TOKENS.fullmatch(text)
    if found is None:
        raise BadValueError("no percent", 'write digits, e.g. "10%" or "0.5%"')
    return Limit(amount=Fraction(found[1]) / 100, is_part=True, text=f"{found[1]} %")


def percent_or_tokens(value: object) -> Limit:
    """Accept percent, with its sign, or without one an amount of tokens.

    Errors: BadValueError.
    """
    text = text_of(value)
    if _PERCENT.fullmatch(text):
        return percent_of_old(text)
    if not _TOKENS.fullmatch(text):
        remedy = 'write "0.5%" for a part of the total, or tokens as plain digits, e.g. "1500.25"'
        raise BadValueError("neither percent nor tokens", remedy)
    return Limit(amount=Fraction(text), is_part=False, text=text)


def exceeds(difference: int, before: int, decimals: int, limit: Limit) -> bool:
    """Tell whether a difference, taken without its sign, is above a limit.

    Units: difference and before in base units of a mint of `decimals`.
    """
    whole = before if limit.is_part else 10**decimals
    return difference > limit.amount * whole
