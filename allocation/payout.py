"""From the table `shared` to what is paid, what is kept and why.

Shares of rows without a cause are paid; the shares of a row that a rule removed, if the division
gave it any, are unallocated under that cause. Each token adds a column to `shared`, so the
statements here are put together; only numbers and checked symbols are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.allocations import TokenAllocations
from allocation.per_proposal import pool_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.per_proposal import Division, PerProposal
    from allocation.round import Round, Rules, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What one cause removed."""

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


def pay(db: DuckDBPyConnection, the_round: Round, divided: PerProposal) -> Payout:
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
    tokens, zero_amounts = [], []
    for number, token in enumerate(the_round.tokens):
        amounts = np.asarray(columns[f"amount_{number}"])
        paid = np.flatnonzero(amounts)
        kept = _unallocated(token, divided.divisions[number], the_round.rules)
        kept |= {cause: facts.amounts[number] for cause, facts in removed.items()}
        tokens.append(
            TokenAllocations(
                token=token,
                wallets=np.asarray(columns["wallet"])[paid],
                unlocked=amounts[paid],
                locked=np.zeros(len(paid), np.uint64),
                unallocated={cause: amount for cause, amount in kept.items() if amount},
            )
        )
        zero_amounts.append(len(amounts) - len(paid))
    return Payout(tokens=tuple(tokens), zero_amounts=tuple(zero_amounts), removed=removed)


def breakdown_of_votes(db: DuckDBPyConnection, tokens: Sequence[Token]) -> str:
    """Return the query of the breakdown: every vote, its cause, and each token's reward.

    Proposals become an enumerated type, as causes are: millions of rows are sorted with one byte
    for each instead of a text.
    """
    db.execute("CREATE TYPE proposal AS ENUM (SELECT proposal FROM proposals ORDER BY id)")
    rewards = "".join(
        f", CASE WHEN cause IS NULL THEN share_{number} ELSE 0::UBIGINT END "
        f'AS "{token.symbol}_reward", cause AS "{token.symbol}_cause"'
        for number, token in enumerate(tokens)
    )
    return (
        "SELECT wallets.wallet, proposals.proposal::proposal AS proposal, power, weight, "  # noqa: S608 - checked symbols
        f"cause{rewards} FROM shared "
        "JOIN wallets ON wallets.id = shared.wallet "
        "JOIN proposals ON proposals.id = shared.proposal "
        "ORDER BY shared.wallet, shared.proposal"
    )


def _removed(db: DuckDBPyConnection, tokens: int) -> dict[str, Removed]:
    sums = "".join(f", sum(share_{number})::VARCHAR" for number in range(tokens))
    rows = db.execute(
        f"SELECT cause::VARCHAR, count(*), count(DISTINCT wallet), sum(weight)::VARCHAR{sums} "  # noqa: S608 - numbers only
        "FROM shared WHERE cause IS NOT NULL GROUP BY shared.cause ORDER BY shared.cause"
    ).fetchall()
    return {
        cause: Removed(
            rows=count, wallets=wallets, weight=int(weight), amounts=tuple(map(int, amounts))
        )
        for cause, count, wallets, weight, *amounts in rows
    }


def _unallocated(token: Token, division: Division, rules: Rules) -> dict[str, int]:
    """Return what the divisions themselves left: by rounding down, and of empty proposals."""
    rounding = sum(split.pool - split.shared for split in division.splits if split)
    empty = sum(
        part for part, split in zip(division.pools, division.splits, strict=True) if not split
    )
    undivided = pool_of(token) - sum(division.pools)
    if rules.on_empty == "redistribute" and not any(division.splits):
        empty += undivided  # there was nobody to redistribute it to
    else:
        rounding += undivided
    return {"rounding": rounding, "empty_proposal": empty}
