"""What an admin, or anybody, does with a distributor, byte for byte."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from merkle.program import PROFILES
from merkle.program.errors import ProgramError
from merkle.program.instructions_admin import (
    clawback,
    close_claim_status,
    close_distributor,
    set_activation,
    set_admin,
    set_clawback_receiver,
    set_operator,
)
from tests.plain_programs import key, roles

if TYPE_CHECKING:
    from solders.instruction import Instruction

JUPITER, JITO = PROFILES["jupiter"], PROFILES["jito"]
DISTRIBUTOR, VAULT, RECEIVER = key("distributor"), key("vault"), key("receiver")
ADMIN, NEW_ADMIN, CALLER, CLAIMANT = key("admin"), key("new_admin"), key("caller"), key("claimant")
OTHERS = [name for name in PROFILES if name != "jupiter"]


def called(name: str, discriminator: str, instruction: Instruction) -> bytes:
    """Return the arguments of a call of this program and instruction."""
    assert PROFILES[name].program_id == bytes(instruction.program_id)
    assert discriminator == bytes(instruction.data)[:8].hex()
    return bytes(instruction.data)[8:]


def test_nobody_signs_jupiters_clawback() -> None:
    made = clawback(JUPITER, distributor=DISTRIBUTOR, vault=VAULT, receiver=RECEIVER)
    assert b"" == called("jupiter", "6f5c8e4f21ea521b", made)
    assert "distributor W, vault W, receiver W, token" == roles(made)


@pytest.mark.parametrize("name", OTHERS)
def test_somebody_signs_the_clawback_of_the_others(name: str) -> None:
    accounts = {"distributor": DISTRIBUTOR, "vault": VAULT, "receiver": RECEIVER}
    made = clawback(PROFILES[name], caller=CALLER, **accounts)
    assert b"" == called(name, "6f5c8e4f21ea521b", made)
    assert "distributor W, vault W, receiver W, caller S, system, token" == roles(made)
    with pytest.raises(ProgramError, match=f"{name}: somebody has to sign the clawback; say who"):
        clawback(PROFILES[name], **accounts)


@pytest.mark.parametrize("name", PROFILES)
def test_the_clawback_receiver_is_set(name: str) -> None:
    made = set_clawback_receiver(
        PROFILES[name], distributor=DISTRIBUTOR, receiver=RECEIVER, admin=ADMIN
    )
    assert b"" == called(name, "99d92214131de54b", made)
    admin = "admin S" if name == "jupiter" else "admin WS"
    assert f"distributor W, receiver, {admin}" == roles(made)


@pytest.mark.parametrize("name", PROFILES)
def test_the_admin_is_set(name: str) -> None:
    made = set_admin(PROFILES[name], distributor=DISTRIBUTOR, admin=ADMIN, new_admin=NEW_ADMIN)
    assert b"" == called(name, "fba300345bc2bb5c", made)
    rest = "admin S, new_admin" if name == "jupiter" else "admin WS, new_admin W"
    assert f"distributor W, {rest}" == roles(made)


@pytest.mark.parametrize(
    ("name", "discriminator"),
    [
        ("jupiter", "5bf90fa51a81fe7d"),
        ("jupiter-2024", "5bf90fa51a81fe7d"),
        ("jupiter-asr-2024", "05344921967361ce"),
        ("kamino", "05344921967361ce"),
    ],
)
def test_the_activation_is_set(name: str, discriminator: str) -> None:
    made = set_activation(PROFILES[name], distributor=DISTRIBUTOR, admin=ADMIN, point=2**40)
    assert struct.pack("<Q", 2**40) == called(name, discriminator, made)
    assert "distributor W, admin WS" == roles(made)


def test_jito_has_no_activation() -> None:
    with pytest.raises(ProgramError, match="jito: claims begin with the distributor"):
        set_activation(JITO, distributor=DISTRIBUTOR, admin=ADMIN, point=1)


def test_the_operator_is_set_with_jupiter_alone() -> None:
    made = set_operator(JUPITER, distributor=DISTRIBUTOR, admin=ADMIN, operator=CALLER)
    assert bytes(CALLER) == called("jupiter", "ee9965a9f3832401", made)
    assert "distributor W, admin S" == roles(made)
    for name in OTHERS:
        with pytest.raises(ProgramError, match=f"{name}: claims have no operator"):
            set_operator(PROFILES[name], distributor=DISTRIBUTOR, admin=ADMIN, operator=CALLER)


def test_no_operator_is_the_empty_key() -> None:
    made = set_operator(JUPITER, distributor=DISTRIBUTOR, admin=ADMIN, operator=None)
    assert bytes(32) == called("jupiter", "ee9965a9f3832401", made)


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "jito"])
def test_what_is_closable_is_closed(name: str) -> None:
    made = close_distributor(
        PROFILES[name], distributor=DISTRIBUTOR, vault=VAULT, admin=ADMIN, destination=RECEIVER
    )
    assert b"" == called(name, "ca38b48f2e686a70", made)
    assert "distributor W, vault W, admin WS, receiver W, token" == roles(made)
    made = close_claim_status(PROFILES[name], claim_status=VAULT, claimant=CLAIMANT, admin=ADMIN)
    assert b"" == called(name, "a3d6bfa5f5bc11b9", made)
    assert "vault W, claimant W, admin S" == roles(made)


def test_nothing_of_jito_is_closed() -> None:
    with pytest.raises(ProgramError, match="jito: nothing of it can be closed"):
        close_claim_status(JITO, claim_status=VAULT, claimant=CLAIMANT, admin=ADMIN)
