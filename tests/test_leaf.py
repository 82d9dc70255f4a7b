"""Leaves are the bytes that the claim programs hash."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address, parse_address
from allocation.units import U64_MAX
from merkle.hashing import hash_rows
from merkle.leaf import JUPITER, LEAF_FORMATS, MINT_BOUND, LeafFormat, leaf_hashes
from tests.distributions import JUP
from tests.reference_tree import jupiter_leaf, mint_bound_leaf

U64 = st.integers(0, U64_MAX)
WEN = parse_address("WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk")


def one_leaf(
    leaf_format: LeafFormat, claimant: bytes, unlocked: int, locked: int, mint: Address = JUP
) -> bytes:
    return leaf_hashes(
        leaf_format,
        mint,
        np.frombuffer(claimant, np.uint8).reshape(1, 32),
        np.array([unlocked], np.uint64),
        np.array([locked], np.uint64),
    ).tobytes()


def test_a_jupiter_leaf_hashes_wallet_and_little_endian_amounts_twice() -> None:
    claimant = bytes(range(32))
    fields = claimant + b"\x01\x02" + bytes(6) + b"\x03" + bytes(7)
    expected = sha256(b"\x00" + sha256(fields).digest()).digest()
    assert expected == one_leaf(JUPITER, claimant, 0x0201, 3)


def test_a_mint_bound_leaf_is_the_documented_vector() -> None:
    expected = "cb2e55ca5a25ee3f7ff9802272589f5f2884e476c1232c500ab269c533685594"
    assert expected == one_leaf(MINT_BOUND, bytes(range(32)), 19111385, 0).hex()


def test_a_mint_bound_entry_is_the_documented_vector() -> None:
    fields = b"asr-mint-bound-1" + bytes(range(32)) + JUP + (19111385).to_bytes(8, "little")
    entry = hash_rows("keccak256", np.frombuffer(fields + bytes(8), np.uint8).reshape(1, -1))
    expected = "7cd0adf1c795f5c36ab43619ff297a78c464d45d68bf40a91f869f6851d9dc78"
    assert expected == entry.tobytes().hex()


@given(claimant=st.binary(min_size=32, max_size=32), unlocked=U64, locked=U64)
def test_every_leaf_is_that_of_the_plain_definition(
    claimant: bytes, unlocked: int, locked: int
) -> None:
    expected = jupiter_leaf(claimant, unlocked, locked)
    assert expected == one_leaf(JUPITER, claimant, unlocked, locked)
    expected = mint_bound_leaf(JUP, claimant, unlocked, locked)
    assert expected == one_leaf(MINT_BOUND, claimant, unlocked, locked)


def test_the_mint_changes_only_leaves_that_bind_it() -> None:
    claimant = bytes(range(32))
    assert one_leaf(JUPITER, claimant, 5, 0) == one_leaf(JUPITER, claimant, 5, 0, WEN)
    assert one_leaf(MINT_BOUND, claimant, 5, 0) != one_leaf(MINT_BOUND, claimant, 5, 0, WEN)


@pytest.mark.parametrize("leaf_format", LEAF_FORMATS.values(), ids=LEAF_FORMATS)
def test_swapping_unlocked_and_locked_makes_another_leaf(leaf_format: LeafFormat) -> None:
    claimant = bytes(range(32))
    assert one_leaf(leaf_format, claimant, 5, 7) != one_leaf(leaf_format, claimant, 7, 5)


def test_formats_are_found_by_name() -> None:
    assert ["jupiter", "mint-bound"] == list(LEAF_FORMATS)
    assert JUPITER is LEAF_FORMATS["jupiter"]
