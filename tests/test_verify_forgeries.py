"""Whatever is changed in a bundle is found, in the right file and at the right wallet.

Most forgeries here are sealed again: the forger has put the new digests into SHA256SUMS.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import base58
import pytest

from allocation.round_file import rules_sha256
from tests.forging import (
    CSV,
    TOKENS,
    TREE,
    Leaf,
    edited,
    findings_in,
    leaves_of,
    places_found,
    problems_in,
    replaced,
    row_of,
    sound,
    with_leaves,
)
from tests.plain_bundle import (
    PlainRound,
    PlainToken,
    plain_bundle,
    plain_rows,
    round_text,
    seal,
    wallets,
)
from tests.round_files import load

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = sound()
LEAVES = leaves_of(SOUND)
SECOND = LEAVES[1].wallet


def flip_a_bit(proof: list[list[int]]) -> None:
    proof[1][7] ^= 1


def add_a_sibling(proof: list[list[int]]) -> None:
    proof.append(proof[0])


def swap_siblings(proof: list[list[int]]) -> None:
    proof.reverse()


def drop_a_sibling(proof: list[list[int]]) -> None:
    proof.pop()


@pytest.mark.parametrize("edit", [flip_a_bit, add_a_sibling, swap_siblings, drop_a_sibling])
def test_a_changed_proof_is_found_at_its_wallet(edit: Callable[[Any], object]) -> None:
    leaves = deepcopy(LEAVES)
    edit(leaves[1].fields["proof"])
    assert {(TREE, 3, SECOND)} == places_found(with_leaves(SOUND, leaves))


def test_the_proof_of_another_wallet_is_found_at_the_one_who_has_it() -> None:
    leaves = deepcopy(LEAVES)
    leaves[1].fields["proof"] = leaves[2].fields["proof"]
    assert {(TREE, 3, SECOND)} == places_found(with_leaves(SOUND, leaves))


def test_the_proofs_of_two_neighbours_exchanged_are_found_at_both() -> None:
    leaves = deepcopy(LEAVES)
    leaves[0].fields["proof"], leaves[1].fields["proof"] = (
        leaves[1].fields["proof"],
        leaves[0].fields["proof"],
    )
    assert {(TREE, 2, LEAVES[0].wallet), (TREE, 3, SECOND)} == places_found(
        with_leaves(SOUND, leaves)
    )


@pytest.mark.parametrize("field", ["amount", "locked_amount"])
def test_an_amount_changed_beside_a_proof_is_found(field: str) -> None:
    leaves = deepcopy(LEAVES)
    leaves[1].fields[field] += 1
    assert {(TREE, 3, SECOND)} == places_found(with_leaves(SOUND, leaves))


def test_another_distributor_beside_a_proof_is_found() -> None:
    leaves = deepcopy(LEAVES)
    leaves[1].fields["merkle_tree"] = SECOND
    assert {(TREE, 3, SECOND)} == places_found(with_leaves(SOUND, leaves))


def test_a_distributor_left_out_beside_a_proof_is_found() -> None:
    leaves = deepcopy(LEAVES)
    del leaves[1].fields["merkle_tree"]
    (finding,) = findings_in(with_leaves(SOUND, leaves))
    assert (TREE, 3, SECOND) == (finding.file, finding.line, finding.wallet)
    assert finding.problem.startswith("merkle_tree is none, not ")


def test_two_lines_exchanged_are_found_at_both() -> None:
    leaves = [LEAVES[1], LEAVES[0], *LEAVES[2:]]
    assert {(TREE, 2, SECOND), (TREE, 3, LEAVES[0].wallet)} == places_found(
        with_leaves(SOUND, leaves)
    )


def test_a_line_left_out_is_found_at_its_wallet() -> None:
    findings = places_found(with_leaves(SOUND, [LEAVES[0], *LEAVES[2:]]))
    assert (TREE, None, SECOND) in findings
    assert {TREE} == {file for file, _, _ in findings}


def test_the_last_line_left_out_is_found_at_its_wallet_only() -> None:
    assert {(TREE, None, LEAVES[3].wallet)} == places_found(with_leaves(SOUND, LEAVES[:3]))


def test_a_line_that_stands_twice_is_found_at_its_wallet() -> None:
    files = with_leaves(SOUND, [*LEAVES, LEAVES[3]])
    (finding,) = [found for found in findings_in(files) if found.line is None]
    assert (TREE, LEAVES[3].wallet) == (finding.file, finding.wallet)
    assert "stands 2 times" == finding.problem


def test_a_line_of_somebody_else_is_found_at_his_wallet() -> None:
    stranger = Leaf(base58.b58encode(wallets(1, "stranger")[0]).decode(), LEAVES[1].fields)
    files = with_leaves(SOUND, [LEAVES[0], stranger, *LEAVES[2:]])
    assert {(TREE, 3, stranger.wallet), (TREE, None, SECOND)} == places_found(files)


def test_a_line_that_belongs_to_another_tree_is_found() -> None:
    first = leaves_of(SOUND, "JUP/proofs/tree_0.json")[1]
    files = with_leaves(SOUND, [LEAVES[0], first, *LEAVES[2:]])
    assert {(TREE, 3, first.wallet), (TREE, None, SECOND)} == places_found(files)


def test_a_wallet_that_is_no_key_is_found_in_both_files() -> None:
    text = "1" * 40
    files = replaced(SOUND, CSV, SECOND.encode(), text.encode())
    files = replaced(files, TREE, SECOND.encode(), text.encode())
    (finding,) = findings_in(files)
    assert (CSV, 7, text) == (finding.file, finding.line, finding.wallet)
    assert "the wallet is no address: 40 bytes, not 32" == finding.problem


def test_an_amount_changed_in_the_allocations_is_found_in_all_that_depends_on_it() -> None:
    row = row_of(SOUND, SECOND)
    findings = places_found(replaced(SOUND, CSV, row, row.replace(b",1.", b",2.")))
    assert {("manifest.json", None, None), (TREE, 3, SECOND)} == findings


def test_a_forged_amount_everywhere_but_in_the_root_is_found_by_root_and_proof() -> None:
    """The forger pays one wallet more and has changed all but the tree."""
    row, more = row_of(SOUND, SECOND), 2_000_000
    files = replaced(SOUND, CSV, row, row.replace(b",1.", b",3."))
    leaves = deepcopy(LEAVES)
    leaves[1].fields["amount"] += more
    files = with_leaves(files, leaves)

    def pay_more(document: Any) -> None:
        token = document["tokens"][0]
        token["allocated"] = str(int(token["allocated"]) + more)
        for tree in token.get("trees", [])[1:2]:
            tree["max_total_claim"] = str(int(tree["max_total_claim"]) + more)

    files = edited(edited(files, "manifest.json", pay_more), "report.json", pay_more)
    assert {("manifest.json", None, None), (TREE, 3, SECOND)} == places_found(files)
    (problem,) = problems_in(files, "manifest.json")
    assert problem.startswith("tokens[0].trees[1].root is ")


def test_a_forged_tree_that_is_whole_in_itself_has_another_root() -> None:
    """The forger has built a new tree, but the root is on the chain."""
    rows = [(wallet, amount + 1, locked) for wallet, amount, locked in TOKENS[0].rows]
    forged = sound([replace(TOKENS[0], rows=rows), TOKENS[1]])
    roots = [tree["root"] for tree in json.loads(SOUND["manifest.json"])["tokens"][0]["trees"]]

    def keep_roots(document: Any) -> None:
        for tree, root in zip(document["tokens"][0]["trees"], roots, strict=True):
            tree["root"] = root
            tree["root_base58"] = base58.b58encode(bytes.fromhex(root)).decode()

    files = edited(forged, "manifest.json", keep_roots)
    assert {("manifest.json", None, None)} == places_found(files)
    assert ["tokens[0].trees[0].root", "tokens[0].trees[1].root", "tokens[0].trees[2].root"] == [
        problem.split(" ")[0] for problem in problems_in(files, "manifest.json")
    ]


def test_a_row_left_out_is_found() -> None:
    files = replaced(SOUND, CSV, row_of(SOUND, SECOND) + b"\n", b"")
    assert "has 9 rows, the manifest's trees have 10 leaves" in problems_in(files, CSV)
    assert (TREE, 3, SECOND) in places_found(files)


def test_a_row_too_many_is_found() -> None:
    stranger = base58.b58encode(b"\xff" * 32)
    files = seal({**SOUND, CSV: SOUND[CSV] + stranger + b",1.000000,0.000000\n"})
    assert ["has 11 rows, the manifest's trees have 10 leaves"] == problems_in(files, CSV)


def twice(order: str) -> list[PlainToken]:
    rows = [*TOKENS[0].rows, sorted(TOKENS[0].rows)[3]]
    return [replace(TOKENS[0], rows=rows, order=order)]


@pytest.mark.parametrize("order", ["key", "input"])
def test_a_wallet_in_two_trees_is_found_though_each_tree_is_right(order: str) -> None:
    plain = twice(order)
    wallet = base58.b58encode(sorted(TOKENS[0].rows)[3][0]).decode()
    files = sound(plain)
    (finding,) = findings_in(files)
    lines = [at for at, line in enumerate(files[CSV].split(b"\n"), 1) if wallet.encode() in line]
    assert (CSV, lines[1], wallet) == (finding.file, finding.line, finding.wallet)
    assert f"stands twice, first at line {lines[0]}" == finding.problem


def test_rows_in_another_order_than_that_of_the_keys_are_found() -> None:
    plain = [replace(TOKENS[0], order="input")]
    files = {
        name: content.replace(b'"order": "input"', b'"order": "key"').replace(
            b'order = "input"', b'order = "key"'
        )
        for name, content in sound(plain).items()
    }
    rules = rules_sha256(load(files["round.toml"].decode()))
    files = edited(files, "manifest.json", lambda document: document.update(rules_sha256=rules))
    assert {"not in the order of the keys"} == set(problems_in(files, CSV))
    assert {CSV} == {file for file, _, _ in places_found(files)}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((0, 0), "an amount of 0 can't be claimed where claims are staked"),
        ((5, 1), "a locked amount can't be claimed where claims are staked"),
    ],
)
def test_what_cannot_be_staked_is_found(row: tuple[int, int], problem: str) -> None:
    wallet = wallets(1, "stakes nothing")[0]
    plain = [PlainToken(rows=[*plain_rows(3), (wallet, *row)], claim="stake")]
    (finding,) = findings_in(sound(plain))
    text = base58.b58encode(wallet).decode()
    assert (CSV, text, problem) == (finding.file, finding.wallet, finding.problem)


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ((3, 3, 4), "tokens[0].trees[0].max_num_nodes is 3, but 4 by round.toml"),
        ((4, 6), "tokens[0].trees[0].max_num_nodes is 4, but 6 by round.toml"),
        ((4, 4, 1, 1), "the number of tokens[0].trees is 4, but 3 by round.toml"),
    ],
)
def test_trees_cut_otherwise_than_the_round_says_are_found(
    sizes: tuple[int, ...], problem: str
) -> None:
    """The trees are right in themselves; but nobody would build them of this round."""
    honest = [replace(TOKENS[0], most=max(sizes))]

    class Cut(PlainToken):
        @property
        def shards(self) -> list[list[tuple[bytes, int, int]]]:
            ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
            return [self.leaves[end - size : end] for end, size in zip(ends, sizes, strict=True)]

    forged = Cut(rows=honest[0].rows, most=honest[0].most)
    rules = rules_sha256(load(round_text(honest)))
    files = plain_bundle(PlainRound(tokens=[forged], rules_sha256=rules))
    found = findings_in(files)
    assert ("manifest.json", problem) == (found[0].file, found[0].problem)
    assert {"manifest.json"} == {finding.file for finding in found}
