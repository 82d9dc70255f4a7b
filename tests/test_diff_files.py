"""What `asr diff` writes for machines: JSON, CSV, and files that are there whole or not at all."""

from __future__ import annotations

import csv
import json
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from allocation.errors import AsrError
from merkle.cli.diffs_columns import BLOCK
from merkle.cli.diffs_files import TABLES, swap, write_folder
from merkle.cli.diffs_json import json_parts
from merkle.cli.diffs_text import diff_lines
from merkle.cli.writing import write_file
from merkle.diff import Setting
from merkle.program import PROFILES
from tests.diffing import NEW, OLD, build_samples, difference, side, tree, wallet
from tests.round_files import JUP as JUP_TEXT
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_samples(tmp_path_factory.mktemp("diff"))


def compared(*options: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asr("diff", *options, "--json").stdout)
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("page", ["out", "out/diff.html"])
def test_a_page_inside_the_folder_of_tables_is_refused(
    folder: Path, tmp_path: Path, page: str
) -> None:
    (tmp_path / "out").mkdir()
    written = ("--csv", tmp_path / "out", "--html", tmp_path / page, "--force")
    if page == "out":
        (tmp_path / "out").rmdir()
    done = asr("diff", folder / "bundle", folder / "richer", *written)
    assert (1, "") == (done.code, done.stdout)
    assert "--html lies inside what --csv writes" in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("path", "problem"),
    [(".", "no name of its own"), ("no/where", "the folder no does not exist; make it first")],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    folder: Path, path: str, problem: str
) -> None:
    done = asr("diff", folder / "bundle", folder / "richer", "--csv", path)
    assert (1, "") == (done.code, done.stdout)
    assert problem in done.stderr


def test_json_holds_every_change_with_its_causes(folder: Path) -> None:
    (jup, wen) = compared(folder / "bundle", folder / "richer")["tokens"]
    assert (False, True) == (jup["equal"], wen["equal"])
    assert 10 == len(jup["wallets"]) == jup["raised"]
    assert {"pool"} == {cause for change in jup["wallets"] for cause in change["causes"]}
    assert "10000000000" == jup["difference"] == jup["causes"][0]["gained"]
    assert [] == wen["wallets"]


def test_json_of_plain_sides_is_what_the_sides_say() -> None:
    moved = side({2: (1, 0), 1: (1, 0)}, trees=(tree(1), tree(1)))
    still = side({1: (1, 0), 2: (1, 0)}, trees=(tree(1), tree(1)))
    document = json.loads("".join(json_parts(difference(still, moved), [])))
    assert {"bundle_id": None} == document["old"]
    assert [] == document["violations"]
    (token,) = document["tokens"]
    wallets = sorted([wallet(1), wallet(2)])
    assert wallets == [one["wallet"] for one in token["moved"]]
    assert {0, 1} == {one["old_tree"] for one in token["moved"]}
    (token,) = json.loads("".join(json_parts(difference(OLD, NEW), None)))["tokens"]
    (removed,) = [one for one in token["wallets"] if one["after"] is None]
    assert {
        "wallet": wallet(1),
        "before": "1000",
        "after": None,
        "locked_before": "0",
        "locked_after": None,
        "difference": "-1000",
        "old_tree": 0,
        "new_tree": None,
        "causes": ["unrecorded"],
    } == removed
    assert token["movers"][0] == removed


def test_a_token_of_one_side_is_none_on_the_other() -> None:
    nothing = replace(side({}), tokens=())
    (token,) = json.loads("".join(json_parts(difference(nothing, OLD), None)))["tokens"]
    assert (None, "JUP") == (token["old"], token["new"]["symbol"])


def test_blocks_of_rows_are_joined_without_a_seam(tmp_path: Path) -> None:
    count = BLOCK + 1
    paid = {number: (number, 0) for number in range(1, count + 1)}
    compared = difference({}, paid)
    (token,) = json.loads("".join(json_parts(compared, None)))["tokens"]
    assert count == len({one["wallet"] for one in token["wallets"]})
    write_folder(tmp_path / "csv", compared, None)
    assert count == len(rows_of(tmp_path / "csv" / "JUP-wallets.csv"))


def test_csv_has_a_line_for_every_change(tmp_path: Path) -> None:
    write_folder(tmp_path / "csv", difference(OLD, NEW), None)
    rows = {row["wallet"]: row for row in rows_of(tmp_path / "csv" / "JUP-wallets.csv")}
    assert ("10.00", "", "-10.00", "0.00", "", "0", "", "unrecorded") == tuple(
        value for name, value in rows[wallet(1)].items() if name != "wallet"
    )
    assert ("", "0.07", "0.07") == tuple(
        rows[wallet(5)][name] for name in ("before", "after", "difference")
    )
    assert "10.00" == rows[wallet(4)]["locked_after"]


def test_the_other_files_have_the_columns_that_are_written_down(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "csv"
    options = ("--csv", out, "--allow-moved", "0", "--json")
    assert 1 == asr("diff", folder / "bundle", folder / "smaller", *options).code
    for name, columns in TABLES.items():
        with (out / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            assert list(columns) == next(csv.reader(file))
    assert [("JUP", "allow_moved"), ("WEN", "allow_moved")] == [
        (row["token"], row["gate"]) for row in rows_of(out / "violations.csv")
    ]
    (first, *_) = rows_of(out / "trees.csv")
    assert ("5", "4") == (first["old_leaves"], first["new_leaves"])
    manifest = json.loads((folder / "smaller" / "manifest.json").read_bytes())
    assert manifest["tokens"][0]["trees"][0]["distributor"] == first["new_distributor"]


def test_totals_of_a_pool_say_what_stays(tmp_path: Path) -> None:
    old = side({1: (5, 0)}, pool=9)
    old = replace(old, tokens=(replace(old.tokens[0], unallocated={"on_empty": 4}),))
    compared = difference(old, {1: (6, 0)})
    write_folder(tmp_path / "csv", compared, None)
    rows = [tuple(row.values()) for row in rows_of(tmp_path / "csv" / "totals.csv")]
    assert ("JUP", "pool", "0.09", "", "") == rows[0]
    assert ("JUP", "on_empty", "0.04", "", "") == rows[2]
    assert "  on empty   0.04     -" in diff_lines(compared, None)


def test_a_token_of_one_side_only_has_tables_too(tmp_path: Path) -> None:
    nothing = replace(side({}), tokens=())
    write_folder(tmp_path / "csv", difference(OLD, nothing), None)
    (row,) = rows_of(tmp_path / "csv" / "trees.csv")
    assert ("4", "") == (row["old_leaves"], row["new_leaves"])
    assert {"40.00", "4"} == {row["old"] for row in rows_of(tmp_path / "csv" / "totals.csv")} - {""}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_text_of_a_stranger_becomes_a_formula(tmp_path: Path, sign: str) -> None:
    setting = Setting(name="proposals[x].title", old="plain", new=f"{sign}cmd|' /C calc'!A0")
    write_folder(tmp_path / "csv", replace(difference(OLD, NEW), settings=(setting,)), None)
    (row,) = rows_of(tmp_path / "csv" / "settings.csv")
    assert ("plain", f"'{sign}cmd|' /C calc'!A0") == (row["old"], row["new"])


def test_control_characters_stay_in_their_line(tmp_path: Path) -> None:
    setting = Setting(name="proposals[x].title", old="\t=1", new="a\r\nb,c\x1b")
    write_folder(tmp_path / "csv", replace(difference(OLD, NEW), settings=(setting,)), None)
    (row,) = rows_of(tmp_path / "csv" / "settings.csv")
    assert (r"\t=1", r"a\r\nb,c\x1b") == (row["old"], row["new"])


def test_two_tokens_of_one_symbol_have_files_of_their_own(tmp_path: Path) -> None:
    one = side(OLD)
    other = replace(one, tokens=(replace(one.tokens[0], mint=PROFILES["jupiter"].program_id),))
    write_folder(tmp_path / "csv", difference(one, other), None)
    names = sorted(path.name for path in (tmp_path / "csv").glob("JUP-*-wallets.csv"))
    assert 2 == len(names)
    assert f"JUP-{JUP_TEXT}-wallets.csv" in names


def test_files_are_replaced_only_by_force(folder: Path, tmp_path: Path) -> None:
    page, tables = tmp_path / "diff.html", tmp_path / "csv"
    options = ("--html", page, "--csv", tables)
    command = ("diff", folder / "bundle", folder / "richer", *options)
    assert 1 == asr(*command, "--json").code
    first = page.read_bytes()
    assert 0o644 == stat.S_IMODE(page.stat().st_mode)
    refused = asr(*command)
    assert f"error: {page} exists; choose another name, or replace a file with --force\n" == (
        refused.stderr
    )
    page.unlink()
    assert f"error: {tables} exists" in asr(*command).stderr
    assert "" == asr(*command, "--force").stderr
    assert "" == asr(*command, "--force").stderr
    assert first == page.read_bytes()
    assert ["csv", "diff.html"] == sorted(path.name for path in tmp_path.iterdir())


def test_force_deletes_nothing_else(folder: Path, tmp_path: Path) -> None:
    command = ("diff", folder / "bundle", folder / "richer", "--force", "--csv")
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert "notes.txt is no file of a diff" in asr(*command, tmp_path).stderr
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("notes.txt", "link"):
        assert f"{name} is no folder" in asr(*command, tmp_path / name).stderr
    assert "make it first" in asr(*command, tmp_path / "no" / "where").stderr
    assert "exists" in asr(*command[:-1], "--html", tmp_path).stderr


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with pytest.raises(AsrError, match=r"/page was not written: Is a directory$"):
        write_file(tmp_path / "page", b"x")
    assert ["page"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    for option in ("--html", "--csv"):
        done = asr("diff", folder / "bundle", folder / "richer", option, tmp_path / "out")
        remedy = "make room on that disk, or use another one"
        problem = f"error: {tmp_path}/out was not written: File too large; {remedy}\n"
        assert (1, problem) == (done.code, done.stderr)
        assert [] == list(tmp_path.iterdir())


def test_a_folder_that_could_not_be_replaced_is_there_again(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "causes.csv").write_text("old", "utf-8")
    for name in ("csv", "new"):
        with pytest.raises(FileNotFoundError):
            swap(tmp_path / "nothing", tmp_path / name, tmp_path / "aside")
    assert "old" == (tmp_path / "csv" / "causes.csv").read_text("utf-8")
    assert ["csv"] == [path.name for path in tmp_path.iterdir()]


def test_a_page_is_cut_where_asked(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    options = ("--html", page, "--html-wallets", "3", "--json")
    asr("diff", folder / "bundle", folder / "richer", *options)
    assert "Cut: JUP: the 3 largest of 10 changes." in page.read_text("utf-8")
