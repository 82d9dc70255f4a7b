"""Lists and trees that cannot be read, or are larger than can be, are findings and no traceback."""

from __future__ import annotations

import json

import pytest

from allocation.address import format_address
from tests.audits import check_of, failed, problems_of
from tests.distributions import JUP, TREES_OF_OTHERS, shared
from tests.plain_bundle import tokens_text
from tests.published_trees import Publication, by_jupiter, list_of, rows_of, trees
from tests.test_audit_published import NAMES

ROWS = rows_of(11)
LIST = list_of(ROWS)
TREES = by_jupiter(ROWS, 4)


def test_a_bad_list_names_every_row_and_leaves_the_trees_to_be_checked() -> None:
    content = LIST.replace(b",1.000007", b",x").replace(b",2.000014", b",-1")
    audit = Publication(content=content, documents=TREES).audit()
    assert {"list", "roots", "rebuilt proofs", "wallets", "amounts", "totals"} == failed(audit)
    assert [2, 3] == [finding.line for finding in check_of(audit, "list").findings]
    assert "not possible: the list can't be read" == check_of(audit, "roots").summary


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"wallet\n",
        b"pubkey,amount\n",
        b"pubkey,amount\nnobody,1\n",
        b"pubkey,amount,locked_amount\n" + b"1" * 32 + b",18446744073709.551615,0.000001\n",
    ],
)
def test_a_list_that_is_none_says_why(content: bytes) -> None:
    audit = Publication(content=content, documents=TREES).audit()
    assert check_of(audit, "list").findings
    assert {"list", "roots"} < failed(audit)


def test_without_any_tree_every_line_says_so() -> None:
    audit = Publication(content=LIST, documents={"tree_0.json": b"[]"}).audit()
    assert set(NAMES) - {"list"} == failed(audit)
    assert "not possible: no tree could be read" == check_of(audit, "transactions").summary
    audit = Publication(content=LIST, documents={}).audit()
    assert ["no tree was given"] == problems_of(audit, "tree files")


def test_amounts_beyond_all_measure_are_no_traceback() -> None:
    most = 2**64 - 1
    rows = [(ROWS[0][0], most, 0), (ROWS[0][0], most, 0)]
    audit = Publication(content=list_of(rows), documents=trees([[rows[0]]])).audit()
    assert {"roots", "rebuilt proofs", "amounts", "totals"} == failed(audit)
    assert "not possible: the list gives no trees" == check_of(audit, "roots").summary
    problem = f"{format_address(ROWS[0][0])}: the rows add up to more than 2^64 - 1 base units"
    assert [problem] == problems_of(audit, "roots") == problems_of(audit, "amounts")


def test_a_tree_too_deep_for_the_program_fails_where_one_is_named() -> None:
    terms = {"program": "jupiter"}
    audit = Publication(content=LIST, documents=TREES, terms=terms).audit()
    assert "hashes per proof: 2 of 15" == check_of(audit, "transactions").summary
    leaves = [(at.to_bytes(32, "big"), 1, 0) for at in range(32_769)]
    nodes = [
        {"claimant": list(wallet), "amount": unlocked, "proof": []}
        for wallet, unlocked, _ in leaves
    ]
    document = {**TREES["tree_0.json"], "tree_nodes": nodes}
    audit = Publication(content=LIST, documents={"tree_0.json": document}, terms=terms).audit()
    assert [
        "32,769 leaves need 16 hashes per proof, a claim of jupiter has room for 15"
    ] == problems_of(audit, "transactions")


@pytest.mark.parametrize("name", TREES_OF_OTHERS)
def test_trees_of_others_pass_with_the_list_of_their_leaves(name: str) -> None:
    document = json.loads(shared(f"vectors/trees/{name}"))
    lines = ["pubkey,amount,locked_amount"]
    for leaf in document["tree_nodes"]:
        given = {key: leaf[key] or 0 for key in leaf if key not in ("claimant", "proof")}
        unlocked = sum(given[key] for key in given if "unlocked" in key or key == "amount")
        amounts = [tokens_text(units, 6) for units in (unlocked, sum(given.values()) - unlocked)]
        lines.append(",".join([format_address(bytes(leaf["claimant"])), *amounts]))
    content = ("\n".join(lines) + "\n").encode()
    assert set() == failed(Publication(content=content, documents={name: document}).audit())


def test_the_mint_is_one_that_the_list_may_name() -> None:
    mint = format_address(JUP)
    lines = LIST.decode().splitlines()
    content = "\n".join([f"{lines[0]},mint", *(f"{line},{mint}" for line in lines[1:]), ""])
    assert set() == failed(Publication(content=content.encode(), documents=TREES).audit())
