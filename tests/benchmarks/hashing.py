"""Batch hashing against the plain loop anybody would write first."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from Crypto.Hash import keccak

from merkle.hashing import hash_rows
from tests.benchmarks.measure import Report, Row, seconds

if TYPE_CHECKING:
    from merkle.hashing import HashName, Rows

INNER_NODE_BYTES = 65  # 01 || smaller || larger


def measure_hashing(report: Report, rows: int) -> None:
    """Hash `rows` inner nodes both ways, with both hash functions."""
    messages = np.random.default_rng(1).integers(0, 256, (rows, INNER_NODE_BYTES), np.uint8)
    loops = {"sha256": _sha256_loop, "keccak256": _keccak256_loop}
    names: tuple[HashName, ...] = ("sha256", "keccak256")
    for name in names:
        plain = seconds(loops[name], messages)
        batch = seconds(hash_rows, name, messages)
        report.add(Row(work=f"{name}, {rows:,} inner nodes, plain loop", seconds=plain))
        report.add(
            Row(
                work=f"{name}, {rows:,} inner nodes, hash_rows",
                seconds=batch,
                remark=f"{plain / batch:.1f} x the plain loop's speed",
            )
        )


def _sha256_loop(messages: Rows) -> list[bytes]:
    return [sha256(message.tobytes()).digest() for message in messages]


def _keccak256_loop(messages: Rows) -> list[bytes]:
    return [keccak.new(digest_bits=256, data=message.tobytes()).digest() for message in messages]
