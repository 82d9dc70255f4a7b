"""Measuring: wall time of calls, time and peak memory of processes, one table at the end."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: what was done, how long it took, and what that means."""

    work: str
    seconds: float
    peak_mib: int | None = None
    remark: str = ""


@dataclass(slots=True, kw_only=True)
class Report:
    """What one run of the benchmarks found out."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Keep a row and show it at once: a long run should not be silent."""
        self.rows.append(row)
        peak = "" if row.peak_mib is None else f"{row.peak_mib:,} MiB"
        line = f"{row.work:<58} {row.seconds:>9.3f} s {peak:>11}  {row.remark}"
        print(line.rstrip(), flush=True)

    def as_json(self) -> dict[str, Any]:
        """Return the rows with what a reader needs to judge them."""
        return {
            "machine": {"cpus": os.cpu_count(), "system": platform.system()},
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("asr", "duckdb", "numpy", "solders")},
            },
            "rows": [asdict(row) for row in self.rows],
        }


def seconds(call: Callable[..., object], *arguments: object) -> float:
    """Time one call."""
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def run_process(command: Sequence[object], output: str = os.devnull) -> tuple[float, int]:
    """Run a command to its end; return its wall seconds and its own peak memory in MiB."""
    starter = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), output]
    done = subprocess.run(  # noqa: S603 - our own command, or this interpreter
        [*starter, *map(str, command)], stdout=subprocess.PIPE, check=True
    )
    found = json.loads(done.stdout)
    if found["exit_code"]:
        raise subprocess.CalledProcessError(found["exit_code"], list(map(str, command)))
    return found["seconds"], found["peak_mib"]


def median_process(command: Sequence[object], times: int = 5) -> tuple[float, int]:
    """Run a quick command several times; return the median seconds and the largest peak."""
    runs = [run_process(command) for _ in range(times)]
    return statistics.median(took for took, _ in runs), max(peak for _, peak in runs)
