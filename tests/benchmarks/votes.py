"""A round of real size: made-up wallets and votes in Parquet, beside the fixture's tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from allocation.address import format_addresses

if TYPE_CHECKING:
    from pathlib import Path

# Stakes from 1 to 10 million JUP, each magnitude as frequent as the next. duckdb's hash() may
# change between versions: these votes are for timing, nothing is compared with their results.
_VOTES = """
COPY (
    SELECT proposal, wallet,
        (10 ** (6 + hash(wallet) % 7))::UBIGINT * (1 + hash(wallet || proposal) % 9) AS voting_power
    FROM wallets CROSS JOIN proposals
    ORDER BY hash(wallet || proposal)
) TO '{path}' (FORMAT parquet)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSizeRound:
    """Where it was written, and one of its wallets."""

    path: Path
    wallet: str
    votes: int


def write_round(folder: Path, template: Path, wallets: int) -> RealSizeRound:
    """Write round.toml and votes.parquet: every wallet votes on every proposal of `template`."""
    text = template.read_text("utf-8").replace('"votes.csv"', '"votes.parquet"')
    (folder / "round.toml").write_text(text, "utf-8")
    proposals = [line.split('"')[1] for line in text.splitlines() if line.startswith("id = ")]
    keys = np.random.default_rng(2024).integers(0, 256, (wallets, 32), np.uint8)
    texts = format_addresses(keys)
    with duckdb.connect() as db:
        db.register("wallets", {"wallet": np.array(texts, dtype=object)})
        db.register("proposals", {"proposal": np.array(proposals, dtype=object)})
        db.execute(_VOTES.format(path=folder / "votes.parquet"))
    return RealSizeRound(
        path=folder / "round.toml", wallet=texts[0], votes=wallets * len(proposals)
    )
