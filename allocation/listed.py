"""Method "list": the amounts are given; they are checked against the pool and otherwise kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.allocations import TokenAllocations
from allocation.errors import AsrError, InvariantError
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.round import Round, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTotals:
    """What a list holds of one token."""

    rows: int
    wallets: int
    unlocked: int
    locked: int
    zeros: int  # rows of nothing at all


def measure_list(db: DuckDBPyConnection, token: int) -> ListTotals:
    """Count and add up the rows of one token."""
    row = db.execute(
        "SELECT count(*), count(DISTINCT wallet), coalesce(sum(unlocked), 0)::VARCHAR, "
        "coalesce(sum(locked), 0)::VARCHAR, count(*) FILTER (unlocked = 0 AND locked = 0) "
        "FROM list_rows WHERE token = $token",
        {"token": token},
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    return ListTotals(
        rows=row[0], wallets=row[1], unlocked=int(row[2]), locked=int(row[3]), zeros=row[4]
    )


def allocate_listed(
    db: DuckDBPyConnection, the_round: Round, number: int, totals: ListTotals
) -> TokenAllocations:
    """Take one token's allocations from the list.

    Errors: AsrError where the list pays more than its pool, or than a token account can hold.
    """
    token = the_round.tokens[number]
    drop = the_round.inputs.zero_amounts == "drop"
    _check_list(token, totals)
    order = "position" if token.distributor.order == "input" else "wallet"
    columns = db.execute(
        "SELECT wallet, unlocked, locked FROM list_rows WHERE token = $token "  # noqa: S608 - one of two names
        f"AND NOT ($drop AND unlocked = 0 AND locked = 0) ORDER BY {order}",
        {"token": number, "drop": drop},
    ).fetchnumpy()
    unused = 0 if token.pool is None else token.pool - totals.unlocked - totals.locked
    return TokenAllocations(
        token=token,
        wallets=np.asarray(columns["wallet"]),
        unlocked=np.asarray(columns["unlocked"]),
        locked=np.asarray(columns["locked"]),
        unallocated={"pool_not_used": unused} if unused else {},
    )


def _check_list(token: Token, totals: ListTotals) -> None:
    if totals.rows != totals.wallets:
        raise InvariantError(f"token {token.symbol}: a wallet stands twice in the list")
    total = totals.unlocked + totals.locked
    if total > U64_MAX:
        raise AsrError(
            f"token {token.symbol}: the list adds up to {total} base units, more than the "
            f"{U64_MAX} that a token account can hold; lower the amounts or check the decimals"
        )
    if token.pool is not None and total > token.pool:
        raise AsrError(
            f"token {token.symbol}: the list adds up to {total} base units, {total - token.pool} "
            f"more than its pool of {token.pool}; correct the list or raise the pool"
        )


def breakdown_of_list(tokens: Sequence[Token]) -> str:
    """Return the query of the breakdown: one row per wallet, each token's amount in a column."""
    rewards = "".join(
        f", coalesce(sum(unlocked + locked) FILTER (token = {number}), 0)::UBIGINT "
        f'AS "{token.symbol}_reward", NULL::VARCHAR AS "{token.symbol}_cause"'
        for number, token in enumerate(tokens)
    )
    return (
        "SELECT wallets.wallet, NULL::VARCHAR AS proposal, NULL::UBIGINT AS power, "  # noqa: S608 - checked symbols
        f"NULL::UBIGINT AS weight, NULL::VARCHAR AS cause{rewards} "
        "FROM list_rows JOIN wallets ON wallets.id = list_rows.wallet "
        "GROUP BY wallets.id, wallets.wallet ORDER BY wallets.id"
    )
