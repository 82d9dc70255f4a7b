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
    nodes, places = leaves, np.arange(len(leaves))  # nodes of one level, and whose is which
    for height in range(siblings.shape[1]):
        level = np.ascontiguousarray(siblings[:, height])
        steps = np.diff(places, prepend=-1) != 0
        firsts = np.flatnonzero(steps | _differ_from_last(level))
        pairs = _ordered_pairs(nodes[places[firsts]], level[firsts])
        fresh = _differ_from_last(pairs)
        nodes = hash_rows(hash_name, pairs[fresh])
        lengths = np.diff(firsts, append=len(places))
        places = np.repeat(np.cumsum(fresh) - 1, lengths)
    return nodes[places]


def _differ_from_last(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which rows are other bytes than the row before, shape (n,); the first one is."""
    texts = rows.view(f"V{rows.shape[1]}").reshape(-1)
    differ = np.ones(len(rows), np.bool_)
    differ[1:] = texts[1:] != texts[:-1]
    return differ


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
