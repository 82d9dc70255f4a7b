"""Trees of other builders come in whole and unchanged, whatever shape they have."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AsrError
from merkle.codec import export_files, proof_file, read_trees
from merkle.codec.ordering import leaf_order
from merkle.leaf import JUPITER, MINT_BOUND
from merkle.tree import build_tree
from tests.distributions import JUP, TREES_OF_OTHERS, distribution, keys_of, shared

if TYPE_CHECKING:
    from merkle.codec import ExportFormat, ImportedTrees
    from merkle.distribution import Distribution

Files = list[tuple[str, bytes]]


def exported(made: Distribution, export_format: ExportFormat, **keywords: Any) -> Files:
    files = export_files(made, export_format, **keywords)
    return [(file.name, b"".join(file.parts())) for file in files]


def proof_files(made: Distribution) -> Files:
    return [(f"tree_{shard.number}.json", proof_file(made, shard)) for shard in made.shards()]


def columns(trees: Distribution | ImportedTrees) -> tuple[object, ...]:
    amounts = trees.unlocked.tolist(), trees.locked.tolist()
    return trees.claimants.tolist(), *amounts, trees.boundaries


def roots(made: Distribution) -> tuple[bytes, ...]:
    return tuple(shard.tree.root for shard in made.shards())


@pytest.mark.parametrize("name", TREES_OF_OTHERS)
def test_every_published_tree_is_read(name: str) -> None:
    content = shared(f"vectors/trees/{name}")
    published = json.loads(content)
    trees = read_trees([(name, content)], JUP)
    assert (bytes(published["merkle_root"]),) == trees.roots
    assert (published.get("airdrop_version"),) == trees.versions
    assert [node["claimant"] for node in published["tree_nodes"]] == trees.claimants.tolist()
    total = sum(trees.unlocked.tolist()) + sum(trees.locked.tolist())
    assert published["max_total_claim"] == total


@settings(max_examples=20)
@given(count=st.integers(1, 40), most=st.integers(1, 40), first=st.integers(0, 9))
def test_what_is_exported_comes_in_unchanged(count: int, most: int, first: int) -> None:
    made = distribution(count, most=most, locked=3, first_version=first)
    unlocked_only = distribution(count, most=most, first_version=first)
    for before, files in (
        (made, exported(made, "jupiter-tree")),
        (made, exported(made, "jito-tree", category="validator")),
        (made, exported(made, "jupiter-kv")),
        (made, proof_files(made)),
        (unlocked_only, exported(unlocked_only, "jupiter-asr-tree")),
    ):
        trees = read_trees(files, JUP)
        assert columns(before) == columns(trees)
        assert roots(before) == trees.roots


def test_versions_and_distributors_come_in_where_the_files_say_them() -> None:
    made = distribution(5, most=2, first_version=7)
    trees = read_trees(exported(made, "jupiter-tree"), JUP)
    assert ((7, 8, 9), (None, None, None)) == (trees.versions, trees.distributors)
    trees = read_trees(exported(made, "jupiter-kv"), JUP)
    addresses = tuple(made.address(number) for number in range(3))
    assert ((None, None, None), addresses) == (trees.versions, trees.distributors)


def test_trees_stand_in_the_order_of_their_versions() -> None:
    made = distribution(13, most=1)
    files = [
        (str(number), content)
        for number, (_, content) in enumerate(reversed(exported(made, "jupiter-tree")))
    ]
    trees = read_trees(files, JUP)
    assert tuple(range(13)) == trees.versions
    assert columns(made) == columns(trees)


def test_without_versions_trees_stand_in_the_order_of_the_numbers_in_their_names() -> None:
    made = distribution(13, most=1)
    files = sorted(proof_files(made))
    assert ["tree_0.json", "tree_1.json", "tree_10.json"] == [name for name, _ in files[:3]]
    assert columns(made) == columns(read_trees(files, JUP))


def test_proofs_without_an_address_are_one_tree_per_file() -> None:
    made = distribution(5, most=3, base=None)
    trees = read_trees(proof_files(made), JUP)
    assert columns(made) == columns(trees)
    assert (None, None) == trees.distributors


def test_mint_bound_proofs_come_in_with_their_leaf_format() -> None:
    made = distribution(5, leaf_format=MINT_BOUND, program="none")
    assert roots(made) == read_trees(proof_files(made), JUP, MINT_BOUND).roots
    with pytest.raises(AsrError, match="folds to"):
        read_trees(proof_files(made), JUP, JUPITER)


def shuffled(content: bytes, seed: int) -> bytes:
    leaves = list(json.loads(content).items())
    Random(seed).shuffle(leaves)  # noqa: S311 - any order does
    return json.dumps(dict(leaves)).encode()


@settings(max_examples=60)
@given(count=st.integers(1, 70), seed=st.integers(0, 2**32))
def test_proofs_by_wallet_in_any_order_make_the_same_tree(count: int, seed: int) -> None:
    made = distribution(count)
    ((name, content),) = exported(made, "jupiter-kv")
    trees = read_trees([(name, shuffled(content, seed))], JUP)
    assert roots(made) == trees.roots
    amounts = dict(zip(made.texts.tolist(), made.unlocked.tolist(), strict=True))
    by_wallet = {claimant.tobytes(): row for row, claimant in enumerate(made.claimants)}
    rows = [by_wallet[claimant.tobytes()] for claimant in trees.claimants]
    assert sorted(amounts.values()) == sorted(trees.unlocked.tolist())
    assert made.unlocked[rows].tolist() == trees.unlocked.tolist()


@settings(max_examples=30)
@given(count=st.integers(1, 40), data=st.data())
def test_the_order_found_for_proofs_by_wallet_depends_on_the_tree_alone(
    count: int, data: st.DataObject
) -> None:
    tree = build_tree(keys_of(count), "sha256")
    proofs = np.stack([tree.proof(row) for row in range(count)])
    found = []
    for _ in range(2):
        rows = np.array(data.draw(st.permutations(range(count))))
        order = leaf_order(tree.levels[0][rows], proofs[rows], "sha256")
        assert order is not None
        found.append(tree.levels[0][rows][order])
    assert found[0].tolist() == found[1].tolist()
    assert tree.root == build_tree(found[0], "sha256").root


def test_trees_of_one_distributor_may_be_spread_over_files() -> None:
    made = distribution(20, most=8)
    ((_, content),) = exported(made, "jupiter-kv")
    leaves = list(json.loads(shuffled(content, 1)).items())
    files = [(f"{index}.json", json.dumps(dict(leaves[index::3])).encode()) for index in range(3)]
    trees = read_trees(files, JUP)
    assert sorted(roots(made)) == sorted(trees.roots)
    assert sorted(made.unlocked.tolist()) == sorted(trees.unlocked.tolist())


def test_older_names_of_the_amounts_are_read() -> None:
    made = distribution(3, locked=2)
    ((name, content),) = exported(made, "jupiter-tree")
    older = content.replace(b'"amount"', b'"amount_unlocked"').replace(
        b'"locked_amount"', b'"amount_locked"'
    )
    assert columns(made) == columns(read_trees([(name, older)], JUP))


def test_a_locked_amount_of_null_is_none() -> None:
    made = distribution(3)
    ((name, content),) = exported(made, "jupiter-kv")
    null = content.replace(b'"locked_amount": 0', b'"locked_amount": null')
    assert columns(made) == columns(read_trees([(name, null)], JUP))


def test_jitos_categories_are_added_up() -> None:
    made = distribution([6, 60])
    ((name, content),) = exported(made, "jito-tree", category="staker")
    tree = json.loads(content)
    for node, (staker, searcher, validator) in zip(
        tree["tree_nodes"], ((1, 2, 3), (10, 20, 30)), strict=True
    ):
        node["total_unlocked_staker"] = staker
        node["total_unlocked_searcher"] = searcher
        node["total_unlocked_validator"] = validator
    trees = read_trees([(name, json.dumps(tree).encode())], JUP)
    assert ([6, 60], [0, 0]) == (trees.unlocked.tolist(), trees.locked.tolist())


def test_unknown_keys_are_ignored_as_the_builders_do() -> None:
    made = distribution(3)
    ((name, content),) = exported(made, "jupiter-tree")
    tree = json.loads(content) | {"comment": [1.5, None, True]}
    tree["tree_nodes"][1]["note"] = "x"
    assert columns(made) == columns(read_trees([(name, json.dumps(tree).encode())], JUP))


def test_amounts_up_to_u64_come_in_exactly() -> None:
    made = distribution([2**64 - 4, 1], locked=1)
    trees = read_trees(exported(made, "jupiter-tree"), JUP)
    assert [2**64 - 4, 1] == trees.unlocked.tolist()
    assert np.uint64 == trees.unlocked.dtype
