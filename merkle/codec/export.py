"""A distribution -> files of other tools: their names, exact sizes, and bytes as a stream."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from allocation.errors import AsrError
from merkle.codec.leaves import document, leaf_blocks, leaves_size
from merkle.codec.proofs import allocations_parts
from merkle.codec.trees import (
    CATEGORIES,
    JUPITER_ASR_TREE,
    JUPITER_TREE,
    KV_HEAD,
    KV_LEAF,
    KV_TAIL,
    TREE_TAIL,
    Category,
    TreeShape,
    jito_tree,
)
from merkle.leaf import JUPITER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from merkle.distribution import Distribution, Shard

ExportFormat: TypeAlias = Literal[
    "jupiter-tree", "jupiter-kv", "jupiter-asr-tree", "jito-tree", "csv"
]

EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)
KV_WALLETS: Final = 100_000  # per file, as in the scripts of jup-ag/distributor


class ExportError(AsrError):
    """A distribution has no form in the format that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """One file of an export; nothing is built before `size` or `parts` is called."""

    name: str
    size: Callable[[], int]  # in bytes, exact
    parts: Callable[[], Iterator[bytes]]


def export_files(
    distribution: Distribution,
    export_format: ExportFormat,
    *,
    tree: int | None = None,
    category: Category | None = None,
) -> list[ExportFile]:
    """Return the files of an export of all trees, or of the one with the number `tree`.

    `category` is where a jito-tree puts all amounts.

    Errors: ExportError where the format can't hold the distribution, or the tree does not exist.
    """
    numbers = _numbers(distribution, tree)
    _refuse_misfit(distribution, export_format, category)
    if export_format == "csv":
        return [_csv_file(distribution, numbers)]
    if export_format == "jupiter-kv":
        return _kv_files(distribution, numbers)
    shapes = {"jupiter-tree": JUPITER_TREE, "jupiter-asr-tree": JUPITER_ASR_TREE}
    shape = jito_tree(category) if category else shapes[export_format]
    return [_tree_file(shape, distribution, number) for number in numbers]


def _numbers(distribution: Distribution, tree: int | None) -> range:
    count = distribution.shard_count
    if tree is None:
        return range(count)
    if not 0 <= tree < count:
        raise ExportError(f"{distribution.symbol}: no tree {tree}; the last one is {count - 1}")
    return range(tree, tree + 1)


def _refuse_misfit(
    distribution: Distribution, export_format: ExportFormat, category: Category | None
) -> None:
    symbol = distribution.symbol
    if (export_format == "jito-tree") != (category is not None):
        names = ", ".join(CATEGORIES)
        raise ExportError(f"a jito-tree, and nothing else, needs a category: {names}")
    if export_format == "csv":
        return
    if distribution.leaf_format is not JUPITER:
        leaf = distribution.leaf_format.name
        raise ExportError(f"{symbol}: {leaf} leaves have no form in {export_format}; export csv")
    if export_format == "jupiter-asr-tree" and np.any(distribution.locked):
        raise ExportError(
            f"{symbol}: {export_format} has no locked amounts, this token has; export jupiter-tree"
        )


def _csv_file(distribution: Distribution, numbers: range) -> ExportFile:
    parts = partial(allocations_parts, distribution, _rows(distribution, numbers))
    return ExportFile(
        name="allocations.csv", size=lambda: sum(len(part) for part in parts()), parts=parts
    )


def _tree_file(shape: TreeShape, distribution: Distribution, number: int) -> ExportFile:
    def size() -> int:
        shard = distribution.shard(number)
        leaves = leaves_size(shape.leaf, distribution, shard, shard.rows)
        return len(shape.head(shard)) + leaves + len(TREE_TAIL)

    def parts() -> Iterator[bytes]:
        shard = distribution.shard(number)
        blocks = leaf_blocks(shape.leaf, distribution, shard, shard.rows)
        return document(shape.head(shard), blocks, shape.leaf.between, TREE_TAIL)

    return ExportFile(name=f"tree_{number}.json", size=size, parts=parts)


def _kv_files(distribution: Distribution, numbers: range) -> list[ExportFile]:
    if None in map(distribution.address, numbers):
        raise ExportError(
            f"{distribution.symbol}: jupiter-kv names the distributor, which has no address yet; "
            "set program and base in the round"
        )
    rows = _rows(distribution, numbers)
    starts = range(rows.start, rows.stop, KV_WALLETS)
    return [
        _kv_file(distribution, index, slice(start, min(start + KV_WALLETS, rows.stop)))
        for index, start in enumerate(starts)
    ]


def _kv_file(distribution: Distribution, index: int, rows: slice) -> ExportFile:
    between = KV_LEAF.between

    def size() -> int:
        leaves = [leaves_size(KV_LEAF, distribution, *piece) for piece in pieces()]
        return len(KV_HEAD) + sum(leaves) + (len(leaves) - 1) * len(between) + len(KV_TAIL)

    def parts() -> Iterator[bytes]:
        blocks = (leaf_blocks(KV_LEAF, distribution, *piece) for piece in pieces())
        return document(KV_HEAD, chain.from_iterable(blocks), between, KV_TAIL)

    def pieces() -> Iterator[tuple[Shard, slice]]:
        for number in range(distribution.shard_of(rows.start), distribution.shard_count):
            whole = distribution.rows_of(number)
            piece = slice(max(whole.start, rows.start), min(whole.stop, rows.stop))
            if piece.start >= piece.stop:
                return
            yield distribution.shard(number), piece

    return ExportFile(name=f"{index}.json", size=size, parts=parts)


def _rows(distribution: Distribution, numbers: range) -> slice:
    """Return the rows of consecutive shards."""
    return slice(distribution.boundaries[numbers.start], distribution.boundaries[numbers.stop])
