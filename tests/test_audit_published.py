"""A published list and its trees: what belongs together passes, and what does not is named."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import base58
import pytest

from tests.audits import check_of, failed, problems_of
from tests.plain_bundle import wallets
from tests.published_trees import (
    Documents,
    Publication,
    by_jupiter,
    by_whole,
    keyed_by_wallet,
    list_of,
    merged,
    rows_of,
    trees,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.published_trees import Row

ROWS = rows_of(11)
CUT = 4
LIST = list_of(ROWS)
TREES = by_jupiter(ROWS, CUT)

NAMES = [
    *("list", "tree files", "counts", "proofs", "one leaf each", "roots", "rebuilt proofs"),
    *("wallets", "amounts", "totals", "transactions"),
]

# the second wallet stands twice in the first piece of four rows, the third in the first and third
WITHIN = [*ROWS[:3], (ROWS[1][0], 5, 0), *ROWS[3:]]
ACROSS = [*ROWS[:9], (ROWS[2][0], 5, 0), *ROWS[9:]]


def text_of(row: Row) -> str:
    return base58.b58encode(row[0]).decode()


def changed(edit: Callable[[Documents], object], documents: Documents = TREES) -> Publication:
    """Publish other trees than those of the list."""
    copy = deepcopy(documents)
    edit(copy)
    return Publication(content=LIST, documents=copy)


def node(documents: Documents, number: int = 1, row: int = 1) -> Any:
    return documents[f"tree_{number}.json"]["tree_nodes"][row]


def test_trees_of_the_list_pass_every_check() -> None:
    audit = Publication(content=LIST, documents=TREES).audit()
    assert NAMES == [check.name for check in audit.checks]
    assert set() == failed(audit)
    assert "3 roots made of the list by Jupiter's rule, 4 rows per tree" == (
        check_of(audit, "roots").summary
    )


def test_kv_proofs_pass_though_they_say_neither_root_nor_order() -> None:
    assert set() == failed(Publication(content=LIST, documents=keyed_by_wallet(TREES)).audit())


def test_locked_amounts_count() -> None:
    rows = rows_of(5, locked=3)
    audit = Publication(content=list_of(rows), documents=by_jupiter(rows, 5)).audit()
    assert set() == failed(audit)
    rows[2] = (rows[2][0], rows[2][1], 4)
    audit = Publication(content=list_of(rows), documents=by_jupiter(rows_of(5, 3), 5)).audit()
    assert {"roots", "rebuilt proofs", "amounts", "totals"} == failed(audit)
    assert ["3000021 and 4 locked base units in the list, 3000021 and 3 locked in the trees"] == (
        problems_of(audit, "amounts")
    )


def test_files_in_any_order_are_the_same_trees() -> None:
    documents = dict(reversed(TREES.items()))
    assert set() == failed(Publication(content=LIST, documents=documents).audit())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(WITHIN, set()), (ACROSS, {"one leaf each"})],
    ids=["in one piece", "in two pieces"],
)
@pytest.mark.parametrize("most", [None, CUT])
def test_duplicates_are_merged_in_each_piece_as_jupiter_does(
    rows: list[Row], expected: set[str], most: int | None
) -> None:
    documents = by_jupiter(rows, CUT)
    audit = Publication(content=list_of(rows), documents=documents, terms={"most": most}).audit()
    assert expected == failed(audit)
    assert "Jupiter's rule, 4 rows per tree" in check_of(audit, "roots").summary


def test_a_wallet_in_two_trees_is_found_though_the_list_gives_just_that() -> None:
    audit = Publication(content=list_of(ACROSS), documents=by_jupiter(ACROSS, CUT)).audit()
    assert {"one leaf each"} == failed(audit)
    (finding,) = check_of(audit, "one leaf each").findings
    assert text_of(ROWS[2]) == finding.wallet
    assert "has a leaf in tree_0.json, and in tree_2.json" == finding.problem


@pytest.mark.parametrize("most", [None, CUT])
def test_duplicates_merged_over_the_whole_list_are_recognised(most: int | None) -> None:
    documents = by_whole(ACROSS, CUT)
    audit = Publication(content=list_of(ACROSS), documents=documents, terms={"most": most}).audit()
    assert set() == failed(audit)
    assert "summing duplicates over the whole list" in check_of(audit, "roots").summary


def test_trees_in_the_order_of_the_keys_are_recognised() -> None:
    documents = by_whole(sorted(merged(ACROSS)), CUT)
    audit = Publication(content=list_of(ACROSS), documents=documents).audit()
    assert set() == failed(audit)
    assert "the order of the keys" in check_of(audit, "roots").summary


def test_trees_cut_elsewhere_have_other_roots() -> None:
    audit = Publication(content=LIST, documents=TREES, terms={"most": 5}).audit()
    assert {"roots", "rebuilt proofs"} == failed(audit)


def test_a_single_tree_is_that_of_the_whole_list() -> None:
    assert set() == failed(Publication(content=LIST, documents=by_jupiter(ROWS, 100)).audit())


def test_amounts_are_cut_off_as_jupiter_does_and_base_units_are_kept() -> None:
    longer = b"".join(line + b"9\n" for line in LIST.splitlines()[1:])
    audit = Publication(content=b"pubkey,amount\n" + longer, documents=TREES).audit()
    assert set() == failed(audit)
    base = list_of(ROWS, decimals=0)
    assert set() == failed(
        Publication(content=base, documents=TREES, terms={"unit": "base"}).audit()
    )


def drop(documents: Documents) -> None:
    """Take a leaf out of the list of nodes, and no proof is made anew."""
    del documents["tree_1.json"]["tree_nodes"][1]


FORGED = {
    "a proof": (
        changed(lambda it: node(it)["proof"][0].reverse()),
        {"proofs", "rebuilt proofs"},
    ),
    "a proof too short": (
        changed(lambda it: node(it)["proof"].pop()),
        {"proofs", "rebuilt proofs"},
    ),
    "an amount": (
        changed(lambda it: node(it).update(amount=7)),
        {"counts", "proofs", "amounts", "totals"},
    ),
    "a root": (
        changed(lambda it: it["tree_1.json"].update(merkle_root=[7] * 32)),
        {"proofs", "roots", "rebuilt proofs"},
    ),
    "a count": (changed(lambda it: it["tree_1.json"].update(max_num_nodes=5)), {"counts"}),
    "a total": (changed(lambda it: it["tree_1.json"].update(total_unlocked_amount=5)), {"counts"}),
    "a version": (changed(lambda it: it["tree_1.json"].update(airdrop_version=9)), {"roots"}),
    "a version twice": (
        changed(lambda it: it["tree_1.json"].update(airdrop_version=0)),
        {"tree files", "roots"},
    ),
    "a leaf missing": (changed(drop), {"counts", "roots", "totals", "wallets"}),
    "a tree missing": (
        changed(lambda it: it.pop("tree_0.json")),
        {"roots", "totals", "wallets"},
    ),
    "a tree twice": (
        changed(lambda it: it.update({"tree_3.json": it["tree_0.json"]})),
        {"tree files", "one leaf each", "roots", "amounts", "totals"},
    ),
    "no JSON": (
        changed(lambda it: it.update({"tree_1.json": b"{"})),
        {"tree files", "roots", "wallets", "totals"},
    ),
}


@pytest.mark.parametrize(("published", "expected"), FORGED.values(), ids=list(FORGED))
def test_what_is_wrong_fails_in_its_lines(published: Publication, expected: set[str]) -> None:
    audit = published.audit()
    assert NAMES == [check.name for check in audit.checks]
    assert expected == failed(audit)


def forged(name: str) -> Any:
    return FORGED[name][0].audit()


def test_a_forged_proof_is_named_with_its_wallet() -> None:
    audit = forged("a proof")
    for name in ("proofs", "rebuilt proofs"):
        (finding,) = check_of(audit, name).findings
        assert ("tree_1.json", text_of(ROWS[5])) == (finding.file, finding.wallet)
    assert ["1 hashes in its proof, not 2"] == problems_of(forged("a proof too short"), "proofs")


def test_a_forged_root_stands_beside_the_one_that_the_list_gives() -> None:
    root = bytes(TREES["tree_1.json"]["merkle_root"]).hex()
    problem = f"the root is {'07' * 32}, the list gives {root}"
    assert [problem] == problems_of(forged("a root"), "roots")


def test_a_wrong_version_is_named() -> None:
    assert ["has version 9, not 1"] == problems_of(forged("a version"), "roots")


def test_missing_wallets_and_trees_are_named() -> None:
    audit = forged("a tree missing")
    missing = [finding.wallet for finding in check_of(audit, "wallets").findings]
    assert sorted(map(text_of, ROWS[:4])) == sorted(map(str, missing))
    (problem,) = problems_of(audit, "roots")
    assert problem.startswith("tree 0 of the list, with 4 leaves, is not among the files: root ")


def test_a_tree_that_the_list_does_not_give_is_named() -> None:
    root = bytes(TREES["tree_0.json"]["merkle_root"]).hex()
    assert f"the list gives no tree of the root {root}" in problems_of(
        forged("a tree twice"), "roots"
    )


def test_a_stranger_who_is_in_a_tree_is_named() -> None:
    stranger = (wallets(1, "stranger")[0], 5, 0)
    documents = trees([ROWS[:4], ROWS[4:8], [*ROWS[8:], stranger]])
    audit = Publication(content=LIST, documents=documents).audit()
    assert {"roots", "rebuilt proofs", "wallets", "totals"} == failed(audit)
    (finding,) = check_of(audit, "wallets").findings
    assert ("tree_2.json", text_of(stranger)) == (finding.file, finding.wallet)
    assert "has 4 leaves, the list gives 3" in problems_of(audit, "roots")


def test_other_amounts_are_shown_as_in_the_list_and_in_the_trees() -> None:
    other = [(wallet, amount + (wallet == ROWS[5][0]), 0) for wallet, amount, _ in ROWS]
    audit = Publication(content=LIST, documents=by_jupiter(other, CUT)).audit()
    assert {"roots", "rebuilt proofs", "amounts", "totals"} == failed(audit)
    (finding,) = check_of(audit, "amounts").findings
    assert text_of(ROWS[5]) == finding.wallet
    assert "6000042 base units in the list, 6000043 in the trees" == finding.problem
    assert ["all 4 proofs are of another tree than the list gives"] == problems_of(
        audit, "rebuilt proofs"
    )


def test_leaves_left_out_under_the_same_root_are_found_by_proofs_and_sizes() -> None:
    rows = rows_of(3)
    documents = by_jupiter(rows, 3)
    del documents["tree_0.json"]["tree_nodes"][0]
    documents["tree_0.json"]["max_num_nodes"] = 2
    audit = Publication(content=list_of(rows), documents=documents).audit()
    assert {"counts", "proofs", "roots", "rebuilt proofs", "totals", "wallets"} == failed(audit)


def test_a_tree_none_of_whose_proofs_has_the_right_length_has_no_root() -> None:
    rows = rows_of(3)
    documents = keyed_by_wallet(by_jupiter(rows, 3))
    for leaf in documents["0.json"].values():
        leaf["proof"] = []
    audit = Publication(content=list_of(rows), documents=documents).audit()
    assert {"proofs", "roots", "rebuilt proofs"} == failed(audit)


def test_trees_without_versions_and_with_wrong_roots_stand_in_their_order() -> None:
    documents = keyed_by_wallet(TREES)
    for leaf in documents["0.json"].values():
        leaf["amount"] += 1
    audit = Publication(content=LIST, documents=documents).audit()
    assert {"proofs", "roots", "rebuilt proofs", "amounts", "totals"} <= failed(audit)
