"""Leaf hash + siblings -> root, as the claim program folds them.

The judge of `tree`: it shares nothing with it but the hash function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.hashing import hash_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from merkle.hashing import HashName


def depth_of(leaf_count: int) -> int:
    """Return how many siblings each proof of a tree has, of at least one leaf: ceil(log2 n)."""
    return (leaf_count - 1).bit_length()


def fold(leaf: bytes, siblings: Iterable[bytes], hash_name: HashName) -> bytes:
    """Fold one proof: each step is `H(01 || smaller || larger)`; without siblings the leaf is left.

    Source: jup-ag/distributor@master, verify/src/lib.rs.
    """
    node = leaf
    for sibling in siblings:
        node = hash_one(hash_name, b"\x01" + min(node, sibling) + max(node, sibling))
    return node
