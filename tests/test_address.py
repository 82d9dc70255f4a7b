"""32-byte keys <-> base58, judged by the base58 package and by comparing bytes."""

from __future__ import annotations

import base58
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allocation.address import (
    KEY_BYTES,
    AddressError,
    format_address,
    format_addresses,
    key_order,
    parse_address,
    parse_addresses,
)

JUP = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"

keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
# bytes that often agree for a while, so that every word of a key gets to decide
close_keys = st.lists(
    st.sampled_from([0, 1, 127, 128, 255]), min_size=KEY_BYTES, max_size=KEY_BYTES
).map(bytes)


@given(keys)
@example(bytes(KEY_BYTES))
@example(b"\xff" * KEY_BYTES)
def test_a_key_round_trips_through_its_text(key: bytes) -> None:
    text = format_address(key)
    assert base58.b58encode(key).decode() == text
    assert key == parse_address(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("7xKX", "3 bytes, not 32"),
        (JUP[:-1], "31 bytes, not 32"),
        (JUP + "1", "33 bytes, not 32"),
        ("1" * 31, "31 bytes, not 32"),
        ("1" * 33, "33 bytes, not 32"),
        (base58.b58encode(b"\xff" * 64).decode(), "64 bytes, not 32"),
        ("1" * 89, "far too long for a key"),
        (" " * 1_000_000, "far too long for a key"),
        (f" {JUP}", "blank before or after the address"),
        (f"{JUP}\n", "blank before or after the address"),
        (f"{JUP}\u00a0", "blank before or after the address"),
        (" ", "blank before or after the address"),
        ("0" + JUP[1:], "not base58"),
        (JUP[:-1] + "l", "not base58"),
        (f"{JUP[:20]} {JUP[20:]}", "not base58"),
        (JUP[:-1] + "\u041d", "not base58"),  # a Cyrillic letter that looks Latin
        (JUP + "\u200b", "not base58"),  # a blank without width
        (JUP + "\x00", "not base58"),
        ("\ud800", "not base58"),
        (f'"{JUP}"', "not base58"),
        ("0x" + "ab" * 32, "not base58"),
    ],
)
def test_what_is_no_address_is_explained(text: str, problem: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert f"{problem}; paste the whole base58 address" == str(refused.value)


@given(st.binary(max_size=64).filter(lambda key: len(key) != KEY_BYTES and key))
def test_a_key_of_another_length_is_refused_saying_how_long_it_is(key: bytes) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(base58.b58encode(key).decode())
    assert f"{len(key)} bytes, not 32" == refused.value.problem


@given(st.text(max_size=50))
def test_a_text_is_an_address_exactly_if_it_decodes_to_32_bytes(text: str) -> None:
    try:
        decoded = base58.b58decode(text.encode("ascii")) if text == text.rstrip() else b""
    except ValueError:
        decoded = b""
    if len(decoded) == KEY_BYTES:
        assert decoded == parse_address(text)
    else:
        with pytest.raises(AddressError):
            parse_address(text)


@given(st.lists(st.one_of(keys.map(format_address), st.text(max_size=4)), max_size=20))
def test_many_addresses_are_read_like_each_alone(texts: list[str]) -> None:
    column, bad = parse_addresses(texts)
    assert (len(texts), KEY_BYTES) == column.shape
    for position, text in enumerate(texts):
        if position in bad:
            assert bytes(KEY_BYTES) == column[position].tobytes()
            with pytest.raises(AddressError):
                parse_address(text)
        else:
            assert parse_address(text) == column[position].tobytes()


@given(st.lists(keys, max_size=20))
def test_many_keys_are_written_like_each_alone(some_keys: list[bytes]) -> None:
    column = np.frombuffer(b"".join(some_keys), np.uint8).reshape(-1, KEY_BYTES)
    assert [format_address(key) for key in some_keys] == format_addresses(column)
    assert [format_address(key) for key in some_keys[::-1]] == format_addresses(column[::-1])


@given(st.lists(st.one_of(keys, close_keys), max_size=30))
def test_keys_order_as_raw_bytes_and_equal_ones_keep_their_places(some_keys: list[bytes]) -> None:
    column = np.frombuffer(b"".join(some_keys), np.uint8).reshape(-1, KEY_BYTES)
    expected = sorted(range(len(some_keys)), key=lambda position: some_keys[position])
    assert expected == key_order(column).tolist()
