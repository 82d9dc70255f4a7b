"""Columns of wallets that nobody decodes, held to keys one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allocation.address import format_address, parse_addresses
from allocation.base58_columns import ALPHABET
from allocation.errors import AsrError
from merkle.diff.wallets import TEXT, Texts, ascends, check_addresses, union

# many begin alike, some with zeros, whose texts are shorter or begin with "1"
KEYS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.builds(
        lambda zeros, byte, last: (bytes(zeros) + bytes([byte]) * 32)[:31] + bytes([last]),
        st.integers(0, 32),
        st.integers(0, 255),
        st.integers(0, 3),
    ),
)
SIGNS = st.sampled_from([chr(sign) for sign in ALPHABET])
TEXTS = st.one_of(
    KEYS.map(format_address),
    st.text(SIGNS, min_size=40, max_size=44),
    st.text(st.one_of(SIGNS, st.characters(min_codepoint=1, max_codepoint=255)), max_size=44),
)
TWINS = [bytes(31) + b"\x01", bytes(31) + b"\x02"]  # of 31 signs alike


def column(keys: list[bytes]) -> Texts:
    return np.array([format_address(key) for key in keys], TEXT)


@given(st.lists(KEYS, unique=True), st.lists(KEYS, unique=True))
@example(TWINS, TWINS)
@example([], [])
def test_two_columns_in_any_order_become_one_in_key_order(
    old: list[bytes], new: list[bytes]
) -> None:
    found = union(column(old), column(new))
    expected = sorted({*old, *new})
    assert len(expected) == len(found)
    assert np.array_equal(column(expected), found.texts())
    assert [expected.index(key) for key in old] == found.places[0].tolist()
    assert [expected.index(key) for key in new] == found.places[1].tolist()


@given(st.lists(KEYS, min_size=1), KEYS)
def test_some_of_the_wallets_are_returned_in_the_order_asked_for(
    old: list[bytes], new: bytes
) -> None:
    found = union(column(old), column([new]))
    last_first = np.arange(len(found))[::-1]
    assert np.array_equal(found.texts()[::-1], found.texts(last_first))


@given(st.lists(KEYS))
@example(TWINS)
@example(TWINS[::-1])
@example([TWINS[0]] * 2)
def test_a_column_ascends_if_its_keys_do(keys: list[bytes]) -> None:
    assert (sorted(set(keys)) == keys) == ascends(column(keys))


@given(st.lists(KEYS, unique=True))
def test_a_sorted_column_ascends(keys: list[bytes]) -> None:
    assert ascends(column(sorted(keys)))


@given(st.lists(TEXTS, max_size=4))
@example([format_address(bytes([255]) * 32), "JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH"])
@example(["2" + "1" * 42])  # 31 bytes
@example(["1" * 32, "1" * 33])
@example([format_address(b"\x01" * 32), "0" * 44])
def test_what_one_at_a_time_refuses_is_refused(texts: list[str]) -> None:
    texts_read = np.array([text.encode("latin-1") for text in texts], TEXT)
    _, bad = parse_addresses(texts)
    if not bad:
        check_addresses(texts_read)
        return
    with pytest.raises(AsrError, match="is no address; `asr verify` says where it stands"):
        check_addresses(texts_read)
