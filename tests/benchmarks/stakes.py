"""A quarter of daily stakes of real size, from Parquet to allocations."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np

from allocation.address import format_addresses
from allocation.allocate import allocations_of
from allocation.round_file import load_round
from tests.benchmarks.measure import Report, Row, run_process

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS: Final = 92

_ROUND: Final = """
[round]
name = "a quarter of stakes"
method = "time-weighted"
start = 2025-07-01
end = 2025-10-01

[[tokens]]
symbol = "JUP"
mint = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
decimals = 6
pool = "50000000"

[inputs]
stakes = "stakes.parquet"
decimals = 6

[rules]
minimum_average = "50"
"""

# As a node writes it: day by day. Balances change now and then, by duckdb's hash() as in votes.py.
_STAKES: Final = """
COPY (
    SELECT DATE '2025-07-01' + day::INTEGER AS date, wallet,
        (10 ** (6 + hash(wallet) % 6))::UBIGINT * (1 + hash(wallet || day // 30) % 9) AS staked
    FROM range({days}) AS days(day) CROSS JOIN wallets
    ORDER BY day
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def measure_stakes(report: Report, folder: Path, wallets: int) -> None:
    """Measure one quarter of `wallets` wallets with a balance every day."""
    (folder / "stakes.toml").write_text(_ROUND, "utf-8")
    texts = format_addresses(np.random.default_rng(2025).integers(0, 256, (wallets, 32), np.uint8))
    _write_stakes(folder / "stakes.parquet", texts)
    phases = folder / "stakes.json"
    command = [sys.executable, "-m", "tests.benchmarks.stakes", folder / "stakes.toml"]
    took, peak = run_process(command, output=str(phases))
    size = (folder / "stakes.parquet").stat().st_size / 1e9
    report.add(
        Row(
            work=f"stakes, {wallets * DAYS:,} rows to allocations",
            seconds=json.loads(phases.read_text("utf-8"))["allocation"],
            peak_mib=peak,
            remark=f"{size:.2f} GB Parquet; {took:.1f} s the whole process",
        )
    )


def _write_stakes(path: Path, texts: Sequence[str]) -> None:
    with duckdb.connect() as db:
        db.register("wallets", {"wallet": np.array(texts, dtype=object)})
        db.execute(_STAKES.format(path=path, days=DAYS))


def main(round_file: Path) -> None:
    """Divide a round in this process, and print how long that took, as JSON."""
    start = time.perf_counter()
    with allocations_of(load_round(round_file), round_file.parent):
        print(json.dumps({"allocation": time.perf_counter() - start}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
