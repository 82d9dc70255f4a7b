"""A published tree on its own: where its proofs lead, whoever made its leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import KEY_BYTES, format_address
from merkle.bundle.findings import Finding
from merkle.hashing import HASH_BYTES
from merkle.leaf import JUPITER, leaf_hashes
from merkle.proof import depth_of
from merkle.proof_columns import fold_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocation.address import Address, Keys
    from allocation.units import Amounts
    from merkle.codec.checked import ReadTree
    from merkle.hashing import Hashes

NOWHERE: Final = -1  # in place of a row


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedTree:
    """What a tree's files say, as columns.

    Shapes: claimants (n, 32), unlocked, locked, lengths (n,); proofs (m, depth, 32) and folded
            (m, 32) are of the rows `right`, whose proofs have as many hashes as the tree needs.
    """

    source: str
    distributor: Address | None  # tells trees of one file from each other
    version: int | None
    root: bytes  # that the file names; else the one to which most proofs lead
    claimants: Keys
    unlocked: Amounts
    locked: Amounts
    lengths: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    proofs: Hashes
    folded: Hashes

    @property
    def place(self) -> str:
        """Where the tree stands."""
        return self.source + (f" ({self._tree})" if self._tree else "")

    @property
    def _tree(self) -> str:
        return "" if self.distributor is None else f"distributor {format_address(self.distributor)}"

    @property
    def wallets(self) -> list[bytes]:
        """The claimants as bytes, one by one."""
        return list(map(bytes, self.claimants))

    def places_in(self, place_of: Mapping[bytes, int]) -> npt.NDArray[np.intp]:
        """Return the place of each leaf's wallet, shape (n,); NOWHERE where it has none."""
        return np.array([place_of.get(wallet, NOWHERE) for wallet in self.wallets], np.intp)

    def wrong_proofs(self) -> Iterator[Finding]:
        """Find proofs that do not lead to the root."""
        depth = depth_of(len(self.claimants))
        for row in np.flatnonzero(self.lengths != depth).tolist():
            yield self.finding(row, f"{self.lengths[row]} hashes in its proof, not {depth}")
        differs = (self.folded != np.frombuffer(self.root, np.uint8)).any(axis=1)
        for at in np.flatnonzero(differs).tolist():
            leads = self.folded[at].tobytes().hex()
            problem = f"its proof leads to {leads}, not to {self.root.hex()}"
            yield self.finding(int(self.right[at]), problem)

    def finding(self, row: int, problem: str) -> Finding:
        """Say something of one leaf."""
        wallet = format_address(self.claimants[row].tobytes())
        return Finding(file=self.source, problem=problem, wallet=wallet)

    def finding_of_all(self, problem: str) -> Finding:
        """Say something of the tree as a whole."""
        return Finding(file=self.source, problem=": ".join(filter(None, (self._tree, problem))))


def place_of_each(keys: Keys) -> dict[bytes, int]:
    """Return the row of each key by its bytes."""
    return {bytes(key): place for place, key in enumerate(keys)}


def claimed_tree(read: ReadTree, mint: Address) -> ClaimedTree:
    """Fold all proofs of a tree that have the right length."""
    claimants = np.frombuffer(b"".join(read.claimants), np.uint8).reshape(-1, KEY_BYTES)
    unlocked, locked = (np.array(amounts, np.uint64) for amounts in (read.unlocked, read.locked))
    leaves = leaf_hashes(JUPITER, mint, claimants, unlocked, locked)
    lengths = np.array([len(proof) // HASH_BYTES for proof in read.proofs], np.intp)
    depth = depth_of(len(claimants))
    right = np.flatnonzero(lengths == depth)
    siblings = np.frombuffer(b"".join(read.proofs[row] for row in right.tolist()), np.uint8)
    proofs = siblings.reshape(len(right), depth, HASH_BYTES)
    folded = leaves[right]
    if len(right):
        folded = fold_many(folded, proofs, JUPITER.hash_name)
    return ClaimedTree(
        source=read.source,
        distributor=read.distributor,
        version=read.version,
        root=read.root or _commonest(folded),
        claimants=claimants,
        unlocked=unlocked,
        locked=locked,
        lengths=lengths,
        right=right,
        proofs=proofs,
        folded=folded,
    )


def _commonest(roots: Hashes) -> bytes:
    """Return the root that most proofs lead to; nothing where no proof could be folded."""
    counts = Counter(map(bytes, roots))
    return counts.most_common(1)[0][0] if counts else bytes(HASH_BYTES)
