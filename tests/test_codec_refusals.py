"""What is wrong with a tree from elsewhere is refused, with the file and the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.codec import proof_file, read_trees
from tests.distributions import JUP
from tests.foreign_trees import (
    HASH,
    MADE,
    WALLETS,
    Tree,
    exported,
    jupiter_tree,
    refusal,
    with_node,
    without,
)
from tests.reference_tree import jupiter_leaf

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("content", "line", "column", "problem"),
    [
        (b"", 1, "column 1", "no JSON: Expecting value"),
        (b"{\n  nonsense", 2, "column 3", "no JSON: Expecting property name"),
        (b'{"a": 1} {', 1, "column 10", "no JSON: Extra data"),
        (b"\xef\xbb\xbf{}", 1, "column 1", "no JSON: Unexpected UTF-8 BOM"),
        (b'{\n"a": "\xff"}', 2, "file", "not UTF-8"),
        (b"[]", 0, "file", "a list, not an object"),
        (b"null", 0, "file", "null, not an object"),
        (b"[" * 100_000, 0, "file", "a number or a nesting beyond all measure"),
        (b'{"a": ' + b"1" * 5_000 + b"}", 0, "file", "a number or a nesting beyond all measure"),
        (b'{"a": 1, "b": 2, "a": 1}', 0, "key", "stands twice in one object"),
        (b'{"a": 1,\n\n"a": 2}', 0, "key", "stands twice in one object (lines 1 and 3)"),
    ],
)
def test_what_is_no_json_object_is_refused(
    content: bytes, line: int, column: str, problem: str
) -> None:
    found = refusal(content)
    assert ("tree_0.json", line, column) == (found.source, found.line, found.column)
    assert found.problem.startswith(problem)


@pytest.mark.parametrize(
    ("tree", "column", "problem"),
    [
        (without(jupiter_tree(), "merkle_root"), "merkle_root", "missing"),
        (jupiter_tree(merkle_root="c8"), "merkle_root", "text, not a list"),
        (jupiter_tree(merkle_root=HASH[1:]), "merkle_root", "31 numbers, not 32"),
        (jupiter_tree(merkle_root=[*HASH, 0]), "merkle_root", "33 numbers, not 32"),
        (jupiter_tree(merkle_root=[256, *HASH[1:]]), "merkle_root", "not numbers from 0 to 255"),
        (jupiter_tree(merkle_root=[-1, *HASH[1:]]), "merkle_root", "not numbers from 0 to 255"),
        (jupiter_tree(merkle_root=[True, *HASH[1:]]), "merkle_root", "not numbers from 0 to 255"),
        (jupiter_tree(merkle_root=[1.0, *HASH[1:]]), "merkle_root", "not numbers from 0 to 255"),
        (jupiter_tree(merkle_root=[2**80, *HASH[1:]]), "merkle_root", "not numbers from 0"),
        (jupiter_tree(airdrop_version=2**64), "airdrop_version", "not from 0 to 2^64 - 1"),
        (jupiter_tree(airdrop_version=-1), "airdrop_version", "not from 0 to 2^64 - 1"),
        (jupiter_tree(airdrop_version=None), "airdrop_version", "null, not a whole number"),
        (jupiter_tree(max_num_nodes=True), "max_num_nodes", "true or false, not a whole number"),
        (jupiter_tree(max_num_nodes=5.0), "max_num_nodes", "a fraction, not a whole number"),
        (jupiter_tree(max_num_nodes="5"), "max_num_nodes", "text, not a whole number"),
        (jupiter_tree(max_num_nodes=6), "max_num_nodes", "the nodes make 5"),
        (without(jupiter_tree(), "max_num_nodes"), "max_num_nodes", "missing"),
        (jupiter_tree(total_unlocked_amount=16), "total_unlocked_amount", "the nodes make 15"),
        (jupiter_tree(total_locked_amount=4), "total_locked_amount", "the nodes make 5"),
        (without(jupiter_tree(), "total_locked_amount"), "total_locked_amount", "missing"),
        (jupiter_tree(max_total_claim=19), "max_total_claim", "the nodes make 20"),
        (jupiter_tree(tree_nodes={}), "tree_nodes", "an object, not a list"),
        (jupiter_tree(tree_nodes=[]), "tree_nodes", "empty"),
        (jupiter_tree(tree_nodes=[7]), "tree_nodes[0]", "a number, not an object"),
        (with_node(2, claimant="x"), "tree_nodes[2].claimant", "text, not a list"),
        (with_node(2, amount=2**64), "tree_nodes[2].amount", "not from 0 to 2^64 - 1"),
        (with_node(2, amount=None), "tree_nodes[2].amount", "null, not a whole number"),
        (with_node(2, locked_amount="1"), "tree_nodes[2].locked_amount", "text, not a whole"),
        (with_node(2, amount=2**64 - 1), "tree_nodes[2].amount", "with what is locked above"),
        (with_node(2, amount_unlocked=3), "tree_nodes[2].amount", "not exactly the amounts of"),
        (with_node(2, proof=None), "tree_nodes[2].proof", "null, not a list"),
        (with_node(2, proof=[HASH, 7]), "tree_nodes[2].proof", "hash 1 of it is a number, not"),
        (with_node(2, proof=[HASH, []]), "tree_nodes[2].proof", "hash 1 of it is 0 numbers, not"),
    ],
)
def test_a_malformed_tree_is_refused_at_its_key(tree: Tree, column: str, problem: str) -> None:
    found = refusal(tree)
    assert ("tree_0.json", 0, column) == (found.source, found.line, found.column)
    assert found.problem.startswith(problem)


def wallets(change: Callable[[Tree], object]) -> Tree:
    tree = exported("jupiter-kv")
    change(tree)
    return tree


@pytest.mark.parametrize(
    ("tree", "column", "value", "problem"),
    [
        ({"x": {}}, "wallet", "x", "1 bytes, not 32"),
        ({"0OIl": {}}, "wallet", "0OIl", "not base58"),
        ({WALLETS[0]: []}, WALLETS[0], "", "a list, not an object"),
        (
            wallets(lambda tree: tree[WALLETS[1]].update(merkle_tree="abc")),
            f"{WALLETS[1]}.merkle_tree",
            "abc",
            "3 bytes, not 32",
        ),
        (
            wallets(lambda tree: tree[WALLETS[1]].update(merkle_tree=None)),
            f"{WALLETS[1]}.merkle_tree",
            "",
            "null, not text",
        ),
        (
            wallets(lambda tree: tree[WALLETS[1]].pop("amount")),
            f"{WALLETS[1]}.amount",
            "",
            "not exactly the amounts of a known tree",
        ),
        (
            wallets(lambda tree: tree[WALLETS[1]].pop("proof")),
            f"{WALLETS[1]}.proof",
            "",
            "missing",
        ),
    ],
)
def test_malformed_proofs_by_wallet_are_refused_at_their_key(
    tree: Tree, column: str, value: str, problem: str
) -> None:
    found = refusal(tree)
    assert (column, value) == (found.column, found.value)
    assert found.problem.startswith(problem)


def test_hostile_text_never_reaches_the_terminal_raw() -> None:
    assert "\x1b" not in str(refusal({"\x1b[2J": {}}))
    assert "\x1b" not in str(refusal(b'{"\\u001b": 1, "\\u001b": 2}'))
    assert "\x1b" not in str(refusal(jupiter_tree(max_num_nodes="\x1b[2J")))
    refusal({"\ud800": {}})


def test_a_wallet_twice_in_one_tree_is_refused_naming_both() -> None:
    tree = exported("jupiter-tree")
    tree["tree_nodes"].append(tree["tree_nodes"][1])
    expected = (
        f"tree_0.json: tree_nodes[5] '{WALLETS[1]}': has a leaf already, tree_0.json: "
        "tree_nodes[1]; a wallet stands once per token, over all trees"
    )
    assert expected == str(refusal(tree))


def test_a_wallet_twice_over_trees_is_refused_naming_both() -> None:
    other = exported("jupiter-tree", count=1) | {"airdrop_version": 1}
    found = refusal(jupiter_tree(), other)
    assert ("tree_1.json", "tree_nodes[0]", WALLETS[0]) == (found.source, found.column, found.value)
    assert "has a leaf already, tree_0.json: tree_nodes[0]" == found.problem


def test_a_wallet_twice_over_files_keyed_by_wallet_is_refused_naming_both() -> None:
    found = refusal(exported("jupiter-kv"), exported("jupiter-kv", count=1))
    assert ("tree_1.json", "wallet", WALLETS[0]) == (found.source, found.column, found.value)
    assert f"has a leaf already, tree_0.json: {WALLETS[0]}" == found.problem


def test_a_wallet_twice_in_one_object_is_refused_naming_both_lines() -> None:
    content = proof_file(MADE, MADE.shard(0))
    lines = content.splitlines()
    twice = b"\n".join([*lines[:-2], lines[1], *lines[-2:]])
    found = refusal(twice)
    assert (WALLETS[0], "key") == (found.value, found.column)
    assert "stands twice in one object (lines 2 and 6)" == found.problem


def test_two_trees_of_one_version_are_refused_naming_both() -> None:
    other = exported("jupiter-tree", count=6)
    other["tree_nodes"] = other["tree_nodes"][5:]
    leaf = jupiter_leaf(bytes(other["tree_nodes"][0]["claimant"]), 6, 1)
    other |= {"merkle_root": list(leaf), "max_num_nodes": 1}
    other |= {"total_unlocked_amount": 6, "total_locked_amount": 1}
    other["tree_nodes"][0]["proof"] = []
    found = refusal(jupiter_tree(), other)
    assert ("tree_1.json", "airdrop_version", "0") == (found.source, found.column, found.value)
    assert "the version of tree_0.json too" == found.problem


def test_nothing_to_import_is_refused() -> None:
    with pytest.raises(AsrError, match="nothing to import"):
        read_trees([], JUP)
    with pytest.raises(AsrError, match="nothing to import"):
        read_trees([("tree_0.json", b"{}")], JUP)
