"""Instructions of SPL Token, the system program and the compute budget, byte for byte."""

from __future__ import annotations

import struct

from allocation.address import format_address
from merkle.program.instructions_system import (
    advance_nonce,
    compute_limit,
    compute_price,
    transfer_lamports,
)
from merkle.program.instructions_token import (
    create_token_account,
    initialize_mint,
    mint_to,
    transfer,
    transfer_checked,
)
from tests.distributions import JUP
from tests.plain_programs import ASSOCIATED, BUDGET, SYSTEM, TOKEN, key, plain_address, roles

OWNER, PAYER, FROM, TO, MINT = key("owner"), key("payer"), key("from"), key("to"), key("mint")


def test_a_token_account_is_created_where_it_is_missing() -> None:
    made = create_token_account(payer=PAYER, owner=OWNER, mint=MINT, address=TO)
    assert (ASSOCIATED, b"\1") == (str(made.program_id), bytes(made.data))
    assert "payer WS, to W, owner, mint, system, token" == roles(made)


def test_its_address_is_derived_where_it_is_not_given() -> None:
    made = create_token_account(payer=PAYER, owner=OWNER, mint=JUP)
    token = bytes(made.accounts[5].pubkey)
    expected = plain_address(ASSOCIATED, OWNER, token, JUP)
    assert format_address(expected) == str(made.accounts[1].pubkey)


def test_tokens_are_moved() -> None:
    checked = transfer_checked(
        source=FROM, mint=MINT, destination=TO, owner=OWNER, amount=5, decimals=6
    )
    assert (TOKEN, struct.pack("<BQB", 12, 5, 6)) == (str(checked.program_id), bytes(checked.data))
    assert "from W, mint, to W, owner S" == roles(checked)
    made = transfer(source=FROM, destination=TO, owner=OWNER, amount=5)
    assert (TOKEN, struct.pack("<BQ", 3, 5)) == (str(made.program_id), bytes(made.data))
    assert "from W, to W, owner S" == roles(made)


def test_tokens_are_made() -> None:
    made = initialize_mint(mint=MINT, decimals=9, authority=OWNER)
    assert (TOKEN, bytes([20, 9]) + OWNER + b"\0") == (str(made.program_id), bytes(made.data))
    assert "mint W" == roles(made)
    made = mint_to(mint=MINT, destination=TO, authority=OWNER, amount=5)
    assert (TOKEN, struct.pack("<BQ", 7, 5)) == (str(made.program_id), bytes(made.data))
    assert "mint W, to W, owner S" == roles(made)


def test_compute_is_limited_and_priced() -> None:
    limit, price = compute_limit(150_000), compute_price(2**40)
    assert (BUDGET, struct.pack("<BI", 2, 150_000)) == (str(limit.program_id), bytes(limit.data))
    assert (BUDGET, struct.pack("<BQ", 3, 2**40)) == (str(price.program_id), bytes(price.data))
    assert ("", "") == (roles(limit), roles(price))


def test_lamports_are_moved() -> None:
    made = transfer_lamports(source=FROM, destination=TO, lamports=7)
    assert (SYSTEM, struct.pack("<IQ", 2, 7)) == (str(made.program_id), bytes(made.data))
    assert "from WS, to W" == roles(made)


def test_a_nonce_is_advanced() -> None:
    made = advance_nonce(nonce=TO, authority=OWNER)
    assert (SYSTEM, struct.pack("<I", 4)) == (str(made.program_id), bytes(made.data))
    assert "to W, SysvarRecentB1ockHashes11111111111111111111, owner S" == roles(made)
