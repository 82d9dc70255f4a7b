"""A proof folds to the root as the program folds it, and a forged one never does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from allocation.address import parse_address
from merkle.leaf import JUPITER, leaf_hashes
from merkle.proof import fold
from merkle.proof_columns import fold_many
from merkle.tree import build_tree
from tests.distributions import JUP, keys_of, shared
from tests.reference_tree import reference_fold

if TYPE_CHECKING:
    from merkle.hashing import HashName
    from merkle.tree import Tree

HASH_NAMES: tuple[HashName, ...] = ("sha256", "keccak256")
COUNTS = st.integers(2, 70)


def proof_of(tree: Tree, row: int) -> list[bytes]:
    return [sibling.tobytes() for sibling in tree.proof(row)]


def leaf_of(tree: Tree, row: int) -> bytes:
    return bytes(tree.levels[0][row])


def test_a_real_claim_folds_to_the_root_of_its_tree() -> None:
    real = json.loads(shared("vectors/real_claim_and_stake.json"))
    (claim,) = real["claim"]
    claimant = np.frombuffer(parse_address(real["claimant"]), np.uint8).reshape(1, 32)
    amounts = [np.array([claim[key]], np.uint64) for key in ("amount", "locked_amount")]
    leaf = leaf_hashes(JUPITER, JUP, claimant, *amounts).tobytes()
    proof = [bytes(sibling) for sibling in claim["proof"]]
    expected = "d6b46aa05e1f163af62ff279473e5d08cfc2c82265d88d88e572f3ae068d232b"
    assert 14 == len(proof)
    assert expected == fold(leaf, proof, "sha256").hex()
    self_pairs = [at for at in range(14) if proof[at] == fold(leaf, proof[:at], "sha256")]
    assert [12] == self_pairs


@pytest.mark.parametrize("name", HASH_NAMES)
@settings(max_examples=25)
@given(count=st.integers(1, 70))
def test_every_proof_folds_to_the_root(name: HashName, count: int) -> None:
    tree = build_tree(keys_of(count), name)
    for row in range(count):
        assert tree.root == fold(leaf_of(tree, row), proof_of(tree, row), name)
        assert tree.root == reference_fold(name, leaf_of(tree, row), proof_of(tree, row))


def test_without_siblings_the_leaf_is_the_root() -> None:
    assert b"x" * 32 == fold(b"x" * 32, [], "sha256")


@given(count=COUNTS, data=st.data())
def test_a_flipped_bit_never_folds_to_the_root(count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), "sha256")
    row = data.draw(st.integers(0, count - 1))
    message = bytearray(b"".join([leaf_of(tree, row), *proof_of(tree, row)]))
    bit = data.draw(st.integers(0, 8 * len(message) - 1))
    message[bit // 8] ^= 1 << bit % 8
    leaf, *forged = (bytes(message[at : at + 32]) for at in range(0, len(message), 32))
    assert tree.root != fold(leaf, forged, "sha256")


@given(count=COUNTS, data=st.data())
def test_a_dropped_sibling_never_folds_to_the_root(count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), "sha256")
    row = data.draw(st.integers(0, count - 1))
    proof = proof_of(tree, row)
    del proof[data.draw(st.integers(0, len(proof) - 1))]
    assert tree.root != fold(leaf_of(tree, row), proof, "sha256")


@given(count=COUNTS, data=st.data())
def test_an_added_sibling_never_folds_to_the_root(count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), "sha256")
    row = data.draw(st.integers(0, count - 1))
    proof = proof_of(tree, row)
    any_node = st.sampled_from([node.tobytes() for level in tree.levels for node in level])
    proof.insert(data.draw(st.integers(0, len(proof))), data.draw(any_node))
    assert tree.root != fold(leaf_of(tree, row), proof, "sha256")


@given(count=st.integers(3, 70), data=st.data())
def test_swapped_siblings_never_fold_to_the_root(count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), "sha256")
    row = data.draw(st.integers(0, count - 1))
    proof = proof_of(tree, row)
    positions = st.integers(0, len(proof) - 1)
    first, second = data.draw(positions), data.draw(positions)
    assume(first != second)
    proof[first], proof[second] = proof[second], proof[first]
    assert tree.root != fold(leaf_of(tree, row), proof, "sha256")


@given(count=COUNTS, data=st.data())
def test_anothers_proof_never_folds_to_the_root(count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), "sha256")
    rows = st.integers(0, count - 1)
    row, other = data.draw(rows), data.draw(rows)
    assume(row != other)
    assert tree.root != fold(leaf_of(tree, row), proof_of(tree, other), "sha256")


@pytest.mark.parametrize("name", HASH_NAMES)
@settings(max_examples=25)
@given(count=st.integers(1, 70), data=st.data())
def test_many_proofs_fold_as_each_alone(name: HashName, count: int, data: st.DataObject) -> None:
    tree = build_tree(keys_of(count), name)
    order = data.draw(st.permutations(range(count)))
    leaves = tree.levels[0][order]
    siblings = np.stack([tree.proof(row) for row in order])
    forged = data.draw(st.integers(0, count - 1))
    if tree.depth:
        siblings[forged, data.draw(st.integers(0, tree.depth - 1)), 5] ^= 1
    expected = [
        fold(leaf.tobytes(), [node.tobytes() for node in proof], name)
        for leaf, proof in zip(leaves, siblings, strict=True)
    ]
    assert expected == [root.tobytes() for root in fold_many(leaves, siblings, name)]


def test_no_proofs_fold_to_no_roots() -> None:
    no_proofs = np.empty((0, 14, 32), np.uint8)
    assert (0, 32) == fold_many(np.empty((0, 32), np.uint8), no_proofs, "sha256").shape
