"""The cause of every wallet's difference, from what both bundles recorded of their divisions."""

from __future__ import annotations

import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import numpy.typing as npt

from allocation.apportion import CEILING
from allocation.errors import AsrError
from allocation.tables import open_database
from allocation.tables.database import exact_path, literal, why_rejected
from merkle.bundle.layout import BREAKDOWN
from merkle.diff.causes import bit
from merkle.diff.reasons import parts_of, reasons_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.address import Address
    from allocation.explain_share import Division
    from allocation.units import Amounts
    from merkle.diff.causes import Causes
    from merkle.diff.changes import Changes
    from merkle.diff.record import Record
    from merkle.diff.sides import TokenSide

FEW_ROWS: Final = 2  # of a breakdown, for each wallet of the lists that are read meanwhile

_STATEMENT: Final = pkgutil.get_data(__name__, "attribution.sql") or b""

_MACROS: Final = """
CREATE TEMP MACRO reduced(weight, divisor) AS
    CASE WHEN divisor = 1 THEN weight ELSE weight // divisor END;
CREATE TEMP MACRO above_last(pool, weight, reward, total) AS
    TRY(pool * weight - greatest(reward::HUGEINT - 1, 0) * total);
CREATE TEMP MACRO floor_of(pool, weight, reward, total) AS CASE
    WHEN reward = 0 THEN CASE WHEN above_last(pool, weight, reward, total) < total THEN 0 END
    WHEN above_last(pool, weight, reward, total) <= 0 THEN NULL
    WHEN above_last(pool, weight, reward, total) < total THEN reward - 1
    WHEN above_last(pool, weight, reward, total) - total < total THEN reward
END;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """The wallets whose recorded rewards of one token differ, sorted by text, and why.

    Shapes: all (n,).
    Units:  before and after in base units.
    """

    texts: npt.NDArray[np.bytes_]
    before: Amounts
    after: Amounts
    causes: Causes


@contextmanager
def attributing(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend a database for `attribute`."""
    with open_database(scratch, None, None) as db:
        db.execute(_MACROS)
        yield db


def attribute(
    db: duckdb.DuckDBPyConnection,
    records: tuple[Record, Record],
    sides: tuple[TokenSide, TokenSide],
) -> Attributed:
    """Find why the rewards of one token differ, for rounds of one method that divides pools.

    Errors: AsrError for a breakdown that is none.
    """
    mint = sides[0].mint
    _make_parts(db, records, mint)
    bits = {**reasons_for(*records, mint), "old_scale": records[0].scale}
    try:
        _share_cores(db, records, sides)
        for name, record, side in zip(("old", "new"), records, sides, strict=True):
            db.execute(f"CREATE OR REPLACE TEMP VIEW {name}_rows AS {_rows(record, side.symbol)}")
        found = db.execute(_STATEMENT.decode(), {**bits, "new_scale": records[1].scale})
        columns = found.fetchnumpy()
        texts = columns["wallet"].astype("S44")
    except (duckdb.Error, UnicodeEncodeError) as error:
        problem = "a wallet is no base58"
        if isinstance(error, duckdb.Error):
            problem = why_rejected(error)
        raise AsrError(f"{BREAKDOWN}: no breakdown of this round: {problem}") from error
    return Attributed(
        texts=texts,
        before=np.asarray(columns["before"], np.uint64),
        after=np.asarray(columns["after"], np.uint64),
        causes=np.asarray(columns["causes"], np.uint32),
    )


def _share_cores(
    db: duckdb.DuckDBPyConnection,
    records: tuple[Record, Record],
    sides: tuple[TokenSide, TokenSide],
) -> None:
    """Use one thread where reading the lists takes as long: two would only get in its way."""
    paths = [exact_path(record.breakdown) for record in records]
    query = "SELECT sum(num_rows) FROM parquet_file_metadata($paths)"
    rows = db.execute(query, {"paths": paths}).fetchone()
    few = FEW_ROWS * sum(side.wallets for side in sides)
    if rows is not None and rows[0] <= few:
        db.execute("SET threads = 1")


def causes_of(changes: Changes, found: Attributed) -> Causes:
    """Return the causes of changes as they were found.

    A wallet of which nothing was found, or whose recorded rewards are not the allocations, is
    unexplained.

    Shapes: (len(changes),).
    """
    by_text = np.argsort(changes.texts, kind="stable")
    texts = changes.texts[by_text]
    place = np.searchsorted(found.texts, texts)
    place[place == len(found.texts)] = 0
    known = np.zeros(len(texts), np.bool_)
    if len(found.texts):
        known = found.texts[place] == texts
        known &= found.before[place] == changes.before[by_text]
        known &= found.after[place] == changes.after[by_text]
    causes = np.full(len(texts), bit("unexplained"), np.uint32)
    causes[by_text[known]] = found.causes[place[known]]
    return causes


def _rows(record: Record, symbol: str) -> str:
    """Return the query of one breakdown's rows, with the same types whoever wrote it."""
    return (
        "SELECT wallet::VARCHAR AS wallet, coalesce(proposal::VARCHAR, '') AS proposal, "  # noqa: S608 - checked symbols
        "TRY_CAST(power AS HUGEINT) AS power, TRY_CAST(weight AS HUGEINT) AS weight, "
        f'cause::VARCHAR AS cause, TRY_CAST("{symbol}_reward" AS UBIGINT) AS reward, '
        f'"{symbol}_cause"::VARCHAR AS token_cause '
        f"FROM read_parquet({literal(exact_path(record.breakdown))}, hive_partitioning = false)"
    )


def _make_parts(
    db: duckdb.DuckDBPyConnection, records: tuple[Record, Record], mint: Address
) -> None:
    """Make the table `parts`; 128 bits hold every number of a division that was carried out."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE parts(proposal VARCHAR, shared BOOLEAN, cause UINTEGER, "
        "old_pool HUGEINT, old_total HUGEINT, old_divisor HUGEINT, "
        "new_pool HUGEINT, new_total HUGEINT, new_divisor HUGEINT)"
    )
    for part in parts_of(*records, mint):
        numbers = [number for side in (part.old, part.new) for number in _reduced(side)]
        row = [part.proposal, None not in (part.old, part.new), part.cause, *numbers]
        db.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _reduced(division: Division | None) -> tuple[int | None, int | None, int]:
    """Return pool, total and what weights are divided by: 1 where the products fit without."""
    if division is None:
        return None, None, 1
    pool, total, divisor = division.pool, division.total, division.divisor
    if max(pool, total, pool * total) < CEILING:
        return pool, total, 1
    reduced = total // divisor
    return (pool, reduced, divisor) if pool < CEILING and reduced < CEILING else (None, None, 1)
