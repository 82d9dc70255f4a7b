"""The table `shared`: every row, the cause that removed it, and its share of each token.

A row without a cause is paid its shares; a row with one is paid nothing, and its shares, if it has
any, are unallocated. Each token adds a column, so the statements here are put together; only
numbers are filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import InvariantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.division import Division


def name_shared(db: DuckDBPyConnection, tokens: int) -> None:
    """Make the table with no row in it; types are those of `judged`."""
    shares = "".join(f", 0::UBIGINT AS share_{token}" for token in range(tokens))
    db.execute(
        "CREATE OR REPLACE TEMP TABLE shared AS "  # noqa: S608 - numbers only
        f"SELECT wallet, proposal, power, weight, cause{shares} FROM judged LIMIT 0"
    )


def fetch_shares(db: DuckDBPyConnection, token: int, part: int) -> None:
    """Put the shares of a token that was divided apart beside the weights of all."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE shares_{token} AS "  # noqa: S608 - numbers only
        "SELECT weights.wallet, coalesce(apart.share, 0)::UBIGINT AS share FROM weights "
        f"LEFT JOIN apart_{token} AS apart "
        "ON apart.wallet = weights.wallet AND apart.proposal = $part ORDER BY weights.wallet",
        {"part": part},
    )


def append_divided(db: DuckDBPyConnection, part: int, tokens: int) -> None:
    """Put the rows that took part in a division into `shared`, beside their shares.

    The tables of shares were all made from `weights`, so they have its rows in its order, and
    stand side by side without a join, which would take most of the time. That they do is checked.

    Errors: InvariantError where they do not.
    """
    rows = "weights" + "".join(f" POSITIONAL JOIN shares_{token}" for token in range(tokens))
    astray = " OR ".join(
        f"shares_{token}.wallet IS DISTINCT FROM weights.wallet" for token in range(tokens)
    )
    if db.execute(f"SELECT 1 FROM {rows} WHERE {astray} LIMIT 1").fetchone():  # noqa: S608 - numbers only
        raise InvariantError("shares do not stand beside the wallets they belong to")
    shares = "".join(f", shares_{token}.share AS share_{token}" for token in range(tokens))
    db.execute(
        "INSERT INTO shared BY NAME SELECT weights.wallet, $part AS proposal, power, "  # noqa: S608 - numbers only
        f"whole_weight AS weight, cause{shares} FROM {rows}",
        {"part": part},
    )


def check_sums(db: DuckDBPyConnection, divisions: Sequence[Division]) -> None:
    """Hold the sum of what was shared against every pool: money is neither made nor lost.

    Errors: InvariantError where they differ.
    """
    columns = ", ".join(f"sum(share_{token})::VARCHAR" for token in range(len(divisions)))
    rows = db.execute(f"SELECT proposal, {columns} FROM shared GROUP BY proposal")  # noqa: S608 - numbers only
    sums = {part: [int(total) for total in totals] for part, *totals in rows.fetchall()}
    for part in range(len(divisions[0].pools)):
        promised = [division.shared(part) for division in divisions]
        found = sums.get(part, [0] * len(divisions))
        if found != promised:
            raise InvariantError(f"shares add up to {found}, not to {promised}")
