"""The least and the most that a token pays (D8, D9): who leaves its divisions, and why.

A limit belongs to one token: the table `limited` says token by token who is below the minimum or at
the maximum, and the divisions of other tokens are the same with and without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.apportion import CEILING, round_down, weigh
from allocation.sql import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.apportion import Weights
    from allocation.round import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Whom a limit took out of the division of a token, and what of their shares went to others."""

    rows: int
    wallets: int
    weight: int
    amount: int


def is_limited(token: Token) -> bool:
    """Tell whether a token has a minimum or a maximum payout."""
    return token.minimum_payout is not None or token.maximum_payout is not None


def name_limited(db: DuckDBPyConnection) -> None:
    """Make the table `limited`, with nobody in it yet."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE limited"
        "(token UINTEGER, wallet UINTEGER, cause cause, amount UBIGINT)"
    )


def drop(
    db: DuckDBPyConnection,
    token: int,
    minimum: int,
    pools: Sequence[int],
    weights: Sequence[Weights | None],
) -> None:
    """Put everybody whose exact shares, each rounded down, are below the minimum into the table.

    All leave at once, and once is enough: the shares of the others only rise.

    Shapes: pools and weights by part, as `dividing` has them; only rows without a cause can leave.
    """
    db.execute("CREATE OR REPLACE TEMP TABLE floors(wallet UINTEGER, floor UBIGINT)")
    for part, (pool, measured) in enumerate(zip(pools, weights, strict=True)):
        if measured:
            weigh(db, part)
            round_down(db, pool, measured)
            db.execute(
                "INSERT INTO floors SELECT wallet, floor FROM split JOIN weights USING (wallet) "
                "WHERE cause IS NULL"
            )
    db.execute(
        "INSERT INTO limited SELECT $token, wallet, 'minimum_payout', amount "  # noqa: S608 - ours
        f"FROM ({statement('dropped')})",
        {"token": token, "minimum": minimum},
    )
    db.execute("DROP TABLE floors")


def cap(db: DuckDBPyConnection, token: int, maximum: int, pool: int, weights: Weights) -> int:
    """Put everybody who gets the maximum into the table; return what they get all together.

    Shapes: one part, number 0, as `dividing` has it; weights measures it.
    """
    weigh(db, 0)
    wallets, threshold = _above(db, maximum, pool, weights)
    if wallets:
        round_down(db, pool, weights)
        db.execute(
            "INSERT INTO limited SELECT $token, wallet, 'maximum_payout', "
            "greatest(floor, $maximum::UBIGINT) - $maximum::UBIGINT "
            "FROM split JOIN weights USING (wallet) WHERE weight > $threshold::HUGEINT",
            {"token": token, "maximum": maximum, "threshold": threshold},
        )
    return wallets * maximum


def _above(db: DuckDBPyConnection, maximum: int, pool: int, weights: Weights) -> tuple[int, int]:
    """Return how many get the maximum, and the weight above which they do.

    Who gets more than the maximum c is left * w > c * total, so w > c * total // left. What they
    leave raises the others' shares, so that more may get it: then it is asked again.
    """
    wallets, weight, threshold, found = 0, 0, CEILING - 1, -1
    while found != wallets and weight < weights.total:
        found = wallets
        threshold = min(
            maximum * (weights.total - weight) // (pool - wallets * maximum), CEILING - 1
        )
        row = db.execute(
            "SELECT count(*), coalesce(sum(weight), 0)::VARCHAR FROM weights "
            "WHERE weight > $threshold::HUGEINT",
            {"threshold": threshold},
        ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate has a row
        wallets, weight = row[0], int(row[1])
    return wallets, threshold


def keep_others(db: DuckDBPyConnection, token: int) -> None:
    """Let `dividing` show the rows that a token's limits leave to its division, and no others."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE remaining AS {statement('remaining')}", {"token": token}
    )
    db.execute("CREATE OR REPLACE TEMP VIEW dividing AS SELECT * FROM remaining")


def moved_by(db: DuckDBPyConnection, token: int) -> dict[str, Moved]:
    """Return what each limit of a token moved, by cause; only limits that moved anything."""
    return {
        cause: Moved(
            rows=rows,
            wallets=wallets,
            weight=int(high) * 2**64 + int(low),
            amount=int(amount),
        )
        for cause, rows, wallets, high, low, amount in db.execute(
            statement("moved"), {"token": token}
        ).fetchall()
    }


def remove_for_all(db: DuckDBPyConnection, tokens: int) -> None:
    """Remove the rows of those who are below the minimum of every token."""
    db.execute(
        "UPDATE judged SET cause = 'minimum_payout', divides = FALSE "
        "WHERE cause IS NULL AND wallet IN ("
        "SELECT wallet FROM limited WHERE cause = 'minimum_payout' "
        "GROUP BY wallet HAVING count(*) = $tokens)",
        {"tokens": tokens},
    )
