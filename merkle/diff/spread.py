"""How changes are distributed: how many wallets get how much more or less than before.

A difference is measured against the old amount, in whole numbers: never as a quotient that would
have to be rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.units import U64_MAX, exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocation.units import Amounts
    from merkle.diff.changes import Changes

BOUNDS: Final = (
    Fraction(1, 10_000),
    Fraction(1, 1_000),
    Fraction(1, 100),
    Fraction(1, 10),
    Fraction(1, 2),
    Fraction(1),
    Fraction(10),
)
"""Of the old amount; a class goes up to one of these, the last one beyond all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One class of changes."""

    name: str  # e.g. "+1 % to +10 %"
    wallets: int
    difference: int  # base units, with its sign


def bars_of(changes: Changes) -> list[Bar]:
    """Return all classes, empty ones too, from "removed" over losses and gains to "added"."""
    both = changes.on_both
    sizes, lost = changes.sizes, changes.after < changes.before
    ranks = _ranks(sizes, changes.before)
    bars = [_bar("removed", sizes[~changes.is_there], sign=-1)]
    bars += [
        _bar(_name("-", rank), sizes[both & lost & (ranks == rank)], sign=-1)
        for rank in reversed(range(len(BOUNDS) - 1))  # nobody can lose more than all
    ]
    same = both & (changes.before == changes.after)
    bars.append(_bar("another part locked", sizes[same], sign=1))
    for rank in range(len(BOUNDS) + 1):
        gained = both & ~lost & ~same & (ranks == rank)
        bars.append(_bar(_name("+", rank), sizes[gained], sign=1))
    return [*bars, _bar("added", sizes[~changes.was_there], sign=1)]


def exceeding(changes: Changes, most: Fraction) -> Iterator[int]:
    """Yield the rows of wallets on both sides whose amount changed by more than `most` of it."""
    exceeds = changes.sizes > _part(changes.before, most)
    yield from np.flatnonzero(changes.on_both & exceeds).tolist()


def _ranks(sizes: Amounts, before: Amounts) -> npt.NDArray[np.intp]:
    """Return the first class whose bound a difference does not exceed."""
    ranks = np.zeros(len(sizes), np.intp)
    for bound in BOUNDS:
        ranks += sizes > _part(before, bound)
    return ranks


def _part(amounts: Amounts, part: Fraction) -> Amounts:
    """Return a part of each amount, rounded down; at most 2^64 - 1, above which nothing is.

    A whole number exceeds a part exactly when it exceeds that part rounded down.
    """
    most = np.uint64(U64_MAX)
    if part.numerator >= 2**32 or part.denominator >= 2**32:
        exact = [int(amount) * part.numerator // part.denominator for amount in amounts]
        return np.array([min(amount, U64_MAX) for amount in exact], np.uint64)
    numerator, denominator = np.uint64(part.numerator), np.uint64(part.denominator)
    whole = amounts // denominator
    if part.numerator == 1:
        return whole
    rest = amounts - whole * denominator  # np.divmod takes five times as long
    fits = whole <= (most - numerator) // max(numerator, np.uint64(1))
    products = np.where(fits, whole, 0) * numerator + rest * numerator // denominator
    return np.where(fits, products, most)


def _name(sign: str, rank: int) -> str:
    percents = [f"{sign}{_percent(bound)}" for bound in BOUNDS]
    if rank == len(BOUNDS):
        return f"above {percents[-1]}"
    return f"up to {percents[0]}" if not rank else f"{percents[rank - 1]} to {percents[rank]}"


def _percent(bound: Fraction) -> str:
    percent = bound * 100
    if percent.denominator == 1:
        return f"{percent.numerator:,} %"
    digits = len(str(percent.denominator)) - 1  # powers of ten
    return f"0.{percent.numerator:0{digits}d} %"


def _bar(name: str, sizes: Amounts, *, sign: int) -> Bar:
    return Bar(name=name, wallets=len(sizes), difference=sign * exact_sum(sizes))
