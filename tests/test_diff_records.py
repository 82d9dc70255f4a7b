"""What a bundle recorded is not believed: where it does not add up, nothing is explained by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from allocation.errors import AsrError, InputErrors
from merkle.bundle import BundleError
from merkle.diff import bundle_side, compare
from tests.audits import files_of
from tests.building import build
from tests.diff_rounds import SmallRound, causes_in, wallet_text
from tests.plain_bundle import dump, put, seal
from tests.round_files import JUP, WEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from merkle.diff import Diff

ROUND = SmallRound(votes={(1, 0): 5, (2, 0): 7, (3, 0): 9, (2, 1): 3})
OTHER = SmallRound(votes={(1, 0): 6, (2, 0): 7, (3, 0): 9, (2, 1): 3})


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("records")
    for name, one in (("old", ROUND), ("new", OTHER)):
        build(one.write(folder / name), folder / name / "bundle")
    return folder / "old" / "bundle", folder / "new" / "bundle"


def against_forged(
    bundles: tuple[Path, Path], folder: Path, name: str, edit: Callable[[Any], object]
) -> Diff:
    """Compare with a new bundle of which one JSON document was changed and sealed again."""
    files = files_of(bundles[1])
    document = json.loads(files[name])
    edit(document)
    put(seal({**files, name: dump(document)}), folder / "forged")
    return compare(bundle_side(bundles[0]), bundle_side(folder / "forged"), folder)


def test_shares_that_do_not_follow_from_the_recorded_total_are_unexplained(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    def enlarge(report: Any) -> None:
        report["tokens"][0]["proposals"][0]["total_weight"] = "44"

    diff = against_forged(bundles, tmp_path, "report.json", enlarge)
    assert {"unexplained"} == {names[0] for names in causes_in(diff).values()} - {"row_changed"}
    assert ["row_changed"] == causes_in(diff)[wallet_text(1)]


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda report: report.pop("tokens"), "has no tokens"),
        (lambda report: report["tokens"].append({}), "is no list of 1"),
        (lambda report: report["tokens"][0]["proposals"][0].update(id="P9"), "is no proposal"),
        (lambda report: report["tokens"][0]["proposals"][0].update(id=["P1"]), "is no proposal"),
        (lambda report: report["tokens"][0]["proposals"][0].update(id="P1"), "a proposal twice"),
        (lambda report: report["tokens"][0]["proposals"][0].update(floors="1"), "left over are"),
        (lambda report: report.update(multipliers={"scale": 1}), "no whole number"),
        (lambda report: report.update(multipliers={"scale": "0"}), "is not from 1 to 1,000,000"),
        (lambda report: report.update(multipliers={"scale": "9" * 60}), "is not from 1"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(
    bundles: tuple[Path, Path], tmp_path: Path, edit: Callable[[Any], object], problem: str
) -> None:
    with pytest.raises(BundleError, match=problem):
        against_forged(bundles, tmp_path, "report.json", edit)


@pytest.mark.parametrize("huge", ["pool", "total_weight"])
def test_a_division_beyond_all_measure_explains_nothing(
    bundles: tuple[Path, Path], tmp_path: Path, huge: str
) -> None:
    nothing = {"divisor": "1", "floors": "0", "left_over": "0", "last_remainder": None}
    division = {"pool": "0", "total_weight": "0", **nothing, huge: "9" * 60}

    def enlarge(report: Any) -> None:
        report["tokens"][0]["proposals"][0].update(division)

    causes = causes_in(against_forged(bundles, tmp_path, "report.json", enlarge))
    assert "unexplained" in causes[wallet_text(2)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (JUP.encode(), WEN.encode(), "has other tokens than manifest.json"),
        (b'"JUP"', b'"WEN"', "has other tokens than manifest.json"),
        (b"decimals = 6\npool", b"decimals = 7\npool", "has other tokens than manifest.json"),
    ],
)
def test_a_round_file_of_other_tokens_than_the_manifest_is_refused(
    bundles: tuple[Path, Path], tmp_path: Path, old: bytes, new: bytes, problem: str
) -> None:
    files = files_of(bundles[1])
    text = files["round.toml"].replace(old, new)
    put(seal({**files, "round.toml": text}), tmp_path / "forged")
    with pytest.raises(BundleError, match=problem):
        compare(bundle_side(bundles[0]), bundle_side(tmp_path / "forged"), tmp_path)


def test_a_manifest_of_another_method_than_the_round_file_is_refused(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match="of the method per-proposal"):
        against_forged(
            bundles, tmp_path, "manifest.json", lambda manifest: manifest.update(method="list")
        )


def test_other_proofs_under_the_same_root_are_refused(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    files = files_of(bundles[0])
    name = "JUP/proofs/tree_0.json"
    put(seal({**files, name: files[name].replace(b'"proof":[[1', b'"proof":[[2', 1)}), tmp_path)
    assert files[name] != (tmp_path / name).read_bytes()
    with pytest.raises(AsrError, match="JUP: tree 0 has one root on both sides, but other proofs"):
        compare(bundle_side(bundles[0]), bundle_side(tmp_path), tmp_path)


def test_other_amounts_under_the_same_root_are_refused(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    files = files_of(bundles[0])
    header, (first, one), (second, other), *rest = [
        line.split(b",", 1) for line in files["JUP/allocations.csv"].splitlines()
    ]
    swapped = [header, (first, other), (second, one), *rest]
    content = b"".join(b",".join(line) + b"\n" for line in swapped)
    put(seal({**files, "JUP/allocations.csv": content}), tmp_path / "forged")
    with pytest.raises(AsrError, match="JUP: tree 0 has one root on both sides, but other"):
        compare(bundle_side(bundles[0]), bundle_side(tmp_path / "forged"), tmp_path)


def test_a_round_file_that_is_none_is_refused(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    put(seal({**files_of(bundles[1]), "round.toml": b"nothing"}), tmp_path / "forged")
    with pytest.raises(InputErrors, match=f"{tmp_path}/forged/round.toml"):
        compare(bundle_side(bundles[0]), bundle_side(tmp_path / "forged"), tmp_path)


@pytest.mark.parametrize("file", ["round.toml", "report.json", "inputs.json", "breakdown.parquet"])
def test_a_file_without_its_digest_is_refused(
    bundles: tuple[Path, Path], tmp_path: Path, file: str
) -> None:
    files = files_of(bundles[1])
    put({**files, file: files[file] + b" "}, tmp_path / "forged")
    with pytest.raises(BundleError, match=f"forged/{file}: its sha256"):
        compare(bundle_side(bundles[0]), bundle_side(tmp_path / "forged"), tmp_path)


def with_breakdown(bundle: Path, folder: Path, query: str) -> Path:
    """Replace the breakdown by what a query makes of it, and seal again."""
    files, changed = files_of(bundle), folder / "changed.parquet"
    rows = query.format(rows=f"read_parquet('{bundle / 'breakdown.parquet'}')")
    duckdb.execute(f"COPY ({rows}) TO '{changed}' (FORMAT parquet)")
    put(seal({**files, "breakdown.parquet": changed.read_bytes()}), folder / "forged")
    return folder / "forged"


def test_recorded_rewards_that_are_not_the_allocations_are_unexplained(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    forged = with_breakdown(
        bundles[1], tmp_path, "SELECT * REPLACE (JUP_reward + 1 AS JUP_reward) FROM {rows}"
    )
    diff = compare(bundle_side(bundles[0]), bundle_side(forged), tmp_path)
    assert {"unexplained"} == {names[0] for names in causes_in(diff).values()}


def test_a_breakdown_without_rows_explains_nothing(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    forged = with_breakdown(bundles[1], tmp_path, "SELECT * FROM {rows} WHERE FALSE")
    diff = compare(bundle_side(bundles[0]), bundle_side(forged), tmp_path)
    assert {"unexplained"} == {names[0] for names in causes_in(diff).values()}
    empty = with_breakdown(bundles[0], tmp_path / "forged", "SELECT * FROM {rows} WHERE FALSE")
    diff = compare(bundle_side(empty), bundle_side(forged), tmp_path)
    assert {"unexplained"} == {names[0] for names in causes_in(diff).values()}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS nothing",
        "SELECT * REPLACE ('\u00e9' AS wallet) FROM {rows}",
        "SELECT * EXCLUDE (JUP_cause) FROM {rows}",
    ],
)
def test_a_breakdown_that_is_none_is_refused(
    bundles: tuple[Path, Path], tmp_path: Path, query: str
) -> None:
    forged = with_breakdown(bundles[1], tmp_path, query)
    with pytest.raises(AsrError, match=r"breakdown.parquet: no breakdown of this round"):
        compare(bundle_side(bundles[0]), bundle_side(forged), tmp_path)


def test_the_breakdown_is_that_of_this_bundle_whatever_its_folder_is_called(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    put(files_of(bundles[1]), tmp_path / "cause=y[z]")
    with_breakdown(bundles[1], tmp_path, "SELECT * FROM {rows} WHERE FALSE")
    (tmp_path / "forged").rename(tmp_path / "cause=yz")  # what the pattern would find
    diff = compare(bundle_side(bundles[0]), bundle_side(tmp_path / "cause=y[z]"), tmp_path)
    assert causes_in(
        compare(bundle_side(bundles[0]), bundle_side(bundles[1]), tmp_path)
    ) == causes_in(diff)
