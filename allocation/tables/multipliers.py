"""Multipliers together: one scale makes whole numbers of all of them (D10)."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation.tables.stake_cells import MAX_DENOMINATOR, MULTIPLY_BY_LESS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from allocation.tables.findings import Findings
    from allocation.tables.repeats import GoodRows


def scale_is_small(db: DuckDBPyConnection) -> bool:
    """Say whether the least common multiple of all denominators is small enough."""
    found = db.execute("SELECT DISTINCT denominator FROM multipliers ORDER BY denominator")
    scale = 1
    while scale <= MAX_DENOMINATOR and (row := found.fetchone()):
        scale = lcm(scale, row[0])
    return scale <= MAX_DENOMINATOR


def refuse_denominators(good: GoodRows, findings: Findings) -> None:
    """Note each multiplier whose denominator makes the common one of those before it too large.

    Errors: EnoughError where there are too many.
    """
    scale = 1
    for row in _first_rows(good):
        text = good.text("multiplier", row)
        both = lcm(scale, Fraction(text).denominator)
        if both <= MAX_DENOMINATOR:
            scale = both
            continue
        problem = f"with those before it the common denominator is above {MAX_DENOMINATOR:,}"
        name = good.name("multiplier")
        findings.add(good.line(row), name, text, problem, MULTIPLY_BY_LESS, kind="denominators")


def _first_rows(good: GoodRows) -> Iterable[int]:
    """Return the first row of each multiplier that occurs."""
    _, rows = np.unique(good.column("multiplier"), return_index=True)
    return sorted(rows.tolist())
