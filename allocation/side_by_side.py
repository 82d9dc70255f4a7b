"""One round under several rules, side by side.

Inputs are read once; each further scenario only divides the pools again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.allocate import allocate
from allocation.progress import counted
from allocation.spread import moves_between, spread_of
from allocation.tables import open_database, read_inputs
from allocation.tables.database import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.allocations import Allocations, TokenAllocations
    from allocation.progress import Progress
    from allocation.round import Round, Token
    from allocation.scenarios import Scenario
    from allocation.spread import Moves, Overlap, Spread
    from allocation.tables import Inputs
    from allocation.units import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one scenario pays of one token.

    Units: wallets are those with voting power or stake (of a list: with an amount), whatever the
           rules make of them; amounts are base units. `moves` are from the first outcome to this.
    """

    name: str
    wallets: int
    allocated: int
    unallocated: dict[str, int]  # by cause
    spread: Spread
    moves: Moves

    @property
    def kept(self) -> int:
        """Wallets that are paid."""
        return self.spread.wallets

    @property
    def dropped(self) -> int:
        """Wallets that are not."""
        return self.wallets - self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOutcomes:
    """One token in every scenario; the first is what the others are compared with."""

    token: Token
    outcomes: tuple[Outcome, ...]
    overlap: Overlap | None = None  # of two rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """All tokens, and what an operator should know first."""

    tokens: tuple[TokenOutcomes, ...]
    warnings: tuple[str, ...]


def run_scenarios(
    scenarios: Sequence[Scenario],
    scratch: Path,
    symbol: str | None = None,
    threads: int | None = None,
    memory: str | None = None,
    progress: Progress | None = None,
) -> SideBySide:
    """Divide the pools of a round under the rules of every scenario, the first one as written.

    Shapes: only the token called `symbol` comes out, or all.
    Errors: InputErrors for everything wrong with the inputs; AsrError for what cannot be divided.
    """
    with open_database(scratch, threads, memory) as db:
        inputs = read_inputs(db, scenarios[0].the_round)
        return side_by_side(db, inputs, scenarios, symbol, progress)


def side_by_side(
    db: DuckDBPyConnection,
    inputs: Inputs,
    scenarios: Sequence[Scenario],
    symbol: str | None = None,
    progress: Progress | None = None,
) -> SideBySide:
    """Do the same with inputs that stand in the tables of `db`.

    Errors: AsrError for what cannot be divided.
    """
    as_written = scenarios[0].the_round
    first = allocate(db, as_written, inputs)
    wallets = with_weight(db, first)
    before = [column_of(token, len(first.keys)) for token in first.tokens]
    found: dict[Round, list[Outcome]] = {}
    for scenario in counted("dividing the pools", scenarios, progress):
        variant = scenario.the_round
        if variant not in found:  # a rule may be asked for as it is written
            paid = allocate(db, variant, inputs) if found else first
            found[variant] = [
                outcome_of(scenario.name, token, column_of(token, len(column)), column, wallets)
                for token, column in zip(paid.tokens, before, strict=True)
            ]
    by_scenario = [
        [replace(outcome, name=scenario.name) for outcome in found[scenario.the_round]]
        for scenario in scenarios
    ]
    by_token = zip(*by_scenario, strict=True)
    return SideBySide(
        tokens=tuple(
            TokenOutcomes(token=token, outcomes=outcomes)
            for token, outcomes in zip(as_written.tokens, by_token, strict=True)
            if symbol in (None, token.symbol)
        ),
        warnings=first.warnings,
    )


def with_weight(db: DuckDBPyConnection, allocations: Allocations) -> int | None:
    """Count the wallets with voting power or stake; None for a list, where only amounts are."""
    method = allocations.report["method"]
    if method == "list":
        return None
    if method == "per-proposal":
        return count(db, "SELECT count(DISTINCT wallet) FROM votes WHERE power > 0")
    return count(db, "SELECT count(*) FROM staked WHERE total > 0")


def column_of(allocations: TokenAllocations, wallets: int) -> Amounts:
    """Return what every wallet gets, 0 too.

    Shapes: the result (wallets,).
    """
    column = np.zeros(wallets, np.uint64)
    column[allocations.wallets] = allocations.unlocked + allocations.locked
    return column


def outcome_of(
    name: str,
    allocations: TokenAllocations,
    column: Amounts,
    before: Amounts,
    wallets: int | None,
) -> Outcome:
    """Describe what one scenario pays of one token.

    Shapes: column and before (m,): what every wallet gets here, and in the first outcome.
    """
    spread = spread_of(column)
    return Outcome(
        name=name,
        wallets=spread.wallets if wallets is None else wallets,
        allocated=allocations.allocated,
        unallocated=allocations.unallocated,
        spread=spread,
        moves=moves_between(before, column),
    )
