"""There is one way to write allocations and proofs; every other is found at its line."""

from __future__ import annotations

import pytest

from merkle.bundle.files import HashedFile
from tests.forging import (
    CSV,
    TREE,
    findings_in,
    leaves_of,
    places_found,
    problems_in,
    replaced,
    row_of,
    sound,
    with_leaves,
)
from tests.plain_bundle import (
    seal,
)

SOUND = sound()
LEAVES = leaves_of(SOUND)
SECOND = LEAVES[1].wallet


def test_allocations_without_anything_are_found() -> None:
    found = problems_in(seal({**SOUND, CSV: b""}), CSV)
    assert ["empty", "has 0 rows, the manifest's trees have 10 leaves"] == found


def test_an_amount_above_2_to_the_64_is_found_at_its_wallet() -> None:
    row = row_of(SOUND, SECOND)
    files = replaced(SOUND, CSV, row, row.replace(b",1.", b",99999999999999."))
    assert {(CSV, 7, SECOND)} == places_found(files)
    assert ["an amount above 2^64 - 1 base units"] == problems_in(files, CSV)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        (b"]]},\n", b"]]}\n", 2, "no comma after the leaf"),
        (b"{\n", b"{ \n", 1, "does not begin with a brace on a line of its own"),
        (b"\n}\n", b",\n}\n", 5, "a comma after the last leaf"),
        (b"\n}\n", b"\n}", 6, "no newline at the end"),
        (b"\n}\n", b"\n", 5, "does not end with a brace on a line of its own"),
        (b"\n}\n", b"\n}\n\n", 7, "does not end with a brace on a line of its own"),
        (b"]]},\n", b"]]},\r\n", 2, "no leaf as this tool writes it"),
        (b"]]},\n", b"]]},\n\n", 3, "no leaf as this tool writes it"),
        (b",", b", ", 2, "no leaf as this tool writes it"),
    ],
)
def test_a_tree_file_in_another_layout_is_found_at_its_line(
    old: bytes, new: bytes, line: int, problem: str
) -> None:
    files = seal({**SOUND, TREE: SOUND[TREE].replace(old, new, 1)})
    found = findings_in(files)
    assert (line, problem) in [(finding.line, finding.problem) for finding in found]
    assert {TREE} == {finding.file for finding in found}


def test_a_line_that_is_spoilt_behind_its_wallet_is_found_at_the_wallet() -> None:
    files = seal({**SOUND, TREE: SOUND[TREE].replace(b'"amount":', b'"amount": ', 1)})
    assert {(TREE, 2, LEAVES[0].wallet)} == places_found(files)


def test_a_row_that_is_spoilt_behind_its_wallet_is_found_at_the_wallet() -> None:
    row = row_of(SOUND, SECOND)
    files = replaced(SOUND, CSV, row, row + b" ")
    assert {(CSV, 7, SECOND)} == places_found(files)


def test_what_follows_the_closing_brace_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merkle.verify.shards.LONGEST_HEAD", 1 << 20)
    monkeypatch.setattr("merkle.verify.tree_lines.READ_AT_ONCE", len(SOUND[TREE]))
    files = seal({**SOUND, TREE: SOUND[TREE] + SOUND[TREE]})
    assert "goes on after the closing brace" in problems_in(files, TREE)


@pytest.mark.parametrize("size", [1, 100, 1000])
def test_the_size_of_blocks_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = with_leaves(SOUND, LEAVES[::-1])
    expected = places_found(forged)
    monkeypatch.setattr(HashedFile.lines, "__defaults__", (size,))
    monkeypatch.setattr("merkle.verify.tree_lines.READ_AT_ONCE", size)
    assert [] == findings_in(SOUND)
    assert expected == places_found(forged)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        (b"pubkey,", b"Pubkey,", 1, "the header is 'Pubkey,amount,locked_amount\\n', not 'pubkey,"),
        (b"amount\n", b"amount\r\n", 1, "the header is 'pubkey,amount,locked_amount\\r\\n', not "),
        (b".000000\n", b".000000", 2, "'"),
        (b",0.", b",.", 2, "'"),
        (b",1.", b",+1.", 2, "'"),
        (b",1.", b", 1.", 2, "'"),
        (b".000000\n", b".00000\n", 2, "'"),
    ],
)
def test_allocations_in_another_layout_are_found_at_their_line(
    old: bytes, new: bytes, line: int, problem: str
) -> None:
    files = seal({**SOUND, CSV: SOUND[CSV].replace(old, new, 1)})
    (first, *_) = [finding for finding in findings_in(files) if finding.file == CSV]
    assert (line, problem) == (first.line, first.problem[: len(problem)])


def test_allocations_without_the_last_newline_are_found() -> None:
    assert ["no newline at the end"] == problems_in(seal({**SOUND, CSV: SOUND[CSV][:-1]}), CSV)


def test_allocations_of_a_header_without_newline_are_found() -> None:
    header = b"pubkey,amount,locked_amount"
    found = problems_in(seal({**SOUND, CSV: header}), CSV)
    assert found[0].startswith("the header is 'pubkey,amount,locked_amount', not ")
