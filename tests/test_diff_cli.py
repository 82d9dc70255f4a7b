"""`asr diff`: its two sides, and what they are held to."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from merkle.cli.output import WIDTH
from tests.diffing import build_samples
from tests.distributions import JUP
from tests.round_files import JUP as JUP_TEXT
from tests.round_files import WEN
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_samples(tmp_path_factory.mktemp("diff"))


def compared(*options: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asr("diff", *options, "--json").stdout)
    return found


@pytest.mark.parametrize("form", ["jupiter-tree", "jupiter-kv"])
def test_a_bundle_and_its_published_trees_pay_the_same(folder: Path, form: str) -> None:
    for paths in (
        (folder / "bundle", folder / form / "JUP"),
        (folder / form / "JUP", folder / "bundle"),
    ):
        done = asr("diff", *paths, "--token", "JUP")
        assert 0 == done.code, done
        assert "Both sides pay the same." in done.stdout
        assert "none: published trees" in done.stdout


def test_published_trees_may_be_one_file(folder: Path) -> None:
    (first, *_) = sorted((folder / "jupiter-tree" / "JUP").iterdir())
    done = asr("diff", first, folder / "bundle", "--mint", JUP_TEXT)
    assert 1 == done.code
    assert re.search("\n  added +5 ", done.stdout)
    assert "one side is a published tree" in done.stdout


def test_two_published_trees_are_compared_with_a_mint(folder: Path) -> None:
    trees = folder / "jupiter-tree" / "WEN"
    described = ("--mint", WEN, "--decimals", "5", "--token", "WEN")
    assert 0 == asr("diff", trees, trees, *described).code
    assert "TOKEN  WENWEN" in asr("diff", trees, trees, *described[:4]).stdout


@pytest.mark.parametrize(
    ("code", "message", "arguments"),
    [
        (1, "nowhere: no such file or folder; give a bundle or published trees", "nowhere bundle"),
        (1, "the bundle pays JUP, WEN: name the token of the trees with --token", "bundle trees"),
        (1, "the bundle has no such token; it pays JUP, WEN", "bundle trees --token ZEUS"),
        (1, "JUP has 6 decimals in the bundle, not 5", "bundle trees --token JUP --decimals 5"),
        (1, "neither side pays ZEUS; they pay JUP, WEN", "bundle bundle --token ZEUS"),
        (1, "empty: neither a bundle nor a folder with .json files of trees", "empty trees"),
        (2, "published trees do not say which token they pay", "trees trees"),
        (2, "give --mint and --decimals", f"trees trees --mint {WEN}"),
        (2, "cannot name files", f"trees trees --mint {WEN} --decimals 5 --token ../x"),
        (2, "two bundles say it themselves", f"bundle bundle --mint {WEN}"),
        (2, "two bundles say it themselves", "bundle bundle --decimals 5"),
        (2, "1 bytes", "bundle trees --mint 2"),
    ],
)
def test_sides_that_are_not_clear_are_refused(
    folder: Path, code: int, message: str, arguments: str
) -> None:
    (folder / "empty").mkdir(exist_ok=True)
    places = {"trees": "jupiter-tree/JUP"}
    words = [
        str(folder / places.get(word, word)) if at < 2 else word
        for at, word in enumerate(arguments.split())
    ]
    if "empty" in arguments:
        words += ["--mint", WEN, "--decimals", "5"]
    done = asr("diff", *words)
    assert (code, "") == (done.code, done.stdout)
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_a_folder_of_neither_bundle_nor_trees_is_named_before_options_are(folder: Path) -> None:
    done = asr("diff", folder, folder)
    assert 1 == done.code
    assert f"{folder}: neither a bundle nor a folder with .json files" in done.stderr


def test_a_pipe_among_published_trees_is_refused_rather_than_waited_for(
    folder: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "tree_0.json")
    done = asr("diff", folder / "bundle", tmp_path, "--token", "JUP")
    assert 1 == done.code
    assert "tree_0.json: no file; take it out of the folder" in done.stderr


def test_a_token_restricts_the_diff_of_two_bundles(folder: Path) -> None:
    everything = compared(folder / "bundle", folder / "richer")
    assert ["JUP", "WEN"] == [token["symbol"] for token in everything["tokens"]]
    done = asr("diff", folder / "bundle", folder / "richer", "--token", "WEN")
    assert 0 == done.code
    assert "JUPyiwr" not in done.stdout
    assert "tokens[JUP]" not in done.stdout


def test_progress_is_told_while_trees_are_read(folder: Path) -> None:
    from merkle.cli.diffs_sides import Named, open_sides  # noqa: PLC0415

    said: list[tuple[str, int, int]] = []
    trees = folder / "jupiter-tree" / "WEN"
    named = Named(token=None, mint=JUP, decimals=5)
    open_sides((trees, trees), named, lambda *one: said.append(one))
    assert [("reading trees", 0, 2), ("reading trees", 1, 2)] == said[:2]


def test_no_line_of_figures_is_wider_than_a_terminal(folder: Path) -> None:
    for other in ("richer", "smaller"):
        shown = asr("diff", folder / "bundle", folder / other).stdout
        assert all(len(line) <= WIDTH for line in shown.splitlines())


def test_wallets_that_moved_are_counted_with_the_reason(folder: Path) -> None:
    shown = asr("diff", folder / "bundle", folder / "smaller", "--token", "JUP").stdout
    assert "moved to a tree of another number:\n    max_leaves_per_tree changed\n" in shown
    assert "the same wallets and amounts" in shown


@pytest.mark.parametrize(
    ("code", "options"),
    [
        (0, "--allow-raised 10"),
        (1, "--allow-raised 9"),
        (0, "--max-change 20.01% --no-unexplained --allow-cause pool --same-inputs"),
        (1, "--max-change 19.99%"),
        (0, "--max-total-change 10000 --allow-added 0 --allow-removed 0 --allow-lowered 0"),
        (1, "--max-total-change 9999.999999"),
        (1, "--same-roots"),
        (1, "--same-rules"),
        (1, "--allow-cause total"),
        (0, "--allow-relocked 0 --allow-moved 0"),
    ],
)
def test_expectations_decide_the_exit_code(folder: Path, code: int, options: str) -> None:
    done = asr("diff", folder / "bundle", folder / "richer", *options.split())
    assert code == done.code
    said = "Everything is as expected." if code == 0 else "of what was expected:"
    assert said in done.stdout


def test_a_file_of_expectations_may_name_tokens_that_are_not_compared(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "expected.toml"
    file.write_text("allow_raised = 0\n[tokens.JUP]\nallow_raised = 10\n", "utf-8")
    paths = (folder / "bundle", folder / "richer", "--expect", file)
    assert 0 == asr("diff", *paths).code
    assert 0 == asr("diff", *paths, "--token", "WEN").code
    done = asr("diff", *paths, "--allow-cause", "total", "--json")
    assert ["allow_cause"] == [one["gate"] for one in json.loads(done.stdout)["violations"]]


def test_a_bad_file_of_expectations_is_refused(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    command = (
        "diff",
        folder / "bundle",
        folder / "jupiter-tree" / "JUP",
        "--token",
        "JUP",
        "--expect",
        file,
    )
    assert f"error: {file}: No such file or directory\n" == asr(*command).stderr
    file.write_bytes(b"\xff")
    assert f"error: {file}: file: not UTF-8; save the file as UTF-8\n" == asr(*command).stderr
    file.write_text("allow_aded = 1", "utf-8")
    assert 'did you mean "allow_added"?' in asr(*command).stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--max-change ten", "ten: no percent"),
        ("--max-total-change 1e3", "neither percent nor tokens"),
        ("--allow-cause pol", "did you mean pool?"),
        ("--allow-added -1", "--allow-added"),
    ],
)
def test_bad_expectations_are_misuse(folder: Path, options: str, message: str) -> None:
    done = asr("diff", folder / "bundle", folder / "richer", *options.split())
    assert 2 == done.code
    assert message in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    "text", ["", "no_unexplained = false\nsame_rules = false", "[tokens.JUP]\nsame_roots = false"]
)
def test_a_file_that_expects_nothing_is_refused(text: str, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    file.write_text(text, "utf-8")
    done = asr("diff", folder / "bundle", folder / "richer", "--expect", file)
    assert (1, "") == (done.code, done.stdout)
    assert done.stderr.startswith(f"error: {file}: nothing is expected, so anything would pass; ")


def test_equal_bundles_are_as_expected(folder: Path) -> None:
    done = asr("diff", folder / "bundle", folder / "bundle", "--allow-added", "0")
    assert 0 == done.code
    assert done.stdout.endswith(
        "The bundle ids are the same: both list the same digest for every file.\n"
        "Everything is as expected.\n"
    )
