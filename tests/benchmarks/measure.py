"""Measuring: wall time of calls, time and peak memory of processes, one table at the end."""

from __future__ import annotations

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


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def run_process(command: Sequence[object], output: Path = Path(os.devnull)) -> tuple[float, int]:
    """Run a command to its end; return its wall seconds and its own peak memory in MiB."""
    start = time.perf_counter()
    with output.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own command, or this interpreter
            [str(part) for part in command], stdout=file
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    kib = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)  # macOS counts bytes
    return time.perf_counter() - start, kib // 1024


def median_process(command: Sequence[object], times: int = 5) -> tuple[float, int]:
    """Run a quick command several times; return the median seconds and the largest peak."""
    runs = [run_process(command) for _ in range(times)]
    return statistics.median(took for took, _ in runs), max(peak for _, peak in runs)
