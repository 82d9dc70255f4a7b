"""Explanations of many wallets at once, by the functions that explain one."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from allocation.explain import explainer_of
from allocation.explain_share import Standing
from allocation.round_file import load_round
from allocation.tables.breakdown import Breakdown, open_breakdown
from merkle.cli import main
from tests.building import build
from tests.conftest import FIXTURES
from tests.plain_bundle import put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocation.allocate import Allocations
    from allocation.explain_share import Division
    from allocation.explain_steps import Explanation
    from allocation.round import Round
    from allocation.tables.breakdown import BreakdownRow


Files = dict[str, bytes]

# The round worked by hand in fixtures/README.md: A has three votes, the last without power, and
# gets 15 + 12; E is excluded.
A: Final = "8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR"
E: Final = "QWmroo4YnnMqYW3cnxWkFdaTxGD3P7vMSzwMHGbUzwF"


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def explained(bundle: Path | Files, wallet: str = A, *options: str) -> Outcome:
    """Run `asr explain` on a bundle, or on one that is put on disk for it."""
    out, err = io.StringIO(), io.StringIO()
    with (
        TemporaryDirectory() as folder,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        path = bundle if isinstance(bundle, Path) else put(bundle, Path(folder))
        with pytest.raises(SystemExit) as done:
            main(["explain", str(path), wallet, *options])
    return Outcome(int(done.value.code or 0), out.getvalue(), err.getvalue())


@cache
def by_hand() -> Files:
    """The bundle of the round worked by hand in fixtures/README.md, as files."""
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        build(FIXTURES / "by-hand" / "round.toml", bundle)
        return {
            path.relative_to(bundle).as_posix(): path.read_bytes()
            for path in bundle.rglob("*")
            if path.is_file()
        }


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


def explain_allocated(allocations: Allocations, the_round: Round) -> list[Explanation]:
    """Explain every wallet of allocations whose breakdown was not written to a file."""
    breakdown = breakdown_of(allocations)
    of_wallets = rows_of(breakdown)
    ranking = PlainRanking(of_wallets, breakdown)
    explainer = explainer_of(the_round, allocations.report)
    return [explainer.explain(wallet, rows, ranking) for wallet, rows in of_wallets.items()]


def breakdown_of(allocations: Allocations) -> Breakdown:
    """Show the rows of a breakdown without writing a file."""
    allocations.db.execute(
        "CREATE OR REPLACE TEMP TABLE written AS "  # noqa: S608 - our own query
        f"SELECT *, row_number() OVER () - 1 AS file_row_number FROM ({allocations.breakdown})"
    )
    allocations.db.execute("CREATE OR REPLACE TEMP VIEW breakdown AS FROM written")
    return Breakdown(allocations.db, tuple(paid.token.symbol for paid in allocations.tokens))


def rows_of(breakdown: Breakdown) -> dict[str, list[BreakdownRow]]:
    """Return the rows of every wallet."""
    return {
        wallet: [row for _, row in rows]
        for wallet, rows in groupby(breakdown.all_rows(), key=lambda entry: entry[0])
    }


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
