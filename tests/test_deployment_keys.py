"""Keypair files: read strictly, never shown; and the transactions that they sign."""

from __future__ import annotations

import json
from typing import Any

import pytest
from solders.transaction import Transaction

from merkle.deployment.keys import holds_secret, missing_signers, read_keypair, sign
from merkle.deployment.steps import steps_of
from merkle.deployment.tokens import DeploymentError
from merkle.program.transactions import Freshness
from tests.deployments import ADMIN, BASE, address, plan_of, signing_keys

NUMBERS = list(bytes(ADMIN))


def test_a_keypair_file_is_read_as_solana_writes_it() -> None:
    key = read_keypair("id.json", ADMIN.to_json().encode())
    assert address(ADMIN.pubkey()) == key.address


def test_a_key_shows_nothing_of_its_secret() -> None:
    key = read_keypair("id.json", ADMIN.to_json().encode())
    assert "keypair" not in repr(key)
    assert str(ADMIN) not in repr(key)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "x",
        [],
        NUMBERS[:63],
        [*NUMBERS, 0],
        [*NUMBERS[:63], 256],
        [*NUMBERS[:63], -1],
        [*NUMBERS[:63], True],
        [*NUMBERS[:63], 1.0],
        [*NUMBERS[:63], "1"],
    ],
)
def test_what_is_no_keypair_is_refused_without_showing_it(value: Any) -> None:
    with pytest.raises(DeploymentError) as refused:
        read_keypair("id.json", json.dumps(value).encode())
    message = str(refused.value)
    assert message == (
        "id.json: no keypair; name a file that solana-keygen made: a list of 64 numbers"
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_no_keypair(content: bytes) -> None:
    with pytest.raises(DeploymentError, match=r"id\.json: no keypair"):
        read_keypair("id.json", content)


def test_halves_of_two_keys_are_refused() -> None:
    mixed = NUMBERS[:32] + list(bytes(BASE))[32:]
    with pytest.raises(DeploymentError, match="its public half is not that of its secret half"):
        read_keypair("id.json", json.dumps(mixed).encode())


@pytest.mark.parametrize("secret", [str(NUMBERS), str(NUMBERS)[1:-1], str(ADMIN)])
@pytest.mark.parametrize("around", ["{}", 'admin = "{}"\n', "x=1\n{} # mine\n"])
def test_a_keypair_in_a_text_is_found(secret: str, around: str) -> None:
    assert holds_secret(around.format(secret))


@pytest.mark.parametrize(
    "text",
    [
        str(ADMIN.pubkey()),
        str(NUMBERS[:63]),
        str([*NUMBERS[:63], NUMBERS[63] ^ 1]),
        str([999] * 64),
        str(ADMIN.sign_message(b"a signature has 64 bytes, too")),
        "1" * 70,
    ],
)
def test_what_is_no_keypair_is_none_in_a_text(text: str) -> None:
    assert not holds_secret(text)


def test_what_is_signed_verifies_and_is_otherwise_unchanged() -> None:
    step = steps_of(plan_of())[1]
    unsigned = step.transaction(Freshness(blockhash=b"\5" * 32))
    signed = Transaction.from_bytes(sign(unsigned, signing_keys(11, 13)))
    signed.verify()
    assert Transaction.from_bytes(unsigned.content).message == signed.message


def test_missing_signers_are_named_once() -> None:
    transactions = [step.transaction() for step in steps_of(plan_of())]
    assert [address(BASE.pubkey())] == missing_signers(transactions, signing_keys(11, 12))
    assert [] == missing_signers(transactions, signing_keys(11, 12, 13))
