"""The proofs of many leaves, folded at once; `proof` says what folding is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from merkle.hashing import hash_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from merkle.hashing import Hashes, HashName


def fold_many(leaves: Hashes, siblings: Hashes, hash_name: HashName) -> Hashes:
    """Fold the proofs of many leaves at once.

    Neighbours in a tree fold the same pair from some level on, so a run of equal pairs is hashed
    once. Only bytes that are equal share a hash: forged proofs cost time, never the verdict.

    Shapes: leaves (n, 32), siblings (n, depth, 32) -> (n, 32).
    """
    nodes = leaves
    for height in range(siblings.shape[1]):
        pairs = _ordered_pairs(nodes, siblings[:, height])
        starts = np.ones(len(pairs), np.bool_)
        starts[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        nodes = hash_rows(hash_name, pairs[starts])[np.cumsum(starts) - 1]
    return nodes


def _ordered_pairs(nodes: Hashes, siblings: Hashes) -> npt.NDArray[np.uint8]:
    """Lay out `01 || smaller || larger` for every row, comparing big-endian words."""
    ours = np.ascontiguousarray(nodes).view(">u8")
    theirs = np.ascontiguousarray(siblings).view(">u8")
    smaller = np.zeros(len(nodes), np.bool_)
    for word in reversed(range(ours.shape[1])):
        smaller = np.where(
            ours[:, word] == theirs[:, word], smaller, theirs[:, word] < ours[:, word]
        )
    low = np.where(smaller[:, None], siblings, nodes)
    high = np.where(smaller[:, None], nodes, siblings)
    return np.hstack([np.ones((len(nodes), 1), np.uint8), low, high])
