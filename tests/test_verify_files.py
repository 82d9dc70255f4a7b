"""Files that are missing, too many, no files at all or not listed are found by their names."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from allocation.errors import AsrError
from merkle.bundle.findings import Finding
from merkle.verify import verify_bundle
from tests.forging import (
    CSV,
    TOKENS,
    TREE,
    Files,
    findings_in,
    places_found,
    problems_in,
    sound,
)
from tests.plain_bundle import (
    put,
    seal,
)
from tests.test_bundle_write import NOBODY

SOUND = sound()


def in_file(files: Files, name: str) -> list[Finding]:
    return [finding for finding in findings_in(files) if finding.file == name]


@pytest.mark.parametrize("name", sorted(set(SOUND) - {"SHA256SUMS"}))
def test_a_changed_file_that_is_not_sealed_again_has_another_digest(name: str) -> None:
    files = {**SOUND, name: SOUND[name] + b" "}
    assert any("its sha256 is" in problem for problem in problems_in(files, name))


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_missing_file_is_named(name: str) -> None:
    files = {path: content for path, content in SOUND.items() if path != name}
    assert "missing" in problems_in(files, name)


@pytest.mark.parametrize("name", sorted(set(SOUND) - {"SHA256SUMS"}))
def test_a_missing_file_is_named_where_it_is_not_listed_either(name: str) -> None:
    files = seal({path: content for path, content in SOUND.items() if path != name})
    assert "missing" in problems_in(files, name)
    if name != "manifest.json":
        assert f"does not list {name}" in problems_in(files, "SHA256SUMS")


@pytest.mark.parametrize(
    "name", ["notes.txt", "JUP/notes.txt", "JUP/proofs/tree_3.json", "JUP/proofs/tree_00.json"]
)
def test_a_file_too_many_is_named(name: str) -> None:
    files = {**SOUND, name: b"x"}
    assert [(name, "unknown file")] == [
        (finding.file, finding.problem) for finding in findings_in(files)
    ]


def test_a_folder_too_many_is_named_and_not_entered() -> None:
    files = {**SOUND, "more/and/more.txt": b"x"}
    assert [("more", "unknown folder")] == [
        (finding.file, finding.problem) for finding in findings_in(files)
    ]


def test_a_tree_too_many_that_is_listed_is_named_twice() -> None:
    files = seal({**SOUND, "JUP/proofs/tree_3.json": SOUND[TREE]})
    assert {("JUP/proofs/tree_3.json", None, None), ("SHA256SUMS", None, None)} == places_found(
        files
    )


def test_a_folder_of_proofs_without_a_tree_is_found(tmp_path: Path) -> None:
    put(sound([*TOKENS[:1], NOBODY]), tmp_path)
    (tmp_path / "WEN" / "proofs").mkdir()
    assert (Finding(file="WEN/proofs", problem="unknown folder"),) == verify_bundle(
        tmp_path
    ).findings


def test_the_bundle_itself_may_be_reached_over_a_link(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    (tmp_path / "latest").symlink_to("bundle")
    assert () == verify_bundle(tmp_path / "latest").findings


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AsrError, match="no such folder; give the path of a bundle"):
        verify_bundle(tmp_path / name)


def test_an_empty_folder_lacks_everything(tmp_path: Path) -> None:
    verification = verify_bundle(tmp_path)
    assert verification.bundle_id is None
    fixed = {"breakdown.parquet", "inputs.json", "manifest.json", "report.json", "round.toml"}
    assert {*fixed, "SHA256SUMS"} == {finding.file for finding in verification.findings}
    assert {"missing"} == {finding.problem for finding in verification.findings}


def test_a_link_in_place_of_a_file_is_found_and_not_followed(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    (tmp_path / "elsewhere").write_bytes(SOUND["report.json"])
    (tmp_path / "bundle" / "report.json").unlink()
    (tmp_path / "bundle" / "report.json").symlink_to(tmp_path / "elsewhere")
    expected = (Finding(file="report.json", problem="report.json is a link"),)
    assert expected == verify_bundle(tmp_path / "bundle").findings


def test_a_link_in_place_of_a_folder_is_found_and_not_followed(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    (tmp_path / "bundle" / "JUP").rename(tmp_path / "elsewhere")
    (tmp_path / "bundle" / "JUP").symlink_to(tmp_path / "elsewhere")
    found = verify_bundle(tmp_path / "bundle").findings
    assert {"JUP is a link"} == {finding.problem for finding in found}
    assert {name for name in SOUND if name.startswith("JUP")} == {finding.file for finding in found}


@pytest.mark.parametrize("kind", ["folder", "pipe"])
@pytest.mark.parametrize("name", ["report.json", "breakdown.parquet", CSV, TREE, "SHA256SUMS"])
def test_what_is_no_regular_file_is_found_and_not_read(
    kind: str, name: str, tmp_path: Path
) -> None:
    put(SOUND, tmp_path)
    (tmp_path / name).unlink()
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).mkdir()
    found = verify_bundle(tmp_path).findings
    assert Finding(file=name, problem="no regular file") in found


def test_a_file_in_place_of_a_folder_is_found(tmp_path: Path) -> None:
    files = {name: content for name, content in SOUND.items() if not name.startswith("JUP")}
    put({**files, "JUP": b"a file"}, tmp_path)
    assert "Not a directory" in {finding.problem for finding in verify_bundle(tmp_path).findings}


def test_a_missing_file_is_named_where_nobody_can_look_for_a_link(tmp_path: Path) -> None:
    put({name: content for name, content in SOUND.items() if name != TREE}, tmp_path / "bundle")
    bundle = tmp_path / "bundle"
    while len(str(bundle / "JUP/.." / "round.toml")) < os.pathconf("/", "PC_PATH_MAX"):
        bundle /= "JUP/.."
    assert (Finding(file=TREE, problem="missing"),) == verify_bundle(bundle).findings


def test_names_that_could_steer_a_terminal_are_shown_harmless(tmp_path: Path) -> None:
    put({**SOUND, "\x1b[2J": b"", "a\nb": b""}, tmp_path)
    with suppress(OSError):  # not every file system takes it
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_bytes(b"")
    found = {finding.file for finding in verify_bundle(tmp_path).findings}
    assert {"'\\x1b[2J'", "'a\\nb'"} <= found
    assert all(name.isprintable() for name in found)


@pytest.mark.parametrize("name", ["round.toml", "manifest.json", CSV, TREE])
def test_a_file_far_too_large_is_found_and_not_read(name: str, tmp_path: Path) -> None:
    put(SOUND, tmp_path)
    os.truncate(tmp_path / name, 1 << 40)
    (problem,) = [
        finding.problem for finding in verify_bundle(tmp_path).findings if finding.file == name
    ]
    assert problem.startswith("has 1,099,511,627,776 bytes; at most ")


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"", None, "empty"),
        (b"0", None, "no newline at the end"),
        (b"nonsense\n", 1, "not '<sha256>  <path>'"),
        (b"0" * 64 + b" report.json\n", 1, "not '<sha256>  <path>'"),
        (b"0" * 64 + b"  ../report.json\n", 1, "'../report.json' is no file of a bundle"),
        (b"0" * 64 + b"  /etc/passwd\n", 1, "'/etc/passwd' is no file of a bundle"),
        (
            b"0" * 64 + b"  JUP/proofs/tree_01.json\n",
            1,
            "'JUP/proofs/tree_01.json' is no file of a bundle",
        ),
        (
            b"0" * 64 + b"  SHA256SUMS/allocations.csv\n",
            1,
            "'SHA256SUMS/allocations.csv' is no file of a bundle",
        ),
        (b"0" * 64 + b"  \xff\n", 1, "'\\xff' is no file of a bundle"),
        ((b"0" * 64 + b"  report.json\n") * 2, 2, "report.json stands twice or is not in order"),
        (
            b"0" * 64 + b"  report.json\n" + b"0" * 64 + b"  inputs.json\n",
            2,
            "inputs.json stands twice or is not in order",
        ),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_list_of_digests_that_is_none_is_found_at_its_line(
    content: bytes, line: int | None, problem: str
) -> None:
    found = in_file({**SOUND, "SHA256SUMS": content}, "SHA256SUMS")
    assert [Finding(file="SHA256SUMS", problem=problem, line=line)] == found
