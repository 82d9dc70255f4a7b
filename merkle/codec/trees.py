"""Whole trees and wallet-by-wallet proofs as Jupiter's and Jito's own builders write them.

serde_json's pretty print: two spaces, one array element per line, no newline at the end; an empty
array is `[]`. Amounts stay numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.address import format_address
from merkle.codec.leaves import LeafShape
from merkle.text import ListStyle, decimal_column, joined, list_cells, text_column

if TYPE_CHECKING:
    from collections.abc import Callable

    from merkle.codec.leaves import Sides
    from merkle.distribution import Distribution, Shard
    from merkle.text import Cell

Category: TypeAlias = Literal["staker", "searcher", "validator"]

CATEGORIES: Final[tuple[Category, ...]] = ("staker", "searcher", "validator")

TREE_TAIL: Final = b"\n  ]\n}"
KV_HEAD: Final = b"{\n"
KV_TAIL: Final = b"\n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeShape:
    """How one builder writes a tree: what stands before the leaves, and the leaves."""

    head: Callable[[Shard], bytes]
    leaf: LeafShape


def _pretty_list(indent: int) -> ListStyle:
    """Return how an array is printed whose own line is indented by so many blanks."""
    inner, outer = b"\n" + b" " * (indent + 2), b"\n" + b" " * indent
    return ListStyle(opening=b"[" + inner, separator=b"," + inner, closing=outer + b"]")


def _leaf_shape(indent: int, sides: Callable[[Distribution, Shard, slice], Sides]) -> LeafShape:
    """Return the shape of leaves whose keys are indented by so many blanks."""
    return LeafShape(
        proof=_pretty_list(indent), sibling=_pretty_list(indent + 2), between=b",\n", sides=sides
    )


def _jupiter_head(shard: Shard) -> bytes:
    return _head(
        shard,
        airdrop_version=shard.version,
        max_num_nodes=shard.tree.leaf_count,
        total_unlocked_amount=shard.total_unlocked,
        total_locked_amount=shard.total_locked,
    )


def _jupiter_sides(distribution: Distribution, _: Shard, rows: slice) -> Sides:
    left = (
        *_claimant(distribution, rows),
        b',\n      "amount": ',
        decimal_column(distribution.unlocked[rows]),
        b',\n      "locked_amount": ',
        decimal_column(distribution.locked[rows]),
        b',\n      "proof": ',
    )
    return left, (b"\n    }",)


JUPITER_TREE: Final = TreeShape(head=_jupiter_head, leaf=_leaf_shape(6, _jupiter_sides))
"""Source: jup-ag/distributor@master, merkle-tree/src/{airdrop_merkle_tree,tree_node}.rs."""


def _asr_head(shard: Shard) -> bytes:
    return _head(
        shard,
        airdrop_version=shard.version,
        max_num_nodes=shard.tree.leaf_count,
        max_total_claim=shard.max_total_claim,
    )


def _asr_sides(distribution: Distribution, _: Shard, rows: slice) -> Sides:
    amounts = decimal_column(distribution.unlocked[rows])
    left = (*_claimant(distribution, rows), b',\n      "amount": ', amounts)
    return (*left, b',\n      "proof": '), (b"\n    }",)


JUPITER_ASR_TREE: Final = TreeShape(head=_asr_head, leaf=_leaf_shape(6, _asr_sides))
"""Source: jup-ag/distributor@distributor_asr, the same files."""


def jito_tree(category: Category) -> TreeShape:
    """Return the shape of Jito's trees, with all amounts in one category.

    Source: jito-foundation/distributor@master, merkle-tree/src/{airdrop_merkle_tree,tree_node}.rs.
    """

    def sides(distribution: Distribution, _: Shard, rows: slice) -> Sides:
        right: list[Cell] = []
        for name in CATEGORIES:
            for kind in ("unlocked", "locked"):
                amounts = getattr(distribution, kind)[rows]
                right += (
                    f',\n      "total_{kind}_{name}": '.encode(),
                    decimal_column(amounts) if name == category else b"0",
                )
        left = (*_claimant(distribution, rows), b',\n      "proof": ')
        return left, (*right, b"\n    }")

    return TreeShape(head=_jito_head, leaf=_leaf_shape(6, sides))


def _jito_head(shard: Shard) -> bytes:
    return _head(shard, max_num_nodes=shard.tree.leaf_count, max_total_claim=shard.max_total_claim)


def _kv_sides(distribution: Distribution, shard: Shard, rows: slice) -> Sides:
    assert shard.distributor is not None  # noqa: S101 - the export has refused that
    left = (
        b'  "',
        text_column(distribution.texts[rows]),
        b'": {\n    "merkle_tree": "%s"' % format_address(shard.distributor).encode(),
        b',\n    "amount": ',
        decimal_column(distribution.unlocked[rows]),
        b',\n    "locked_amount": ',
        decimal_column(distribution.locked[rows]),
        b',\n    "proof": ',
    )
    return left, (b"\n  }",)


KV_LEAF: Final = _leaf_shape(4, _kv_sides)
"""Source: jup-ag/distributor@master, cli/src/bin/instructions/process_generate_kv_proof.rs."""


def _head(shard: Shard, **counts: int) -> bytes:
    root = joined(1, *list_cells(shard.tree.levels[-1], _pretty_list(2)))
    lines = [b'{\n  "merkle_root": ' + root]
    lines += [f'  "{key}": {count}'.encode() for key, count in counts.items()]
    return b",\n".join([*lines, b'  "tree_nodes": [\n'])


def _claimant(distribution: Distribution, rows: slice) -> tuple[Cell, ...]:
    claimants = list_cells(distribution.claimants[rows], _pretty_list(6))
    return (b'    {\n      "claimant": ', *claimants)
