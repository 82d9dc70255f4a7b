"""The content of report.json: counts and amounts, never lists of wallets.

Amounts and weights are decimal text; counts and times are numbers. The order of keys is fixed;
what is not marked is there for every method:

    method
    inputs               what reading the inputs left out or changed, by kind
    rules                as they applied, minimum in base units (not for a list):
                         minimum_vote, denominator, exclude_sides, on_empty, rounding; for
                         time-weighted minimum_average, count_cooling, rounding
    multipliers          (only where a wallet has one) what they did to the rows without a cause
      scale              least common multiple of all denominators: weight is power times
                         multiplier times scale, and power times scale without a multiplier
      rows, wallets      whose multiplier is not 1
      power, weight      of these rows, before and after
    period               (only for time-weighted)
      start, end         unix seconds; the end no longer counts
      mode, unit         "daily" and "day", or "continuous" and "second"
      length             T, in that unit
    stakes               (only for time-weighted) S is a wallet's stake summed over the period
      wallets, total     all wallets with S > 0, and the sum of S
      minimum_total      the smallest S that counts, minimum_average times T; null without one
      counted_wallets, counted_total
      average, counted_average  the two totals divided by T, rounded down: for people
    causes               zero_power, side, excluded, minimum_vote, minimum_average, minimum_payout:
                         only those that removed rows (not for a list); minimum_payout only for
                         wallets that it removed for every token
      <cause>            rows, wallets, weight
    proposals            in id order (only for per-proposal)
      id, title, weight  weight as the fraction of the round file
      votes, power       all votes, whatever counts of them
      counted_votes, counted_power
      published_total    null where the round gives none
      difference         power less published_total, null likewise
    tokens               in the order of the round
      symbol, mint, decimals
      pool, allocated    pool null for a list without one
      unallocated        by cause: rounding, empty_proposal, minimum_vote, pool_not_used; for
                         time-weighted rounding, nobody (nobody counts), maximum_payout (all get
                         the maximum)
      wallets            that are paid
      minimum_payout, maximum_payout  in base units (each only where the token has one)
      zero_amounts       wallets whose computed amount is 0 and which are left out; for a list,
                         rows of 0, kept or dropped as the round says
      unlocked, locked   (only for a list)
      causes             <cause>: rows, wallets, weight, amount (not for a list); causes as in the
                         column <SYMBOL>_cause of the breakdown, so this token's minimum_payout and
                         maximum_payout too. Amount: kept back, and part of unallocated; but with
                         minimum_payout what rounding down would have given those wallets, and with
                         maximum_payout what it would have given them beyond the maximum: these
                         went to the others
      proposals          in id order (only for per-proposal), after a minimum payout
        id, pool
        total_weight     sum of what takes part in the division; "0": the proposal is empty
        divisor          greatest common divisor, by which weights are divided first
        floors           sum of the exact shares rounded down
        left_over        pool less floors
        last_remainder   smallest remainder that got a left-over unit; null where none was given
      division           (only for time-weighted) pool, total_weight ... last_remainder as for a
                         proposal, after minimum and maximum: the pool is what those with the
                         maximum leave, total_weight the sum of S (after multipliers) of the others.
                         Those and only those get the maximum for whom, with these two numbers,
                         pool * weight > maximum * total_weight
        before_minimum   (in both, only where the token has a minimum payout) pool, total_weight:
                         the minimum is compared with the sum of pool * weight // total_weight
    warnings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.rules import applied, has_multipliers, minimum_total, period_of, scale_of
from allocation.sql import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.allocations import TokenAllocations
    from allocation.apportion import Weights
    from allocation.division import Divided, Division
    from allocation.limits import Moved
    from allocation.listed import ListTotals
    from allocation.payout import Payout, Removed
    from allocation.round import Proposal, Round


def report_votes(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    divided: Divided,
    payout: Payout,
) -> dict[str, object]:
    """Return everything between `inputs` and `warnings` for method "per-proposal"."""
    return {
        "rules": applied(the_round),
        **_multipliers(db),
        "causes": {cause: _removed(facts) for cause, facts in payout.removed.items()},
        "proposals": _proposals(db, proposals),
        "tokens": [
            {**_paid(payout, number), "proposals": _divisions(proposals, division, divided)}
            for number, division in enumerate(divided.divisions)
        ],
    }


def report_stakes(
    db: DuckDBPyConnection, the_round: Round, divided: Divided, payout: Payout
) -> dict[str, object]:
    """Return everything between `inputs` and `warnings` for method "time-weighted"."""
    period = period_of(the_round)
    return {
        "rules": applied(the_round),
        **_multipliers(db),
        "period": {
            "start": period.start,
            "end": period.end,
            "mode": period.mode,
            "unit": "day" if period.mode == "daily" else "second",
            "length": period.length,
        },
        "stakes": _stakes(db, period.length, minimum_total(the_round)),
        "causes": {cause: _removed(facts) for cause, facts in payout.removed.items()},
        "tokens": [
            {**_paid(payout, number), "division": _division(division, 0, divided)}
            for number, division in enumerate(divided.divisions)
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
    limits = {"minimum_payout": token.minimum_payout, "maximum_payout": token.maximum_payout}
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "pool": None if token.pool is None else str(token.pool),
        "allocated": str(allocations.allocated),
        "unallocated": {cause: str(amount) for cause, amount in kept.items()},
        "wallets": len(allocations.wallets),
        **{name: str(limit) for name, limit in limits.items() if limit is not None},
    }


def _paid(payout: Payout, token: int) -> dict[str, object]:
    return {
        **_token(payout.tokens[token]),
        "zero_amounts": payout.zero_amounts[token],
        "causes": {
            cause: {**_removed(facts), "amount": str(facts.amount)}
            for cause, facts in payout.moved[token].items()
        },
    }


def _removed(facts: Removed | Moved) -> dict[str, object]:
    return {"rows": facts.rows, "wallets": facts.wallets, "weight": str(facts.weight)}


def _multipliers(db: DuckDBPyConnection) -> dict[str, object]:
    """Return what multipliers did, under their key; nothing where there are none."""
    if not has_multipliers(db):
        return {}
    row = db.execute(statement("multiplied_rows")).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    rows, wallets, *halves = row
    power_high, power_low, weight_high, weight_low = map(int, halves)
    return {
        "multipliers": {
            "scale": str(scale_of(db)),
            "rows": rows,
            "wallets": wallets,
            "power": str(power_high * 2**64 + power_low),
            "weight": str(weight_high * 2**64 + weight_low),
        }
    }


def _stakes(db: DuckDBPyConnection, length: int, minimum: int | None) -> dict[str, object]:
    found = {
        counts: (wallets, int(high) * 2**64 + int(low))
        for counts, wallets, high, low in db.execute(statement("stakes")).fetchall()
    }
    counted_wallets, counted_total = found.get(True, (0, 0))
    others, total_of_others = found.get(False, (0, 0))
    total = counted_total + total_of_others
    return {
        "wallets": counted_wallets + others,
        "total": str(total),
        "minimum_total": None if minimum is None else str(minimum),
        "counted_wallets": counted_wallets,
        "counted_total": str(counted_total),
        "average": str(total // length),
        "counted_average": str(counted_total // length),
    }


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
    proposals: Sequence[Proposal], division: Division, divided: Divided
) -> list[dict[str, object]]:
    return [
        {"id": proposal.id, **_division(division, number, divided)}
        for number, proposal in enumerate(proposals)
    ]


def _division(division: Division, part: int, divided: Divided) -> dict[str, object]:
    weights, split = division.weights[part], division.splits[part]
    last, before = split.last_remainder if split else None, division.before_minimum
    reported: dict[str, object] = {
        "pool": str(division.pools[part]),
        "total_weight": _total(weights),
        "divisor": str(weights.divisor if weights else 1),
        "floors": str(split.floors if split else 0),
        "left_over": str(split.left_over if split else 0),
        "last_remainder": None if last is None else str(last),
    }
    if before is not None:
        reported["before_minimum"] = {
            "pool": str(before[part]),
            "total_weight": _total(divided.weights[part]),
        }
    return reported


def _total(weights: Weights | None) -> str:
    return str(weights.total * weights.divisor if weights else 0)
