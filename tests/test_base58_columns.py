"""Many addresses at once, held to one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation import base58_columns
from allocation.address import format_address, parse_addresses, parse_texts
from allocation.base58_columns import ALPHABET, LENGTHS, decode_columns

KEYS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.builds(lambda zeros, byte: bytes(zeros) + bytes([byte]) * (32 - zeros),
              st.integers(0, 32), st.integers(0, 255)),
)  # fmt: skip
SIGNS = st.sampled_from([chr(sign) for sign in ALPHABET])
# most digits, with 0, O, I, l and other signs that are none; around the lengths of addresses
TEXTS = st.one_of(
    KEYS.map(format_address),
    st.text(SIGNS, min_size=40, max_size=44),
    st.text(st.one_of(SIGNS, st.characters(max_codepoint=255)), max_size=44),
)


@given(st.lists(TEXTS, max_size=8))
def test_columns_read_as_one_at_a_time(texts: list[str]) -> None:
    column = np.array([text.encode("latin-1").rstrip(b"\0") for text in texts], "S44")
    keys, bad = parse_texts(column)
    plain, plainly_bad = parse_addresses([text.decode("latin-1") for text in column.tolist()])
    assert plainly_bad == bad
    assert np.array_equal(plain, keys)


@given(KEYS)
def test_what_is_decided_is_the_key_of_that_text(key: bytes) -> None:
    keys, decided = decode_columns(np.array([format_address(key)], "S44"))
    assert not decided[0] or key == keys[0].tobytes()
    assert decided[0] or 0 == keys.any()


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        (format_address(bytes([255]) * 32), True),  # the largest key
        ("z" * 44, False),  # above 2^256
        ("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG", True),  # 2^256 - 1 once more
        ("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH", False),  # 2^256
        ("2" + "1" * 42, False),  # 31 bytes
        ("1" * 44, False),
        ("0" * 44, False),
        ("", False),
    ],
)
def test_the_ends_of_the_range(text: str, *, decided: bool) -> None:
    assert [decided] == decode_columns(np.array([text], "S44"))[1].tolist()


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = np.random.default_rng(1).integers(0, 256, (50, 32), np.uint8)
    texts = np.array([format_address(key.tobytes()) for key in keys], "S44")
    monkeypatch.setattr(base58_columns, "BLOCK_ROWS", 7)
    found, decided = decode_columns(texts)
    assert set(LENGTHS) >= {len(text) for text, good in zip(texts, decided, strict=True) if good}
    assert np.array_equal(keys[decided], found[decided])
