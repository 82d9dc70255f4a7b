"""Distributions for tests, and where the shared data lies."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocation.address import format_addresses, parse_address
from merkle.distribution import Distribution
from merkle.leaf import JUPITER, LeafFormat
from merkle.program import PROFILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address, Keys
    from allocation.round import Claim

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
JUP = parse_address("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")
BASE = parse_address("EZjEbaSd1KrTUKHNGhyHj42PxnoK742aGaNNqb9Rcpgu")
TREES_OF_OTHERS = (
    "jupiter_3_leaves.json",
    "jupiter_100_leaves.json",
    "jupiter_asr_21_leaves.json",
    "jupiter_asr_test_3_leaves.json",
)


def shared(name: str) -> bytes:
    """Read a shared file, or skip the test and say so."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data is not here: {name}")
    return path.read_bytes()


def keys_of(count: int, seed: str = "wallet") -> Keys:
    """Return distinct keys, the same in every run."""
    texts = (f"{seed} {number}".encode() for number in range(count))
    keys = b"".join(sha256(text).digest() for text in texts)
    return np.frombuffer(keys, np.uint8).reshape(-1, 32)


def distribution(  # noqa: PLR0913 - each test says only what it is about
    unlocked: Sequence[int] | int,
    *,
    locked: int = 0,
    most: int = 12_000,
    program: str = "jupiter",
    base: Address | None = BASE,
    claim: Claim = "transfer",
    leaf_format: LeafFormat = JUPITER,
    first_version: int = 0,
    decimals: int = 6,
) -> Distribution:
    """Return a distribution of these amounts, or of so many small ones."""
    amounts = list(range(1, unlocked + 1)) if isinstance(unlocked, int) else list(unlocked)
    claimants = keys_of(len(amounts))
    boundaries = (*range(0, len(amounts), most), len(amounts))
    return Distribution(
        symbol="JUP",
        mint=JUP,
        decimals=decimals,
        leaf_format=leaf_format,
        profile=PROFILES.get(program),
        base=base,
        claim=claim,
        claimants=claimants,
        texts=np.array(format_addresses(claimants), "S44"),
        unlocked=np.array(amounts, np.uint64),
        locked=np.full(len(amounts), locked, np.uint64),
        boundaries=boundaries,
        versions=tuple(range(first_version, first_version + len(boundaries) - 1)),
    )
