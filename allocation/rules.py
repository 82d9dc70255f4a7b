"""Which input rows count, and what they weigh: causes and multipliers (D7, D10, D13)."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from allocation.apportion import CEILING
from allocation.errors import AsrError, InvariantError
from allocation.sql import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from allocation.round import Period, Round


def causes_of(the_round: Round) -> tuple[str, ...]:
    """Return why a round may remove a row, in the order of the rules: the first one counts.

    The limits of payouts come last, and only where the round has them.
    """
    causes: tuple[str, ...] = ("zero_power", "side", "excluded", "minimum_vote")
    if the_round.method == "time-weighted":
        causes = ("zero_power", "excluded", "minimum_average")
    limits = {
        "minimum_payout": any(token.minimum_payout is not None for token in the_round.tokens),
        "maximum_payout": any(token.maximum_payout is not None for token in the_round.tokens),
    }
    return (*causes, *(limit for limit, given in limits.items() if given))


def judge_votes(db: DuckDBPyConnection, the_round: Round) -> None:
    """Make the table `judged`: every vote with its weight and the cause that removed it, if any.

    Shapes: votes, excluded, multipliers -> judged(wallet, proposal, power, weight, cause,
            divides); `divides` says that the row takes part in the division, which under
            `denominator = "all"` also votes below the minimum do.
    Errors: AsrError where multipliers are too large.
    """
    rules = the_round.rules
    _name_causes(db, the_round)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS {statement('judged')}",
        {
            "exclude_sides": list(rules.exclude_sides),
            "minimum_vote": rules.minimum_vote,
            "denominator": rules.denominator,
        },
    )
    multiply(db)


def judge_stakes(db: DuckDBPyConnection, the_round: Round) -> None:
    """Make the table `judged`, as `judge_votes` does, of what every wallet had staked.

    Shapes: staked, excluded, multipliers -> judged; all rows stand under proposal 0.
    Errors: AsrError where multipliers are too large.
    """
    _name_causes(db, the_round)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS {statement('judged_stakes')}",
        {"minimum_total": minimum_total(the_round)},
    )
    multiply(db)


def period_of(the_round: Round) -> Period:
    """Return the period of a round that has to have one."""
    if the_round.period is None:
        raise InvariantError("a time-weighted round has no period")
    return the_round.period


def minimum_total(the_round: Round) -> int | None:
    """Return the smallest summed stake that counts: an average is never rounded to compare it."""
    minimum = the_round.rules.minimum_average
    return None if minimum is None else minimum * period_of(the_round).length


def _name_causes(db: DuckDBPyConnection, the_round: Round) -> None:
    names = ", ".join(f"'{cause}'" for cause in causes_of(the_round))
    db.execute(f"CREATE OR REPLACE TEMP TYPE cause AS ENUM ({names})")


def has_multipliers(db: DuckDBPyConnection) -> bool:
    """Tell whether any wallet has a multiplier."""
    return bool(db.execute("SELECT 1 FROM multipliers LIMIT 1").fetchone())


def multiply(db: DuckDBPyConnection) -> None:
    """Multiply the weights of `judged` by the multipliers of their wallets (D10).

    Errors: AsrError where a product is too large.
    """
    if has_multipliers(db):
        scale = scale_of(db)
        _require_width(db, scale)
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE judged AS {statement('multiplied')}", {"scale": scale}
        )


def scale_of(db: DuckDBPyConnection) -> int:
    """Return the least common multiple of all denominators."""
    found = db.execute("SELECT DISTINCT denominator FROM multipliers").fetchall()
    return lcm(*(denominator for (denominator,) in found))


def _require_width(db: DuckDBPyConnection, scale: int) -> None:
    """Refuse weights that 128 bits cannot hold, before they are multiplied."""
    row = db.execute(statement("overweight"), {"scale": scale, "most": CEILING - 1}).fetchone()
    if row:
        wallet, power, multiplier = row
        raise AsrError(
            f"multipliers: wallet {wallet} with {power} times {multiplier}, in parts of 1/{scale}, "
            "weighs 2^127 or more; lower its multiplier, or write multipliers as fractions of "
            "smaller denominators"
        )


def applied(the_round: Round) -> dict[str, object]:
    """Return the rules of a round, ready for JSON; amounts in base units as text."""
    rules = the_round.rules
    if the_round.method == "time-weighted":
        return {
            "minimum_average": _text(rules.minimum_average),
            "count_cooling": rules.count_cooling,
            "rounding": rules.rounding,
        }
    return {
        "minimum_vote": _text(rules.minimum_vote),
        "denominator": rules.denominator,
        "exclude_sides": list(rules.exclude_sides),
        "on_empty": rules.on_empty,
        "rounding": rules.rounding,
    }


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(amount)
