"""Real votes of a token DAO, held against a plain count of the same file."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from allocation.tables import open_database, read_inputs
from tests.input_files import InputFolder

VOTES: Final = Path(__file__).parents[2] / "shared" / "data" / "pyth-dao-votes" / "votes.csv"
PROPOSALS: Final = (
    "FCL7LsNooG5y5xPSJAmgTh5jTRQVPnZieoJRzgmkfKRz",
    "7WRmpgAno6hYFeGkmub5N6XkhneAsfsAhycMoFMXgpNZ",
    "6inPh7rPeyQsn6QGcLzeXgtX7qBdkaTApyCWSddiMZF6",
    "HZ5cVfNTeW8KPDW8hkpzKdKWEoQUrHWEcTV6NQJwNWTW",
    "36J4qABqv2AJMijPuA1AmuyjymitVS6WbTR7iv9HyufE",
    "5wmeuCqpRdyC7HZXxDGGtmRgSfgcPcxnvUFw3ssWVhTn",
    "5MbHq3LxPvxqnMnVVGoo1tLHu2LeuSXkppfUEMrBeQdY",
    "79RUmYEL2gwBq2W263BvdpqSzoeMpt1rG4UrQK1UitJ4",
    "G9dCVt2fVZGC4UXoTtqVajewUDfLjER73HP1FcobWCjK",
)


@pytest.mark.skipif(not VOTES.exists(), reason="../shared/data/pyth-dao-votes/votes.csv is absent")
def test_real_votes_are_read_as_a_plain_reader_counts_them(tmp_path: Path) -> None:
    with VOTES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if row["proposal"] in PROPOSALS]
    powers: Counter[str] = Counter()
    for row in kept:
        powers[row["proposal"]] += int(row["voting_power"])
    folder = InputFolder(tmp_path, proposals=PROPOSALS)
    round_ = folder.round(votes=VOTES.name, other_proposals="ignore")
    with open_database(tmp_path / "scratch", 1, None) as db:
        inputs = read_inputs(db, replace(round_, path=VOTES.parent / "round.toml"))
        summed = db.execute(
            "SELECT proposals.proposal, sum(power)::VARCHAR FROM votes "
            "JOIN proposals ON id = votes.proposal GROUP BY ALL"
        ).fetchall()
        with_power = db.execute(
            "SELECT count(*), count(DISTINCT wallet) FROM votes WHERE power > 0"
        )
        assert (16_666, 7_410) == with_power.fetchone()
    assert powers == {proposal: int(power) for proposal, power in summed}
    assert {
        "ignored_columns": ["relinquished", "vote_account"],
        "identical_rows": 0,
        "other_proposals": len(rows) - len(kept),
    } == inputs.notes["votes"]
    assert sorted({row["voter"].encode() for row in kept}) == sorted(inputs.texts.tolist())
