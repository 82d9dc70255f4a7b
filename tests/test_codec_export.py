"""Exports are the bytes that Jupiter's and Jito's own builders write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address, format_addresses
from merkle.codec import CATEGORIES, EXPORT_FORMATS, ExportError, allocations_csv, export_files
from merkle.leaf import MINT_BOUND
from tests.distributions import distribution, shared

if TYPE_CHECKING:
    from merkle.codec import Category, ExportFormat
    from merkle.distribution import Distribution, Shard


def exported(made: Distribution, export_format: ExportFormat, **keywords: Any) -> dict[str, bytes]:
    """Write an export, and hold every file to the size it announced."""
    files = {}
    for file in export_files(made, export_format, **keywords):
        content = b"".join(file.parts())
        assert file.size() == len(content)
        files[file.name] = content
    return files


def pretty(value: object) -> bytes:
    """Print as serde_json does: its pretty form is that of json with an indent of 2."""
    return json.dumps(value, indent=2).encode()


def leaves_of(made: Distribution, shard: Shard) -> list[tuple[list[int], int, int, Any]]:
    return [
        (
            made.claimants[row].tolist(),
            int(made.unlocked[row]),
            int(made.locked[row]),
            shard.tree.proof(row - shard.rows.start).tolist(),
        )
        for row in range(shard.rows.start, shard.rows.stop)
    ]


def jupiter(made: Distribution, shard: Shard) -> dict[str, object]:
    leaves = leaves_of(made, shard)
    return {
        "merkle_root": list(shard.tree.root),
        "airdrop_version": shard.version,
        "max_num_nodes": len(leaves),
        "total_unlocked_amount": sum(unlocked for _, unlocked, _, _ in leaves),
        "total_locked_amount": sum(locked for _, _, locked, _ in leaves),
        "tree_nodes": [
            {"claimant": claimant, "amount": unlocked, "locked_amount": locked, "proof": proof}
            for claimant, unlocked, locked, proof in leaves
        ],
    }


def jupiter_asr(made: Distribution, shard: Shard) -> dict[str, object]:
    leaves = leaves_of(made, shard)
    return {
        "merkle_root": list(shard.tree.root),
        "airdrop_version": shard.version,
        "max_num_nodes": len(leaves),
        "max_total_claim": sum(unlocked for _, unlocked, _, _ in leaves),
        "tree_nodes": [
            {"claimant": claimant, "amount": unlocked, "proof": proof}
            for claimant, unlocked, _, proof in leaves
        ],
    }


def jito(made: Distribution, shard: Shard, category: Category) -> dict[str, object]:
    leaves = leaves_of(made, shard)
    nodes = []
    for claimant, unlocked, locked, proof in leaves:
        node = {"claimant": claimant, "proof": proof}
        for name in ("staker", "searcher", "validator"):
            node[f"total_unlocked_{name}"] = unlocked if name == category else 0
            node[f"total_locked_{name}"] = locked if name == category else 0
        nodes.append(node)
    return {
        "merkle_root": list(shard.tree.root),
        "max_num_nodes": len(leaves),
        "max_total_claim": sum(unlocked + locked for _, unlocked, locked, _ in leaves),
        "tree_nodes": nodes,
    }


def kv(made: Distribution, shard: Shard) -> dict[str, object]:
    assert shard.distributor is not None
    return {
        format_address(bytes(claimant)): {
            "merkle_tree": format_address(shard.distributor),
            "amount": unlocked,
            "locked_amount": locked,
            "proof": proof,
        }
        for claimant, unlocked, locked, proof in leaves_of(made, shard)
    }


SIZES = {"count": st.integers(1, 40), "most": st.integers(1, 40), "first": st.integers(0, 9)}


@settings(max_examples=25)
@given(**SIZES, locked=st.integers(0, 2**50))
def test_trees_are_jupiters(count: int, most: int, first: int, locked: int) -> None:
    made = distribution(count, most=most, locked=locked, first_version=first)
    expected = {
        f"tree_{shard.number}.json": pretty(jupiter(made, shard)) for shard in made.shards()
    }
    assert expected == exported(made, "jupiter-tree")


@settings(max_examples=15)
@given(**SIZES)
def test_trees_without_locked_amounts_are_those_of_jupiters_asr_branch(
    count: int, most: int, first: int
) -> None:
    made = distribution(count, most=most, first_version=first)
    expected = {
        f"tree_{shard.number}.json": pretty(jupiter_asr(made, shard)) for shard in made.shards()
    }
    assert expected == exported(made, "jupiter-asr-tree")


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=10)
@given(count=st.integers(1, 20), most=st.integers(1, 20), locked=st.integers(0, 2**50))
def test_trees_are_jitos_with_all_amounts_in_one_category(
    category: Category, count: int, most: int, locked: int
) -> None:
    made = distribution(count, most=most, locked=locked)
    expected = {
        f"tree_{shard.number}.json": pretty(jito(made, shard, category)) for shard in made.shards()
    }
    assert expected == exported(made, "jito-tree", category=category)


@pytest.mark.parametrize("wallets", [1, 4, 7, 100_000])
@settings(max_examples=10)
@given(count=st.integers(1, 20), most=st.integers(1, 20))
def test_proofs_by_wallet_are_jupiters(wallets: int, count: int, most: int) -> None:
    made = distribution(count, most=most, locked=5)
    everybody = {key: value for shard in made.shards() for key, value in kv(made, shard).items()}
    items = list(everybody.items())
    expected = {
        f"{index}.json": pretty(dict(items[start : start + wallets]))
        for index, start in enumerate(range(0, count, wallets))
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("merkle.codec.export.KV_WALLETS", wallets)
        assert expected == exported(made, "jupiter-kv")


def published(name: str) -> tuple[Distribution, dict[str, Any], bytes]:
    """Return the distribution that a published tree was made from, and the tree."""
    content = shared(f"vectors/trees/{name}")
    tree = json.loads(content)
    nodes = tree["tree_nodes"]
    claimants = np.array([node["claimant"] for node in nodes], np.uint8)
    sums = {
        kind: [sum(value for key, value in node.items() if kind in key) for node in nodes]
        for kind in ("amount", "locked_amount", "total_unlocked", "total_locked")
    }
    if "amount" in nodes[0]:
        unlocked, locked = [node["amount"] for node in nodes], sums["locked_amount"]
    else:
        unlocked, locked = sums["total_unlocked"], sums["total_locked"]
    made = replace(
        distribution(len(nodes)),
        claimants=claimants,
        texts=np.array(format_addresses(claimants), "S44"),
        unlocked=np.array(unlocked, np.uint64),
        locked=np.array(locked, np.uint64),
    )
    return made, tree, content


@pytest.mark.parametrize("name", ["jupiter_3_leaves.json", "jupiter_100_leaves.json"])
def test_a_published_tree_of_jupiter_differs_only_in_the_older_name_of_its_total(name: str) -> None:
    made, tree, content = published(name)
    unlocked, locked = int(made.unlocked.sum()), int(made.locked.sum())
    older = f'"max_total_claim": {tree["max_total_claim"]},'
    newer = f'"total_unlocked_amount": {unlocked},\n  "total_locked_amount": {locked},'
    expected = content.decode().replace(older, newer)
    assert {"tree_0.json": expected.encode()} == exported(made, "jupiter-tree")


def test_a_published_tree_of_jitos_shape_is_reproduced_byte_for_byte() -> None:
    made, tree, content = published("jupiter_asr_21_leaves.json")
    used = {
        key.rpartition("_")[2]
        for node in tree["tree_nodes"]
        for key, value in node.items()
        if key.startswith("total_") and value
    }
    (category,) = (name for name in CATEGORIES if name in used)
    assert {"tree_0.json": content} == exported(made, "jito-tree", category=category)


@pytest.mark.parametrize("block", [1, 3, 16])
@pytest.mark.parametrize("export_format", EXPORT_FORMATS)
def test_blocks_leave_no_seam(
    monkeypatch: pytest.MonkeyPatch, export_format: ExportFormat, block: int
) -> None:
    made = distribution(43, most=29)
    keywords = {"category": "staker"} if export_format == "jito-tree" else {}
    whole = exported(made, export_format, **keywords)
    monkeypatch.setattr("merkle.codec.leaves.BLOCK_ROWS", block)
    monkeypatch.setattr("merkle.codec.proofs.BLOCK_ROWS", block)
    assert whole == exported(made, export_format, **keywords)


def test_allocations_are_exported_as_they_stand_in_the_bundle() -> None:
    made = distribution(7, most=3)
    assert {"allocations.csv": allocations_csv(made)} == exported(made, "csv")


def test_one_tree_alone_can_be_exported() -> None:
    made = distribution(7, most=3, locked=1)
    whole = exported(made, "jupiter-tree")
    assert {"tree_1.json": whole["tree_1.json"]} == exported(made, "jupiter-tree", tree=1)
    assert {"allocations.csv": allocations_csv(made, slice(3, 6))} == exported(made, "csv", tree=1)
    assert {"0.json": pretty(kv(made, made.shard(1)))} == exported(made, "jupiter-kv", tree=1)


@pytest.mark.parametrize("tree", [-1, 3])
def test_a_tree_that_is_not_there_is_refused(tree: int) -> None:
    with pytest.raises(ExportError, match=f"JUP: no tree {tree}; the last one is 2"):
        export_files(distribution(7, most=3), "csv", tree=tree)


def test_locked_amounts_have_no_place_in_jupiters_asr_trees() -> None:
    with pytest.raises(ExportError, match="jupiter-asr-tree has no locked amounts"):
        export_files(distribution(3, locked=1), "jupiter-asr-tree")


def test_proofs_by_wallet_need_an_address() -> None:
    with pytest.raises(ExportError, match="no address yet; set program and base"):
        export_files(distribution(3, base=None), "jupiter-kv")


@pytest.mark.parametrize(
    ("export_format", "category"), [("jito-tree", None), ("jupiter-tree", "staker")]
)
def test_a_category_belongs_to_jitos_trees(
    export_format: ExportFormat, category: Category | None
) -> None:
    with pytest.raises(ExportError, match="category"):
        export_files(distribution(3), export_format, category=category)


def test_mint_bound_leaves_are_exported_only_as_allocations() -> None:
    made = distribution(3, leaf_format=MINT_BOUND, program="none")
    with pytest.raises(ExportError, match="mint-bound leaves have no form in jupiter-tree"):
        export_files(made, "jupiter-tree")
    assert ["allocations.csv"] == list(exported(made, "csv"))


@pytest.mark.parametrize("export_format", ["jupiter-tree", "jupiter-kv"])
def test_a_token_that_pays_nobody_has_no_files(export_format: ExportFormat) -> None:
    assert {} == exported(distribution([]), export_format)
