"""The cause of every wallet's difference, from what both bundles recorded of their divisions."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.apportion import CEILING
from allocation.proposal_order import in_id_order
from allocation.tables import open_database
from merkle.diff.breakdown import HIGH, ROW_CAUSES, Breakdown
from merkle.diff.causes import bit
from merkle.diff.pairs import matched
from merkle.diff.reasons import parts_of, reasons_for
from merkle.diff.wallets import union

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.address import Address
    from allocation.explain_share import Division
    from allocation.units import Amounts
    from merkle.diff.breakdown import Columns
    from merkle.diff.causes import Causes
    from merkle.diff.changes import Changes
    from merkle.diff.pairs import Pairs
    from merkle.diff.reasons import Reasons
    from merkle.diff.record import Record
    from merkle.diff.sides import TokenSide
    from merkle.diff.wallets import Texts

_STATEMENT: Final = pkgutil.get_data(__name__, "attribution.sql") or b""

_MACROS: Final = """
CREATE TEMP MACRO reduced(weight, divisor) AS
    CASE WHEN divisor = 1 THEN weight ELSE weight // divisor END;
CREATE TEMP MACRO rest_of(pool, weight, total, reward) AS
    TRY(pool * weight - total * reward::HUGEINT);
CREATE TEMP MACRO floor_of(reward, rest, total) AS CASE
    WHEN rest >= 0 AND rest < total THEN reward
    WHEN rest < 0 AND rest + total > 0 THEN reward - 1
END;
""" + "".join(
    f"CREATE TEMP MACRO {name}() AS {number};\n" for number, name in enumerate(ROW_CAUSES, 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """The wallets of both breakdowns in key order, their rewards of one token, and why they differ.

    Shapes: all (n,).
    Units:  before and after in base units.
    """

    wallets: Texts
    before: Amounts
    after: Amounts
    causes: Causes


def attributed(
    scratch: Path,
    records: tuple[Record, Record],
    tokens: Sequence[tuple[TokenSide, TokenSide]],
) -> Generator[Attributed, None, None]:
    """Find why rewards differ, token by token, for rounds of one method that divides pools.

    DuckDB works in `scratch` with what memory does not hold.

    Errors: AsrError for a breakdown that is none.
    """
    with open_database(scratch, threads=1, memory=None) as db:  # the lists are read meanwhile
        db.execute(_MACROS)
        breakdowns = Breakdown(db=db, record=records[0]), Breakdown(db=db, record=records[1])
        pairs = matched(breakdowns, _parts(records))
        yield from (_of_token(db, records, pairs, sides) for sides in tokens)


def causes_of(changes: Changes, found: Attributed) -> Causes:
    """Return the causes of changes as they were found.

    A wallet of which nothing was found, or whose recorded rewards are not the allocations, is
    unexplained.

    Shapes: (len(changes),).
    """
    wallets = union(found.wallets, changes.texts)
    there, here = wallets.places
    before, after = np.zeros((2, len(wallets)), np.uint64)
    causes = np.full(len(wallets), bit("unexplained"), np.uint32)
    before[there], after[there], causes[there] = found.before, found.after, found.causes
    known = (before[here] == changes.before) & (after[here] == changes.after)
    return np.where(known & (before[here] != after[here]), causes[here], bit("unexplained"))


def _parts(records: tuple[Record, Record]) -> Sequence[str]:
    """Return the proposals of both rounds in the order of a breakdown's rows; "" where none are."""
    proposals = {one.id: one for record in records for one in record.the_round.proposals}
    return [one.id for one in in_id_order(list(proposals.values()))] or [""]


def _of_token(
    db: DuckDBPyConnection,
    records: tuple[Record, Record],
    pairs: Pairs,
    sides: tuple[TokenSide, TokenSide],
) -> Attributed:
    old, new = sides
    columns = pairs.of_token((old.symbol, new.symbol))
    reasons = reasons_for(*records, old.mint)
    _make_parts(db, records, old.mint, pairs.parts)
    causes = pairs.unions(_causes_of_pairs(db, columns, records, reasons))
    before, after = pairs.sums(columns)
    return Attributed(
        wallets=pairs.wallets, before=before, after=after, causes=_of_wallets(causes, reasons)
    )


def _of_wallets(causes: Causes, reasons: Reasons) -> Causes:
    """Take rows that came and rows that went for a change of the wallet's rows.

    So it is the same change whichever side is the old one.
    """
    came, went, changed = (
        np.uint32(reasons[name] or 0) for name in ("row_added", "row_removed", "row_changed")
    )
    replaced = (causes & came > 0) & (causes & went > 0)
    return np.where(replaced, causes & ~(came | went) | changed, causes)


def _causes_of_pairs(
    db: DuckDBPyConnection, columns: Columns, records: tuple[Record, Record], reasons: Reasons
) -> Causes:
    """Return why the rewards of each pair of rows differ: no cause where they do not."""
    db.register("halves", columns)
    db.execute(f"CREATE OR REPLACE TEMP VIEW pairs AS SELECT {_whole(columns)} FROM halves")  # noqa: S608 - our names
    scales = {"old_scale": records[0].scale, "new_scale": records[1].scale}
    found = db.execute(_STATEMENT.decode(), {**reasons, **scales}).fetchnumpy()
    causes = np.zeros(len(columns["pair"]), np.uint32)
    causes[found["pair"]] = found["causes"]
    return causes


def _whole(columns: Columns) -> str:
    """Return how to read the columns with numbers of 128 bits in one piece."""
    wholes = [
        f"({name}{HIGH}::HUGEINT << 64) + {name} AS {name}"
        for name in columns
        if name + HIGH in columns
    ]
    return f"* REPLACE ({', '.join(wholes)})" if wholes else "*"


def _make_parts(
    db: DuckDBPyConnection, records: tuple[Record, Record], mint: Address, parts: Sequence[str]
) -> None:
    """Make the table `parts`; 128 bits hold every number of a division that was carried out."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE parts(part UINTEGER, shared BOOLEAN, cause UINTEGER, "
        "old_pool HUGEINT, old_total HUGEINT, old_divisor HUGEINT, "
        "new_pool HUGEINT, new_total HUGEINT, new_divisor HUGEINT)"
    )
    for part in parts_of(*records, mint):
        numbers = [number for side in (part.old, part.new) for number in _reduced(side)]
        row = [parts.index(part.proposal), None not in (part.old, part.new), part.cause, *numbers]
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
