"""Trees as other builders would write them, to be spoilt by tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from allocation.errors import InputError
from merkle.codec import export_files, read_trees
from tests.distributions import JUP, distribution

if TYPE_CHECKING:
    from merkle.codec import ExportFormat

MADE = distribution(5, locked=1)
WALLETS = [text.decode() for text in MADE.texts]

HASH = list(range(32))

Tree = dict[str, Any]


def exported(export_format: ExportFormat, count: int = 5, locked: int = 1) -> Tree:
    (file,) = export_files(distribution(count, locked=locked), export_format)
    tree: Tree = json.loads(b"".join(file.parts()))
    return tree


def refusal(*trees: object) -> InputError:
    contents = [tree if isinstance(tree, bytes) else json.dumps(tree).encode() for tree in trees]
    with pytest.raises(InputError) as caught:
        read_trees([(f"tree_{at}.json", content) for at, content in enumerate(contents)], JUP)
    return caught.value


def jupiter_tree(**changes: object) -> Tree:
    return exported("jupiter-tree") | changes


def with_node(row: int, **changes: object) -> Tree:
    tree = exported("jupiter-tree")
    tree["tree_nodes"][row] |= changes
    return tree


def without(tree: Tree, key: str) -> Tree:
    del tree[key]
    return tree
