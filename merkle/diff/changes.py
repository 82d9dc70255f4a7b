"""The wallets whose rewards of one mint differ, as columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from allocation.address import Address, Keys, key_order, parse_texts
from allocation.errors import AsrError, InvariantError
from allocation.units import exact_sum
from merkle.diff.causes import CAUSES, Causes, causes_in, first_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.units import Amounts
    from merkle.bundle.columns import Rows
    from merkle.diff.causes import Cause

MOVERS: Final = 10
NOWHERE: Final = -1  # in place of a tree's number

Mask: TypeAlias = npt.NDArray[np.bool_]
Trees: TypeAlias = npt.NDArray[np.int64]
"""The number of the tree of each row, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One wallet whose reward differs, in base units; None on the side where it has none."""

    claimant: Address
    before: int | None
    after: int | None
    locked_before: int | None  # contained in `before`
    locked_after: int | None  # contained in `after`
    old_tree: int | None
    new_tree: int | None
    causes: tuple[Cause, ...]  # the most telling first

    @property
    def difference(self) -> int:
        """What the wallet gets more; negative where it gets less."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSum:
    """What one cause did to a token, counted under each wallet's most telling one."""

    cause: Cause
    wallets: int
    gained: int  # base units
    lost: int  # base units

    @property
    def difference(self) -> int:
        """What these wallets get more, all together."""
        return self.gained - self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The wallets whose rewards of one mint differ, in key order; 0 where a side has none.

    Shapes: keys (n, 32), all others (n,). Trees are numbers, NOWHERE where a side has none.
    Units:  base units; locked amounts are contained in the others.
    """

    keys: Keys
    texts: npt.NDArray[np.bytes_]
    before: Amounts
    after: Amounts
    locked_before: Amounts
    locked_after: Amounts
    was_there: Mask
    is_there: Mask
    old_trees: Trees
    new_trees: Trees
    causes: Causes

    def __len__(self) -> int:
        """How many wallets differ."""
        return len(self.keys)

    @property
    def gained(self) -> int:
        """What wallets get more than before, in all."""
        return exact_sum(self.sizes[self.after > self.before])

    @property
    def lost(self) -> int:
        """What wallets get less than before, in all."""
        return exact_sum(self.sizes[self.after < self.before])

    @property
    def sizes(self) -> Amounts:
        """How far the two sides are apart, wallet by wallet, either way."""
        sizes: Amounts = np.where(
            self.after > self.before, self.after - self.before, self.before - self.after
        )
        return sizes

    @property
    def on_both(self) -> Mask:
        """Which of the wallets both sides have, shape (n,)."""
        return self.was_there & self.is_there

    def each(self) -> Iterator[Change]:
        """Yield the changes one by one."""
        return map(self.row, range(len(self)))

    def movers(self, count: int = MOVERS) -> list[Change]:
        """Return the largest differences, either way; of equal ones those of the lower keys."""
        return [self.row(row) for row in self.by_size()[:count].tolist()]

    def by_size(self) -> npt.NDArray[np.intp]:
        """Return the rows from the largest difference to the smallest, shape (n,)."""
        return np.argsort(~self.sizes, kind="stable")  # ~ turns the order of u64 around

    def by_cause(self) -> list[CauseSum]:
        """Add up what each cause did, the most telling first; only causes that occur."""
        first, sizes, more = first_of(self.causes), self.sizes, self.after > self.before
        sums = []
        for cause in CAUSES.values():
            theirs = first == cause.bit
            if theirs.any():
                sums.append(
                    CauseSum(
                        cause=cause,
                        wallets=int(np.count_nonzero(theirs)),
                        gained=exact_sum(sizes[theirs & more]),
                        lost=exact_sum(sizes[theirs & ~more]),
                    )
                )
        return sums

    def row(self, row: int) -> Change:
        """Return one of the changes."""
        was_there, is_there = bool(self.was_there[row]), bool(self.is_there[row])
        return Change(
            claimant=Address(self.keys[row].tobytes()),
            before=int(self.before[row]) if was_there else None,
            after=int(self.after[row]) if is_there else None,
            locked_before=int(self.locked_before[row]) if was_there else None,
            locked_after=int(self.locked_after[row]) if is_there else None,
            old_tree=int(self.old_trees[row]) if was_there else None,
            new_tree=int(self.new_trees[row]) if is_there else None,
            causes=tuple(causes_in(int(self.causes[row]))),
        )

    def with_causes(self, causes: Causes) -> Changes:
        """Return the same changes with why each happened, shape (n,)."""
        return replace(self, causes=causes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The wallets that both sides pay from trees of other numbers, in the order of their texts.

    Shapes: all (n,).
    """

    texts: npt.NDArray[np.bytes_]
    old_trees: Trees
    new_trees: Trees

    def __len__(self) -> int:
        """How many wallets moved."""
        return len(self.texts)


def changes_between(
    old: Rows, old_trees: Trees, new: Rows, new_trees: Trees
) -> tuple[Changes, Moved]:
    """Set the rewards of both sides against each other, wallet by wallet.

    Wallets are compared as text: a key has one base58 text, and only those that differ are worth
    decoding. Nothing is known of causes yet.

    Shapes: trees (n,), the number of each row's tree.
    Errors: AsrError where a wallet stands twice on one side or is no address; InvariantError if
            the differences did not add up to that of the totals.
    """
    texts, place = _wallets(np.concatenate([old.texts, new.texts]))
    before = _Spread(old, old_trees, place[: len(old.texts)], len(texts))
    after = _Spread(new, new_trees, place[len(old.texts) :], len(texts))
    differs = (before.totals != after.totals) | (before.locked != after.locked)
    differs |= before.there != after.there
    keys, order = _keys(texts[differs])
    changed = np.flatnonzero(differs)[order]
    changes = Changes(
        keys=keys[order],
        texts=texts[changed],
        before=before.totals[changed],
        after=after.totals[changed],
        locked_before=before.locked[changed],
        locked_after=after.locked[changed],
        was_there=before.there[changed],
        is_there=after.there[changed],
        old_trees=before.trees[changed],
        new_trees=after.trees[changed],
        causes=np.zeros(len(changed), np.uint32),
    )
    check_sum(old, new, changes)
    moved = before.there & after.there & (before.trees != after.trees)
    return changes, Moved(
        texts=texts[moved], old_trees=before.trees[moved], new_trees=after.trees[moved]
    )


def check_sum(old: Rows, new: Rows, changes: Changes) -> None:
    """Hold the sum of the wallets' differences to the difference of the totals.

    Errors: InvariantError.
    """
    before, after = (exact_sum(rows.unlocked) + exact_sum(rows.locked) for rows in (old, new))
    if after - before != changes.gained - changes.lost:
        raise InvariantError("the wallets' differences do not add up to that of the totals")


def _wallets(
    texts: npt.NDArray[np.bytes_],
) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.intp]]:
    """Return the distinct texts, sorted, and where each row's text stands among them.

    Shapes: (n,) -> (m,), (n,).
    """
    order = np.argsort(texts, kind="stable")  # merges sorted columns rather than sorting them
    rows = texts[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = rows[1:] != rows[:-1]
    place = np.empty(len(rows), np.intp)
    place[order] = np.cumsum(is_first) - 1
    return rows[is_first], place


def _keys(texts: npt.NDArray[np.bytes_]) -> tuple[Keys, npt.NDArray[np.intp]]:
    """Decode wallets, and return the order that sorts their keys."""
    keys, bad = parse_texts(texts)
    if bad:
        wallet = texts[bad[0]].decode("latin-1")
        raise AsrError(f"{wallet!a} is no address; `asr verify` says where it stands")
    return keys, key_order(keys)


class _Spread:
    """One side laid out over all wallets: totals, locked parts, trees, and who is there at all."""

    def __init__(self, rows: Rows, trees: Trees, place: npt.NDArray[np.intp], count: int) -> None:
        self.totals, self.locked = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
        self.trees = np.full(count, NOWHERE, np.int64)
        self.there = np.zeros(count, np.bool_)
        self.totals[place] = rows.unlocked + rows.locked
        self.locked[place] = rows.locked
        self.trees[place] = trees
        self.there[place] = True
        if np.count_nonzero(self.there) != len(place):
            raise AsrError("a wallet stands twice among the allocations; `asr verify` says which")
