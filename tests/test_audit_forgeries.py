"""Whatever is forged in a bundle fails in the line of the audit that is about it.

Nearly all forgeries are sealed again: the forger has put the new digests into SHA256SUMS.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import base58
import pytest

from allocation.round_file import rules_sha256
from tests.audits import LIST, REBUILT, ROUND, audit_of, built, check_of, failed, problems_of
from tests.forging import (
    CSV,
    TOKENS,
    TREE,
    Files,
    Leaf,
    edited,
    leaves_of,
    replaced,
    row_of,
    with_leaves,
)
from tests.plain_bundle import (
    PlainRound,
    PlainToken,
    list_csv,
    plain_bundle,
    plain_rows,
    round_text,
    seal,
    wallets,
)
from tests.round_files import load

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = built()
LEAVES = leaves_of(SOUND)
SECOND = LEAVES[1].wallet
STRANGER = base58.b58encode(wallets(1, "stranger")[0]).decode()
ALL_COMPARED = {"tool", *REBUILT}
FILES = ["manifest.json", "inputs.json", "breakdown.parquet", CSV, TREE]


def with_proof(edit: Callable[[Any], object]) -> Files:
    leaves = deepcopy(LEAVES)
    edit(leaves[1].fields["proof"])
    return with_leaves(SOUND, leaves)


def flip_a_bit(proof: list[list[int]]) -> None:
    proof[1][7] ^= 1


def with_field(field: str, value: Callable[[Any], object]) -> Files:
    leaves = deepcopy(LEAVES)
    leaves[1].fields[field] = value(leaves[1].fields[field])
    return with_leaves(SOUND, leaves)


def with_fields_swapped() -> Files:
    leaves = deepcopy(LEAVES)
    one, other = leaves[0].fields, leaves[1].fields
    one["proof"], other["proof"] = other["proof"], one["proof"]
    return with_leaves(SOUND, leaves)


FORGED_TREES = {
    "a bit of a proof": with_proof(flip_a_bit),
    "a sibling too many": with_proof(lambda proof: proof.append(proof[0])),
    "siblings in another order": with_proof(lambda proof: proof.reverse()),
    "a sibling left out": with_proof(lambda proof: proof.pop()),
    "proofs of two exchanged": with_fields_swapped(),
    "an amount beside a proof": with_field("amount", lambda amount: amount + 1),
    "a locked amount beside a proof": with_field("locked_amount", lambda amount: amount + 1),
    "another distributor": with_field("merkle_tree", lambda _: SECOND),
    "lines exchanged": with_leaves(SOUND, [LEAVES[1], LEAVES[0], *LEAVES[2:]]),
    "a line left out": with_leaves(SOUND, [LEAVES[0], *LEAVES[2:]]),
    "the last line left out": with_leaves(SOUND, LEAVES[:3]),
    "a line twice": with_leaves(SOUND, [*LEAVES, LEAVES[3]]),
    "a line of a stranger": with_leaves(
        SOUND, [LEAVES[0], Leaf(STRANGER, LEAVES[1].fields), *LEAVES[2:]]
    ),
    "a line of another tree": with_leaves(
        SOUND, [LEAVES[0], leaves_of(SOUND, "JUP/proofs/tree_0.json")[1], *LEAVES[2:]]
    ),
    "no newline at the end": seal({**SOUND, TREE: SOUND[TREE][:-1]}),
    "another layout": seal({**SOUND, TREE: SOUND[TREE].replace(b":", b": ")}),
}


@pytest.mark.parametrize("files", FORGED_TREES.values(), ids=list(FORGED_TREES))
def test_what_is_forged_in_a_tree_fails_as_proofs_and_as_not_rebuilt(files: Files) -> None:
    assert {"proofs", "rebuilt JUP"} == failed(audit_of(files))


def test_a_forged_proof_is_named_with_its_wallet() -> None:
    audit = audit_of(FORGED_TREES["a bit of a proof"])
    (finding,) = check_of(audit, "proofs").findings
    assert (TREE, 3, SECOND) == (finding.file, finding.line, finding.wallet)
    (finding,) = check_of(audit, "rebuilt JUP").findings
    assert (TREE, 3, SECOND) == (finding.file, finding.line, finding.wallet)
    assert "1 finding" == check_of(audit, "proofs").summary


def with_row(change: Callable[[bytes], bytes]) -> Files:
    row = row_of(SOUND, SECOND) + b"\n"
    return replaced(SOUND, CSV, row, change(row))


def exchanged(content: bytes) -> bytes:
    lines = content.split(b"\n")
    lines[5:7] = lines[6:4:-1]
    return b"\n".join(lines)


FORGED_ROWS = {
    "an amount": (
        with_row(lambda row: row.replace(b",1.", b",2.")),
        {"wallets", "totals"},
    ),
    "a row left out": (with_row(lambda _: b""), {"wallets", "totals"}),
    "a row too many": (
        seal({**SOUND, CSV: SOUND[CSV] + STRANGER.encode() + b",1.000000,0.000000\n"}),
        {"wallets", "totals"},
    ),
    "a wallet that is none": (
        replaced(
            replaced(SOUND, CSV, SECOND.encode(), b"1" * 40), TREE, SECOND.encode(), b"1" * 40
        ),
        set(),
    ),
    "rows exchanged": (seal({**SOUND, CSV: exchanged(SOUND[CSV])}), set()),
}


@pytest.mark.parametrize(("files", "more"), FORGED_ROWS.values(), ids=list(FORGED_ROWS))
def test_what_is_forged_in_the_allocations_fails_in_all_that_counts_them(
    files: Files, more: set[str]
) -> None:
    assert {"proofs", "rebuilt JUP"} | more == failed(audit_of(files))


def test_a_forged_amount_is_shown_beside_what_the_inputs_give() -> None:
    audit = audit_of(FORGED_ROWS["an amount"][0])
    (finding,) = check_of(audit, "rebuilt JUP").findings
    assert (CSV, 7, SECOND) == (finding.file, finding.line, finding.wallet)
    assert "2.0000" in finding.problem.split(", the inputs give ")[0]
    assert "1.0000" in finding.problem.split(", the inputs give ")[1]


def test_a_wallet_in_two_trees_fails_though_each_tree_is_right() -> None:
    rows = [*TOKENS[0].rows, sorted(TOKENS[0].rows)[3]]
    plain = [replace(TOKENS[0], rows=rows)]
    rules = rules_sha256(load(round_text(plain)))
    files = plain_bundle(PlainRound(tokens=plain, rules_sha256=rules))
    audit = audit_of(files, {"list.csv": list_csv(plain)})
    assert {"proofs", "wallets", "inputs", "rebuild"} < failed(audit)
    (finding,) = check_of(audit, "wallets").findings
    wallet = base58.b58encode(sorted(TOKENS[0].rows)[3][0]).decode()
    assert (CSV, wallet, "stands 2 times") == (finding.file, finding.wallet, finding.problem)


def test_what_cannot_be_staked_fails() -> None:
    zero = (wallets(1, "stakes nothing")[0], 0, 0)
    plain = [PlainToken(rows=[*plain_rows(3), zero], claim="stake")]
    rules = rules_sha256(load(round_text(plain)))
    files = plain_bundle(PlainRound(tokens=plain, rules_sha256=rules))
    assert {"proofs", "rebuild"} < failed(audit_of(files, {"list.csv": list_csv(plain)}))


def test_amounts_rebuilt_consistently_from_another_list_fail_against_the_true_one() -> None:
    """The forger has paid himself more, and built all anew; no check of the bundle alone fails."""
    rows = [(wallet, amount + 1, locked) for wallet, amount, locked in TOKENS[0].rows]
    forged = built(list_csv([replace(TOKENS[0], rows=rows), TOKENS[1]]))
    sound = json.loads(SOUND["inputs.json"])
    files = edited(forged, "inputs.json", lambda inputs: inputs.update(sound))
    assert {
        *("rebuilt manifest.json", "rebuilt report.json", "rebuilt breakdown.parquet"),
        "rebuilt JUP",
    } == failed(audit_of(files))


def test_amounts_of_other_rules_fail_against_the_round() -> None:
    """The forger has changed a rule, built all anew, and put the true round back."""
    text = ROUND.replace(b"max_leaves_per_tree = 4", b"max_leaves_per_tree = 5", 1)
    files = seal({**built(LIST, text), "round.toml": ROUND})
    audit = audit_of(files)
    assert {"rules", "rebuilt manifest.json", "rebuilt JUP"} == failed(audit)


def test_trees_cut_otherwise_than_the_round_says_fail() -> None:
    class Cut(PlainToken):
        @property
        def shards(self) -> list[list[tuple[bytes, int, int]]]:
            return [self.leaves[:3], self.leaves[3:6], self.leaves[6:]]

    honest = [TOKENS[0]]
    forged = Cut(rows=honest[0].rows, most=honest[0].most)
    rules = rules_sha256(load(round_text(honest)))
    files = plain_bundle(PlainRound(tokens=[forged], rules_sha256=rules))
    assert {"rules", "rebuilt manifest.json", "rebuilt JUP"} < failed(
        audit_of(files, {"list.csv": list_csv(honest)})
    )


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_that_is_not_sealed_again_fails_by_its_digest(name: str) -> None:
    files = {**SOUND, name: SOUND[name] + b" "}
    assert "files" in failed(audit_of(files))


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
def test_a_missing_file_fails_whether_it_is_listed_or_not(name: str) -> None:
    files = {path: content for path, content in SOUND.items() if path != name}
    assert failed(audit_of(files))
    assert failed(audit_of(seal(files))) or name == "SHA256SUMS"


@pytest.mark.parametrize("name", ["notes.txt", "JUP/notes.txt", "JUP/proofs/tree_3.json"])
def test_a_file_too_many_fails(name: str) -> None:
    assert {"files"} == failed(audit_of({**SOUND, name: b"x"}))


def test_without_a_manifest_every_check_has_its_line_and_says_why() -> None:
    files = {path: content for path, content in SOUND.items() if path != "manifest.json"}
    audit = audit_of(files)
    sound = audit_of(SOUND)
    assert [check.name for check in sound.checks] == [check.name for check in audit.checks]
    assert {
        "proofs",
        "wallets",
        "totals",
        "transactions",
        "tool",
        "rebuilt manifest.json",
    } <= failed(audit)
    assert "not possible: manifest.json can't be read" == check_of(audit, "tool").summary


def test_without_a_round_nothing_is_rebuilt_and_every_line_says_so() -> None:
    files = seal({**SOUND, "round.toml": b"[round]\n"})
    audit = audit_of(files)
    assert {"rules", "rebuild", *ALL_COMPARED} == failed(audit)
    assert "not possible: there is no rebuilt bundle" == check_of(audit, "rebuilt wen_2").summary
    assert "round.toml" == check_of(audit, "rules").findings[0].file


def test_without_round_and_manifest_the_tokens_have_one_line() -> None:
    audit = audit_of(seal({**SOUND, "round.toml": b"", "manifest.json": b"[]\n"}))
    assert "rebuilt tokens" in failed(audit)
    assert "rebuilt JUP" not in failed(audit)


def test_a_manifest_that_is_no_object_is_no_traceback() -> None:
    audit = audit_of(seal({**SOUND, "manifest.json": b"[]\n"}))
    assert ["is no object"] == problems_of(audit, "rebuilt manifest.json")


def test_so_many_findings_are_counted_and_not_kept() -> None:
    rows = [(wallet, 5, 0) for wallet in wallets(1_200, "many")]
    plain = [replace(TOKENS[0], rows=rows, most=2_000)]
    content, text = list_csv(plain), round_text(plain).encode()
    files = built(content, text)
    name = "JUP/proofs/tree_0.json"
    leaves = leaves_of(files, name)
    for leaf in leaves:
        leaf.fields["amount"] = 6
    audit = audit_of(with_leaves(files, leaves, name), {"list.csv": content})
    check = check_of(audit, "proofs")
    assert ("1,200 findings", 1_001) == (check.summary, len(check.findings))
    assert "200 more findings" == check.findings[-1].problem
    assert "more lines differ" == problems_of(audit, "rebuilt JUP")[-1]
