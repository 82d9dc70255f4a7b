"""The two hash functions, over columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merkle.hashing import hash_rows
from tests.reference_tree import digest

if TYPE_CHECKING:
    from merkle.hashing import HashName, Rows

BOTH: tuple[HashName, ...] = ("sha256", "keccak256")


def rows_of(*messages: bytes) -> Rows:
    return np.frombuffer(b"".join(messages), np.uint8).reshape(len(messages), -1)


def test_sha256_of_abc_is_the_published_one() -> None:
    published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert published == hash_rows("sha256", rows_of(b"abc")).tobytes().hex()


def test_keccak256_of_abc_is_the_published_one_of_the_original_padding() -> None:
    published = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert published == hash_rows("keccak256", rows_of(b"abc")).tobytes().hex()


@pytest.mark.parametrize("name", BOTH)
@given(
    messages=st.integers(1, 150).flatmap(
        lambda length: st.lists(st.binary(min_size=length, max_size=length), min_size=1)
    )
)
def test_every_row_is_hashed_by_itself(name: HashName, messages: list[bytes]) -> None:
    expected = [digest(name, message) for message in messages]
    assert expected == [row.tobytes() for row in hash_rows(name, rows_of(*messages))]


@pytest.mark.parametrize("name", BOTH)
def test_rows_need_not_lie_together_in_memory(name: HashName) -> None:
    every_second = np.arange(256, dtype=np.uint8).reshape(4, 64)[::2, ::2]
    expected = [digest(name, row.tobytes()) for row in every_second]
    assert expected == [row.tobytes() for row in hash_rows(name, every_second)]


@pytest.mark.parametrize("name", BOTH)
def test_no_rows_make_no_hashes(name: HashName) -> None:
    assert (0, 32) == hash_rows(name, np.empty((0, 65), np.uint8)).shape
