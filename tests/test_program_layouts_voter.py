"""The accounts of locked_voter, SPL Token and the system program lie at their offsets."""

from __future__ import annotations

import struct
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merkle.program.errors import ProgramError
from merkle.program.layouts import AccountError
from merkle.program.layouts_system import Nonce, decode_nonce, encode_nonce
from merkle.program.layouts_token import (
    Mint,
    TokenAccount,
    decode_mint,
    decode_token_account,
    encode_mint,
    encode_token_account,
)
from merkle.program.layouts_voter import (
    Escrow,
    Locker,
    PartialUnstaking,
    decode_escrow,
    decode_locker,
    decode_partial_unstaking,
    encode_escrow,
    encode_locker,
    encode_partial_unstaking,
)
from tests.plain_programs import key
from tests.test_program_layouts import at, u64

LOCKER = Locker(
    base=key("base"),
    bump=255,
    mint=key("mint"),
    locked_supply=2**64 - 1,
    total_escrow=2,
    governor=key("governor"),
    multiplier=3,
    min_stake_duration=4,
    max_stake_duration=5,
    proposal_activation_min_votes=6,
)
LOCKER_CONTENT = at(
    665,
    bytes.fromhex("4af60671f9e44ba9"),
    base=(8, LOCKER.base),
    bump=(40, b"\xff"),
    token_mint=(41, LOCKER.mint),
    locked_supply=(73, u64(2**64 - 1)),
    total_escrow=(81, u64(2)),
    governor=(89, LOCKER.governor),
    multiplier=(121, b"\3"),
    min_stake_duration=(122, u64(4)),
    max_stake_duration=(130, u64(5)),
    proposal_activation_min_votes=(138, u64(6)),
)
ESCROW = Escrow(
    locker=key("locker"),
    owner=key("owner"),
    bump=254,
    tokens=key("escrow_tokens"),
    amount=2**64 - 1,
    started_at=-1,
    ends_at=2**63 - 1,
    vote_delegate=key("delegate"),
    is_max_lock=True,
    partial_unstaking_amount=7,
)
ESCROW_CONTENT = at(
    322,
    bytes.fromhex("1fd57bbbba16da9b"),
    locker=(8, ESCROW.locker),
    owner=(40, ESCROW.owner),
    bump=(72, b"\xfe"),
    tokens=(73, ESCROW.tokens),
    amount=(105, u64(2**64 - 1)),
    escrow_started_at=(113, b"\xff" * 8),
    escrow_ends_at=(121, u64(2**63 - 1)),
    vote_delegate=(129, ESCROW.vote_delegate),
    is_max_lock=(161, b"\1"),
    partial_unstaking_amount=(162, u64(7)),
)
PARTIAL = PartialUnstaking(escrow=key("escrow"), amount=8, expiration=-9, memo="für")
PARTIAL_CONTENT = at(
    160,
    bytes.fromhex("ac923ad528fa6b3f"),
    escrow=(8, PARTIAL.escrow),
    amount=(40, u64(8)),
    expiration=(48, struct.pack("<q", -9)),
    memo=(152, b"\4\0\0\0f\xc3\xbcr"),
)
MINT = Mint(authority=key("authority"), supply=5, decimals=6, freeze_authority=None)
MINT_CONTENT = struct.pack("<I32sQB?I32s", 1, key("authority"), 5, 6, True, 0, bytes(32))
ACCOUNT = TokenAccount(mint=key("mint"), owner=key("owner"), amount=2**64 - 1)
ACCOUNT_CONTENT = struct.pack(
    "<32s32sQI32sBIQQI32s",
    *(key("mint"), key("owner"), 2**64 - 1, 0, bytes(32), 1, 0, 0, 0, 0, bytes(32)),
)
WRAPPED = replace(
    ACCOUNT,
    delegate=key("delegate"),
    state=2,
    native_reserve=0,
    delegated_amount=3,
    close_authority=key("closer"),
)
WRAPPED_CONTENT = struct.pack(
    "<32s32sQI32sBIQQI32s",
    *(key("mint"), key("owner"), 2**64 - 1, 1, key("delegate"), 2, 1, 0, 3, 1, key("closer")),
)
NONCE = Nonce(authority=key("authority"), blockhash=bytes(range(32)), lamports_per_signature=5000)
NONCE_CONTENT = struct.pack("<II32s32sQ", 1, 1, key("authority"), bytes(range(32)), 5000)

EVERY = [
    (decode_locker, encode_locker, LOCKER, LOCKER_CONTENT),
    (decode_escrow, encode_escrow, ESCROW, ESCROW_CONTENT),
    (decode_partial_unstaking, encode_partial_unstaking, PARTIAL, PARTIAL_CONTENT),
    (decode_mint, encode_mint, MINT, MINT_CONTENT),
    (
        decode_mint,
        encode_mint,
        Mint(
            authority=None,
            supply=0,
            decimals=0,
            is_initialized=False,
            freeze_authority=key("freezer"),
        ),
        struct.pack("<I32sQB?I32s", 0, bytes(32), 0, 0, False, 1, key("freezer")),
    ),
    (decode_token_account, encode_token_account, ACCOUNT, ACCOUNT_CONTENT),
    (decode_token_account, encode_token_account, WRAPPED, WRAPPED_CONTENT),
    (decode_nonce, encode_nonce, NONCE, NONCE_CONTENT),
]


@pytest.mark.parametrize(("decode", "encode", "account", "content"), EVERY)
def test_an_account_lies_at_its_offsets(
    decode: Any, encode: Any, account: Any, content: bytes
) -> None:
    assert account == decode(content)
    assert content == encode(account)


@pytest.mark.parametrize(("decode", "content"), [(row[0], row[3]) for row in EVERY])
def test_an_account_of_another_size_is_refused(decode: Any, content: bytes) -> None:
    for wrong in (content[:-1], content + b"\0", b""):
        with pytest.raises(AccountError):
            decode(wrong)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("Locker", LOCKER_CONTENT),
        ("Escrow", ESCROW_CONTENT),
        ("PartialUnstaking", PARTIAL_CONTENT),
    ],
)
def test_a_discriminator_is_the_hash_of_the_type(kind: str, content: bytes) -> None:
    assert sha256(f"account:{kind}".encode()).digest()[:8] == content[:8]


@pytest.mark.parametrize(
    ("decode", "content", "offset", "value", "problem"),
    [
        (decode_escrow, ESCROW_CONTENT, 0, 0, "it begins like an account of another type"),
        (decode_escrow, ESCROW_CONTENT, 161, 2, "is_max_lock is 2, neither 0 nor 1"),
        (decode_mint, MINT_CONTENT, 0, 2, "authority_tag is 2, neither 0 nor 1"),
        (decode_mint, MINT_CONTENT, 45, 9, "is_initialized is 9, neither 0 nor 1"),
        (decode_token_account, ACCOUNT_CONTENT, 73, 1, "delegate_tag is 256, neither 0 nor 1"),
        (decode_token_account, ACCOUNT_CONTENT, 108, 3, "state is 3, none of 0 to 2"),
        (decode_nonce, NONCE_CONTENT, 0, 0, "it holds no nonce that can be used"),
        (decode_nonce, NONCE_CONTENT, 4, 0, "it holds no nonce that can be used"),
        (decode_partial_unstaking, PARTIAL_CONTENT, 152, 5, "its memo has 4 bytes and says other"),
        (decode_partial_unstaking, PARTIAL_CONTENT, 157, 0xFF, "its memo is no text"),
    ],
)
def test_a_value_that_no_program_writes_is_refused(
    decode: Any, content: bytes, offset: int, value: int, problem: str
) -> None:
    changed = bytearray(content)
    changed[offset] = value
    with pytest.raises(AccountError, match=problem):
        decode(bytes(changed))


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ProgramError, match="Escrow of locked_voter cannot hold these values"):
        encode_escrow(replace(ESCROW, amount=-1))


@given(amount=st.integers(0, 2**64 - 1), time=st.integers(-(2**63), 2**63 - 1), memo=st.text())
def test_stake_accounts_survive_being_written(amount: int, time: int, memo: str) -> None:
    escrow = replace(ESCROW, amount=amount, ends_at=time, is_max_lock=amount % 2 == 0)
    assert escrow == decode_escrow(encode_escrow(escrow))
    part = replace(PARTIAL, amount=amount, expiration=time, memo=memo)
    assert part == decode_partial_unstaking(encode_partial_unstaking(part))


@given(content=st.binary(max_size=700))
@pytest.mark.parametrize(("decode", "like"), [(row[0], row[3]) for row in EVERY])
def test_any_bytes_are_read_or_refused(decode: Any, like: bytes, content: bytes) -> None:
    for candidate in (content, (like[:8] + content).ljust(len(like), b"\1")[: len(like)]):
        try:
            decode(candidate)
        except AccountError:
            continue
