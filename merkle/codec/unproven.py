"""Trees that others built, as far as their files can be read: nothing in them is proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.errors import InputError
from merkle.codec.imports import check_sums, numbers_as_numbers, read_tree, read_wallets
from merkle.codec.strict import parse_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from merkle.codec.checked import ReadTree


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprovenTrees:
    """What files say of the trees of one mint, and what is wrong with the files themselves.

    Trees stand in the order of their versions where all are known, else in that of their files.
    """

    files: int
    trees: tuple[ReadTree, ...]
    unreadable: tuple[InputError, ...]  # files that are read no further
    sums: tuple[InputError, ...]  # counts and totals that the nodes do not make


def read_unproven(files: Iterable[tuple[str, bytes]]) -> UnprovenTrees:
    """Read the trees of files given as (name, content), one file at a time.

    The formats are those of `read_trees`. Wallets may stand anywhere and as often as they like,
    proofs may lead anywhere: whoever asks for this wants to know all of it.

    Errors: none; what is wrong with a file is kept beside the trees.
    """
    count = 0
    trees: list[ReadTree] = []
    by_wallet: dict[tuple[str, bytes], ReadTree] = {}
    unreadable: list[InputError] = []
    sums: list[InputError] = []
    for source, content in files:
        count += 1
        try:
            document = parse_document(source, content)
            if "tree_nodes" not in document.values:
                read_wallets(document, None, by_wallet)
                continue
            trees.append(read_tree(document, None))
        except InputError as error:
            unreadable.append(error)
            continue
        try:
            check_sums(document, trees[-1])
        except InputError as error:
            sums.append(error)
    return UnprovenTrees(
        files=count,
        trees=tuple(_in_order([*trees, *by_wallet.values()])),
        unreadable=tuple(unreadable),
        sums=tuple(sums),
    )


def _in_order(trees: list[ReadTree]) -> list[ReadTree]:
    by_name = sorted(trees, key=lambda tree: numbers_as_numbers(tree.source))
    versions = [tree.version for tree in by_name if tree.version is not None]
    if len(versions) < len(trees):
        return by_name
    return sorted(by_name, key=lambda tree: tree.version or 0)
