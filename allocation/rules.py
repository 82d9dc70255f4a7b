"""Which input rows count: the causes, in the order in which the rules apply (D13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.sql import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from allocation.round import Rules

CAUSES: Final = ("zero_power", "side", "excluded", "minimum_vote")
"""Why a row was removed; a row carries the first of them that applies."""


def judge(db: DuckDBPyConnection, rules: Rules) -> None:
    """Make the table `judged`: every vote with its weight and the cause that removed it, if any.

    Shapes: votes, excluded -> judged(wallet, proposal, power, weight, cause, divides); `divides`
            says that the row takes part in the division, which under `denominator = "all"` also
            votes below the minimum do.
    """
    names = ", ".join(f"'{cause}'" for cause in CAUSES)
    db.execute(f"CREATE TYPE cause AS ENUM ({names})")
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS {statement('judged')}",
        {
            "exclude_sides": list(rules.exclude_sides),
            "minimum_vote": rules.minimum_vote,
            "denominator": rules.denominator,
        },
    )


def applied(rules: Rules) -> dict[str, object]:
    """Return the rules of a round, ready for JSON; amounts in base units as text."""
    minimum = rules.minimum_vote
    return {
        "minimum_vote": None if minimum is None else str(minimum),
        "denominator": rules.denominator,
        "exclude_sides": list(rules.exclude_sides),
        "on_empty": rules.on_empty,
        "rounding": rules.rounding,
    }
