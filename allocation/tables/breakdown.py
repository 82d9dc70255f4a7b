"""breakdown.parquet, read back: the rows of one wallet, and who stands before it.

A lookup takes milliseconds, whatever the size: DuckDB writes a Bloom filter beside a dictionary
of wallets, and skips the row groups that cannot hold the one asked for. Where wallets have few
rows there is no dictionary, but then the column is small: a million wallets are read in 15 ms.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb

from allocation.explain_share import ContradictionError, Standing
from allocation.sql import statement
from allocation.tables.database import exact_path, open_database
from allocation.units import BASE_UNITS_PATTERN, LONGEST_AMOUNT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from allocation.explain_share import Division

Parameters: TypeAlias = "Mapping[str, object]"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """One input row of a wallet: what it weighs, what removed it, what each token pays for it.

    Units: power in base units of what votes; weight likewise, times a multiplier; rewards in base
           units of their tokens.
    """

    place: int  # of the row in the file, from 0: rows stand in the order of wallet keys
    proposal: str | None
    power: int | None
    weight: int | None
    cause: str | None
    rewards: tuple[int, ...]  # by token
    causes: tuple[str | None, ...]  # by token


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An opened breakdown of a round with these tokens.

    Errors: ContradictionError from every method where the file is no such breakdown.
    """

    db: duckdb.DuckDBPyConnection  # with the file as view `breakdown`
    symbols: tuple[str, ...]

    def rows_of(self, wallet: str) -> tuple[BreakdownRow, ...]:
        """Return the rows of one wallet in the order of the file."""
        return tuple(row for _, row in self._rows("WHERE wallet = $wallet", {"wallet": wallet}))

    def all_rows(self) -> Iterator[tuple[str, BreakdownRow]]:
        """Yield every row with its wallet, in the order of the file."""
        yield from self._rows("", {})

    def standing(
        self,
        token: int,
        row: BreakdownRow,
        division: Division,
        remainder: int,
        dividing: Collection[str],
    ) -> Standing:
        """Count those of a division who come before the wallet of `row`, which lost `remainder`.

        `dividing` are causes whose rows take part in the division although they are not paid.
        """
        cause = f'"{self.symbols[token]}_cause"'
        self._execute(
            "CREATE OR REPLACE TEMP TABLE weights AS SELECT file_row_number AS row, "  # noqa: S608 - checked symbols
            "weight::HUGEINT // $divisor::HUGEINT AS weight FROM breakdown "
            "WHERE proposal IS NOT DISTINCT FROM $proposal "
            f"AND ({cause} IS NULL OR list_contains($dividing::VARCHAR[], {cause}))",
            {
                "divisor": division.divisor,
                "proposal": row.proposal,
                "dividing": list(dividing),
            },
        )
        found = self._execute(
            statement("standing"),
            {
                "pool": division.pool,
                "total": division.total // division.divisor,
                "remainder": remainder,
                "row": row.place,
            },
        )
        larger, equal_before = found[0]
        return Standing(larger=larger, equal_before=equal_before)

    def _rows(self, condition: str, parameters: Parameters) -> Iterator[tuple[str, BreakdownRow]]:
        tokens = "".join(
            f', "{symbol}_reward"::VARCHAR, "{symbol}_cause"::VARCHAR' for symbol in self.symbols
        )
        for wallet, *cells in self._execute(
            "SELECT wallet::VARCHAR, file_row_number, proposal::VARCHAR, power::VARCHAR, "  # noqa: S608 - checked symbols
            f"weight::VARCHAR, cause::VARCHAR{tokens} FROM breakdown {condition} "
            "ORDER BY file_row_number",
            parameters,
        ):
            yield wallet, _row(*cells)

    def _execute(self, query: str, parameters: Parameters) -> list[Any]:
        with _as_contradiction():
            return self.db.execute(query, parameters).fetchall()


@contextmanager
def open_breakdown(path: Path, symbols: tuple[str, ...]) -> Iterator[Breakdown]:
    """Open the breakdown of a round; only its wallets' rows are read, when they are asked for.

    Shapes: symbols in the order of the round, each checked.
    Errors: ContradictionError where the file is none.
    """
    with (
        TemporaryDirectory(prefix="asr-breakdown-") as scratch,
        open_database(Path(scratch), None, None) as db,
    ):
        with _as_contradiction():
            rows = db.read_parquet(exact_path(path), file_row_number=True, hive_partitioning=False)
            rows.create_view("breakdown")
        yield Breakdown(db, symbols)


@contextmanager
def _as_contradiction() -> Iterator[None]:
    """Say in one line what DuckDB has against a file that somebody else may have written."""
    try:
        yield
    except duckdb.Error as error:
        problem = str(error).partition("\n")[0]
        raise ContradictionError(f"no breakdown of this round: {problem}") from error


def _row(
    place: int,
    proposal: str | None,
    power: str | None,
    weight: str | None,
    cause: str | None,
    *tokens: str | None,
) -> BreakdownRow:
    return BreakdownRow(
        place=place,
        proposal=proposal,
        power=None if power is None else _whole(power),
        weight=None if weight is None else _whole(weight),
        cause=cause,
        rewards=tuple(_whole(reward) for reward in tokens[::2]),
        causes=tuple(tokens[1::2]),
    )


def _whole(text: str | None) -> int:
    """Read a whole number; text may be anything, since larger ones than 64 bits stand as such."""
    if (
        text is None
        or len(text) > LONGEST_AMOUNT
        or not re.fullmatch(BASE_UNITS_PATTERN, text, re.ASCII)
    ):
        raise ContradictionError(f"{text and text[:LONGEST_AMOUNT]!a} is no whole number")
    return int(text)
