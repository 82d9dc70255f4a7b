"""Our own files: one token's allocations, and the proofs of one shard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from merkle.codec.leaves import BLOCK_ROWS, LeafShape, Sides, document, leaf_blocks
from merkle.text import (
    COMPACT_LIST,
    decimal_column,
    joined,
    text_column,
    tokens_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle.distribution import Distribution, Shard

ALLOCATIONS_HEADER: Final = b"pubkey,amount,locked_amount\n"


EVERY_ROW: Final = slice(None)


def allocations_csv(distribution: Distribution, rows: slice = EVERY_ROW) -> bytes:
    """Write wallets and amounts of all rows, or some, as Jupiter's builder reads them.

    Tokens with all decimals, in leaf order: cut after every `max_leaves_per_tree` rows it makes
    the same trees.

    Units:  base units -> tokens.
    Source: jup-ag/distributor@master, merkle-tree/src/csv_entry.rs.
    """
    return b"".join(allocations_parts(distribution, rows))


def allocations_parts(distribution: Distribution, rows: slice = EVERY_ROW) -> Iterator[bytes]:
    """Yield what `allocations_csv` writes, block by block."""
    yield ALLOCATIONS_HEADER
    start, stop, _ = rows.indices(len(distribution.texts))
    for at in range(start, stop, BLOCK_ROWS):
        yield _csv_lines(distribution, slice(at, min(at + BLOCK_ROWS, stop)))


def _csv_lines(distribution: Distribution, block: slice) -> bytes:
    decimals = distribution.decimals
    return joined(
        block.stop - block.start,
        text_column(distribution.texts[block]),
        b",",
        tokens_column(distribution.unlocked[block], decimals),
        b",",
        tokens_column(distribution.locked[block], decimals),
        b"\n",
    )


def proof_file(distribution: Distribution, shard: Shard) -> bytes:
    """Write the leaves of one shard with their proofs: an object by wallet, one line per leaf."""
    return b"".join(proof_file_parts(distribution, shard))


def proof_file_parts(distribution: Distribution, shard: Shard) -> Iterator[bytes]:
    """Yield what `proof_file` writes, block by block: memory does not grow with the tree."""
    blocks = leaf_blocks(PROOF_FILE, distribution, shard, shard.rows)
    return document(b"{\n", blocks, PROOF_FILE.between, b"\n}\n")


def _sides(distribution: Distribution, shard: Shard, rows: slice) -> Sides:
    address = b""
    if shard.distributor is not None:
        address = b'"merkle_tree":"%s",' % format_address(shard.distributor).encode()
    left = (
        b'"',
        text_column(distribution.texts[rows]),
        b'":{' + address + b'"amount":',
        decimal_column(distribution.unlocked[rows]),
        b',"locked_amount":',
        decimal_column(distribution.locked[rows]),
        b',"proof":',
    )
    return left, (b"}",)


PROOF_FILE: Final = LeafShape(
    proof=COMPACT_LIST, sibling=COMPACT_LIST, between=b",\n", sides=_sides
)
