"""What a round is: its tokens, proposals, rules, inputs and distributors, once and for all.

The types only; `round_file` reads them from round.toml. They hold resolved values: defaults are
filled in, amounts are base units, keys are 32 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from allocation.address import Address
    from allocation.units import BaseUnits

Method: TypeAlias = Literal["per-proposal", "time-weighted", "list"]
Claim: TypeAlias = Literal["transfer", "stake"]
Order: TypeAlias = Literal["key", "input"]
Unit: TypeAlias = Literal["base", "ui"]
OtherProposals: TypeAlias = Literal["refuse", "ignore"]
Duplicates: TypeAlias = Literal["refuse", "sum"]
ExcessDecimals: TypeAlias = Literal["refuse", "floor"]
ZeroAmounts: TypeAlias = Literal["keep", "drop"]
OnEmpty: TypeAlias = Literal["leave", "redistribute"]
Denominator: TypeAlias = Literal["counted", "all"]
Rounding: TypeAlias = Literal["largest-remainder", "floor"]
Mode: TypeAlias = Literal["daily", "continuous"]
MissingDay: TypeAlias = Literal["refuse", "previous"]

NO_PROGRAM = "none"
DEFAULT_MAX_LEAVES = 12_000
DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributor:
    """How one token's trees are made and claimed; a token's own keys override the round's."""

    program: str  # a profile of merkle.program, or NO_PROGRAM
    base: Address | None
    locker_base: Address | None
    leaf: str  # "jupiter" or "mint-bound"
    max_leaves_per_tree: int
    first_version: int
    order: Order
    tree_sizes: tuple[int, ...] | None = None  # of a list whose trees somebody else has cut

    def tree_count(self, leaves: int) -> int:
        """Return how many trees so many leaves make."""
        if self.tree_sizes is not None:
            return len(self.tree_sizes)
        return -(-leaves // self.max_leaves_per_tree)

    def size_of(self, tree: int, leaves: int) -> int:
        """Return how many of all leaves one tree gets: the most it may, the last one the rest."""
        if self.tree_sizes is not None:
            return self.tree_sizes[tree]
        return min(self.max_leaves_per_tree, leaves - tree * self.max_leaves_per_tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One mint whose pool is divided."""

    symbol: str
    mint: Address
    decimals: int
    pool: BaseUnits | None  # None only for a list
    claim: Claim
    distributor: Distributor
    minimum_payout: BaseUnits | None = None
    maximum_payout: BaseUnits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The half-open time [start, end) whose stakes count, in unix seconds (UTC)."""

    start: int
    end: int
    mode: Mode  # in "daily" mode both are midnights

    @property
    def length(self) -> int:
        """What a summed stake is divided by for the average: days in daily mode, else seconds."""
        seconds = self.end - self.start
        return seconds // DAY if self.mode == "daily" else seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal whose voters share a part of each pool."""

    id: str
    title: str
    weight: Fraction
    total: BaseUnits | None  # published total of voting power, to be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFiles:
    """The input files as written in the round file, and how to read them."""

    votes: str | None
    allocations: str | None
    exclude: str | None
    decimals: int | None  # of what votes or is staked
    unit: Unit
    other_proposals: OtherProposals
    duplicates: Duplicates
    excess_decimals: ExcessDecimals
    zero_amounts: ZeroAmounts
    stakes: str | None = None  # daily balances; a time-weighted round has these or stake_events
    stake_events: str | None = None
    opening: str | None = None  # balances before the earliest event
    opening_at: int | None = None  # unix seconds when they held: no event may be earlier
    ignore_outside: bool = False
    missing_day: MissingDay = "refuse"
    multipliers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts; see the definitions D1 to D13 in the README."""

    minimum_vote: BaseUnits | None
    exclude_sides: tuple[str, ...]
    on_empty: OnEmpty
    denominator: Denominator
    rounding: Rounding
    minimum_average: BaseUnits | None = None
    count_cooling: bool = True  # a full unstake in progress keeps counting


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One distribution, as its round file describes it."""

    path: Path  # of the round file; inputs are relative to its folder
    content: bytes  # the round file as read
    name: str
    method: Method
    tokens: tuple[Token, ...]
    proposals: tuple[Proposal, ...]  # in the order of the round file
    inputs: InputFiles
    rules: Rules
    period: Period | None = None  # only, and always, for a time-weighted round
