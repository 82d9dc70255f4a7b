"""The wallets whose rewards of one mint differ, as columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from allocation.address import parse_address
from allocation.errors import AsrError, InvariantError
from allocation.units import exact_sum
from merkle.diff.causes import CAUSES, Causes, causes_in, first_of
from merkle.diff.wallets import TEXT, check_addresses, union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from allocation.units import Amounts
    from merkle.bundle.columns import Rows
    from merkle.diff.causes import Cause
    from merkle.diff.wallets import Places

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

    Shapes: all (n,). Trees are numbers, NOWHERE where a side has none.
    Units:  base units; locked amounts are contained in the others.
    """

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
        return len(self.texts)

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
        return [self.row(row) for row in self.by_size(count).tolist()]

    def by_size(self, count: int) -> Places:
        """Return the rows of so many of the largest differences, the largest first."""
        reverse = ~self.sizes  # turns the order of u64 around
        rows = np.arange(len(self))
        if 0 < count < len(self):
            rows = np.flatnonzero(reverse <= np.partition(reverse, count - 1)[count - 1])
        return rows[np.argsort(reverse[rows], kind="stable")[:count]]

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
            claimant=parse_address(self.texts[row].decode("ascii")),
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

    Wallets are compared as text, since a key has one; only those that differ are held to be keys.
    Nothing is known of causes yet.

    Shapes: trees (n,), the number of each row's tree.
    Errors: AsrError where a wallet stands twice on one side or is no address; InvariantError if
            the differences did not add up to that of the totals.
    """
    wallets = union(old.texts.astype(TEXT, copy=False), new.texts.astype(TEXT, copy=False))
    before = _Spread(old, old_trees, wallets.places[0], len(wallets))
    after = _Spread(new, new_trees, wallets.places[1], len(wallets))
    differs = (before.totals != after.totals) | (before.locked != after.locked)
    differs |= before.there != after.there
    changed = np.flatnonzero(differs)
    texts = wallets.texts(changed)
    check_addresses(texts)
    changes = Changes(
        texts=texts,
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
    moved = np.flatnonzero(before.there & after.there & (before.trees != after.trees))
    texts = wallets.texts(moved)
    order = np.argsort(texts, kind="stable")
    moved = moved[order]
    return changes, Moved(
        texts=texts[order], old_trees=before.trees[moved], new_trees=after.trees[moved]
    )


def check_sum(old: Rows, new: Rows, changes: Changes) -> None:
    """Hold the sum of the wallets' differences to the difference of the totals.

    Errors: InvariantError.
    """
    before, after = (exact_sum(rows.unlocked) + exact_sum(rows.locked) for rows in (old, new))
    if after - before != changes.gained - changes.lost:
        raise InvariantError("the wallets' differences do not add up to that of the totals")


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
