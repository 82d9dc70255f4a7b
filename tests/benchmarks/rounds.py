"""A round of real size: from Parquet to a complete bundle, then proof and verification."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.measure import Report, Row, median_process, run_process, seconds
from tests.benchmarks.votes import write_round

if TYPE_CHECKING:
    from tests.benchmarks.votes import RealSizeRound

TEMPLATE: Final = Path("fixtures/asr-2024-q1/round.toml")
ASR: Final = Path(sys.executable).with_name("asr")

# Measured: input, scratch, bundle and the raw copy of its bytes, per wallet with five tokens.
DISK_BYTES_PER_WALLET: Final = 25_000


def require_disk(folder: Path, wallets: int) -> None:
    """Stop before anything is written when the disk is too small."""
    needed, free = wallets * DISK_BYTES_PER_WALLET, shutil.disk_usage(folder).free
    if free < needed:
        raise SystemExit(
            f"{wallets:,} wallets need about {needed / 1e9:.0f} GB of disk below {folder}, "
            f"{free / 1e9:.0f} GB are free; choose another --folder or fewer --wallets"
        )


def measure_round(report: Report, folder: Path, wallets: int) -> None:
    """Measure everything that happens to one round of `wallets` wallets."""
    real_size = write_round(folder, TEMPLATE, wallets)
    bundle = folder / "bundle"
    _measure_build(report, real_size, bundle)
    _measure_raw_write(report, bundle, folder / "raw")
    _measure_reading(report, real_size, bundle)


def _measure_build(report: Report, real_size: RealSizeRound, bundle: Path) -> None:
    phases = bundle.with_name("phases.json")
    command = [sys.executable, "-m", "tests.benchmarks.build", real_size.path, bundle]
    took, peak = run_process(command, output=str(phases))
    work = f"build, {real_size.votes:,} votes to a complete bundle"
    report.add(Row(work=work, seconds=took, peak_mib=peak))
    times = json.loads(phases.read_text("utf-8"))
    report.add(Row(work="  of which allocation", seconds=times["allocation"]))
    report.add(Row(work="  of which the bundle", seconds=times["bundle"]))
    for stage, stage_seconds in times["stages"].items():
        report.add(Row(work=f"    {stage}", seconds=stage_seconds))


def _measure_raw_write(report: Report, bundle: Path, raw: Path) -> None:
    """Write the bytes of the bundle again, synced, file by file, and do nothing else."""
    raw.mkdir()
    took, size = 0.0, 0
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    for number, path in enumerate(files):
        content = path.read_bytes()
        took += seconds(_write_synced, raw / str(number), content)
        size += len(content)
    report.add(Row(work="raw write of the same bytes", seconds=took, remark=f"{size / 1e9:.2f} GB"))


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _measure_reading(report: Report, real_size: RealSizeRound, bundle: Path) -> None:
    wallet = real_size.wallet
    for work, command in (
        ("asr --help", [ASR, "--help"]),
        ("asr proof, one wallet, one token", [ASR, "proof", bundle, wallet, "--token", "JUP"]),
        ("asr verify, one wallet, all tokens", [ASR, "verify", bundle, wallet]),
        ("asr explain, one wallet, all tokens", [ASR, "explain", bundle, wallet]),
    ):
        took, peak = median_process(command)
        report.add(Row(work=work, seconds=took, peak_mib=peak, remark="median of 5 processes"))
    took, peak = run_process([ASR, "verify", bundle])
    report.add(Row(work="asr verify, the whole bundle", seconds=took, peak_mib=peak))
