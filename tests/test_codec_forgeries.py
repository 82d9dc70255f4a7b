"""Proofs, roots and leaves that do not belong together are refused, naming the wallet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AsrError
from merkle.codec import read_trees
from tests.distributions import JUP
from tests.foreign_trees import HASH, WALLETS, exported, jupiter_tree, refusal, with_node
from tests.reference_tree import digest, jupiter_leaf

if TYPE_CHECKING:
    from merkle.codec import ExportFormat


def test_another_amount_is_refused_naming_the_wallet() -> None:
    tree = with_node(3, amount=5) | {"total_unlocked_amount": 16}
    found = refusal(tree)
    assert ("wallet", WALLETS[3]) == (found.column, found.value)
    assert f"merkle_root is {bytes(tree['merkle_root']).hex()}" in found.problem


def test_another_root_is_refused() -> None:
    found = refusal(jupiter_tree(merkle_root=HASH))
    assert ("wallet", WALLETS[0]) == (found.column, found.value)
    assert found.problem.endswith("(so do 4 more)")


def test_a_proof_of_another_length_is_refused_naming_the_wallet() -> None:
    tree = exported("jupiter-tree")
    tree["tree_nodes"][4]["proof"].pop()
    found = refusal(tree)
    assert ("wallet", WALLETS[4]) == (found.column, found.value)
    assert "2 hashes in its proof, a tree of 5 leaves has 3" == found.problem


@settings(max_examples=60)
@given(data=st.data())
def test_any_flipped_bit_of_a_proof_is_refused_naming_the_wallet(data: st.DataObject) -> None:
    export_format: ExportFormat = data.draw(st.sampled_from(["jupiter-tree", "jupiter-kv"]))
    tree = exported(export_format)
    row = data.draw(st.integers(1, 4))
    node = tree["tree_nodes"][row] if "tree_nodes" in tree else tree[WALLETS[row]]
    height, byte, bit = (data.draw(st.integers(0, high)) for high in (2, 31, 7))
    node["proof"][height][byte] ^= 1 << bit
    found = refusal(tree)
    assert WALLETS[row] == found.value
    assert "its proof folds to" in found.problem


def test_leaves_in_another_order_than_they_were_hashed_in_are_refused() -> None:
    tree = exported("jupiter-tree", count=4)
    first, second, third, fourth = tree["tree_nodes"]
    found = refusal(tree | {"tree_nodes": [first, third, second, fourth]})
    assert "tree" == found.column
    assert "its 4 leaves, in this order, make another tree" in found.problem


def test_a_tree_that_promotes_its_odd_node_is_refused() -> None:
    """The tree of jup-ag/distributor's own TypeScript tests is not the one its builder makes."""
    tree = exported("jupiter-tree", count=3, locked=0)
    a, b, c = (
        jupiter_leaf(bytes(node["claimant"]), node["amount"], 0) for node in tree["tree_nodes"]
    )
    pair = digest("sha256", b"\x01" + min(a, b) + max(a, b))
    tree["merkle_root"] = list(digest("sha256", b"\x01" + min(pair, c) + max(pair, c)))
    for node, proof in zip(tree["tree_nodes"], ([b, c], [a, c], [pair]), strict=True):
        node["proof"] = [list(sibling) for sibling in proof]
    found = refusal(tree)
    assert "1 hashes in its proof, a tree of 3 leaves has 2" == found.problem


@pytest.mark.parametrize("missing", range(8))
def test_proofs_by_wallet_without_one_of_the_wallets_are_refused(missing: int) -> None:
    tree = exported("jupiter-kv", count=8)
    tree.pop(list(tree)[missing])
    found = refusal(tree)
    assert ("tree", "") == (found.column, found.value)
    assert found.remedy.startswith("get the whole tree")


def test_half_a_tree_by_wallet_is_refused() -> None:
    tree = exported("jupiter-kv", count=8)
    half = dict(list(tree.items())[:4])
    assert "3 hashes in its proof, a tree of 4 leaves has 2" == refusal(half).problem


def test_proofs_that_contradict_each_other_are_refused() -> None:
    """Leaves of two trees under one address; every proof has the right length."""
    tree, other = exported("jupiter-kv", count=8), exported("jupiter-kv", count=8, locked=2)
    for wallet in list(tree)[4:]:
        tree[wallet] = other[wallet]
    found = refusal(tree)
    assert "that of the tree's first wallet is" in found.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def places_in(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value within a document, of lists the first three."""
    inner: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))[:3]
    return [path, *(place for key, part in inner for place in places_in(part, (*path, key)))]


@settings(max_examples=150)
@given(data=st.data())
def test_any_change_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    export_format: ExportFormat = data.draw(st.sampled_from(["jupiter-tree", "jupiter-kv"]))
    document: Any = {"top": exported(export_format, count=3)}
    before = read_trees([("tree", json.dumps(document["top"]).encode())], JUP)
    *path, last = data.draw(st.sampled_from(places_in(document)[1:]))
    holder = document
    for key in path:
        holder = holder[key]
    holder[last] = data.draw(JSON)
    try:
        after = read_trees([("tree", json.dumps(document["top"]).encode())], JUP)
    except AsrError:
        return
    assert before.roots == after.roots
    assert before.claimants.tolist() == after.claimants.tolist()
    assert before.unlocked.tolist() == after.unlocked.tolist()
