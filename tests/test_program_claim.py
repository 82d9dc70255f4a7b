"""The claims of every program, byte for byte."""

from __future__ import annotations

import struct
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from merkle.program import PROFILES
from merkle.program.errors import ProgramError
from merkle.program.instructions_claim import (
    ClaimAccounts,
    ClaimedLeaf,
    StakeAccounts,
    claim_locked,
    claim_locked_and_stake,
    new_claim,
    new_claim_and_stake,
)
from tests.plain_programs import key, roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.instruction import Instruction

STAKE = StakeAccounts(
    locker=key("locker"), escrow=key("escrow"), escrow_tokens=key("escrow_tokens")
)
ACCOUNTS = ClaimAccounts(
    distributor=key("distributor"),
    claim_status=key("claim_status"),
    vault=key("from"),
    claimant=key("claimant"),
    destination=key("to"),
    stake=STAKE,
)
SIBLINGS = (bytes(range(32)), bytes(range(32, 64)))
LEAF = ClaimedLeaf(unlocked=19_111_385, locked=2**64 - 1, siblings=SIBLINGS)
ARGUMENTS = struct.pack("<QQI", 19_111_385, 2**64 - 1, 2) + bytes(range(64))
JUPITER = PROFILES["jupiter"]
NO_OPERATOR = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"

PLAIN = ("jupiter-2024", "kamino", "jito")


@pytest.mark.parametrize("name", PROFILES)
def test_a_claim_says_amounts_and_proof(name: str) -> None:
    instruction = new_claim(PROFILES[name], ACCOUNTS, LEAF)
    assert PROFILES[name].program_id == bytes(instruction.program_id)
    assert bytes.fromhex("4eb1627bd215bb53") + ARGUMENTS == bytes(instruction.data)


def test_a_proof_without_hashes_is_an_empty_list() -> None:
    instruction = new_claim(JUPITER, ACCOUNTS, ClaimedLeaf(unlocked=1, locked=0, siblings=()))
    assert struct.pack("<QQI", 1, 0, 0) == bytes(instruction.data)[8:]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_claim_pays_the_destination(name: str) -> None:
    expected = "distributor W, claim_status W, from W, to W, claimant WS, token, system"
    assert expected == roles(new_claim(PROFILES[name], ACCOUNTS, LEAF))


def test_an_absent_operator_is_the_programs_own_id() -> None:
    expected = (
        f"distributor W, claim_status W, from W, to W, claimant WS, {NO_OPERATOR}, token, system"
    )
    assert expected == roles(new_claim(JUPITER, ACCOUNTS, LEAF))


def test_an_operator_signs() -> None:
    accounts = replace(ACCOUNTS, operator=key("operator"))
    expected = "distributor W, claim_status W, from W, to W, claimant WS, operator S, token, system"
    assert expected == roles(new_claim(JUPITER, accounts, LEAF))


def test_asrs_claim_stakes() -> None:
    expected = (
        "distributor W, claim_status W, from W, to W, claimant WS, token, system, voter, "
        "locker W, escrow W, escrow_tokens W"
    )
    assert expected == roles(new_claim(PROFILES["jupiter-asr-2024"], ACCOUNTS, LEAF))


def test_claim_and_stake_needs_no_destination() -> None:
    accounts = replace(ACCOUNTS, destination=None, operator=ACCOUNTS.claimant)
    instruction = new_claim_and_stake(JUPITER, accounts, LEAF)
    expected = (
        "distributor W, claim_status W, from W, claimant WS, claimant S, token, system, voter, "
        "locker W, escrow W, escrow_tokens W"
    )
    assert expected == roles(instruction)
    assert bytes.fromhex("326ff27633fa8dbb") + ARGUMENTS == bytes(instruction.data)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "jupiter",
            "distributor W, claim_status W, from W, to W, claimant S, operator S, token",
        ),
        (
            "jupiter-asr-2024",
            (
                "distributor W, claim_status W, from W, to W, claimant WS, token, voter, "
                "locker W, escrow W, escrow_tokens W"
            ),
        ),
        *(
            (name, "distributor W, claim_status W, from W, to W, claimant WS, token")
            for name in PLAIN
        ),
    ],
)
def test_a_locked_amount_is_claimed_without_a_proof(name: str, expected: str) -> None:
    operator = key("operator") if name == "jupiter" else None
    instruction = claim_locked(PROFILES[name], replace(ACCOUNTS, operator=operator))
    assert expected == roles(instruction)
    assert bytes.fromhex("22ceb5170bcf935a") == bytes(instruction.data)


def test_a_locked_amount_is_staked_with_jupiter() -> None:
    instruction = claim_locked_and_stake(JUPITER, ACCOUNTS)
    expected = (
        f"distributor W, claim_status W, from W, claimant S, {NO_OPERATOR}, token, voter, "
        "locker W, escrow W, escrow_tokens W"
    )
    assert expected == roles(instruction)
    assert bytes.fromhex("add051080d13ca96") == bytes(instruction.data)


def refusal(make: Callable[..., Instruction], name: str, *leaf: Any, **changes: Any) -> str:
    with pytest.raises(ProgramError) as caught:
        make(PROFILES[name], replace(ACCOUNTS, **changes), *leaf)
    return str(caught.value)


@pytest.mark.parametrize("name", [*PLAIN, "jupiter-asr-2024"])
def test_only_jupiter_has_claim_and_stake(name: str) -> None:
    expected = f"{name}: it has no claim-and-stake instruction"
    assert expected == refusal(new_claim_and_stake, name, LEAF)
    assert expected == refusal(claim_locked_and_stake, name)


def test_accounts_that_are_missing_are_refused() -> None:
    needs_stake = "a claim that stakes needs locker and stake account"
    assert f"jupiter: {needs_stake}" == refusal(new_claim_and_stake, "jupiter", LEAF, stake=None)
    asr = "jupiter-asr-2024"
    assert f"{asr}: {needs_stake}" == refusal(new_claim, asr, LEAF, stake=None)
    expected = "jito: the claim needs a token account that is paid"
    assert expected == refusal(new_claim, "jito", LEAF, destination=None)


def test_an_operator_that_nobody_knows_is_refused() -> None:
    expected = "kamino: claims have no operator; leave it out"
    assert expected == refusal(new_claim, "kamino", LEAF, operator=key("operator"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("new_distributor", "208b70ab0002e19b"),
        ("new_distributor2", "455b22f770b215fb"),
        ("new_claim", "4eb1627bd215bb53"),
        ("claim_locked", "22ceb5170bcf935a"),
        ("new_claim_and_stake", "326ff27633fa8dbb"),
        ("claim_locked_and_stake", "add051080d13ca96"),
        ("clawback", "6f5c8e4f21ea521b"),
        ("set_clawback_receiver", "99d92214131de54b"),
        ("set_admin", "fba300345bc2bb5c"),
        ("set_activation_point", "5bf90fa51a81fe7d"),
        ("set_operator", "ee9965a9f3832401"),
        ("set_enable_slot", "05344921967361ce"),
        ("close_distributor", "ca38b48f2e686a70"),
        ("close_claim_status", "a3d6bfa5f5bc11b9"),
    ],
)
def test_a_discriminator_is_the_hash_of_the_name(name: str, expected: str) -> None:
    assert expected == sha256(f"global:{name}".encode()).hexdigest()[:16]
