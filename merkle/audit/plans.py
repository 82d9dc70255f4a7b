"""How a builder makes trees of a list: by Jupiter's rule or by ours, and of which size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.address import key_order
from allocation.round import DEFAULT_MAX_LEAVES
from merkle.audit.listed import merged
from merkle.leaf import JUPITER, leaf_hashes
from merkle.tree import build_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from allocation.address import Address
    from merkle.audit.listed import Listed, Merged
    from merkle.tree import Tree

MOST_TRIED: Final = 64  # sizes that fit the first tree; they differ by duplicates at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One tree as the list gives it."""

    leaves: Merged
    tree: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way from a list to trees."""

    rule: str  # for people
    count: int
    leaves_of: Callable[[int], Merged]  # of one tree, by its place

    def trees(self, listed: Listed, mint: Address) -> Iterator[Expected]:
        """Build the trees one after the other."""
        for number in range(self.count):
            leaves = self.leaves_of(number)
            hashes = leaf_hashes(
                JUPITER, mint, listed.keys[leaves.wallets], leaves.unlocked, leaves.locked
            )
            yield Expected(leaves=leaves, tree=build_tree(hashes, JUPITER.hash_name))


def plans_for(listed: Listed, most: int | None, sizes: Sequence[int]) -> list[Plan]:
    """Return the ways to build trees of a list, the likeliest first.

    `most` is what a tree may have at most; without it, it is told from the trees' `sizes`.

    Errors: AsrError where a wallet gets more than a u64 holds.
    """
    whole = merged(listed, 0, len(listed.wallets))
    by_key = whole.taken(key_order(listed.keys[whole.wallets]))
    ours = most or (max(sizes) if len(sizes) > 1 else len(whole.wallets))
    theirs = most or _rows_per_tree(listed, sizes)
    return [
        _in_chunks(listed, theirs),
        _of_whole(
            whole, ours, f"summing duplicates over the whole list, {ours:,} wallets per tree"
        ),
        _of_whole(by_key, ours, f"the order of the keys, {ours:,} wallets per tree"),
    ]


def _in_chunks(listed: Listed, most: int) -> Plan:
    """Cut the rows first and merge afterwards.

    Source: jup-ag/distributor@master, cli/src/bin/instructions/process_create_merkle_tree.rs.
    """
    rows = len(listed.wallets)
    return Plan(
        rule=f"Jupiter's rule, {most:,} rows per tree",
        count=-(-rows // most),
        leaves_of=lambda at: merged(listed, at * most, (at + 1) * most),
    )


def _of_whole(whole: Merged, most: int, rule: str) -> Plan:
    """Merge first and cut afterwards."""
    return Plan(
        rule=rule,
        count=-(-len(whole.wallets) // most),
        leaves_of=lambda at: whole.taken(slice(at * most, (at + 1) * most)),
    )


def _rows_per_tree(listed: Listed, sizes: Sequence[int]) -> int:
    """Tell how many rows were cut off per tree, from how many leaves the trees have.

    Duplicates make a tree smaller than its piece of the list, so several answers may fit the
    first tree: the first of them that fits all is taken, and the usual size before others.
    """
    rows = len(listed.wallets)
    if len(sizes) <= 1:
        return rows
    first = np.unique(listed.wallets, return_index=True)[1]
    distinct = np.searchsorted(np.sort(first), np.arange(1, rows + 1))  # in so many first rows
    low, high = (int(np.searchsorted(distinct, sizes[0], side)) + 1 for side in ("left", "right"))
    fitting = [DEFAULT_MAX_LEAVES] if low <= DEFAULT_MAX_LEAVES < high else []
    fitting += range(low, min(high, low + MOST_TRIED))
    for most in fitting:
        if _sizes(listed, most) == list(sizes):
            return most
    return fitting[0] if fitting and fitting[0] <= rows else max(sizes)


def _sizes(listed: Listed, most: int) -> list[int]:
    rows = listed.wallets
    return [len(np.unique(rows[at : at + most])) for at in range(0, len(rows), most)]
