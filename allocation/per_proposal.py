"""Pool -> proposals -> voters (D2 to D5), one (proposal, token) split at a time.

Leaves the table `shared` behind: every vote, the cause that removed it, and its share of each
token. A row without a cause is paid its shares; a row with one is paid nothing, and its shares, if
it has any, are unallocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from allocation.apportion import (
    Split,
    Weights,
    apportion,
    has_room,
    measure,
    measure_proposals,
    no_room,
    split_weights,
    weigh,
)
from allocation.errors import InvariantError
from allocation.progress import counted
from allocation.rules import judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from duckdb import DuckDBPyConnection

    from allocation.progress import Progress
    from allocation.round import Proposal, Round, Rules, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How one token's pool was divided over the proposals, and each part over its voters."""

    pools: tuple[int, ...]  # by proposal
    splits: tuple[Split | None, ...]  # by proposal; None where no weight takes part


@dataclass(frozen=True, slots=True, kw_only=True)
class PerProposal:
    """All divisions of a round; the shares stand in the table `shared`."""

    weights: tuple[Weights | None, ...]  # by proposal; None where no weight takes part
    divisions: tuple[Division, ...]  # by token


def divide_per_proposal(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    progress: Progress | None = None,
) -> PerProposal:
    """Divide every token's pool over the proposals and their voters.

    Shapes: proposals in id order, as in the tables; every token has a pool.
    Errors: AsrError where a division is too large, before the first one begins.
    """
    judge(db, the_round.rules)
    by_number = measure_proposals(db)
    weights = tuple(by_number.get(number) for number in range(len(proposals)))
    pools = []
    for token in the_round.tokens:
        pools.append(proposal_pools(token, proposals, weights, the_round.rules))
        _require_room(db, token, pools[-1], proposals, weights)
    db.execute(_empty_shared(len(pools)))
    splits = [
        _divide_proposal(db, number, [parts[number] for parts in pools], measured, the_round.rules)
        for number, measured in counted("dividing the pools", list(enumerate(weights)), progress)
    ]
    _check_sums(db, splits)
    db.execute("DROP TABLE judged")  # all of it stands in `shared`
    divisions = [
        Division(pools=parts, splits=by_proposal)
        for parts, by_proposal in zip(pools, zip(*splits, strict=True), strict=True)
    ]
    return PerProposal(weights=weights, divisions=tuple(divisions))


def integer_weights(weights: Sequence[Fraction]) -> list[int]:
    """Turn fractions into integers that relate to each other as they do (D2)."""
    common = lcm(*(weight.denominator for weight in weights))
    return [int(weight * common) for weight in weights]


def proposal_pools(
    token: Token,
    proposals: Sequence[Proposal],
    weights: Sequence[Weights | None],
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


def _require_room(
    db: DuckDBPyConnection,
    token: Token,
    pools: Sequence[int],
    proposals: Sequence[Proposal],
    weights: Sequence[Weights | None],
) -> None:
    for number, (pool, measured) in enumerate(zip(pools, weights, strict=True)):
        if measured and not has_room(pool, measured):
            wallet = _heaviest(db, number)
            whose = f"wallet {wallet} on proposal {proposals[number].id}"
            raise no_room(token.symbol, pool, measured, whose)


def _heaviest(db: DuckDBPyConnection, proposal: int) -> str:
    """Return the wallet with the largest weight of a proposal, the smallest key of equal ones."""
    found = db.execute(
        "SELECT wallets.wallet FROM judged JOIN wallets ON wallets.id = judged.wallet "
        "WHERE divides AND proposal = $proposal ORDER BY weight DESC, id LIMIT 1",
        {"proposal": proposal},
    ).fetchall()
    return str(found[0][0])


def _empty_shared(tokens: int) -> str:
    columns = "".join(f", share_{token} UBIGINT DEFAULT 0" for token in range(tokens))
    return (
        "CREATE OR REPLACE TEMP TABLE shared(wallet UINTEGER, proposal UINTEGER, power UBIGINT, "
        f"weight UBIGINT, cause cause{columns})"
    )


def _divide_proposal(
    db: DuckDBPyConnection,
    number: int,
    pools: Sequence[int],
    weights: Weights | None,
    rules: Rules,
) -> tuple[Split | None, ...]:
    """Divide every token's part for one proposal, and append its rows to `shared`."""
    splits: list[Split | None] = [None] * len(pools)
    if weights:
        weigh(db, number)
        splits = [
            split_weights(db, f"shares_{token}", pool, weights, rules.rounding)
            for token, pool in enumerate(pools)
        ]
        _append_divided(db, number, len(pools))
    db.execute(
        "INSERT INTO shared BY NAME SELECT wallet, proposal, power, weight, cause FROM judged "
        "WHERE NOT divides AND proposal = $proposal",
        {"proposal": number},
    )
    return tuple(splits)


def _append_divided(db: DuckDBPyConnection, proposal: int, tokens: int) -> None:
    """Put the votes that took part in a division into `shared`, beside their shares.

    The tables of shares were all made from `weights`, so they have its rows in its order, and
    stand side by side without a join, which would take most of the time. That they do is checked.
    """
    rows = "weights" + "".join(f" POSITIONAL JOIN shares_{token}" for token in range(tokens))
    astray = " OR ".join(
        f"shares_{token}.wallet IS DISTINCT FROM weights.wallet" for token in range(tokens)
    )
    if db.execute(f"SELECT 1 FROM {rows} WHERE {astray} LIMIT 1").fetchone():  # noqa: S608 - numbers only
        raise InvariantError("shares do not stand beside the wallets they belong to")
    shares = "".join(f", shares_{token}.share AS share_{token}" for token in range(tokens))
    db.execute(
        "INSERT INTO shared BY NAME SELECT weights.wallet, $proposal AS proposal, power, "  # noqa: S608 - numbers only
        f"whole_weight AS weight, cause{shares} FROM {rows}",
        {"proposal": proposal},
    )


def _check_sums(db: DuckDBPyConnection, splits: Sequence[Sequence[Split | None]]) -> None:
    """Hold the sum of what was shared against every pool: money is neither made nor lost."""
    columns = ", ".join(f"sum(share_{token})::VARCHAR" for token in range(len(splits[0])))
    rows = db.execute(f"SELECT proposal, {columns} FROM shared GROUP BY proposal")  # noqa: S608 - numbers only
    sums = {proposal: [int(total) for total in totals] for proposal, *totals in rows.fetchall()}
    for number, by_token in enumerate(splits):
        promised = [split.shared if split else 0 for split in by_token]
        found = sums.get(number, [0] * len(by_token))
        if found != promised:
            raise InvariantError(f"shares add up to {found}, not to {promised}")
