"""The rows of two breakdowns side by side: matched once, for all tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from merkle.diff.wallets import ranked, union

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.units import Amounts
    from merkle.diff.breakdown import Breakdown, Columns
    from merkle.diff.causes import Causes
    from merkle.diff.wallets import Places, Texts

SIDES: Final = ("old", "new")

_HALF: Final = np.uint64(32)  # of 64 bits
_LOW: Final = np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The rows of both sides, those of one wallet and proposal as one pair, in key order.

    Shapes: wallets (w,), in key order; first (w,), the first pair of each wallet.
    """

    breakdowns: tuple[Breakdown, Breakdown]
    parts: Sequence[str]  # the proposals of both rounds, "" with stakes
    wallets: Texts
    first: Places
    places: tuple[Places, Places]  # of each side's rows among the pairs
    columns: Columns  # pair, its number; part; and of both sides as `_laid_out` names them

    def of_token(self, symbols: tuple[str, str]) -> Columns:
        """Return all columns of one token, with what each side calls it.

        Shapes: all (n,): pair, its number; part; and with old_ and new_ before their names, 0 where
                that side has no row, there and the columns of `Rows.columns` and `Breakdown.paid`.
        Errors: AsrError for a breakdown without that token.
        """
        old, new = (
            breakdown.paid(symbol)
            for breakdown, symbol in zip(self.breakdowns, symbols, strict=True)
        )
        return self.columns | _laid_out((old, new), self.places, len(self.columns["pair"]))

    def sums(self, columns: Columns) -> list[Amounts]:
        """Add up the rewards of both sides by wallet.

        Shapes: two of (w,).
        Errors: AsrError where a sum exceeds 64 bits.
        """
        sums = []
        for side, breakdown in zip(SIDES, self.breakdowns, strict=True):
            rewards = columns[f"{side}_reward"]
            # in two halves: numpy would wrap around without a word
            high = np.add.reduceat(rewards >> _HALF, self.first)
            low = np.add.reduceat(rewards & _LOW, self.first)
            high += low >> _HALF
            if (high > _LOW).any():
                breakdown.refuse("the rewards of a wallet add up to more than 2^64 - 1")
            sums.append(high << _HALF | low & _LOW)
        return sums

    def unions(self, causes: Causes) -> Causes:
        """Join the causes of each wallet's pairs, shape (n,) -> (w,)."""
        return np.bitwise_or.reduceat(causes, self.first)


def matched(breakdowns: tuple[Breakdown, Breakdown], parts: Sequence[str]) -> Pairs:
    """Read both breakdowns, and set the rows of one wallet and part against each other.

    `parts` are the proposals of both rounds, "" with stakes.

    Errors: AsrError for a breakdown that is none of its round.
    """
    old, new = (breakdown.rows(parts) for breakdown in breakdowns)
    wallets = union(old.wallets, new.wallets)
    numbers, places = np.arange(len(wallets)), wallets.places
    if len(parts) > 1:
        numbers, places = _merged(
            *(
                place[rows.wallet] * len(parts) + rows.part
                for place, rows in zip(wallets.places, (old, new), strict=True)
            )
        )
    columns = _laid_out((old.columns, new.columns), places, len(numbers))
    for breakdown, side, place in zip(breakdowns, SIDES, places, strict=True):
        if np.count_nonzero(columns[f"{side}_there"]) != len(place):
            breakdown.refuse_repeated()
    wallet, part = np.divmod(numbers, len(parts))
    numbered = {"pair": np.arange(len(numbers), dtype=np.uint32), "part": part}
    return Pairs(
        breakdowns=breakdowns,
        parts=parts,
        wallets=wallets.texts(),
        first=np.flatnonzero(np.diff(wallet, prepend=-1)),
        places=places,
        columns=numbered | columns,
    )


def _merged(
    old: npt.NDArray[np.int64], new: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], tuple[Places, Places]]:
    """Return the numbers of two columns, each once, in ascending order, and where they stand."""
    both = np.concatenate([old, new])
    order = np.argsort(both, kind="stable")
    ascending = both[order]
    first, places = ranked(order, ascending[1:] == ascending[:-1], len(old))
    return both[first], places


def _laid_out(sides: tuple[Columns, Columns], places: tuple[Places, Places], count: int) -> Columns:
    """Put the rows of both sides in their places among so many pairs, 0 where none is."""
    laid_out = {}
    for name, columns, place in zip(SIDES, sides, places, strict=True):
        for column, values in columns.items():
            spread = np.zeros(count, values.dtype)
            spread[place] = values
            laid_out[f"{name}_{column}"] = spread
    return laid_out
