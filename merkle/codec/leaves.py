"""Leaves with their proofs -> text, block by block, for every shape of proof file.

A shape says what stands before and after each proof; the proof itself is written alike for all.
Each node is formatted once per block: all leaves below a node share the text of the proof from
its level upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from merkle.text import each, list_cells, list_sizes, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from merkle.distribution import Distribution, Shard
    from merkle.text import Cell, ListStyle
    from merkle.tree import Tree

BLOCK_ROWS: Final = 4096  # leaves written at once: some 30 MB in the widest shape

EMPTY_PROOF: Final = b"[]"

Sides: TypeAlias = "tuple[tuple[Cell, ...], tuple[Cell, ...]]"
"""What stands before and after the proof, for the leaves of some rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafShape:
    """How one kind of file writes its leaves."""

    proof: ListStyle  # around and between the siblings
    sibling: ListStyle  # around and between the numbers of one
    between: bytes  # two leaves
    sides: Callable[[Distribution, Shard, slice], Sides]


def leaf_blocks(
    shape: LeafShape, distribution: Distribution, shard: Shard, rows: slice
) -> Iterator[bytes]:
    """Yield the leaves of some rows of a shard; within a block they are joined already.

    Shapes: rows count from the distribution's first and lie within `shard.rows`.
    """
    for block in _blocks(rows):
        count, start = block.stop - block.start, block.start - shard.rows.start
        left, right = shape.sides(distribution, shard, block)
        before = each(count, shape.between, *left)
        before[0] = before[0].removeprefix(shape.between)
        proofs = _proof_texts(shape, shard.tree, start, start + count)
        leaves = zip(before, proofs, each(count, *right), strict=True)
        yield b"".join(chain.from_iterable(leaves))


def leaves_size(shape: LeafShape, distribution: Distribution, shard: Shard, rows: slice) -> int:
    """Return how many bytes `leaf_blocks` yields, blocks joined by `shape.between` too."""
    size: int = (rows.stop - rows.start - 1) * len(shape.between)
    for block in _blocks(rows):
        count, start = block.stop - block.start, block.start - shard.rows.start
        left, right = shape.sides(distribution, shard, block)
        size += size_of(count, *left, *right)
        size += _proofs_size(shape, shard.tree, start, start + count)
    return size


def document(head: bytes, blocks: Iterator[bytes], between: bytes, tail: bytes) -> Iterator[bytes]:
    """Yield a whole file: blocks joined by what stands between leaves."""
    yield head
    yield next(blocks, b"")
    for block in blocks:
        yield between
        yield block
    yield tail


def _blocks(rows: slice) -> Iterator[slice]:
    for start in range(rows.start, rows.stop, BLOCK_ROWS):
        yield slice(start, min(start + BLOCK_ROWS, rows.stop))


def _proof_texts(shape: LeafShape, tree: Tree, start: int, stop: int) -> list[bytes]:
    """Write the proofs of the leaves from `start` to `stop`, from the root down."""
    if not tree.depth:
        return [EMPTY_PROOF] * (stop - start)
    above = [shape.proof.closing]  # what a proof says from the level above on
    for height in reversed(range(tree.depth)):
        nodes = _nodes_above(start, stop, height)
        opening = b"" if height else shape.proof.opening
        closing = b"" if height == tree.depth - 1 else shape.proof.separator
        siblings = list_cells(tree.siblings(height, nodes), shape.sibling)
        texts = each(len(nodes), opening, *siblings, closing)
        parents = (nodes // 2 - (start >> (height + 1))).tolist()
        above = [text + above[parent] for text, parent in zip(texts, parents, strict=True)]
    return above


def _proofs_size(shape: LeafShape, tree: Tree, start: int, stop: int) -> int:
    """Return how many bytes `_proof_texts` writes in all."""
    if not tree.depth:
        return (stop - start) * len(EMPTY_PROOF)
    around = len(shape.proof.opening) + len(shape.proof.closing)
    size = (stop - start) * (around + (tree.depth - 1) * len(shape.proof.separator))
    for height in range(tree.depth):
        nodes = _nodes_above(start, stop, height)
        sizes = list_sizes(tree.siblings(height, nodes), shape.sibling)
        size += int(sizes[(np.arange(start, stop) >> height) - nodes[0]].sum())
    return size


def _nodes_above(start: int, stop: int, height: int) -> npt.NDArray[np.intp]:
    """Return the rows of all nodes, `height` levels up, above the leaves of a range."""
    return np.arange(start >> height, ((stop - 1) >> height) + 1, dtype=np.intp)
