"""Pool -> wallets by what they had staked over the period (D6): one part, one set of weights.

The weight is the sum of a wallet's stakes over the days or seconds of the period. It stands for the
average: to divide all weights by the same length changes no share, and would only need rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.division import Cut, divide
from allocation.per_proposal import pool_of
from allocation.rules import judge_stakes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from allocation.division import Divided, Division
    from allocation.progress import Progress
    from allocation.round import Round, Token


def divide_time_weighted(
    db: DuckDBPyConnection, the_round: Round, progress: Progress | None = None
) -> Divided:
    """Divide every token's pool over the wallets with enough staked on average.

    Shapes: every token has a pool, and the round a period.
    Errors: AsrError where a division is too large, before the first one begins.
    """
    judge_stakes(db, the_round)
    cut = Cut(places=[""], pools=lambda token, _: (pool_of(token),))
    return divide(db, the_round, cut, progress)


def unallocated_stakes(_token: Token, division: Division) -> dict[str, int]:
    """Return what the division left, and why: a cause for those that nobody is left to get."""
    (pool,), (split,) = division.pools, division.splits
    if split:
        return {"rounding": pool - split.shared}
    return {"maximum_payout" if "maximum_payout" in division.moved else "nobody": pool}
