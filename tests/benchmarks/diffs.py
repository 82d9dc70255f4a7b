"""Two dry runs of a million wallets in which nearly every reward differs, compared."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import numpy.typing as npt

from allocation.address import format_addresses
from tests.benchmarks.measure import Report, Row, run_process
from tests.benchmarks.rounds import ASR
from tests.building import build

if TYPE_CHECKING:
    from pathlib import Path

CHANGED: Final = 1_000  # wallets that come, that go, and whose vote is another

_ROUND: Final = """
[round]
name = "a million wallets"
method = "per-proposal"

[[tokens]]
symbol = "JUP"
mint = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
decimals = 6
pool = "50000000"

[[proposals]]
id = "one"
title = "One"
weight = "1"

[inputs]
votes = "votes.parquet"
decimals = 6

[distributor]
program = "none"
"""


def measure_diff(report: Report, folder: Path, wallets: int) -> None:
    """Measure the comparison of two bundles of `wallets` wallets, causes and all."""
    random = np.random.default_rng(7)
    keys = random.integers(0, 256, (wallets + CHANGED, 32), np.uint8)
    texts = np.array(format_addresses(keys), np.object_)
    power = random.integers(10**6, 10**12, len(texts)).astype(np.uint64)
    _build(folder / "monday", texts[:wallets], power[:wallets])
    power[-2 * CHANGED : -CHANGED] += np.uint64(10**9)
    _build(folder / "tuesday", texts[CHANGED:], power[CHANGED:])
    bundles = [folder / name / "bundle" for name in ("monday", "tuesday")]
    took, peak = run_process(["/bin/sh", "-c", '"$0" "$@"; [ $? -eq 1 ]', ASR, "diff", *bundles])
    work = f"asr diff, two bundles of {wallets:,} wallets"
    report.add(Row(work=work, seconds=took, peak_mib=peak, remark="causes of all differences"))
    for name in ("monday", "tuesday"):
        shutil.rmtree(folder / name)


def _build(folder: Path, texts: npt.NDArray[np.object_], power: npt.NDArray[np.uint64]) -> None:
    folder.mkdir()
    path = folder / "votes.parquet"
    with duckdb.connect() as db:
        db.register("votes", {"wallet": texts, "voting_power": power})
        rows = "SELECT 'one' AS proposal, * FROM votes"
        db.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    (folder / "round.toml").write_text(_ROUND, "utf-8")
    build(folder / "round.toml", folder / "bundle")
