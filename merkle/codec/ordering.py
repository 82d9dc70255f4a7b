"""Proofs of all leaves, in any order -> an order of the leaves that makes the same tree.

Files keyed by wallet say nothing about the order of a tree, and a fold sorts each pair, so which
node stood left is lost; but any order that pairs the same nodes has the same root and proofs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from merkle.proof import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    from merkle.hashing import Hashes, HashName


def leaf_order(leaves: Hashes, proofs: Hashes, hash_name: HashName) -> npt.NDArray[np.intp] | None:
    """Return rows so that the leaves, taken in that order, build the tree the proofs come from.

    From the leaves up, every node is put beside the sibling that its proof names: the smaller
    hash left, but what is not a full subtree right, since the odd node of a level is its last.
    The result depends on the hashes only, not on the order of the rows.

    Shapes: leaves (n, 32), proofs (n, depth, 32) -> (n,).
    Errors: none; None where a sibling is no node of the tree. Proofs that contradict each other
            give an order of another tree: the caller builds it and compares.
    """
    groups = {leaf: [row] for row, leaf in enumerate(map(bytes, leaves))}
    for height in range(proofs.shape[1]):
        parents: dict[bytes, list[int]] = {}
        for node, rows in groups.items():
            sibling = proofs[rows[0], height].tobytes()
            if sibling not in groups:
                return None
            pair = sorted({node, sibling}, key=lambda one: (len(groups[one]) < 1 << height, one))
            parents[fold(node, [sibling], hash_name)] = [row for one in pair for row in groups[one]]
        groups = parents
    order = next(iter(groups.values()))
    return np.array(order, np.intp) if len(order) == len(leaves) else None
