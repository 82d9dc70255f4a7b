"""What is right is found right; what is hostile is found, and never ends in a traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merkle.bundle.findings import BundleError, Finding
from merkle.bundle.strict_json import parse_json
from merkle.verify import findings as collected
from merkle.verify import verify_bundle
from tests.forging import CSV, TOKENS, TREE, Files, edited, findings_in, sound
from tests.plain_bundle import PlainToken, put, seal
from tests.test_bundle_write import CASES, NOBODY

if TYPE_CHECKING:
    from pathlib import Path

SOUND = sound()
FILES = st.sampled_from(sorted(SOUND))
DETERMINED = [
    CSV,
    "wen_2/allocations.csv",
    TREE,
    "JUP/proofs/tree_2.json",
    "wen_2/proofs/tree_0.json",
]
"""Files of which no byte can be another one, whatever the digests say."""


def in_file(files: Files, name: str) -> list[Finding]:
    return [finding for finding in findings_in(files) if finding.file == name]


@pytest.mark.parametrize("tokens", CASES.values(), ids=CASES)
def test_nothing_is_found_in_a_bundle_of_the_plain_writer(tokens: list[PlainToken]) -> None:
    assert [] == findings_in(sound(tokens))


def test_a_verification_counts_what_it_has_checked(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    put(SOUND, tmp_path)
    verification = verify_bundle(tmp_path, progress=lambda *step: told.append(step))
    counts = (verification.files, verification.tokens, verification.trees, verification.proofs)
    assert (12, 2, 4, 13) == counts
    assert 13 == verification.wallets
    few = "wen_2: proofs"
    assert [
        ("JUP: proofs", 4, 10),
        ("JUP: proofs", 8, 10),
        ("JUP: proofs", 10, 10),
        (few, 3, 3),
    ] == told


def test_a_token_that_pays_nobody_is_right() -> None:
    assert [] == findings_in(sound([*TOKENS[:1], NOBODY]))


@settings(max_examples=80, deadline=None)
@given(name=FILES, data=st.data())
def test_any_single_byte_that_is_another_one_is_found_in_its_file(name: str, data: Any) -> None:
    content = SOUND[name]
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != content[at]))
    found = findings_in({**SOUND, name: content[:at] + bytes([byte]) + content[at + 1 :]})
    assert found
    assert name == "SHA256SUMS" or name in {finding.file for finding in found}


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from(DETERMINED), data=st.data())
def test_any_change_of_allocations_or_proofs_is_found_though_sealed_again(
    name: str, data: Any
) -> None:
    content = SOUND[name]
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(start + 3, len(content))))
    alphabet = st.sampled_from(b'0123456789,.[]{}":\n\r -+eE') | st.integers(0, 255)
    new = data.draw(
        st.lists(alphabet, max_size=3).map(bytes).filter(lambda new: new != content[start:stop])
    )
    changed = content[:start] + new + content[stop:]
    found = {finding.file for finding in findings_in(seal({**SOUND, name: changed}))}
    # a proof shows whether it is the line that is wrong; an amount may be wrong in either file
    assert changed == content or (found if name.endswith(".csv") else name in found)


@settings(max_examples=60, deadline=None)
@given(name=FILES, content=st.binary(max_size=300), whole=st.booleans(), sealed=st.booleans())
def test_no_bytes_end_in_a_traceback(
    name: str, content: bytes, *, whole: bool, sealed: bool
) -> None:
    before = b"" if whole else SOUND[name][: len(SOUND[name]) // 2]
    files = {**SOUND, name: before + content}
    found = findings_in(seal(files) if sealed else files)
    assert found or name in ("breakdown.parquet", "SHA256SUMS")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(document: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value in a document."""
    members: Any = ()
    if isinstance(document, dict):
        members = document.items()
    elif isinstance(document, list):
        members = enumerate(document)
    return [place, *[inner for key, value in members for inner in places(value, (*place, key))]]


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(["manifest.json", "inputs.json", "report.json"]), data=st.data())
def test_no_json_ends_in_a_traceback(name: str, data: Any) -> None:
    document = json.loads(SOUND[name])
    *way, last = data.draw(st.sampled_from(places(document)[1:]))
    target = document
    for step in way:
        target = target[step]
    target[last] = data.draw(JSON)
    findings_in(edited(SOUND, name, lambda other: (other.clear(), other.update(document))))


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"format":' * 900 + b"1" + b"}" * 900,
        b'{"format": 1, "format": 1}',
        b'{"format": 1.0}',
        b'{"format": NaN}',
        b'{"format": ' + b"9" * 5000 + b"}",
        b'{"format": "\\ud800"}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"",
        b"null",
        b"[]",
        b"{}\n",
    ],
    ids=lambda content: repr(content[:12]),
)
@pytest.mark.parametrize("name", ["manifest.json", "report.json", "inputs.json"])
def test_json_that_no_tool_writes_is_found(name: str, content: bytes) -> None:
    found = in_file(seal({**SOUND, name: content}), name)
    assert name == "inputs.json" or found
    assert len(found) <= 1


@pytest.mark.parametrize("depth", [1, 500, 970, 1000, 100_000])
def test_no_nesting_is_too_deep_to_be_refused(depth: int) -> None:
    with pytest.raises(BundleError, match=r"another layout|no valid JSON"):
        parse_json("report.json", b"[" * depth + b"]" * depth)


def test_a_key_that_stands_twice_is_named_however_many_there_are() -> None:
    members = [f'"{number}":0' for number in range(300_000)]
    content = "{" + ",".join([*members, members[-1]]) + "}"
    with pytest.raises(BundleError, match="the key '299999' stands twice"):
        parse_json("report.json", content.encode())  # each beside each other took half an hour


@pytest.mark.parametrize("name", [CSV, TREE])
def test_a_line_without_end_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merkle.verify.tokens.LONGEST_ROW", 1 << 20)
    monkeypatch.setattr("merkle.verify.shards.LONGEST_HEAD", 1 << 20)
    files = seal({**SOUND, name: SOUND[name][:100] + b"x" * 100_000})
    found = in_file(files, name)
    assert "a line longer than any that a bundle holds" in {finding.problem for finding in found}


def test_trees_are_still_held_to_their_digests_where_the_allocations_end_early() -> None:
    files = {name: content for name, content in SOUND.items() if name != CSV}
    files["JUP/proofs/tree_2.json"] += b" "
    assert {CSV, "JUP/proofs/tree_2.json"} == {finding.file for finding in findings_in(files)}


def test_files_are_still_held_to_their_digests_without_a_manifest() -> None:
    files = {**SOUND, "manifest.json": b"{}", TREE: SOUND[TREE] + b" "}
    assert {"manifest.json", TREE} == {finding.file for finding in findings_in(files)}


def test_everything_else_is_still_checked_without_the_list_of_digests() -> None:
    files = {name: content for name, content in SOUND.items() if name != "SHA256SUMS"}
    files["inputs.json"] = b"{"
    assert {"SHA256SUMS", "inputs.json"} == {finding.file for finding in findings_in(files)}


def test_findings_of_one_file_are_counted_but_not_kept_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(collected, "MOST_PER_FILE", 3)
    files = seal({**SOUND, CSV: SOUND[CSV].replace(b",", b";")})
    found = in_file(files, CSV)
    assert [1, 2, 3, None] == [finding.line for finding in found]
    assert "8 more findings" == found[-1].problem


def test_a_finding_reads_as_one_line() -> None:
    finding = Finding(file="JUP/allocations.csv", line=7, wallet="W", problem="stands twice")
    assert "JUP/allocations.csv:7: W: stands twice" == str(finding)
    assert "SHA256SUMS: empty" == str(Finding(file="SHA256SUMS", problem="empty"))
