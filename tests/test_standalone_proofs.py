"""One proof before the verifier that every bundle brings: nothing but the proof decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import base58
import pytest

from tests.forging import TREE, leaves_of, sound
from tests.plain_bundle import WEN, wallets
from tests.reference_tree import jupiter_leaf, mint_bound_leaf, reference_tree
from tests.standalone import Run, run

if TYPE_CHECKING:
    from pathlib import Path

SOUND = sound()
LEAF = leaves_of(SOUND)[1]
ROOT = json.loads(SOUND["manifest.json"])["tokens"][0]["trees"][1]["root"]


def proof_run(content: object, folder: Path, **other: str) -> Run:
    """Check a proof of the leaf, with one argument or another changed."""
    path = folder / "proof.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    amounts = {"amount": str(LEAF.fields["amount"]), "locked": "0"}
    given = {"root": ROOT, "wallet": LEAF.wallet, **amounts, **other}
    mint = [given["mint"]] if "mint" in given else []
    return run(given["root"], given["wallet"], given["amount"], given["locked"], path, *mint)


@pytest.mark.parametrize(
    "content",
    [
        SOUND[TREE].decode(),
        {LEAF.wallet: LEAF.fields},
        {"amount": "7", "proof": LEAF.fields["proof"]},
        LEAF.fields["proof"],
        {LEAF.wallet: LEAF.fields["proof"]},
    ],
    ids=["a tree file", "by wallet", "an answer", "a list", "a list by wallet"],
)
def test_a_proof_is_read_in_every_form_that_is_about(content: object, tmp_path: Path) -> None:
    done = proof_run(content, tmp_path)
    assert (0, "Everything checked holds.") == (done.code, done.lines[0])


@pytest.mark.parametrize(
    "other",
    [
        {"root": "ab" * 32},
        {"wallet": leaves_of(SOUND)[2].wallet},
        {"amount": str(LEAF.fields["amount"] + 1)},
        {"locked": "1"},
        {"mint": WEN},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_proof_of_anything_else_is_refused(other: dict[str, str], tmp_path: Path) -> None:
    done = proof_run(LEAF.fields["proof"], tmp_path, **other)
    assert 1 == done.code
    assert ["the proof leads to"] == [line.split(": ")[1][:18] for line in done.wrong]


def test_a_proof_of_a_leaf_that_holds_its_mint_needs_the_mint(tmp_path: Path) -> None:
    keys, mint = wallets(3), base58.b58decode(WEN)
    tree = reference_tree("keccak256", [mint_bound_leaf(mint, key, 9, 4) for key in keys])
    proof = [list(node) for node in tree.proof(2)]
    given = {"root": tree.root.hex(), "wallet": base58.b58encode(keys[2]).decode()}
    amounts = {"amount": "9", "locked": "4"}
    assert 0 == proof_run(proof, tmp_path, **given, **amounts, mint=WEN).code
    assert 1 == proof_run(proof, tmp_path, **given, **amounts).code


def test_one_leaf_is_its_own_root(tmp_path: Path) -> None:
    (key,) = wallets(1)
    wallet, root = base58.b58encode(key).decode(), jupiter_leaf(key, 2**64 - 1, 0).hex()
    done = proof_run([], tmp_path, root=root, wallet=wallet, amount=str(2**64 - 1))
    assert 0 == done.code


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "{}", "5", "null", '"x"', "NaN", "[5]", "[[5]]", "[1000000000000]", "\ud7ff"),
        *('{"proof": 1000000000000}', '{"proof": {"proof": []}}', '{"claim": []}', "[" * 100_000),
        *(
            f"[[{'256,' * 31}1]]",
            f"[[{'0.5,' * 31}1]]",
            f"[[{'null,' * 31}1]]",
            f"[[{'9' * 5000}]]",
        ),
    ],
    ids=lambda content: content[:12],
)
def test_what_is_no_proof_is_refused_in_one_line(content: str, tmp_path: Path) -> None:
    done = proof_run(content, tmp_path)
    assert (1, 1) == (done.code, len(done.wrong))


def test_a_proof_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    done = run(ROOT, LEAF.wallet, "1", "0", tmp_path / "nowhere.json")
    assert (1, 1) == (done.code, len(done.wrong))
