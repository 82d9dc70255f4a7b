"""Explanations of many wallets at once, by the functions that explain one."""

from __future__ import annotations

import csv
import json
from itertools import groupby
from typing import TYPE_CHECKING

from allocation.explain import explainer_of
from allocation.explain_share import Standing
from allocation.round_file import load_round
from allocation.tables.breakdown import open_breakdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from allocation.explain import Explanation
    from allocation.explain_share import Division
    from allocation.tables.breakdown import Breakdown, BreakdownRow


def explain_all(bundle: Path) -> Iterator[Explanation]:
    """Explain every wallet that has a row in a bundle."""
    explainer = explainer_of(
        load_round(bundle / "round.toml"), json.loads((bundle / "report.json").read_bytes())
    )
    symbols = tuple(token.symbol for token in explainer.the_round.tokens)
    with open_breakdown(bundle / "breakdown.parquet", symbols) as breakdown:
        rows = list(breakdown.all_rows())
        for wallet, found in groupby(rows, key=lambda entry: entry[0]):
            own = [row for _, row in found]
            yield explainer.explain(wallet, own, breakdown.standing)


def leaves_of(bundle: Path, symbol: str) -> dict[str, int]:
    """Read what every wallet may claim, unlocked and locked, in base units."""
    with (bundle / symbol / "allocations.csv").open(newline="") as file:
        return {
            row["pubkey"]: sum(
                int(row[column].replace(".", "")) for column in ("amount", "locked_amount")
            )
            for row in csv.DictReader(file)
        }


class PlainRanking:
    """Who comes before a row, counted one by one; what the breakdown says is held to it."""

    def __init__(
        self, rows: Mapping[str, Sequence[BreakdownRow]], breakdown: Breakdown | None = None
    ) -> None:
        self.rows = [row for of_wallet in rows.values() for row in of_wallet]
        self.breakdown = breakdown

    def __call__(
        self,
        token: int,
        row: BreakdownRow,
        division: Division,
        remainder: int,
        dividing: tuple[str, ...],
    ) -> Standing:
        lost = {
            other.place: division.pool * (other.weight or 0) % division.total // division.divisor
            for other in self.rows
            if other.proposal == row.proposal and other.causes[token] in (None, *dividing)
        }
        standing = Standing(
            larger=sum(other > remainder for other in lost.values()),
            equal_before=sum(
                other == remainder and place < row.place for place, other in lost.items()
            ),
        )
        if self.breakdown:
            assert standing == self.breakdown.standing(token, row, division, remainder, dividing)
        return standing
