"""One mint in figures: its totals on both sides, and the wallets that differ, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.units import exact_sum

if TYPE_CHECKING:
    from merkle.diff.changes import Changes
    from merkle.diff.compare import TokenDiff
    from merkle.diff.sides import TokenSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Wallets that changed in one way."""

    name: str
    wallets: int
    difference: int  # base units, with its sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a mint on both sides; None where a side does not say it."""

    name: str  # "pool", "allocated", "wallets", or the cause for which a part of the pool is left
    old: int | None
    new: int | None
    decimals: int  # of what it counts: base units of the mint, or wallets
    is_left: bool = False

    @property
    def difference(self) -> int | None:
        """How much more the new side has, where both say it."""
        return None if self.old is None or self.new is None else self.new - self.old


def figures_of(token: TokenDiff) -> tuple[Figure, ...]:
    """Return the figures of a mint, in the order in which they are read."""
    sides = token.old, token.new
    causes = dict.fromkeys(cause for side in sides if side for cause in side.unallocated)
    pool, allocated, wallets = (
        Figure(
            name=name,
            old=_said(token.old, name),
            new=_said(token.new, name),
            decimals=0 if name == "wallets" else token.decimals,
        )
        for name in ("pool", "allocated", "wallets")
    )
    left = (
        Figure(
            name=cause,
            old=_left(token.old, cause),
            new=_left(token.new, cause),
            decimals=token.decimals,
            is_left=True,
        )
        for cause in causes
    )
    return pool, allocated, *left, wallets


def _said(side: TokenSide | None, name: str) -> int | None:
    units: int | None = None if side is None else getattr(side, name)
    return units


def _left(side: TokenSide | None, cause: str) -> int | None:
    """Return what a side leaves for a cause: 0 where it has a pool and leaves nothing."""
    return None if side is None or side.pool is None else side.unallocated.get(cause, 0)


def groups_of(changes: Changes) -> tuple[Group, ...]:
    """Return added, removed, raised, lowered and relocked wallets; each is in exactly one group.

    Relocked ones get as much in all, but another part of it locked. Empty groups are there too.
    """
    both = changes.on_both
    more, less = changes.after > changes.before, changes.after < changes.before
    sizes = changes.sizes
    members = {
        "added": (~changes.was_there, 1),
        "removed": (~changes.is_there, -1),
        "raised": (both & more, 1),
        "lowered": (both & less, -1),
        "relocked": (both & ~more & ~less, 1),
    }
    return tuple(
        Group(
            name=name,
            wallets=int(np.count_nonzero(members_of)),
            difference=sign * exact_sum(sizes[members_of]),
        )
        for name, (members_of, sign) in members.items()
    )
