"""One mint in figures: what of its pools is left, and the wallets that differ, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.units import exact_sum

if TYPE_CHECKING:
    from merkle.diff.changes import Changes
    from merkle.diff.sides import TokenSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Wallets that changed in one way."""

    name: str
    wallets: int
    difference: int  # base units, with its sign


def unallocated_of(
    old: TokenSide | None, new: TokenSide | None
) -> list[tuple[str, int | None, int | None]]:
    """Return what of each pool is left, as (cause, old, new); None of a side without a pool.

    Units: base units; 0 where a side has a pool and leaves nothing for that cause.
    """
    causes = dict.fromkeys(cause for side in (old, new) if side for cause in side.unallocated)
    return [(cause, _left(old, cause), _left(new, cause)) for cause in causes]


def _left(side: TokenSide | None, cause: str) -> int | None:
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
