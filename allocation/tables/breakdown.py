"""breakdown.parquet, read back: the rows of one wallet, and who stands before it.

A lookup takes milliseconds, whatever the size: DuckDB writes a Bloom filter beside a dictionary
of wallets, and skips the row groups that cannot hold the one asked for. Where a wallet has few
rows there is no dictionary, but then the column is small: a million wallets are read in 15 ms.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import duckdb

from allocation.explain_share import ContradictionError, Standing
from allocation.sql import statement
from allocation.tables.database import open_database
from allocation.units import BASE_UNITS_PATTERN, LONGEST_AMOUNT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from allocation.explain_share import Division


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """One input row of a wallet: what it weighs, what removed it, what each token pays for it.

    Units: power in base units of what votes; weight likewise, times a multiplier; rewards in base
           units of their tokens.
    """

    place: int  # of the row in the file, from 0; rows stand in the order of wallet keys
    proposal: str | None
    power: int | None
    weight: int | None
    cause: str | None
    rewards: tuple[int, ...]  # by token
    causes: tuple[str | None, ...]  # by token


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An opened breakdown of a round with these tokens."""

    db: duckdb.DuckDBPyConnection
    path: Path
    symbols: tuple[str, ...]

    def rows_of(self, wallet: str) -> tuple[BreakdownRow, ...]:
        """Return the rows of one wallet in the order of the file.

        Errors: ContradictionError where the file is no breakdown of such a round.
        """
        found = self._select("wallet = $wallet", {"wallet": wallet})
        return tuple(row for _, row in found)

    def all_rows(self) -> Iterator[tuple[str, BreakdownRow]]:
        """Yield every row with its wallet, in the order of the file; for small files.

        Errors: as `rows_of`.
        """
        yield from self._select("true", {})

    def standing(
        self,
        symbol: str,
        row: BreakdownRow,
        division: Division,
        remainder: int,
        dividing: Collection[str],
    ) -> Standing:
        """Count the wallets of a division that come before that of `row`; it takes 0.1 s.

        `dividing` are causes whose rows take part in the division although they are not paid.

        Errors: as `rows_of`.
        """
        numbers = {
            "divisor": division.divisor,
            "pool": division.pool,
            "total": division.total // division.divisor,
            "remainder": remainder,
        }
        filled = ", ".join(f"{number}::HUGEINT AS {name}" for name, number in numbers.items())
        ((larger, equal_before),) = self._execute(
            f"WITH weights AS (SELECT file_row_number AS row, weight::HUGEINT // "  # noqa: S608 - checked symbols
            f"{division.divisor}::HUGEINT AS weight FROM {self._file} WHERE proposal = $proposal "
            f'AND ("{symbol}_cause" IS NULL OR list_contains($dividing::VARCHAR[], '
            f'"{symbol}_cause"))) {statement("standing")}',
            {"proposal": row.proposal, "row": row.place, "dividing": list(dividing), **numbers},
        )
        return Standing(larger=larger, equal_before=equal_before)
