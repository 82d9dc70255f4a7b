"""`asr audit` on the command line: what its transcript does not show."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from allocation.address import format_address
from merkle.cli import auditing
from merkle.cli.tree_files import contents_of, files_of_trees
from tests.audits import LIST, built
from tests.distributions import JUP
from tests.plain_bundle import put
from tests.published_trees import by_jupiter, list_of, rows_of
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

MINT = ("--mint", format_address(JUP), "--decimals", "6")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with list.csv and the trees of it."""
    rows = rows_of(30)
    documents = by_jupiter(rows, 4)
    trees = {f"trees/{name}": json.dumps(tree).encode() for name, tree in documents.items()}
    return put({"list.csv": list_of(rows), **trees, "trees/notes.txt": b"no tree"}, tmp_path)


def test_a_folder_of_trees_is_read_in_the_order_of_their_versions(published: Path) -> None:
    done = asr("audit", "--list", published / "list.csv", "--trees", published / "trees", *MINT)
    assert (0, "") == (done.code, done.stderr)
    assert "All 11 checks passed." in done.stdout
    assert "8 trees in 8 files" in done.stdout


def test_a_pipe_among_the_trees_is_refused_rather_than_waited_for(published: Path) -> None:
    os.mkfifo(published / "trees" / "tree_99.json")
    done = asr("audit", "--list", published / "list.csv", "--trees", published / "trees", *MINT)
    assert 1 == done.code
    assert "tree_99.json: no file; take it out of the folder" in done.stderr


def test_trees_may_follow_as_a_shell_lists_them(published: Path) -> None:
    files = sorted((published / "trees").glob("*.json"))
    done = asr("audit", "--list", published / "list.csv", *MINT, "--trees", *files)
    assert 0 == done.code
    assert "8 trees in 8 files" in done.stdout


def test_of_many_findings_the_first_are_printed_and_json_has_all(published: Path) -> None:
    tree = published / "trees" / "tree_0.json"
    arguments = ("audit", "--list", published / "list.csv", "--trees", tree, *MINT)
    printed = asr(*arguments, "--max-leaves", "4")
    assert 1 == printed.code
    assert "... and 16 more findings (--json lists more)" in printed.stdout
    document = json.loads(asr(*arguments, "--max-leaves", "4", "--json").stdout)
    assert document["passed"] is False
    (wallets,) = [check for check in document["checks"] if check["name"] == "wallets"]
    assert 26 == len(wallets["findings"]) == 16 + auditing.SHOWN_FINDINGS


def test_deep_trees_are_allowed_where_that_is_said(published: Path) -> None:
    arguments = ("--list", published / "list.csv", "--trees", published / "trees", *MINT)
    done = asr("audit", *arguments, "--program", "jupiter", "--allow-deep")
    assert "no program to compare with" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("one", "two"),
        ("bundle", "--trees", "tree.json"),
        ("bundle", "--decimals", "6"),
        ("bundle", "--max-leaves", "6"),
        ("bundle", "--unit", "base"),
        ("bundle", "--program", "jito"),
        ("--list", "list.csv", "--inputs", "folder"),
        ("--list", "list.csv", "--trees", "tree.json", "--decimals", "6"),
        ("--list", "list.csv", "--mint", "nobody", "--decimals", "6"),
    ],
)
def test_options_that_do_not_go_together_are_misuse(arguments: tuple[str, ...]) -> None:
    assert 2 == asr("audit", *arguments).code


def test_what_is_not_there_is_said_before_anything_is_done(published: Path) -> None:
    missing = published / "nothing.csv"
    refused = asr("audit", "--list", missing, "--trees", published / "trees", *MINT)
    assert (
        f"error: {missing}: no regular file; --list is a CSV of pubkey,amount\n" == refused.stderr
    )
    refused = asr("audit", "--list", published / "list.csv", *MINT)
    expected = "error: no tree is given; pass the files, or their folder, with --trees\n"
    assert (1, expected) == (refused.code, refused.stderr)
    (published / "empty").mkdir()
    trees = ("--trees", published / "trees", "--trees", published / "empty")
    refused = asr("audit", "--list", published / "list.csv", *MINT, *trees)
    expected = (
        f"error: {published / 'empty'}: no .json in this folder; name the trees' own folder\n"
    )
    assert (1, expected) == (refused.code, refused.stderr)
    refused = asr("audit", "--list", published / "list.csv", *MINT, published / "tree_9.json")
    assert 1 == refused.code
    assert "No such file" in refused.stderr
    refused = asr("audit", published / "nowhere", "--inputs", published)
    assert (1, True) == (refused.code, "no such folder" in refused.stderr)


def test_whatever_a_stranger_wrote_reaches_no_terminal_raw(tmp_path: Path) -> None:
    files = built()
    evil = {**files, "\x1b[2Jevil": b"x"}
    put(evil, tmp_path / "bundle")
    put({"list.csv": LIST}, tmp_path / "inputs")
    done = asr("audit", tmp_path / "bundle", "--inputs", tmp_path / "inputs")
    assert 1 == done.code
    assert "\x1b" not in done.stdout
    assert "evil: unknown file" in done.stdout.replace("'", "")


def test_somebody_who_watches_sees_the_progress(published: Path) -> None:
    seen: list[str] = []
    files = files_of_trees(published / "trees")
    contents = list(contents_of(files, lambda stage, *_: seen.append(stage)))
    assert 8 == len(contents) == len(seen)
