"""A single proof from anywhere is folded up to a root that the asker trusts."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address, format_address, parse_address
from merkle.leaf import MINT_BOUND
from merkle.verify import ProofError, SingleProof, parse_root, verify_proof
from tests.distributions import shared
from tests.forging import TREE, leaves_of, sound
from tests.plain_bundle import JUP, WEN

SOUND = sound()
MANIFEST = json.loads(SOUND["manifest.json"])
ROOT = bytes.fromhex(MANIFEST["tokens"][0]["trees"][1]["root"])
LEAF = leaves_of(SOUND)[1]
WALLET = parse_address(LEAF.wallet)
AMOUNT = LEAF.fields["amount"]
NODES = [bytes(node) for node in LEAF.fields["proof"]]


def text(document: object) -> bytes:
    return json.dumps(document).encode()


def answer(**changes: object) -> dict[str, Any]:
    """Return the proof as the API answers, with changes."""
    return {**deepcopy(LEAF.fields), **changes}


EXPECTED = SingleProof(wallet=WALLET, unlocked=AMOUNT, locked=0, siblings=tuple(NODES))  # type: ignore[arg-type] # read from JSON

FORMS: dict[str, tuple[object, Address | None]] = {
    "by wallet": ({LEAF.wallet: LEAF.fields}, None),
    "by wallet, which is given too": ({LEAF.wallet: LEAF.fields}, WALLET),
    "a whole tree file": (json.loads(SOUND[TREE]), WALLET),
    "an answer": (answer(), WALLET),
    "an answer without locked amount": (
        {key: value for key, value in answer().items() if key != "locked_amount"},
        WALLET,
    ),
    "amounts as text": (answer(amount=str(AMOUNT), locked_amount="0"), WALLET),
    "siblings in hexadecimal": (answer(proof=[node.hex() for node in NODES]), WALLET),
    "siblings with 0x": (answer(proof=["0x" + node.hex().upper() for node in NODES]), WALLET),
    "siblings in base58": (
        answer(proof=[base58.b58encode(node).decode() for node in NODES]),
        WALLET,
    ),
    "a list of claims": ({"claim": [answer(mint=JUP)], "voteCount": 5}, WALLET),
    "a list of claims without mints": ({"claim": [answer(amount=7), answer()]}, WALLET),
}


@pytest.mark.parametrize(("document", "wallet"), FORMS.values(), ids=FORMS)
def test_a_proof_holds_in_every_form(document: object, wallet: Address | None) -> None:
    assert EXPECTED == verify_proof(text(document), ROOT, wallet)


def test_a_line_of_a_tree_file_holds_as_it_stands() -> None:
    lines = SOUND[TREE].split(b"\n")
    assert EXPECTED == verify_proof(lines[2] + b"\n", ROOT)
    assert lines[4][-1:] != b","
    assert verify_proof(lines[4], ROOT).wallet != WALLET


def test_the_claim_of_the_mint_asked_for_is_taken() -> None:
    claims = {"claim": [answer(mint=WEN, amount=7), answer(mint=JUP)]}
    assert EXPECTED == verify_proof(text(claims), ROOT, WALLET, mint=parse_address(JUP))
    with pytest.raises(ProofError, match=r"claim\[0\]: 2 siblings lead to "):
        verify_proof(text(claims), ROOT, WALLET, mint=parse_address(WEN))


def test_a_real_claim_and_stake_holds() -> None:
    """It was signed for mainnet; the root is the one it folds to."""
    real = shared("vectors/real_claim_and_stake.json")
    claimant = parse_address(json.loads(real)["claimant"])
    root = parse_root("d6b46aa05e1f163af62ff279473e5d08cfc2c82265d88d88e572f3ae068d232b")
    proof = verify_proof(real, root, claimant)
    assert (19111385, 0, 14) == (proof.unlocked, proof.locked, len(proof.siblings))


def test_a_leaf_that_holds_its_mint_needs_it() -> None:
    root = bytes.fromhex(MANIFEST["tokens"][1]["trees"][0]["root"])
    leaf = leaves_of(SOUND, "wen_2/proofs/tree_0.json")[1]
    document, mint = text({leaf.wallet: leaf.fields}), parse_address(WEN)
    proof = verify_proof(document, root, leaf_format=MINT_BOUND, mint=mint)
    assert leaf.wallet == format_address(proof.wallet)
    with pytest.raises(ProofError, match="lead to "):
        verify_proof(document, root, leaf_format=MINT_BOUND, mint=parse_address(JUP))
    with pytest.raises(ProofError, match="a mint-bound leaf holds its mint; say which it is"):
        verify_proof(document, root, leaf_format=MINT_BOUND)


OTHER_NODE = list(bytes(32))
WRONG: dict[str, dict[str, Any]] = {
    "another amount": {"amount": AMOUNT + 1},
    "another locked amount": {"locked_amount": 1},
    "a sibling too few": {"proof": LEAF.fields["proof"][:1]},
    "a sibling too many": {"proof": [*LEAF.fields["proof"], OTHER_NODE]},
    "siblings exchanged": {"proof": LEAF.fields["proof"][::-1]},
    "no siblings": {"proof": []},
    "another sibling": {"proof": [OTHER_NODE, LEAF.fields["proof"][1]]},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_what_leads_elsewhere_is_refused_saying_where(changes: dict[str, Any]) -> None:
    count = len(changes.get("proof", NODES))
    with pytest.raises(ProofError) as refused:
        verify_proof(text(answer(**changes)), ROOT, WALLET)
    form = rf"the proof: {count} siblings lead to [0-9a-f]{{64}}, not to the root {ROOT.hex()}: .*"
    assert re.fullmatch(form, str(refused.value))


def test_the_proof_of_somebody_else_is_refused() -> None:
    with pytest.raises(ProofError, match="not to the root"):
        verify_proof(text(answer()), ROOT, Address(bytes(32)))


def test_another_root_is_refused() -> None:
    with pytest.raises(ProofError, match=f"not to the root {'00' * 32}"):
        verify_proof(text(answer()), bytes(32), WALLET)


def test_every_claim_that_leads_elsewhere_is_named() -> None:
    with pytest.raises(ProofError, match=r"claim\[0\]: .*\nclaim\[1\]: "):
        verify_proof(text({"claim": [answer(amount=1), answer(amount=2)]}), ROOT, WALLET)


NO_PROOFS: list[tuple[object, Address | None, str]] = [
    ([], WALLET, "the proof is no object"),
    ("text", WALLET, "the proof is no JSON: "),
    ({}, None, "the proof is of 0 wallets; say which one is meant"),
    (json.loads(SOUND[TREE]), None, "the proof is of 4 wallets; say which one is meant"),
    ({WEN: {}}, WALLET, f"the proof is of 1 other wallets, not of {LEAF.wallet}"),
    ({"me": {}}, None, "the proof has the key 'me', which is no wallet: "),
    ({LEAF.wallet: 5}, None, f"{LEAF.wallet} is no object"),
    (answer(), None, "the proof does not say whose it is; give the wallet"),
    ({"claim": []}, None, "the proof does not say whose it is; give the wallet"),
    ({"claim": []}, WALLET, "claim is empty: nothing to claim"),
    ({"claim": {}}, WALLET, "claim is no list"),
    ({"claim": [5]}, WALLET, "claim[0] is no object"),
    (answer(proof="x"), WALLET, "the proof has no list of siblings in proof"),
    (answer(proof=[5]), WALLET, "the proof: proof[0] is 5, not 32 bytes as numbers, hexadecimal"),
    (answer(proof=[[1, 2]]), WALLET, "the proof: proof[0] has 2 bytes, not 32"),
    (answer(proof=[[256] * 32]), WALLET, "the proof: proof[0] has 256, which is no byte"),
    (answer(proof=[[True] * 32]), WALLET, "the proof: proof[0] has true, which is no byte"),
    (answer(proof=["ab"]), WALLET, "the proof: proof[0] is 'ab', neither hexadecimal nor base58: "),
    (answer(amount=None), WALLET, "the proof: amount is null, not base units from 0 to 2^64 - 1"),
    (answer(amount=-1), WALLET, "the proof: amount is -1, not base units from 0 to 2^64 - 1"),
    (answer(amount=2**64), WALLET, "the proof: amount is 18446744073709551616, not base units"),
    (answer(amount=True), WALLET, "the proof: amount is true, not base units"),
    (answer(amount="1.5"), WALLET, "the proof: amount is '1.5': a fraction; write base units"),
    (answer(amount=1.5), WALLET, "the proof is no JSON: '1.5' is no whole number"),
]


@pytest.mark.parametrize(("document", "wallet", "problem"), NO_PROOFS)
def test_what_is_no_proof_is_refused_with_its_place(
    document: object, wallet: Address | None, problem: str
) -> None:
    with pytest.raises(ProofError) as refused:
        verify_proof(text(document), ROOT, wallet)
    assert problem == str(refused.value)[: len(problem)]


def test_a_claim_of_another_mint_only_is_refused() -> None:
    with pytest.raises(ProofError, match=f"claim has nothing of {JUP}"):
        verify_proof(text({"claim": [answer(mint=WEN)]}), ROOT, WALLET, mint=parse_address(JUP))


@given(st.binary(max_size=100) | st.text(max_size=50).map(str.encode))
def test_no_bytes_end_in_a_traceback(content: bytes) -> None:
    with pytest.raises(ProofError):
        verify_proof(content, ROOT, WALLET)


@pytest.mark.parametrize("form", [ROOT.hex(), "0x" + ROOT.hex(), ROOT.hex().upper()])
def test_a_root_is_read_in_hexadecimal(form: str) -> None:
    assert ROOT == parse_root(form)


def test_a_root_is_read_in_base58() -> None:
    assert ROOT == parse_root(MANIFEST["tokens"][0]["trees"][1]["root_base58"])


@pytest.mark.parametrize("form", ["", "ab", ROOT.hex()[:-1], "0x"])
def test_what_is_no_root_is_refused(form: str) -> None:
    with pytest.raises(ProofError, match=f"the root is '{form}', neither hexadecimal nor base58: "):
        parse_root(form)
