"""Columns become the text that Python would write, row by row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.units import U64_MAX, format_tokens
from merkle.text import (
    COMPACT_LIST,
    ListStyle,
    decimal_column,
    each,
    joined,
    list_cells,
    list_sizes,
    size_of,
    text_column,
    tokens_column,
)

if TYPE_CHECKING:
    from allocation.units import Amounts
    from merkle.hashing import Rows

PRETTY = ListStyle(opening=b"[\n  ", separator=b",\n  ", closing=b"\n]")
EDGES = [0, 1, 9, 10, 9_999, 10_000, 10**19 - 1, 10**19, 10**19 + 1, U64_MAX - 1, U64_MAX]
EVERY_BYTE = np.arange(256, dtype=np.uint8).reshape(8, 32)


def column(amounts: list[int]) -> Amounts:
    return np.array(amounts, np.uint64)


def rows_of(rows: list[bytes]) -> Rows:
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)


@given(st.lists(st.sampled_from(EDGES) | st.integers(0, U64_MAX), min_size=1))
def test_whole_numbers_are_written_as_python_does(amounts: list[int]) -> None:
    expected = [b"%d" % amount for amount in amounts]
    assert expected == each(len(amounts), decimal_column(column(amounts)))


def test_every_power_of_ten_and_its_neighbours_are_written_right() -> None:
    powers = [10**power for power in range(20)]
    amounts = sorted({amount + step for amount in powers for step in (-1, 0, 1)})
    expected = b"".join(b"%d;" % amount for amount in amounts)
    assert expected == joined(len(amounts), decimal_column(column(amounts)), b";")


@given(
    amounts=st.lists(st.sampled_from(EDGES) | st.integers(0, U64_MAX), min_size=1),
    decimals=st.integers(0, 19),
)
def test_tokens_have_all_decimals(amounts: list[int], decimals: int) -> None:
    expected = [format_tokens(amount, decimals).encode() for amount in amounts]
    assert expected == each(len(amounts), tokens_column(column(amounts), decimals))


def test_tokens_without_decimals_have_no_point() -> None:
    assert [b"0", b"15"] == each(2, tokens_column(column([0, 15]), 0))


def test_less_than_one_token_has_a_zero_before_the_point() -> None:
    assert [b"0.000000", b"0.000015"] == each(2, tokens_column(column([0, 15]), 6))


def test_texts_keep_their_own_lengths() -> None:
    texts = np.array([b"a", b"abc", b""], "S44")
    assert [b"<a>", b"<abc>", b"<>"] == each(3, b"<", text_column(texts), b">")
    assert [b"a", b""] == each(2, text_column(texts[::2]))


@pytest.mark.parametrize("style", [COMPACT_LIST, PRETTY], ids=["compact", "pretty"])
@given(
    st.integers(1, 40).flatmap(
        lambda length: st.lists(st.binary(min_size=length, max_size=length), min_size=1)
    )
)
def test_bytes_are_written_as_json_arrays(style: ListStyle, rows: list[bytes]) -> None:
    indent, separators = (2, None) if style is PRETTY else (None, (",", ":"))
    expected = [
        json.dumps(list(row), indent=indent, separators=separators).encode() for row in rows
    ]
    assert expected == each(len(rows), *list_cells(rows_of(rows), style))
    assert [len(text) for text in expected] == list_sizes(rows_of(rows), style).tolist()


def test_every_byte_is_written_right() -> None:
    numbers = [number for text in each(8, *list_cells(EVERY_BYTE)) for number in json.loads(text)]
    assert list(range(256)) == numbers


@given(st.lists(st.integers(0, U64_MAX), max_size=5))
def test_joined_is_each_without_seams_and_its_size_is_known(amounts: list[int]) -> None:
    cells = (b"amount ", decimal_column(column(amounts)), b"\n")
    text = joined(len(amounts), *cells)
    assert b"".join(each(len(amounts), *cells)) == text
    assert len(text) == size_of(len(amounts), *cells)


def test_rows_of_constants_alone_repeat() -> None:
    assert [b"ab", b"ab"] == each(2, b"a", b"b")
    assert 4 == size_of(2, b"a", b"b")
