"""Which files may be inputs, and that they stay as they are while they are read."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError, InputErrors, InvariantError
from allocation.tables import open_database, read, read_inputs
from allocation.tables.columns import layouts_of
from allocation.tables.findings import Findings
from allocation.tables.locate import refuse_changed, stamp_of
from allocation.tables.wallets import number_wallets
from tests.input_files import HEADER, A, B, InputFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.tables.stage import Staged

CHECK = "check the path in the round file"


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    folder = InputFolder(tmp_path)
    folder.write("votes.csv", f"{HEADER}P0,{A},1\n")
    return folder


@pytest.mark.parametrize("mark", ["*", "?", "[", "]", "{"])
def test_a_pattern_is_no_path(folder: InputFolder, mark: str) -> None:
    name = f"votes{mark}.csv"
    folder.write(name, f"{HEADER}P0,{A},1\n")
    assert [
        (
            f"{name}: file {str(folder.path / name)!r}: {mark!r} in a path means more than itself; "
            "rename the file or its folder"
        )
    ] == folder.errors(votes=name)


def test_a_pattern_in_the_folder_of_the_round_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "[1]").mkdir()
    folder = InputFolder(tmp_path / "[1]")
    folder.write("votes.csv", f"{HEADER}P0,{A},1\n")
    assert [
        (
            f"votes.csv: file {str(tmp_path / '[1]' / 'votes.csv')!r}: '[' in a path means more "
            "than itself; rename the file or its folder"
        )
    ] == folder.errors()


def test_an_address_is_no_path(folder: InputFolder) -> None:
    found = folder.errors(votes="https://example.org/votes.csv")
    assert 1 == len(found)
    assert "'://' in a path means more than itself" in found[0]


@pytest.mark.parametrize("name", ["none.csv", "none/votes.csv", "votes.csv/votes.csv"])
def test_a_file_has_to_be_there(folder: InputFolder, name: str) -> None:
    found = folder.errors(votes=name)
    assert 1 == len(found)
    assert found[0] in {
        f"{name}: file: no such file or directory; {CHECK}",
        f"{name}: file: not a directory; {CHECK}",
    }


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_only_a_regular_file_is_read(folder: InputFolder, make: object) -> None:
    assert callable(make)
    make(folder.path / "other.csv")
    assert [f"other.csv: file: not a regular file; {CHECK}"] == folder.errors(votes="other.csv")


def test_a_link_to_a_file_is_read(folder: InputFolder) -> None:
    (folder.path / "link.csv").symlink_to("votes.csv")
    assert [("P0", A, 1, None)] == folder.read(votes="link.csv").votes


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_has_to_be_readable(folder: InputFolder) -> None:  # pragma: no cover - see skipif
    (folder.path / "votes.csv").chmod(0)
    assert [f"votes.csv: file: permission denied; {CHECK}"] == folder.errors()


@pytest.mark.parametrize("name", ["votes", "votes.txt", "votes.csv.gz", "votes.json"])
def test_the_ending_names_the_format(folder: InputFolder, name: str) -> None:
    folder.write(name, "")
    ending = f".{name.rsplit('.', maxsplit=1)[-1]}" if "." in name else ""
    assert [
        (
            f"{name}: file: the ending {ending!r} names no format; name it .csv, .jsonl, .ndjson, "
            ".parquet, as it is"
        )
    ] == folder.errors(votes=name)


def test_a_path_may_hold_quotes_blanks_and_letters_beyond_ascii(folder: InputFolder) -> None:
    name = 'it\'s; "the" r\u00f6und/vo tes.csv'
    (folder.path / name).parent.mkdir()
    folder.write(name, f"{HEADER}P0,{A},1\n")
    assert [("P0", A, 1, None)] == folder.read(votes=name).votes
    folder.parquet("votes.parquet", f"SELECT 'P0' AS proposal, '{A}' AS wallet, 1 AS voting_power")
    (folder.path / "votes.parquet").rename((folder.path / name).with_suffix(".parquet"))
    folder.write(
        name.replace("csv", "jsonl"), f'{{"proposal":"P0","wallet":"{A}","voting_power":1}}'
    )
    for ending in ("parquet", "jsonl"):
        assert [("P0", A, 1, None)] == folder.read(votes=name.replace("csv", ending)).votes


def test_a_source_says_what_was_read(folder: InputFolder) -> None:
    content = (folder.path / "votes.csv").read_bytes()
    folder.write("exclude.jsonl", f'{{"wallet":"{B}","reason":"x"}}')
    votes, exclude = folder.read(exclude="exclude.jsonl").inputs.sources
    assert ("votes", "votes.csv", "csv", len(content), 1) == (
        *(votes.kind, votes.name, votes.format),
        *(votes.bytes, votes.rows),
    )
    assert hashlib.sha256(content).hexdigest() == votes.sha256
    assert ("exclude", "jsonl") == (exclude.kind, exclude.format)


def test_a_file_that_changes_meanwhile_is_refused(
    folder: InputFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, changed = folder.path / "scratch", "votes.csv: changed while it was read"

    def number(db: DuckDBPyConnection, files: Sequence[Staged]) -> object:
        folder.write("votes.csv", f"{HEADER}P0,{A},10\n")
        return number_wallets(db, files)

    with open_database(scratch, 1, None) as db, monkeypatch.context() as patch:
        patch.setattr(read, "number_wallets", number)
        with pytest.raises(AsrError, match=changed):
            read_inputs(db, folder.round())


def test_a_file_that_disappears_meanwhile_is_refused(folder: InputFolder) -> None:
    with open_database(folder.path / "scratch", 1, None) as db:
        (_, layout), *_ = layouts_of(folder.round())
        opened = read.open_input(db, folder.path, layout, Findings("votes.csv"))
        assert opened is not None
        refuse_changed(opened.located)
        (folder.path / "votes.csv").unlink()
        with pytest.raises(AsrError, match="changed while it was read"):
            refuse_changed(opened.located)
    assert stamp_of(folder.path) is None


def test_if_the_plain_reader_finds_nothing_the_fast_one_is_not_believed(
    folder: InputFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "walk", lambda *_: None)
    folder.write("votes.csv", f"{HEADER}P0,{A},x\n")
    with pytest.raises(InvariantError, match=r"votes\.csv: 1 rows hold bad cells, and a second"):
        folder.read()


def test_every_reason_for_a_second_look_ends_in_an_error(folder: InputFolder) -> None:
    bad = {
        "a bad cell": f"P0,{A},x\n",
        "a bad line": f"P0,{A}\n",
        "no wallet": "P0,x,1\n",
        "a contradiction": f"P0,{A},1\nP0,{A},2\n",
    }
    for rows in bad.values():
        folder.write("votes.csv", HEADER + rows)
        with pytest.raises(InputErrors):
            folder.read()


def test_no_input_is_left_out_in_silence(
    folder: InputFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "open_input", lambda *_: None)
    with pytest.raises(InvariantError, match="an input was left out, and nothing is wrong with it"):
        folder.read()
