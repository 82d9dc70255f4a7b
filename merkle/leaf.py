"""(wallet, mint, amount, locked amount) -> leaf hash, by leaf format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from merkle.hashing import Hashes, HashName, Rows, hash_rows

if TYPE_CHECKING:
    from allocation.address import Address, Keys
    from allocation.units import Amounts

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


def leaf_hashes(
    leaf_format: LeafFormat, mint: Address, claimants: Keys, unlocked: Amounts, locked: Amounts
) -> Hashes:
    """Hash leaves twice: `entry = H(fields)`, `leaf = H(00 || entry)`.

    Shapes: claimants (n, 32), unlocked and locked (n,) -> (n, 32).
    Units:  base units of `mint`, written as little-endian u64.
    Source: jup-ag/distributor@master, merkle-tree/src/tree_node.rs and
            programs/merkle-distributor/src/instructions/claim/new_claim.rs; FORMATS "Leaves".
    """
    entries = hash_rows(
        leaf_format.hash_name, _preimages(leaf_format, mint, claimants, unlocked, locked)
    )
    return hash_rows(leaf_format.hash_name, _prefixed(LEAF_PREFIX, entries))


def _preimages(
    leaf_format: LeafFormat, mint: Address, claimants: Keys, unlocked: Amounts, locked: Amounts
) -> Rows:
    count = len(claimants)
    mints = np.frombuffer(mint if leaf_format.binds_mint else b"", np.uint8)
    return np.hstack(
        [
            np.broadcast_to(
                np.frombuffer(leaf_format.domain, np.uint8), (count, len(leaf_format.domain))
            ),
            claimants,
            np.broadcast_to(mints, (count, len(mints))),
            _little_endian(unlocked),
            _little_endian(locked),
        ]
    )


def _little_endian(amounts: Amounts) -> Rows:
    return np.ascontiguousarray(amounts, "<u8").view(np.uint8).reshape(-1, 8)


def _prefixed(prefix: bytes, rows: Rows) -> Rows:
    column = np.full((len(rows), len(prefix)), np.frombuffer(prefix, np.uint8), np.uint8)
    return np.hstack([column, rows])
