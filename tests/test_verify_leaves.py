"""Many lines at once are read as they are read one by one, whatever they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merkle.verify.leaves import Leaves, _read_each, _read_together, read_leaves
from tests.plain_bundle import PlainRound, PlainToken, plain_bundle, plain_rows

DEPTHS = {1: 0, 2: 1, 3: 2, 4: 2, 11: 4, 40: 6}


def lines_of(count: int) -> list[bytes]:
    """Return the lines of an honest tree of so many leaves."""
    token = PlainToken(rows=plain_rows(count), most=count)
    content = plain_bundle(PlainRound(tokens=[token]))["JUP/proofs/tree_0.json"]
    return [line.removesuffix(b",") for line in content.split(b"\n")[1:-2]]


HONEST = {count: lines_of(count) for count in DEPTHS}


def facts(leaves: Leaves) -> tuple[Any, ...]:
    amounts = (list(leaves.unlocked), list(leaves.locked))
    names = (list(leaves.wallets), list(leaves.distributors))
    return (*names, *amounts, leaves.siblings.shape, leaves.siblings.tobytes(), leaves.problems)


@given(st.sampled_from(list(DEPTHS)), st.data())
def test_honest_lines_are_read_at_once_from_any_row_on(count: int, data: Any) -> None:
    first = data.draw(st.integers(0, count - 1))
    stop = data.draw(st.integers(first + 1, count))
    lines = HONEST[count][first:stop]
    together = _read_together(lines, DEPTHS[count], first)
    assert together is not None
    assert facts(_read_each(lines, DEPTHS[count])) == facts(together)
    assert {} == together.problems


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(DEPTHS)), st.data())
def test_what_is_read_at_once_is_what_is_read_line_by_line(count: int, data: Any) -> None:
    """Here a part of a line is another one, or lines stand elsewhere."""
    lines = data.draw(st.permutations(HONEST[count])) if data.draw(st.booleans()) else HONEST[count]
    lines = list(lines)
    at = data.draw(st.integers(0, count - 1))
    start = data.draw(st.integers(0, len(lines[at])))
    stop = data.draw(st.integers(start, min(start + 4, len(lines[at]))))
    alphabet = st.sampled_from(b'0123456789,[]{}":-') | st.integers(0, 255)
    new = data.draw(st.lists(alphabet.filter(lambda byte: byte != ord("\n")), max_size=4))
    lines[at] = lines[at][:start] + bytes(new) + lines[at][stop:]
    together = _read_together(lines, DEPTHS[count], 0)
    each = _read_each(lines, DEPTHS[count])
    assert together is None or facts(each) == facts(together)
    assert (together is None) == bool(each.problems)


NODE = b",".join([b"7"] * 32)
WRONG = [
    NODE[:-2],
    NODE + b",7",
    NODE.replace(b"7", b"07", 1),
    NODE.replace(b"7", b"256", 1),
    NODE.replace(b"7", b"1000", 1),
    NODE.replace(b"7", b"", 1),
    NODE.replace(b",", b",,", 1),
    b"",
    NODE.replace(b"7,7", b"7],[7", 1),
    NODE.replace(b"7", b"[7", 1),
    NODE.replace(b"7", b"7]", 1),
]


@pytest.mark.parametrize("node", WRONG)
def test_a_sibling_that_is_not_32_numbers_is_a_problem_of_its_line(node: bytes) -> None:
    lines = list(HONEST[4])
    start = lines[2].index(b"[[") + 2
    lines[2] = lines[2][:start] + node + lines[2][lines[2].index(b"]", start) :]
    leaves = read_leaves(lines, 2, 0)
    assert [2] == list(leaves.problems)
    assert not leaves.siblings[2].any()
    assert facts(read_leaves(lines[:2], 2, 0))[5] == leaves.siblings[:2].tobytes()


def test_numbers_of_every_length_are_read() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(8, 32)
    for row in values:
        line = HONEST[2][0]
        start = line.index(b"[[") + 2
        line = line[:start] + b",".join(b"%d" % value for value in row) + b"]]}"
        together = _read_together([line], 1, 0)
        assert together is not None
        assert row.tobytes() == together.siblings.tobytes()
