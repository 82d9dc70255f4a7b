"""One or many parts of a pool over their wallets: what votes and stakes have in common.

A method makes the table `judged` and says how a pool is cut into parts: one for each proposal, or
with stakes a single one. What comes out stands in the table `shared`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from allocation.apportion import (
    Split,
    Weights,
    has_room,
    measure_parts,
    no_room,
    split_weights,
    weigh,
)
from allocation.limits import (
    Moved,
    cap,
    drop,
    is_limited,
    keep_others,
    moved_by,
    name_limited,
    remove_for_all,
)
from allocation.progress import counted
from allocation.shared import append_divided, check_sums, fetch_shares, name_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

    from allocation.progress import Progress
    from allocation.round import Round, Rounding, Token

Measured: TypeAlias = tuple[Weights | None, ...]
"""The weights of every part; None where none takes part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a method cuts pools into parts."""

    places: Sequence[str]  # by part: how a refusal calls it after the wallet, " on proposal P1"
    pools: Callable[[Token, Measured], tuple[int, ...]]  # by part


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How one token's pool was divided over the parts, and each part over its wallets."""

    pools: tuple[int, ...]  # by part, less what those at the maximum get
    weights: Measured  # without those below the minimum and at the maximum
    splits: tuple[Split | None, ...]  # by part; None where no weight takes part
    moved: dict[str, Moved] = field(default_factory=dict)  # by the token's limits
    capped: int = 0  # what those at the maximum get, all together
    before_minimum: tuple[int, ...] | None = None  # the pools; None without a minimum payout

    def shared(self, part: int) -> int:
        """Return the sum of the shares of one part."""
        split = self.splits[part]
        return (split.shared if split else 0) + self.capped


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """All divisions of a round; the shares stand in the table `shared`."""

    weights: Measured  # before any limit of a token
    divisions: tuple[Division, ...]  # by token


def divide(
    db: DuckDBPyConnection, the_round: Round, cut: Cut, progress: Progress | None = None
) -> Divided:
    """Divide every token's pool over the rows of `judged`.

    Errors: AsrError where a division is too large, before the first one begins.
    """
    weights = _measure_all(db, cut)
    pools = [_pools(db, token, cut, weights) for token in the_round.tokens]
    limited = _divide_limited(db, the_round, cut, weights, pools, progress)
    together = _measure_all(db, cut) if limited else weights
    name_shared(db, len(pools))
    splits = [
        _divide_part(
            db,
            part,
            measured,
            [None if number in limited else cut_up[part] for number, cut_up in enumerate(pools)],
            the_round.rules.rounding,
        )
        for part, measured in counted("dividing the pools", list(enumerate(together)), progress)
    ]
    divisions = [
        limited.get(number) or Division(pools=cut_up, weights=weights, splits=of_token)
        for number, (cut_up, of_token) in enumerate(
            zip(pools, zip(*splits, strict=True), strict=True)
        )
    ]
    check_sums(db, divisions)
    db.execute("DROP VIEW dividing; DROP TABLE judged")  # all of it stands in `shared`
    return Divided(weights=weights, divisions=tuple(divisions))


def _measure_all(db: DuckDBPyConnection, cut: Cut) -> Measured:
    """Let every row that divides take part, as long as no limit is applied."""
    db.execute("CREATE OR REPLACE TEMP VIEW dividing AS SELECT * FROM judged WHERE divides")
    return _measured(db, cut)


def _measured(db: DuckDBPyConnection, cut: Cut) -> Measured:
    by_part = measure_parts(db)
    return tuple(by_part.get(part) for part in range(len(cut.places)))


def _pools(db: DuckDBPyConnection, token: Token, cut: Cut, weights: Measured) -> tuple[int, ...]:
    """Cut a token's pool, and refuse what is too large to be divided."""
    pools = cut.pools(token, weights)
    for part, (pool, measured) in enumerate(zip(pools, weights, strict=True)):
        if measured and not has_room(pool, measured):
            whose = f"wallet {_heaviest(db, part)}{cut.places[part]}"
            raise no_room(token.symbol, pool, measured, whose)
    return pools


def _heaviest(db: DuckDBPyConnection, part: int) -> str:
    """Return the wallet with the largest weight of a part, the smallest key of equal ones."""
    found = db.execute(
        "SELECT wallets.wallet FROM dividing JOIN wallets ON wallets.id = dividing.wallet "
        "WHERE proposal = $part ORDER BY weight DESC, id LIMIT 1",
        {"part": part},
    ).fetchall()
    return str(found[0][0])


def _divide_limited(
    db: DuckDBPyConnection,
    the_round: Round,
    cut: Cut,
    weights: Measured,
    pools: Sequence[tuple[int, ...]],
    progress: Progress | None,
) -> dict[int, Division]:
    """Divide the pools of tokens with limits, each by its own; the key is the token's number.

    Their shares stand in `apart_<token>`(wallet, proposal, share) until they join the others.
    """
    tokens, divisions = the_round.tokens, {}
    name_limited(db)
    limited = [number for number, token in enumerate(tokens) if is_limited(token)]
    for number, token in enumerate(tokens):
        if token.minimum_payout is not None:
            drop(db, number, token.minimum_payout, pools[number], weights)
    for number in counted("applying minimum and maximum payouts", limited, progress):
        apart = _divide_apart(db, number, tokens[number], cut, the_round.rules.rounding)
        before = None if tokens[number].minimum_payout is None else pools[number]
        divisions[number] = replace(apart, before_minimum=before)
    if all(token.minimum_payout is not None for token in tokens):
        remove_for_all(db, len(tokens))
    return divisions


def _divide_apart(
    db: DuckDBPyConnection, number: int, token: Token, cut: Cut, rounding: Rounding
) -> Division:
    """Divide the pool of one token over those that its minimum left, up to its maximum."""
    keep_others(db, number)
    weights = _measured(db, cut)
    pools, capped = _pools(db, token, cut, weights), 0
    if token.maximum_payout is not None and weights[0]:
        capped = cap(db, number, token.maximum_payout, pools[0], weights[0])
        keep_others(db, number)
        weights, pools = _measured(db, cut), (pools[0] - capped,)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE apart_{number} AS "  # noqa: S608 - a number
        "SELECT wallet, 0::UINTEGER AS proposal, $maximum::UBIGINT AS share FROM limited "
        "WHERE token = $token AND cause::VARCHAR = 'maximum_payout'",
        {"token": number, "maximum": token.maximum_payout},
    )
    splits: list[Split | None] = []
    for part, (pool, measured) in enumerate(zip(pools, weights, strict=True)):
        splits.append(None)
        if measured:
            weigh(db, part)
            splits[part] = split_weights(db, "shares_apart", pool, measured, rounding)
            db.execute(
                f"INSERT INTO apart_{number} SELECT wallet, $part, share FROM shares_apart",  # noqa: S608 - a number
                {"part": part},
            )
    return Division(
        pools=pools,
        weights=weights,
        splits=tuple(splits),
        moved=moved_by(db, number),
        capped=capped,
    )


def _divide_part(
    db: DuckDBPyConnection,
    part: int,
    weights: Weights | None,
    pools: Sequence[int | None],
    rounding: Rounding,
) -> tuple[Split | None, ...]:
    """Divide every token's pool of one part, and append its rows to `shared`.

    A token without a pool here was divided apart, and has its shares already.
    """
    splits: list[Split | None] = [None] * len(pools)
    if weights:
        weigh(db, part)
        for token, pool in enumerate(pools):
            if pool is None:
                fetch_shares(db, token, part)
            else:
                splits[token] = split_weights(db, f"shares_{token}", pool, weights, rounding)
        append_divided(db, part, len(pools))
    nothing = "".join(f", 0 AS share_{token}" for token in range(len(pools)))
    db.execute(
        f"INSERT INTO shared BY NAME SELECT wallet, proposal, power, weight, cause{nothing} "  # noqa: S608 - numbers only
        "FROM judged WHERE NOT divides AND proposal = $part",
        {"part": part},
    )
    return tuple(splits)
