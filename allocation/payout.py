"""From the table `shared` to what is paid, what is kept and why.

Shares of rows without a cause are paid; the shares of a row that a rule removed, if the division
gave it any, are unallocated under that cause. Each token adds a column to `shared`, so the
statements here are put together; only numbers and checked symbols are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from allocation.allocations import TokenAllocations
from allocation.limits import Moved, is_limited
from allocation.rules import has_multipliers

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from allocation.division import Divided, Division
    from allocation.round import Round, Token

Kept: TypeAlias = "Callable[[Token, Division], dict[str, int]]"
"""What the division of a token itself left unallocated, by cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What one cause removed, for all tokens."""

    rows: int
    wallets: int
    weight: int
    amounts: tuple[int, ...]  # kept back, by token


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What a round pays, and what it does not."""

    tokens: tuple[TokenAllocations, ...]
    zero_amounts: tuple[int, ...]  # by token: wallets that counted, but not for one base unit
    removed: dict[str, Removed]  # by cause, in the order of the rules; only causes that occurred
    moved: tuple[dict[str, Moved], ...]  # by token: by cause, what removed a row or limited it


def pay(db: DuckDBPyConnection, the_round: Round, divided: Divided, kept: Kept) -> Payout:
    """Add up every wallet's shares, token by token.

    Errors: InvariantError where a token's amounts do not add up to its pool.
    """
    removed = _removed(db, len(the_round.tokens))
    sums = ", ".join(
        f"sum(share_{number})::UBIGINT AS amount_{number}"
        for number in range(len(the_round.tokens))
    )
    columns = db.execute(
        f"SELECT wallet, {sums} FROM shared WHERE cause IS NULL GROUP BY wallet ORDER BY wallet"  # noqa: S608 - numbers only
    ).fetchnumpy()
    tokens, zero_amounts, moved = [], [], []
    for number, token in enumerate(the_round.tokens):
        amounts, division = np.asarray(columns[f"amount_{number}"]), divided.divisions[number]
        paid = np.flatnonzero(amounts)
        unallocated = kept(token, division) | {
            cause: facts.amounts[number] for cause, facts in removed.items()
        }
        tokens.append(
            TokenAllocations(
                token=token,
                wallets=np.asarray(columns["wallet"])[paid],
                unlocked=amounts[paid],
                locked=np.zeros(len(paid), np.uint64),
                unallocated={cause: amount for cause, amount in unallocated.items() if amount},
            )
        )
        zero_amounts.append(len(amounts) - len(paid) - _unpaid_here(division, removed))
        moved.append(_moved(number, division, removed))
    return Payout(
        tokens=tuple(tokens),
        zero_amounts=tuple(zero_amounts),
        removed=removed,
        moved=tuple(moved),
    )


def breakdown_of(db: DuckDBPyConnection, the_round: Round) -> str:
    """Return the query of the breakdown: every row, its cause, and each token's reward.

    Proposals become an enumerated type, as causes are: millions of rows are sorted with one byte
    for each instead of a text. What may exceed 64 bits is text: the power of stakes, which is a sum
    over the period, and a weight that is made of it or multiplied.
    """
    stakes = the_round.method == "time-weighted"
    power = "power::VARCHAR AS power" if stakes else "power"
    weight = "weight::VARCHAR AS weight" if stakes or has_multipliers(db) else "weight"
    proposal, joins = "NULL::VARCHAR", ["JOIN wallets ON wallets.id = shared.wallet"]
    if not stakes:
        db.execute(
            "CREATE OR REPLACE TEMP TYPE proposal AS ENUM "
            "(SELECT proposal FROM proposals ORDER BY id)"
        )
        proposal = "proposals.proposal::proposal"
        joins.append("JOIN proposals ON proposals.id = shared.proposal")
    columns = [f"wallets.wallet, {proposal} AS proposal, {power}, {weight}, shared.cause"]
    for number, token in enumerate(the_round.tokens):
        cause = "shared.cause"
        if is_limited(token):
            limits = f"limits_{number}"
            cause = f"coalesce(shared.cause, {limits}.cause)"
            joins.append(
                f"LEFT JOIN limited AS {limits} "
                f"ON {limits}.token = {number} AND {limits}.wallet = shared.wallet"
            )
        columns.append(
            f"CASE WHEN shared.cause IS NULL THEN share_{number} ELSE 0::UBIGINT END "
            f'AS "{token.symbol}_reward", {cause} AS "{token.symbol}_cause"'
        )
    return (
        f"SELECT {', '.join(columns)} FROM shared {' '.join(joins)} "  # noqa: S608 - checked symbols
        "ORDER BY shared.wallet, shared.proposal"
    )


def _removed(db: DuckDBPyConnection, tokens: int) -> dict[str, Removed]:
    """Add up what causes removed; weights in halves of 64 bits, whose sums fit in 128."""
    sums = "".join(f", sum(share_{number})::VARCHAR" for number in range(tokens))
    rows = db.execute(
        "SELECT cause::VARCHAR, count(*), count(DISTINCT wallet), "  # noqa: S608 - numbers only
        "sum(weight::HUGEINT >> 64)::VARCHAR, "
        f"sum(weight::HUGEINT & 18446744073709551615)::VARCHAR{sums} "
        "FROM shared WHERE cause IS NOT NULL GROUP BY shared.cause ORDER BY shared.cause"
    ).fetchall()
    return {
        cause: Removed(
            rows=count,
            wallets=wallets,
            weight=int(high) * 2**64 + int(low),
            amounts=tuple(map(int, amounts)),
        )
        for cause, count, wallets, high, low, *amounts in rows
    }


def _unpaid_here(division: Division, removed: dict[str, Removed]) -> int:
    """Count the wallets below the minimum of this token, but not of all."""
    below = division.moved.get("minimum_payout")
    for_all = removed.get("minimum_payout")
    return (below.wallets if below else 0) - (for_all.wallets if for_all else 0)


def _moved(token: int, division: Division, removed: dict[str, Removed]) -> dict[str, Moved]:
    """Return what each cause, of the row or of the token, took from a token's division."""
    causes = {
        cause: Moved(
            rows=facts.rows,
            wallets=facts.wallets,
            weight=facts.weight,
            amount=facts.amounts[token],
        )
        for cause, facts in removed.items()
    }
    return causes | division.moved
