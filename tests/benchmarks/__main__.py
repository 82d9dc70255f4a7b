"""`make bench`: print a table, write it as JSON.

python -m tests.benchmarks [--wallets 480000] [--rows 1000000] [--folder DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.benchmarks.diffs import measure_diff
from tests.benchmarks.hashing import measure_hashing
from tests.benchmarks.measure import Report
from tests.benchmarks.rounds import measure_round, require_disk
from tests.benchmarks.stakes import measure_stakes


def main() -> None:
    """Run every benchmark at the sizes asked for."""
    asked = _arguments()
    require_disk(asked.folder, asked.wallets)
    report = Report()
    measure_hashing(report, asked.rows)
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="asr-bench-") as scratch:
        measure_stakes(report, Path(scratch), asked.wallets)
        measure_diff(report, Path(scratch), asked.rows)
        measure_round(report, Path(scratch), asked.wallets)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", "utf-8")
    print(f"\nwritten to {asked.json}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure asr at real size.")
    parser.add_argument(
        "--wallets", type=int, default=480_000, help="each votes on nine proposals (%(default)s)"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=1_000_000,
        help="messages to hash, wallets of two bundles to compare (%(default)s)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()),
        help="for the data (%(default)s)",
    )
    parser.add_argument("--json", type=Path, default=Path(".out/bench.json"), help="(%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
