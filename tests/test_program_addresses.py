"""Addresses are derived from the seeds that the programs use."""

from __future__ import annotations

import pytest

from allocation.address import format_address, parse_address
from merkle.program import PROFILES
from merkle.program.addresses import (
    associated_token_address,
    associated_token_addresses,
    claim_status_address,
    claim_status_addresses,
    escrow_address,
    escrow_addresses,
    locker_address,
)
from merkle.program.ids import (
    ASSOCIATED_TOKEN_PROGRAM,
    COMPUTE_BUDGET_PROGRAM,
    GOVERN,
    LOCKED_VOTER,
    NO_KEY,
    RECENT_BLOCKHASHES,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
)
from merkle.program.rent import rent_exempt
from tests.distributions import JUP
from tests.plain_programs import ASSOCIATED, TOKEN, VOTER, key, plain_address

OWNER, OTHER = key("owner"), key("other")


@pytest.mark.parametrize("name", PROFILES)
def test_the_record_of_a_claim_has_claimant_and_distributor_as_seeds(name: str) -> None:
    program = format_address(PROFILES[name].program_id)
    expected = plain_address(program, b"ClaimStatus", OWNER, OTHER)
    assert expected == claim_status_address(PROFILES[name], OWNER, OTHER)


def test_a_token_account_has_owner_token_program_and_mint_as_seeds() -> None:
    expected = plain_address(ASSOCIATED, OWNER, parse_address(TOKEN), JUP)
    assert expected == associated_token_address(OWNER, JUP)


def test_jupiters_locker_is_the_real_one() -> None:
    base = parse_address("bJ1TRoFo2P6UHVwqdiipp6Qhp2HaaHpLowZ5LHet8Gm")
    locker = locker_address(base)
    assert "CVMdMd79no569tjc5Sq7kzz8isbfCcFyBS5TLGsrZ5dN" == format_address(locker)


def test_a_stake_account_has_locker_and_owner_as_seeds() -> None:
    expected = plain_address(VOTER, b"Escrow", OTHER, OWNER)
    assert expected == escrow_address(OTHER, OWNER)


def test_many_are_derived_in_order() -> None:
    jupiter, owners = PROFILES["jupiter"], [OWNER, OTHER]
    assert [claim_status_address(jupiter, owner, JUP) for owner in owners] == (
        claim_status_addresses(jupiter, owners, JUP)
    )
    assert [associated_token_address(owner, JUP) for owner in owners] == (
        associated_token_addresses(owners, JUP)
    )
    assert [escrow_address(JUP, owner) for owner in owners] == escrow_addresses(JUP, owners)


def test_programs_have_their_ids() -> None:
    assert [
        "voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj",
        "GovaE4iu227srtG2s3tZzB4RmWBzw8sTwrCLZz7kN7rY",
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
        "11111111111111111111111111111111",
        "ComputeBudget111111111111111111111111111111",
        "SysvarRecentB1ockHashes11111111111111111111",
        "11111111111111111111111111111111",
    ] == [
        format_address(program)
        for program in (
            LOCKED_VOTER,
            GOVERN,
            TOKEN_PROGRAM,
            ASSOCIATED_TOKEN_PROGRAM,
            SYSTEM_PROGRAM,
            COMPUTE_BUDGET_PROGRAM,
            RECENT_BLOCKHASHES,
            NO_KEY,
        )
    ]


@pytest.mark.parametrize(
    ("size", "lamports"), [(0, 890_880), (160, 2_004_480), (165, 2_039_280), (80, 1_447_680)]
)
def test_rent_is_what_the_cluster_asks(size: int, lamports: int) -> None:
    assert lamports == rent_exempt(size)
