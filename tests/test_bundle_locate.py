"""One wallet's proof is found without reading the rest, and nothing of it is believed."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import base58
import pytest

from allocation.address import AddressError
from allocation.errors import AsrError
from merkle.bundle import BundleError, UnknownWalletError, files, find_wallet, locate, open_bundle
from merkle.proof import fold
from tests.forging import (
    CSV,
    TOKENS,
    TREE,
    Files,
    edited,
    leaves_of,
    replaced,
    row_of,
    sound,
    with_leaves,
)
from tests.plain_bundle import WEN, PlainToken, plain_rows, put, seal, wallets
from tests.reference_tree import jupiter_leaf
from tests.test_bundle_write import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from merkle.bundle import WalletProof

BOTH = sound([TOKENS[0], replace(TOKENS[0], symbol="WEN", mint=WEN, most=3)])
SOUND = sound()
LEAVES = leaves_of(SOUND)
WALLET = LEAVES[1].wallet


def find(bundle: Files, folder: Path, wallet: str = WALLET) -> list[WalletProof]:
    return find_wallet(open_bundle(put(bundle, folder)), wallet)


@pytest.mark.parametrize("tokens", CASES.values(), ids=CASES)
def test_every_wallet_of_a_bundle_is_found_with_its_amounts(
    tokens: list[PlainToken], tmp_path: Path
) -> None:
    bundle = open_bundle(put(sound(tokens), tmp_path))
    for token in tokens:
        for row, (wallet, unlocked, locked) in enumerate(token.leaves):
            (proof,) = find_wallet(bundle, base58.b58encode(wallet).decode(), token.symbol)
            assert (wallet, row, unlocked, locked) == (
                proof.wallet,
                proof.row,
                proof.unlocked,
                proof.locked,
            )
            assert row // token.most == proof.number
            assert token.symbol == proof.token.symbol
            assert token.first_version + proof.number == proof.tree.version


def test_a_proof_leads_to_the_root_and_its_line_is_that_of_the_file(tmp_path: Path) -> None:
    (proof,) = find(SOUND, tmp_path)
    leaf = jupiter_leaf(proof.wallet, proof.unlocked, proof.locked)
    assert proof.tree.root == fold(leaf, proof.siblings, "sha256")
    assert LEAVES[1].fields == json.loads(b"{" + proof.line + b"}")[WALLET]


def test_what_was_checked_is_said(tmp_path: Path) -> None:
    (proof,) = find(SOUND, tmp_path)
    assert (
        f"manifest.json, {CSV} and {TREE} have the digests that SHA256SUMS lists",
        "manifest.json does not contradict itself",
        f"the wallet stands once in {CSV}, in line 7",
        f"it stands once in {TREE}, in line 3, its place, with the same amounts",
        f"its leaf and 2 siblings lead to the root {proof.tree.root.hex()}",
    ) == proof.checked


def test_a_wallet_is_found_in_every_token_or_in_the_one_asked_for(tmp_path: Path) -> None:
    bundle = open_bundle(put(BOTH, tmp_path))
    assert ["JUP", "WEN"] == [proof.token.symbol for proof in find_wallet(bundle, WALLET)]
    assert [(1, 5), (1, 5)] == [(proof.number, proof.row) for proof in find_wallet(bundle, WALLET)]
    assert ["WEN"] == [proof.token.symbol for proof in find_wallet(bundle, WALLET, "WEN")]


def test_an_unknown_wallet_is_said_to_be_paid_nothing(tmp_path: Path) -> None:
    stranger = base58.b58encode(b"\x07" * 32).decode()
    with pytest.raises(UnknownWalletError, match=f"{stranger} is not among those whom .* JUP, wen"):
        find(SOUND, tmp_path, stranger)


def test_the_beginning_of_a_wallet_is_no_wallet(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="bytes, not 32"):
        find(SOUND, tmp_path, WALLET[:-2])


def test_an_unknown_token_is_said_with_those_that_are_known(tmp_path: Path) -> None:
    bundle = open_bundle(put(SOUND, tmp_path))
    with pytest.raises(AsrError, match="the bundle has no token 'jup'; it has JUP, wen_2"):
        find_wallet(bundle, WALLET, "jup")


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match="no such folder"):
        open_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize("size", [1, 50, 100, 1000])
def test_the_size_of_what_is_searched_at_once_changes_nothing(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (expected,) = find(SOUND, tmp_path)
    monkeypatch.setattr(locate, "SEARCHED_AT_ONCE", size)
    assert [expected] == find(SOUND, tmp_path)


def test_a_file_is_hashed_whole_however_many_blocks_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_WAITING", 2)
    monkeypatch.setattr(locate, "SEARCHED_AT_ONCE", 100)
    assert find(SOUND, tmp_path)
    with pytest.raises(BundleError, match="its sha256 is"):
        find({**SOUND, CSV: SOUND[CSV] + b"\n"}, tmp_path)


def refusal(bundle: Files, folder: Path) -> tuple[str, int | None, str | None, str]:
    """Return file, line, wallet and problem for which the wallet is refused."""
    with pytest.raises(BundleError) as refused:
        find(bundle, folder)
    finding = refused.value.finding
    return (finding.file, finding.line, finding.wallet, finding.problem)


@pytest.mark.parametrize("name", ["manifest.json", CSV, TREE])
def test_a_file_with_another_digest_is_refused(name: str, tmp_path: Path) -> None:
    lines = [
        b"0" * 64 + line[64:] if line.endswith(name.encode()) else line
        for line in SOUND["SHA256SUMS"].split(b"\n")
    ]
    file, _, _, problem = refusal({**SOUND, "SHA256SUMS": b"\n".join(lines)}, tmp_path)
    assert name == file
    assert problem.startswith("its sha256 is ")


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS", CSV, TREE])
def test_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    bundle = {path: content for path, content in SOUND.items() if path != name}
    assert (name, "missing") == refusal(bundle, tmp_path)[::3]


def test_a_list_of_digests_that_is_not_that_of_the_manifest_is_refused(tmp_path: Path) -> None:
    bundle = {path: content for path, content in SOUND.items() if path != "inputs.json"}
    problem = "lists other files than manifest.json, see inputs.json"
    assert ("SHA256SUMS", None, None, problem) == refusal(seal(bundle), tmp_path)


def test_a_second_row_of_the_wallet_is_refused(tmp_path: Path) -> None:
    bundle = seal({**SOUND, CSV: SOUND[CSV] + row_of(SOUND, WALLET) + b"\n"})
    assert (CSV, None, WALLET, "stands twice") == refusal(bundle, tmp_path)


def test_a_second_row_in_a_later_block_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "SEARCHED_AT_ONCE", 100)
    bundle = seal({**SOUND, CSV: SOUND[CSV] + row_of(SOUND, WALLET) + b"\n"})
    assert (CSV, None, WALLET, "stands twice") == refusal(bundle, tmp_path)


def test_a_second_line_of_the_wallet_is_refused(tmp_path: Path) -> None:
    bundle = with_leaves(SOUND, [*LEAVES, LEAVES[1]])
    assert (TREE, None, WALLET, "stands twice") == refusal(bundle, tmp_path)


def test_a_row_without_its_line_is_refused(tmp_path: Path) -> None:
    bundle = with_leaves(SOUND, [LEAVES[0], *LEAVES[2:]])
    problem = "has no line of it, but row 5 belongs here"
    assert (TREE, None, WALLET, problem) == refusal(bundle, tmp_path)


def test_a_row_beyond_all_trees_is_refused(tmp_path: Path) -> None:
    lines = SOUND[CSV].split(b"\n")
    bundle = seal({**SOUND, CSV: b"\n".join([*lines[:6], *[b"x"] * 5, *lines[6:]])})
    problem = "has more rows than the 10 leaves"
    assert (CSV, 12, None, problem) == refusal(bundle, tmp_path)


@pytest.mark.parametrize(
    "amounts",
    [b",1.0,0.000000", b",1,0", b",01.000000,0.000000", b"," + b"9" * 20 + b".000000,0.000000"],
)
def test_a_row_that_is_not_as_this_tool_writes_it_is_refused(
    amounts: bytes, tmp_path: Path
) -> None:
    bundle = replaced(SOUND, CSV, row_of(SOUND, WALLET), WALLET.encode() + amounts)
    problem = "no allocation as this tool writes it"
    assert (CSV, 7, WALLET, problem) == refusal(bundle, tmp_path)


def change(edit: str, value: Any) -> Files:
    leaves = deepcopy(LEAVES)
    leaves[1].fields[edit] = value
    return with_leaves(SOUND, leaves)


SIBLINGS = LEAVES[1].fields["proof"]
FORGED = [
    ("amount", 7, "amounts 7 and 0, allocations.csv has "),
    ("locked_amount", 7, "amounts "),
    ("merkle_tree", WALLET, f"merkle_tree is '{WALLET}', the manifest has '"),
    ("proof", SIBLINGS[:1], "the proof has 1 siblings, not 2"),
    ("proof", [], "the proof has 0 siblings, not 2"),
    ("proof", SIBLINGS[::-1], "the proof leads to "),
    ("proof", [SIBLINGS[0], [*SIBLINGS[1][:31], 256]], "the proof has a sibling that is not 32"),
    ("proof", [SIBLINGS[0], SIBLINGS[1][:31]], "the proof has a sibling that is not 32 numbers"),
    ("amount", -7, "no leaf as this tool writes it"),
    ("amount", "7", "no leaf as this tool writes it"),
    ("more", 1, "no leaf as this tool writes it"),
]


@pytest.mark.parametrize(("key", "value", "problem"), FORGED)
def test_a_forged_line_is_refused_at_its_wallet(
    key: str, value: object, problem: str, tmp_path: Path
) -> None:
    file, line, wallet, found = refusal(change(key, value), tmp_path)
    assert (TREE, 3, WALLET, problem) == (file, line, wallet, found[: len(problem)])


def test_a_line_at_another_place_is_refused(tmp_path: Path) -> None:
    bundle = with_leaves(SOUND, [LEAVES[1], LEAVES[0], *LEAVES[2:]])
    problem = "belongs to line 3, by its row of allocations.csv"
    assert (TREE, 2, WALLET, problem) == refusal(bundle, tmp_path)


def test_an_amount_forged_in_all_files_but_not_in_the_root_is_refused(tmp_path: Path) -> None:
    bundle = replaced(
        SOUND, CSV, row_of(SOUND, WALLET), row_of(SOUND, WALLET).replace(b",1.", b",2.")
    )
    leaves = deepcopy(LEAVES)
    leaves[1].fields["amount"] += 1_000_000
    file, line, wallet, problem = refusal(with_leaves(bundle, leaves), tmp_path)
    assert (TREE, 3, WALLET) == (file, line, wallet)
    assert problem.startswith("the proof leads to ")


def test_a_manifest_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    def edit(document: Any) -> None:
        document["tokens"][0]["trees"][2]["depth"] = 3

    problem = "tokens[0].trees[2].depth is not 1, that of 2 leaves"
    assert ("manifest.json", None, None, problem) == refusal(
        edited(SOUND, "manifest.json", edit), tmp_path
    )


def test_a_link_in_place_of_the_allocations_is_refused(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    (tmp_path / "bundle" / CSV).rename(tmp_path / "elsewhere")
    (tmp_path / "bundle" / CSV).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match=r"JUP/allocations.csv is a link"):
        find_wallet(open_bundle(tmp_path / "bundle"), WALLET)


def test_one_leaf_has_a_proof_without_siblings(tmp_path: Path) -> None:
    (wallet,) = wallets(1)
    bundle = sound([PlainToken(rows=plain_rows(1))])
    (proof,) = find(bundle, tmp_path, base58.b58encode(wallet).decode())
    assert () == proof.siblings
