"""The content of report.json: counts and amounts, never lists of wallets.

Amounts and weights are decimal text; counts are numbers. The order of keys is fixed:

    method
    inputs               what reading the inputs left out or changed, by kind
    rules                as they applied, minimum in base units (not for a list)
    causes               zero_power, side, excluded, minimum_vote: only those that removed rows
      <cause>            rows, wallets, weight
    proposals            in id order (not for a list)
      id, title, weight  weight as the fraction of the round file
      votes, power       all votes, whatever counts of them
      counted_votes, counted_power
      published_total    null where the round gives none
      difference         power less published_total, null likewise
    tokens               in the order of the round
      symbol, mint, decimals
      pool, allocated    pool null for a list without one
      unallocated        by cause: rounding, empty_proposal, minimum_vote, pool_not_used
      wallets            that are paid
      zero_amounts       wallets whose computed amount is 0 and which are left out; for a list,
                         rows of 0, kept or dropped as the round says
      unlocked, locked   (only for a list)
      causes             <cause>: rows, wallets, weight, amount kept back (not for a list)
      proposals          in id order (not for a list)
        id, pool
        total_weight     sum of what takes part in the division; "0": the proposal is empty
        divisor          greatest common divisor, by which weights are divided first
        floors           sum of the exact shares rounded down
        left_over        pool less floors
        last_remainder   smallest remainder that got a left-over unit; null where none was given
    warnings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.rules import applied
from allocation.sql import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.allocations import TokenAllocations
    from allocation.listed import ListTotals
    from allocation.payout import Payout, Removed
    from allocation.per_proposal import PerProposal
    from allocation.round import Proposal, Round


def report_votes(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    divided: PerProposal,
    payout: Payout,
) -> dict[str, object]:
    """Return everything between `inputs` and `warnings` for method "per-proposal"."""
    return {
        "rules": applied(the_round.rules),
        "causes": {cause: _removed(facts) for cause, facts in payout.removed.items()},
        "proposals": _proposals(db, proposals),
        "tokens": [
            {
                **_token(allocations),
                "zero_amounts": payout.zero_amounts[number],
                "causes": {
                    cause: {**_removed(facts), "amount": str(facts.amounts[number])}
                    for cause, facts in payout.removed.items()
                },
                "proposals": _divisions(proposals, divided, number),
            }
            for number, allocations in enumerate(payout.tokens)
        ],
    }


def report_list(
    tokens: Sequence[TokenAllocations], totals: Sequence[ListTotals]
) -> dict[str, object]:
    """Return everything between `inputs` and `warnings` for method "list"."""
    return {
        "tokens": [
            {
                **_token(allocations),
                "zero_amounts": measured.zeros,
                "unlocked": str(measured.unlocked),
                "locked": str(measured.locked),
            }
            for allocations, measured in zip(tokens, totals, strict=True)
        ]
    }


def _token(allocations: TokenAllocations) -> dict[str, object]:
    token, kept = allocations.token, allocations.unallocated
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "pool": None if token.pool is None else str(token.pool),
        "allocated": str(allocations.allocated),
        "unallocated": {cause: str(amount) for cause, amount in kept.items()},
        "wallets": len(allocations.wallets),
    }


def _removed(facts: Removed) -> dict[str, object]:
    return {"rows": facts.rows, "wallets": facts.wallets, "weight": str(facts.weight)}


def _proposals(db: DuckDBPyConnection, proposals: Sequence[Proposal]) -> list[dict[str, object]]:
    voted = {number: facts for number, *facts in db.execute(statement("powers")).fetchall()}
    reported = []
    for number, proposal in enumerate(proposals):
        votes, power, counted_votes, counted_power = voted.get(number, (0, "0", 0, "0"))
        published = proposal.total
        reported.append(
            {
                "id": proposal.id,
                "title": proposal.title,
                "weight": str(proposal.weight),
                "votes": votes,
                "power": power,
                "counted_votes": counted_votes,
                "counted_power": counted_power,
                "published_total": None if published is None else str(published),
                "difference": None if published is None else str(int(power) - published),
            }
        )
    return reported


def _divisions(
    proposals: Sequence[Proposal], divided: PerProposal, token: int
) -> list[dict[str, object]]:
    division, reported = divided.divisions[token], list[dict[str, object]]()
    for number, proposal in enumerate(proposals):
        weights, split = divided.weights[number], division.splits[number]
        last = split.last_remainder if split else None
        reported.append(
            {
                "id": proposal.id,
                "pool": str(division.pools[number]),
                "total_weight": str(weights.total * weights.divisor if weights else 0),
                "divisor": str(weights.divisor if weights else 1),
                "floors": str(split.floors if split else 0),
                "left_over": str(split.left_over if split else 0),
                "last_remainder": None if last is None else str(last),
            }
        )
    return reported
