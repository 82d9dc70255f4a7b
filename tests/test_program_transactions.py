"""Transactions are unsigned, whole, and fit a packet."""

from __future__ import annotations

from base64 import b64decode

import pytest

from allocation.address import format_address
from merkle.program.instructions_system import compute_price, transfer_lamports
from merkle.program.transactions import (
    Freshness,
    LookupTable,
    TooLargeError,
    TransactionError,
    size_of,
    unsigned,
)
from tests.plain_programs import SYSTEM, key

PAYER, FROM, TO, NONCE = key("payer"), key("from"), key("to"), key("nonce")
MOVE = transfer_lamports(source=FROM, destination=TO, lamports=1)
HASH = bytes(range(32))
DATA = b"\2\0\0\0\1\0\0\0\0\0\0\0"


def test_a_legacy_transaction_is_packed_as_the_cluster_reads_it() -> None:
    made = unsigned([MOVE], PAYER, freshness=Freshness(blockhash=HASH))
    keys = PAYER + FROM + TO + bytes(32)
    header = b"\2\0\1" + b"\4"
    instruction = b"\1" + b"\3" + b"\2\1\2" + b"\x0c" + DATA
    assert b"\2" + bytes(128) + header + keys + HASH + instruction == made.content
    assert (PAYER, FROM) == made.signers
    assert made.has_blockhash


def test_a_v0_transaction_has_a_prefix_and_no_tables() -> None:
    made = unsigned([MOVE], PAYER, freshness=Freshness(blockhash=HASH), version="v0")
    legacy = unsigned([MOVE], PAYER, freshness=Freshness(blockhash=HASH))
    assert legacy.content[:129] + b"\x80" + legacy.content[129:] + b"\0" == made.content


def test_without_a_blockhash_it_is_empty_and_says_so() -> None:
    made = unsigned([MOVE], PAYER)
    assert not made.has_blockhash
    assert bytes(32) == made.content[129 + 4 + 128 :][:32]


def test_the_payer_who_is_the_source_signs_once() -> None:
    assert (FROM,) == unsigned([MOVE], FROM).signers


def test_a_nonce_is_advanced_first() -> None:
    fresh = Freshness(blockhash=HASH, nonce=NONCE, nonce_authority=FROM)
    made = unsigned([MOVE], PAYER, freshness=fresh)
    first, second = made.instructions
    assert MOVE == second
    assert (SYSTEM, b"\4\0\0\0") == (str(first.program_id), bytes(first.data))
    assert [format_address(NONCE), format_address(FROM)] == [
        str(first.accounts[0].pubkey),
        str(first.accounts[2].pubkey),
    ]


def test_the_payer_advances_a_nonce_of_nobody_else() -> None:
    made = unsigned([MOVE], PAYER, freshness=Freshness(blockhash=HASH, nonce=NONCE))
    assert format_address(PAYER) == str(made.instructions[0].accounts[2].pubkey)


def test_base64_is_the_whole_transaction() -> None:
    made = unsigned([MOVE], PAYER)
    assert made.content == b64decode(made.base64)
    assert len(made.content) == made.size == size_of([MOVE], PAYER)


def test_a_table_saves_31_bytes_per_account() -> None:
    table = LookupTable(address=key("table"), entries=(TO,))
    without = size_of([MOVE], PAYER, version="v0")
    # the account's key leaves; the table's key, two lists and one index come
    assert without - 32 + 32 + 3 == size_of([MOVE], PAYER, version="v0", tables=[table])
    with pytest.raises(TransactionError, match="only a v0 transaction has lookup tables"):
        size_of([MOVE], PAYER, tables=[table])


def test_1232_bytes_fit_and_no_byte_more() -> None:
    fitting = [transfer_lamports(source=PAYER, destination=TO, lamports=1)]
    while size_of([*fitting, compute_price(0)], PAYER) <= 1232:
        fitting.append(compute_price(0))
    room = 1232 - size_of(fitting, PAYER)
    assert room < 12
    assert unsigned(fitting, PAYER).size == 1232 - room
    with pytest.raises(TooLargeError) as caught:
        unsigned([*fitting, compute_price(0)], PAYER)
    size = size_of([*fitting, compute_price(0)], PAYER)
    assert size == caught.value.size
    assert str(caught.value) == (
        f"the transaction has {size:,} bytes, 1,232 fit a packet; split it, or use v0 with a "
        "lookup table"
    )
