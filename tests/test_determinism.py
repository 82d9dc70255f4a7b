"""Same votes, same bytes: whatever their order, file format, hash seed or number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from tests.building import build

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "asr-2024-q1"
ABOUT_INPUTS: Final = ("inputs.json", "round.toml")  # how the votes were stored stands only there


def contents(bundle: Path) -> dict[str, str]:
    """Digest every file but those about the inputs, and their lines in SHA256SUMS."""
    files = {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file() and path.name not in ABOUT_INPUTS
    }
    lines = files["SHA256SUMS"].decode().splitlines()
    files["SHA256SUMS"] = "\n".join(
        line for line in lines if line.split()[1] not in ABOUT_INPUTS
    ).encode()
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def round_with(votes: str, folder: Path) -> Path:
    """Write the fixture's round file into `folder`, reading the votes from the file `votes`."""
    text = (FOLDER / "round.toml").read_text("utf-8")
    (folder / "round.toml").write_text(text.replace('"votes.csv"', f'"{votes}"'), "utf-8")
    return folder / "round.toml"


def shuffled_csv(path: Path) -> None:
    """Write the votes with rows and columns in another order, quoted, with other line ends."""
    header, *rows = (FOLDER / "votes.csv").read_text("utf-8").splitlines()
    Random(7).shuffle(rows)  # noqa: S311 - an order, no secret
    lines = [",".join(f'"{cell}"' for cell in reversed(row.split(","))) for row in [header, *rows]]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("utf-8-sig"))


def parquet(path: Path) -> None:
    """Write the votes with integers for powers."""
    duckdb.execute(
        f"COPY (SELECT * REPLACE (voting_power::UBIGINT AS voting_power) FROM "  # noqa: S608 - paths of ours
        f"read_csv('{FOLDER / 'votes.csv'}', all_varchar = true)) TO '{path}' (FORMAT parquet)"
    )


def json_lines(path: Path) -> None:
    """Write the votes as JSON, powers as strings."""
    duckdb.execute(
        f"COPY (FROM read_csv('{FOLDER / 'votes.csv'}', all_varchar = true)) "
        f"TO '{path}' (FORMAT json)"
    )


@pytest.mark.parametrize(
    ("name", "write"),
    [("votes.csv", shuffled_csv), ("votes.parquet", parquet), ("votes.jsonl", json_lines)],
)
def test_order_and_format_of_the_votes_change_nothing(
    fixture_bundle: Path, tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)
    build(round_with(name, tmp_path), tmp_path / "bundle")
    assert contents(fixture_bundle) == contents(tmp_path / "bundle")


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_nothing(
    fixture_bundle: Path, tmp_path: Path, threads: int
) -> None:
    build(FOLDER / "round.toml", tmp_path / "bundle", threads)
    assert contents(fixture_bundle) == contents(tmp_path / "bundle")


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_the_hash_seed_of_the_process_changes_nothing(
    fixture_bundle: Path, tmp_path: Path, seed: str
) -> None:
    arguments = ["build", FOLDER / "round.toml", "--out", tmp_path / "bundle"]
    command = [str(Path(sys.executable).with_name("asr")), *map(str, arguments)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603 - ours
    assert contents(fixture_bundle) == contents(tmp_path / "bundle")
    sums = [bundle / "SHA256SUMS" for bundle in (fixture_bundle, tmp_path / "bundle")]
    assert sums[0].read_bytes() == sums[1].read_bytes()
