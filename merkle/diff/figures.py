"""The wallets of one mint that differ, in groups: added, removed, raised, lowered, relocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.units import exact_sum

if TYPE_CHECKING:
    from merkle.diff.changes import Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Wallets that changed in one way."""

    name: str
    wallets: int
    difference: int  # base units, with its sign


def groups_of(changes: Changes) -> tuple[Group, ...]:
    """Return all five groups, empty ones too; each wallet is in exactly one."""
    both = changes.was_there & changes.is_there
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
