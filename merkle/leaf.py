"""(wallet, mint, amount, locked amount) -> leaf hash, by leaf format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from merkle.hashing import hash_one, hash_rows

if TYPE_CHECKING:
    from allocation.address import Address, Keys
    from allocation.units import Amounts
    from merkle.hashing import Hashes, HashName

LEAF_PREFIX: Final = b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafFormat:
    """How a leaf becomes bytes, and which hash folds its tree."""

    name: str
    hash_name: HashName
    domain: bytes  # stands before the wallet
    binds_mint: bool  # whether the mint is part of the leaf


JUPITER: Final = LeafFormat(name="jupiter", hash_name="sha256", domain=b"", binds_mint=False)
MINT_BOUND: Final = LeafFormat(
    name="mint-bound", hash_name="keccak256", domain=b"asr-mint-bound-1", binds_mint=True
)
LEAF_FORMATS: Final = {leaf_format.name: leaf_format for leaf_format in (JUPITER, MINT_BOUND)}


def leaf_hash(
    leaf_format: LeafFormat, mint: Address, claimant: Address, unlocked: int, locked: int
) -> bytes:
    """Hash one leaf twice: `entry = H(fields)`, `leaf = H(00 || entry)`.

    Units:  base units of `mint`, written as little-endian u64.
    Source: jup-ag/distributor@master, merkle-tree/src/tree_node.rs and
            programs/merkle-distributor/src/instructions/claim/new_claim.rs; FORMATS "Leaves".
    """
    amounts = unlocked.to_bytes(8, "little") + locked.to_bytes(8, "little")
    fields = leaf_format.domain + claimant + _bound(leaf_format, mint) + amounts
    entry = hash_one(leaf_format.hash_name, fields)
    return hash_one(leaf_format.hash_name, LEAF_PREFIX + entry)


def leaf_hashes(
    leaf_format: LeafFormat, mint: Address, claimants: Keys, unlocked: Amounts, locked: Amounts
) -> Hashes:
    """Hash many leaves, as `leaf_hash` does.

    Shapes: claimants (n, 32), unlocked and locked (n,) -> (n, 32).
    """
    import numpy as np  # noqa: PLC0415 - one leaf alone needs no numpy, which is slow to load

    def column(value: bytes) -> Hashes:
        return np.broadcast_to(np.frombuffer(value, np.uint8), (len(claimants), len(value)))

    def little_endian(amounts: Amounts) -> Hashes:
        return np.ascontiguousarray(amounts, "<u8").view(np.uint8).reshape(-1, 8)

    amounts = [little_endian(unlocked), little_endian(locked)]
    bound = column(_bound(leaf_format, mint))
    fields = np.hstack([column(leaf_format.domain), claimants, bound, *amounts])
    entries = hash_rows(leaf_format.hash_name, fields)
    return hash_rows(leaf_format.hash_name, np.hstack([column(LEAF_PREFIX), entries]))


def _bound(leaf_format: LeafFormat, mint: Address) -> bytes:
    """Return what the leaf says of its mint."""
    return mint if leaf_format.binds_mint else b""
