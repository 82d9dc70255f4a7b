"""Leaves and proofs from elsewhere -> columns, after every proof and the root came out the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from allocation.address import KEY_BYTES, Address, format_address
from allocation.errors import InputError
from merkle.codec.ordering import leaf_order
from merkle.codec.strict import REMEDY
from merkle.hashing import HASH_BYTES
from merkle.leaf import leaf_hashes
from merkle.proof import depth_of
from merkle.proof_columns import fold_many
from merkle.tree import build_tree

if TYPE_CHECKING:
    from typing import NoReturn

    import numpy.typing as npt

    from allocation.address import Keys
    from allocation.units import Amounts
    from merkle.hashing import Hashes, HashName
    from merkle.leaf import LeafFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTree:
    """One tree as its file, or files, say; nothing is proven yet."""

    source: str  # the first file
    root: bytes | None  # None, as the next two, where the file does not say
    version: int | None
    distributor: Address | None
    claimants: list[bytes] = field(default_factory=list)
    unlocked: list[int] = field(default_factory=list)
    locked: list[int] = field(default_factory=list)
    proofs: list[bytes] = field(default_factory=list)  # siblings, leaf level first


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTree:
    """One tree whose root and proofs are those that its leaves make, in leaf order.

    Shapes: claimants (n, 32), unlocked and locked (n,).
    """

    source: str
    root: bytes
    version: int | None
    distributor: Address | None
    claimants: Keys
    unlocked: Amounts
    locked: Amounts


def checked(read: ReadTree, mint: Address, leaf_format: LeafFormat) -> CheckedTree:
    """Fold every proof, then build the tree anew and compare it with the proofs hash by hash.

    Errors: InputError naming the first wallet whose proof differs, or the tree as a whole.
    """
    claimants = np.frombuffer(b"".join(read.claimants), np.uint8).reshape(-1, KEY_BYTES)
    unlocked, locked = (np.array(amounts, np.uint64) for amounts in (read.unlocked, read.locked))
    leaves = leaf_hashes(leaf_format, mint, claimants, unlocked, locked)
    proofs = _proof_columns(read)
    root = _common_root(read, leaves, proofs, leaf_format.hash_name)
    order = _tree_order(read, leaves, proofs, leaf_format.hash_name)
    return CheckedTree(
        source=read.source,
        root=root,
        version=read.version,
        distributor=read.distributor,
        claimants=claimants[order],
        unlocked=unlocked[order],
        locked=locked[order],
    )


def _proof_columns(read: ReadTree) -> Hashes:
    """Lay the proofs out as (n, depth, 32); all of one tree have the same length."""
    count = len(read.proofs)
    depth = depth_of(count)
    for row, proof in enumerate(read.proofs):
        hashes = len(proof) // HASH_BYTES
        if hashes != depth:
            problem = f"{hashes} hashes in its proof, a tree of {count:,} leaves has {depth}"
            _refuse_wallet(read, row, problem)
    siblings = np.frombuffer(b"".join(read.proofs), np.uint8)
    return siblings.reshape(count, depth, HASH_BYTES)


def _common_root(read: ReadTree, leaves: Hashes, proofs: Hashes, hash_name: HashName) -> bytes:
    """Return the root that all proofs fold to: the one that the file names, if it does."""
    folded = fold_many(leaves, proofs, hash_name)
    root = folded[0].tobytes() if read.root is None else read.root
    wrong = (folded != np.frombuffer(root, np.uint8)).any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        whose = "that of the tree's first wallet" if read.root is None else "merkle_root"
        others = f" (so do {wrong.sum() - 1:,} more)" if wrong.sum() > 1 else ""
        problem = f"its proof folds to {folded[row].tobytes().hex()}, {whose} is {root.hex()}"
        _refuse_wallet(read, row, problem + others)
    return root


def _tree_order(
    read: ReadTree, leaves: Hashes, proofs: Hashes, hash_name: HashName
) -> npt.NDArray[np.intp]:
    """Return the order in which the leaves make the tree; a file with a root has that order."""
    if _is_tree(leaves, proofs, hash_name):
        return np.arange(len(leaves))
    if read.root is None:
        order = leaf_order(leaves, proofs, hash_name)
        if order is not None and _is_tree(leaves[order], proofs[order], hash_name):
            return order
    problem = f"its {len(leaves):,} leaves, in this order, make another tree than the proofs show"
    remedy = "get the whole tree: leaves are missing, or not in the order they were hashed in"
    raise InputError(read.source, 0, "tree", "", problem, remedy)


def _is_tree(leaves: Hashes, proofs: Hashes, hash_name: HashName) -> bool:
    tree, rows = build_tree(leaves, hash_name), np.arange(len(leaves))
    return all(
        np.array_equal(tree.siblings(height, rows >> height), proofs[:, height])
        for height in range(tree.depth)
    )


def _refuse_wallet(read: ReadTree, row: int, problem: str) -> NoReturn:
    wallet = format_address(read.claimants[row])
    raise InputError(read.source, 0, "wallet", wallet, problem, REMEDY)
