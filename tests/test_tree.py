"""Trees and proofs are those of Jupiter's builder."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import parse_addresses
from allocation.errors import AsrError
from merkle.leaf import JUPITER, MINT_BOUND, LeafFormat, leaf_hashes
from merkle.proof import depth_of
from merkle.tree import build_tree
from tests.distributions import JUP, TREES_OF_OTHERS, keys_of, shared
from tests.reference_tree import jupiter_leaf, mint_bound_leaf, reference_tree

if TYPE_CHECKING:
    from merkle.hashing import Hashes

BOTH = pytest.mark.parametrize("leaf_format", [JUPITER, MINT_BOUND], ids=lambda one: one.name)


def column(*hashes: bytes) -> Hashes:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)


def parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + min(left, right) + max(left, right)).digest()


def test_the_tree_published_by_jupiter_has_its_root() -> None:
    """Wallets and amounts of jup-ag/distributor@master, merkle-tree/src/airdrop_merkle_tree.rs."""
    claimants, _ = parse_addresses(
        [
            "FLYqJsmJ5AGMxMxK3Qy1rSen4ES2dqqo6h51W3C1tYS",
            "EDGARWktv3nDxRYjufjdbZmryqGXceaFPoPpbUzdpqED",
            "EDGARWktv3nDxRYjufjdbZmryqGXceaFPoPpbUzdpqEH",
        ]
    )
    unlocked, locked = np.full(3, 100_000_000_000, np.uint64), np.array([0, 0, 1], np.uint64)
    leaves = leaf_hashes(JUPITER, JUP, claimants, unlocked, locked)
    tree = build_tree(leaves, "sha256")
    expected = "c8545cf22d8a4d60b91820a51cd6a88a5da211b76e148c620844d757720837ee"
    assert expected == tree.root.hex()
    leaf = [row.tobytes() for row in leaves]
    assert [leaf[2], parent(leaf[0], leaf[1])] == [row.tobytes() for row in tree.proof(2)]


@pytest.mark.parametrize("name", TREES_OF_OTHERS)
def test_root_and_every_proof_are_those_that_jupiter_wrote(name: str) -> None:
    written = json.loads(shared(f"vectors/trees/{name}"))
    nodes = written["tree_nodes"]
    claimants = np.array([node["claimant"] for node in nodes], np.uint8)
    unlocked, locked = (
        np.array([amounts_of(node)[part] for node in nodes], np.uint64) for part in (0, 1)
    )
    tree = build_tree(leaf_hashes(JUPITER, JUP, claimants, unlocked, locked), "sha256")
    assert bytes(written["merkle_root"]) == tree.root
    for row, node in enumerate(nodes):
        assert node["proof"] == tree.proof(row).tolist()


def amounts_of(node: dict[str, int]) -> tuple[int, int]:
    """Add up the amounts of one node, whatever its file calls them."""
    amounts = {key: value for key, value in node.items() if key not in ("claimant", "proof")}
    locked = {key for key in amounts if "locked" in key and "unlocked" not in key}
    return (
        sum(amounts[key] for key in amounts.keys() - locked),
        sum(amounts[key] for key in locked),
    )


@BOTH
@settings(max_examples=40)
@given(count=st.integers(1, 70), amount=st.integers(0, 2**63))
def test_a_tree_is_that_of_the_plain_definition(
    leaf_format: LeafFormat, count: int, amount: int
) -> None:
    claimants = keys_of(count)
    unlocked = np.arange(amount, amount + count, dtype=np.uint64)
    locked = np.arange(count, dtype=np.uint64)
    leaves = leaf_hashes(leaf_format, JUP, claimants, unlocked, locked)
    plain = [
        jupiter_leaf(key.tobytes(), amount + row, row)
        if leaf_format is JUPITER
        else mint_bound_leaf(JUP, key.tobytes(), amount + row, row)
        for row, key in enumerate(claimants)
    ]
    expected = reference_tree(leaf_format.hash_name, plain)
    tree = build_tree(leaves, leaf_format.hash_name)
    assert expected.levels == [[node.tobytes() for node in level] for level in tree.levels]
    for row in range(count):
        assert expected.proof(row) == [sibling.tobytes() for sibling in tree.proof(row)]


@given(count=st.integers(1, 70))
def test_siblings_of_all_leaves_are_those_of_each_proof(count: int) -> None:
    tree, rows = build_tree(keys_of(count), "sha256"), np.arange(count)
    by_level = [tree.siblings(height, rows >> height) for height in range(tree.depth)]
    for row in range(count):
        assert tree.proof(row).tolist() == [level[row].tolist() for level in by_level]


def test_one_leaf_is_its_own_root_without_siblings() -> None:
    tree = build_tree(column(b"a" * 32), "sha256")
    assert (b"a" * 32, 0, 1) == (tree.root, tree.depth, tree.leaf_count)
    assert (0, 32) == tree.proof(0).shape


def test_two_leaves_are_hashed_smaller_first_in_either_order() -> None:
    low, high = b"a" * 32, b"b" * 32
    expected = sha256(b"\x01" + low + high).digest()
    assert expected == build_tree(column(low, high), "sha256").root
    assert expected == build_tree(column(high, low), "sha256").root


def test_order_is_decided_by_the_first_byte_that_differs() -> None:
    low = b"\x00" * 31 + b"\xff"
    high = b"\x00" * 30 + b"\x01\x00"
    assert sha256(b"\x01" + low + high).digest() == build_tree(column(high, low), "sha256").root


def test_an_odd_node_pairs_with_itself() -> None:
    a, b, c = b"a" * 32, b"b" * 32, b"c" * 32
    tree = build_tree(column(a, b, c), "sha256")
    assert parent(parent(a, b), parent(c, c)) == tree.root
    assert [c, parent(a, b)] == [sibling.tobytes() for sibling in tree.proof(2)]


def test_leaves_are_not_sorted() -> None:
    a, b, c, d = (letter * 32 for letter in (b"a", b"b", b"c", b"d"))
    expected = parent(parent(d, a), parent(c, b))
    assert expected == build_tree(column(d, a, c, b), "sha256").root


def test_a_tree_without_leaves_is_refused() -> None:
    with pytest.raises(AsrError, match="at least one leaf"):
        build_tree(np.empty((0, 32), np.uint8), "sha256")


@pytest.mark.parametrize(
    ("depth", "count"),
    [(0, 1), (1, 2), (2, 3), (2, 4), (3, 5), (14, 8193), (14, 12_000), (14, 16_384), (15, 16_385)],
)
def test_depth_is_the_logarithm_rounded_up(depth: int, count: int) -> None:
    assert depth == depth_of(count)


def test_a_full_shard_has_proofs_of_14_hashes() -> None:
    tree = build_tree(keys_of(12_000), "sha256")
    assert (14, 12_000) == (tree.depth, tree.leaf_count)
    assert (14, 32) == tree.proof(11_999).shape
