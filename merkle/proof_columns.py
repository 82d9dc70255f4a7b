"""The proofs of many leaves, folded at once; `proof` says what folding is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from merkle.hashing import hash_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from merkle.hashing import Hashes, HashName, Rows


def fold_many(leaves: Hashes, siblings: Hashes, hash_name: HashName) -> Hashes:
    """Fold the proofs of many leaves at once.

    Neighbours in a tree fold the same pair from some level on, so a run of equal pairs is hashed
    once. Only bytes that are equal share a hash: forged proofs cost time, never the verdict.

    Shapes: leaves (n, 32), siblings (n, depth, 32) -> (n, 32).
    """
    nodes, places = leaves, np.arange(len(leaves))  # some nodes, and which of them is whose
    for height in range(siblings.shape[1]):
        level = np.ascontiguousarray(siblings[:, height])
        starts = _begins_run(level)
        starts[1:] |= places[1:] != places[:-1]
        firsts = np.flatnonzero(starts)
        low, high = _ordered(nodes[places[firsts]], level[firsts])
        fresh = _begins_run(low) | _begins_run(high)
        nodes = hash_rows(hash_name, _messages(low[fresh], high[fresh]))
        places = (np.cumsum(fresh) - 1)[np.cumsum(starts) - 1]
    return nodes[places]


def _begins_run(rows: Hashes) -> npt.NDArray[np.bool_]:
    """Return which rows are not the same bytes as the row before, shape (n,)."""
    words = rows.view(np.uint64)
    begins = np.zeros(len(rows), np.bool_)
    begins[:1] = True
    for word in range(words.shape[1]):
        begins[1:] |= words[1:, word] != words[:-1, word]
    return begins


def _ordered(nodes: Hashes, siblings: Hashes) -> tuple[Hashes, Hashes]:
    """Return the smaller and the larger of every pair: nearly always the first word decides."""
    ours, theirs = nodes.view(">u8")[:, 0], siblings.view(">u8")[:, 0]
    smaller = theirs < ours
    for row in np.flatnonzero(theirs == ours).tolist():
        smaller[row] = siblings[row].tobytes() < nodes[row].tobytes()
    swapped = smaller[:, None]
    return np.where(swapped, siblings, nodes), np.where(swapped, nodes, siblings)


def _messages(low: Hashes, high: Hashes) -> Rows:
    """Lay out `01 || smaller || larger` for every pair."""
    return np.hstack([np.ones((len(low), 1), np.uint8), low, high])
