"""Published trees become a bundle, however they were cut: it verifies and builds again."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from allocation.address import format_address
from merkle.cli import main
from merkle.codec import export_files
from tests.distributions import BASE, JUP, distribution

if TYPE_CHECKING:
    from pathlib import Path

    from merkle.codec import ExportFormat

SIZES = (5, 3, 5, 2)
MADE = replace(
    distribution(sum(SIZES), locked=2, first_version=7),
    boundaries=(0, 5, 8, 13, 15),
    versions=(7, 8, 9, 10),
)


def asr(*arguments: str | Path) -> str:
    """Run one command in this process and return what it printed."""
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout), pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    assert not done.value.code, stdout.getvalue()
    return stdout.getvalue()


def asr_json(*arguments: str | Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(asr(*arguments, "--json"))
    return document


def written(folder: Path, export_format: ExportFormat) -> list[Path]:
    folder.mkdir()
    paths = []
    for file in export_files(MADE, export_format):
        paths.append(folder / file.name.rpartition("/")[2])
        paths[-1].write_bytes(b"".join(file.parts()))
    return paths


def imported(out: Path, *files: Path) -> dict[str, Any]:
    token = ["--mint", format_address(JUP), "--decimals", "6", "--symbol", "JUP"]
    program = ["--program", "jupiter", "--base", format_address(BASE)]
    return asr_json("import", "trees", *files, *token, *program, "--out", out)


def trees_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    trees: list[dict[str, Any]] = document["tokens"][0]["trees"]
    return trees


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bundle of uneven trees, and what the import has said."""
    folder = tmp_path_factory.mktemp("uneven")
    document = imported(folder / "bundle", *written(folder / "trees", "jupiter-tree"))
    (folder / "import.json").write_text(json.dumps(document), "utf-8")
    return folder


def test_trees_of_any_sizes_keep_roots_sizes_and_versions(uneven: Path) -> None:
    trees = trees_of(json.loads((uneven / "import.json").read_text("utf-8")))
    assert [shard.tree.root.hex() for shard in MADE.shards()] == [tree["root"] for tree in trees]
    assert list(SIZES) == [tree["max_num_nodes"] for tree in trees]
    assert [7, 8, 9, 10] == [tree["version"] for tree in trees]
    assert "\ntree_sizes = [5, 3, 5, 2]\n" in (uneven / "bundle" / "round.toml").read_text("utf-8")


def test_a_bundle_of_uneven_trees_verifies(uneven: Path) -> None:
    found = asr_json("verify", uneven / "bundle")
    assert ([], 4, 15, 15) == tuple(
        found[key] for key in ("findings", "trees", "wallets", "proofs")
    )


def test_every_wallet_of_uneven_trees_finds_its_proof(uneven: Path) -> None:
    for row, wallet in enumerate(MADE.texts.astype(str).tolist()):
        (claim,) = asr_json("proof", uneven / "bundle", wallet)["claim"]
        number = MADE.shard_of(row)
        address = MADE.address(number)
        assert address is not None
        assert format_address(address) == claim["merkle_tree"]
        assert MADE.shard(number).tree.depth == len(claim["proof"])


def test_uneven_trees_are_exported_as_they_came_and_imported_again(
    uneven: Path, tmp_path: Path
) -> None:
    out = tmp_path / "exported"
    asr("export", uneven / "bundle", "--format", "jupiter-tree", "--out", out)
    trees = sorted((uneven / "trees").iterdir())
    exported = [out / "JUP" / path.name for path in trees]
    assert [path.read_bytes() for path in trees] == [path.read_bytes() for path in exported]
    again = imported(tmp_path / "again", *exported)
    first = json.loads((uneven / "import.json").read_text("utf-8"))
    assert first["bundle_id"] == again["bundle_id"]


def test_the_round_of_an_imported_bundle_builds_the_same_trees(
    uneven: Path, tmp_path: Path
) -> None:
    again = asr_json("build", uneven / "bundle" / "round.toml", "--out", tmp_path / "again")
    assert trees_of(json.loads((uneven / "import.json").read_text("utf-8"))) == trees_of(again)
    compared = asr_json("diff", uneven / "bundle", tmp_path / "again")
    assert compared["equal"] is True


def test_uneven_trees_are_described_before_they_are_built(uneven: Path) -> None:
    said = asr("check", uneven / "bundle" / "round.toml")
    assert "trees      4 of 2 to 5 leaves (5 at most), depth 3 (16 at most)\n" in said


def test_proofs_by_wallet_of_uneven_trees_are_imported_too(uneven: Path, tmp_path: Path) -> None:
    files = sorted((uneven / "bundle" / "JUP" / "proofs").iterdir())
    assert trees_of(json.loads((uneven / "import.json").read_text("utf-8"))) == trees_of(
        imported(tmp_path / "bundle", *files)
    )


@pytest.mark.parametrize("sizes", [(5, 5, 5), (5, 5, 2), (5,)])
def test_trees_of_one_size_are_said_as_such(sizes: tuple[int, ...], tmp_path: Path) -> None:
    boundaries = [sum(sizes[:at]) for at in range(len(sizes) + 1)]
    for number, (start, stop) in enumerate(pairwise(boundaries)):
        made = replace(distribution(sum(sizes)), boundaries=(start, stop), versions=(number,))
        (file,) = export_files(made, "jupiter-tree")
        (tmp_path / f"{number}.json").write_bytes(b"".join(file.parts()))
    imported(tmp_path / "bundle", *sorted(tmp_path.glob("*.json")))
    written = (tmp_path / "bundle" / "round.toml").read_text("utf-8")
    assert "\nmax_leaves_per_tree = 5\n" in written
    assert "tree_sizes" not in written
