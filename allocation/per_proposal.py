"""Pool -> proposals -> voters (D2 to D5): a pool is cut into one part for each proposal."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from allocation.apportion import apportion, has_room, measure, no_room
from allocation.division import Cut, Divided, divide
from allocation.errors import InvariantError
from allocation.rules import judge_votes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from duckdb import DuckDBPyConnection

    from allocation.division import Division, Measured
    from allocation.progress import Progress
    from allocation.round import Proposal, Round, Rules, Token


def divide_per_proposal(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    progress: Progress | None = None,
) -> Divided:
    """Divide every token's pool over the proposals and their voters.

    Shapes: proposals in id order, as in the tables; every token has a pool.
    Errors: AsrError where a division is too large, before the first one begins.
    """
    judge_votes(db, the_round)
    cut = Cut(
        places=[f" on proposal {proposal.id}" for proposal in proposals],
        pools=lambda token, weights: proposal_pools(token, proposals, weights, the_round.rules),
    )
    return divide(db, the_round, cut, progress)


def integer_weights(weights: Sequence[Fraction]) -> list[int]:
    """Turn fractions into integers that relate to each other as they do (D2)."""
    common = lcm(*(weight.denominator for weight in weights))
    return [int(weight * common) for weight in weights]


def proposal_pools(
    token: Token,
    proposals: Sequence[Proposal],
    weights: Measured,
    rules: Rules,
) -> tuple[int, ...]:
    """Split a token's pool over the proposals (D3).

    A proposal is empty when no weight takes part in its division. Votes below the minimum do take
    part under `denominator = "all"`: a minimum shall not raise anybody's reward there.

    Errors: AsrError where the proposals' weights are too large.
    """
    parts = integer_weights([proposal.weight for proposal in proposals])
    if rules.on_empty == "redistribute":
        parts = [part if weight else 0 for part, weight in zip(parts, weights, strict=True)]
    measured, pool = measure(parts), pool_of(token)
    if not has_room(pool, measured):
        heaviest = max(proposals, key=lambda proposal: proposal.weight).id
        raise no_room(token.symbol, pool, measured, f"proposal {heaviest}")
    return tuple(apportion(pool, parts, rules.rounding))


def pool_of(token: Token) -> int:
    """Return the pool of a token that has to have one."""
    if token.pool is None:
        raise InvariantError(f"token {token.symbol} has no pool to divide")
    return token.pool


def unallocated_votes(token: Token, division: Division, rules: Rules) -> dict[str, int]:
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
