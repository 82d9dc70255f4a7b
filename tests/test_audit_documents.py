"""What is forged in manifest, report, inputs.json or verify.py fails, though it is sealed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.audits import audit_of, built, check_of, failed, problems_of
from tests.forging import Files, edited, leaves_of
from tests.plain_bundle import seal

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = built()
SECOND = leaves_of(SOUND)[1].wallet


def change_manifest(edit: Callable[[Any], object]) -> Files:
    return edited(SOUND, "manifest.json", edit)


def first_tree(document: Any) -> Any:
    return document["tokens"][0]["trees"][0]


FORGED_MANIFESTS = {
    "a root": (
        change_manifest(lambda it: first_tree(it).update(root="00" * 32, root_base58="1" * 32)),
        {"proofs"},
    ),
    "a root in base58": (
        change_manifest(lambda it: first_tree(it).update(root_base58="1" * 32)),
        {"documents"},
    ),
    "a depth": (change_manifest(lambda it: first_tree(it).update(depth=9)), {"documents"}),
    "a distributor": (
        change_manifest(lambda it: first_tree(it).update(distributor=SECOND)),
        {"documents", "proofs"},
    ),
    "a version": (
        change_manifest(lambda it: first_tree(it).update(version=77)),
        {"documents", "rules"},
    ),
    "what a tree pays": (
        change_manifest(lambda it: first_tree(it).update(max_total_claim="7")),
        {"documents", "proofs", "totals", "wallets"},
    ),
    "what is allocated": (
        change_manifest(lambda it: it["tokens"][0].update(allocated="7")),
        {"documents", "totals"},
    ),
    "what is left of the pool": (
        change_manifest(lambda it: it["tokens"][1].update(unallocated={"rounding": "1"})),
        {"documents", "totals"},
    ),
    "the pool": (
        change_manifest(lambda it: it["tokens"][1].update(pool="101")),
        {"documents", "totals", "rules"},
    ),
    "more than there can be": (
        change_manifest(
            lambda it: [
                tree.update(max_total_claim=str(2**63)) for tree in it["tokens"][0]["trees"]
            ]
        ),
        {"documents", "proofs", "totals", "wallets"},
    ),
    "the rules' digest": (change_manifest(lambda it: it.update(rules_sha256="0" * 64)), {"rules"}),
    "the inputs' digest": (change_manifest(lambda it: it.update(inputs_sha256="0" * 64)), set()),
    "the claim": (
        change_manifest(lambda it: it["tokens"][0].update(claim="stake", program="kamino")),
        {"documents", "rules", "transactions"},
    ),
}


@pytest.mark.parametrize(("files", "more"), FORGED_MANIFESTS.values(), ids=list(FORGED_MANIFESTS))
def test_what_is_forged_in_the_manifest_fails_there_and_where_it_counts(
    files: Files, more: set[str]
) -> None:
    assert {"rebuilt manifest.json"} | more == failed(audit_of(files))


def test_more_than_a_token_account_holds_is_said() -> None:
    audit = audit_of(FORGED_MANIFESTS["more than there can be"][0])
    problem = f"tokens[0].trees pay {3 * 2**63}, more than a token account can hold"
    assert problem in problems_of(audit, "totals")


def test_the_place_in_the_manifest_is_named() -> None:
    audit = audit_of(FORGED_MANIFESTS["a depth"][0])
    assert ["tokens[0].trees[0].depth is 9, the inputs give 2"] == problems_of(
        audit, "rebuilt manifest.json"
    )


def test_a_resealed_report_fails_though_nothing_contradicts_it() -> None:
    files = edited(SOUND, "report.json", lambda report: report["warnings"].append("all is well"))
    audit = audit_of(files)
    assert {"rebuilt report.json"} == failed(audit)
    assert "report.json" == check_of(audit, "rebuilt report.json").findings[0].file


def test_a_report_of_other_amounts_fails_as_document_too() -> None:
    files = edited(SOUND, "report.json", lambda report: report["tokens"][0].update(allocated="1"))
    assert {"documents", "rebuilt report.json"} == failed(audit_of(files))


def test_another_verifier_fails_though_it_is_sealed() -> None:
    audit = audit_of(seal({**SOUND, "verify.py": b"print('all is well')\n"}))
    assert {"files", "rebuilt verify.py"} == failed(audit)
    missing = seal({name: content for name, content in SOUND.items() if name != "verify.py"})
    assert {"files", "rebuilt verify.py"} < failed(audit_of(missing))


def test_resealed_inputs_of_another_digest_fail() -> None:
    files = edited(
        SOUND, "inputs.json", lambda inputs: inputs["allocations"].update(sha256="0" * 64)
    )
    assert {"inputs", "rebuilt inputs.json"} == failed(audit_of(files))


def test_another_count_of_rows_fails_by_counting_them() -> None:
    files = edited(SOUND, "inputs.json", lambda inputs: inputs["allocations"].update(rows=7))
    assert {"rebuilt inputs.json"} == failed(audit_of(files))


def test_an_object_is_named_by_its_keys_and_an_empty_one_as_such() -> None:
    forged = change_manifest(lambda it: it["tokens"][0].update(unallocated={"nobody": "0"}))
    assert [
        "tokens[0].unallocated is an object of 'nobody', the inputs give an empty object"
    ] == problems_of(audit_of(forged), "rebuilt manifest.json")
