"""Leaf hashes -> levels, root, proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from allocation.errors import AsrError
from merkle.hashing import HASH_BYTES, Hashes, HashName, hash_rows

NODE_PREFIX: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All levels of one Merkle tree, leaves first, the root alone in the last."""

    levels: tuple[Hashes, ...]

    @property
    def root(self) -> bytes:
        """The one node of the last level, 32 bytes."""
        return self.levels[-1].tobytes()

    @property
    def depth(self) -> int:
        """Siblings in each proof: ceil(log2 n), the same for every leaf."""
        return len(self.levels) - 1

    @property
    def leaf_count(self) -> int:
        """How many claimants the tree has."""
        return len(self.levels[0])

    def proof(self, row: int) -> Hashes:
        """Return the siblings of leaf `row` from the leaf level upwards, shape (depth, 32)."""
        return np.array(
            [self.siblings(height, row >> height) for height in range(self.depth)], np.uint8
        ).reshape(-1, HASH_BYTES)

    def siblings(self, height: int, nodes: int | npt.NDArray[np.intp]) -> Hashes:
        """Return the sibling of each node, named by its row, of one level below the root.

        A last node without a partner is its own sibling (Jupiter's and Jito's odd rule).
        """
        level = self.levels[height]
        return level[np.minimum(np.bitwise_xor(nodes, 1), len(level) - 1)]


def build_tree(leaves: Hashes, hash_name: HashName) -> Tree:
    """Hash levels upwards until one node is left.

    `parent = H(01 || min || max)`; the last node of an odd level pairs with itself, and one leaf
    is its own root. Leaf order is kept.

    Shapes: leaves (n, 32) with n >= 1.
    Errors: AsrError without any leaf.
    Source: jup-ag/distributor@master, merkle-tree/src/merkle_tree.rs.
    """
    if not len(leaves):
        raise AsrError("a tree needs at least one leaf; leave a token out that pays nobody")
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1], hash_name))
    return Tree(levels=tuple(levels))


def _parents(level: Hashes, hash_name: HashName) -> Hashes:
    if len(level) % 2:
        level = np.vstack([level, level[-1:]])
    left, right = level[0::2], level[1::2]
    swap = _greater(left, right)[:, None]
    messages = np.empty((len(left), 1 + 2 * HASH_BYTES), np.uint8)
    messages[:, 0] = NODE_PREFIX
    messages[:, 1 : 1 + HASH_BYTES] = np.where(swap, right, left)
    messages[:, 1 + HASH_BYTES :] = np.where(swap, left, right)
    return hash_rows(hash_name, messages)


def _greater(left: Hashes, right: Hashes) -> npt.NDArray[np.bool_]:
    """Compare rows as bytes: the first byte that differs decides."""
    differs = left != right
    first = differs.argmax(axis=1)  # 0 where nothing differs, and there left > right is false
    rows = np.arange(len(left))
    greater: npt.NDArray[np.bool_] = left[rows, first] > right[rows, first]
    return greater
