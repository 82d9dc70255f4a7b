"""What an explanation is made of: steps that add up, and the limits of a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from allocation.explain_share import ContradictionError

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation.explain_share import Share
    from allocation.round import Proposal, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How far something is from what a rule asks for.

    Units: those of what is compared: voting power, a summed stake, or base units of a token.
    """

    threshold: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The rule that removed a row."""

    cause: str
    shortfall: Shortfall | None = None  # where the rule is a minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStep:
    """An amount that stood in a finished list.

    Units: base units of the token, unlocked and locked together.
    """

    reward: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a row has, and what it weighs: `amount` x `multiplier` x `scale`.

    Units: base units of what votes or is staked; a stake is summed over the period.
    """

    amount: int
    multiplier: Fraction
    scale: int  # makes the weights of all wallets whole numbers; 1 without multipliers
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteStep:
    """What one vote brings of one token.

    Units: reward in base units of the token.
    """

    proposal: Proposal
    weighed: Weighed
    removal: Removal | None
    part: Share  # of the token's pool, which the proposal gets
    share: Share | None  # of that part; None where the vote takes no part in its division
    reward: int  # the share, or 0 where a rule removed the vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """The most that a token pays: those above it get just that, the others share the rest.

    A wallet is above it if `pool` x weight > `maximum` x `total`.

    Units: base units of the token.
    """

    maximum: int
    wallets: int  # that get the maximum
    pool: int  # what these leave
    total: int  # weight of the others; 0: there are none
    above: bool  # whether this wallet is one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeStep:
    """What a summed stake brings of one token.

    Units: reward in base units of the token.
    """

    weighed: Weighed
    length: int  # of the period, in days or seconds: the stake divided by it is the average
    removal: Removal | None
    maximum: Maximum | None  # of the token; None where it has none or the stake does not count
    share: Share | None  # None where the stake takes no part in the division
    reward: int  # the share, or the maximum, or 0 where a rule removed the stake


Step: TypeAlias = VoteStep | StakeStep | GivenStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What rounding down would give for one row before anybody left for a minimum payout."""

    pool: int
    weight: int
    total: int

    def __post_init__(self) -> None:
        if self.weight > self.total:
            raise ContradictionError(f"the weight {self.weight} is more than all, {self.total}")

    @property
    def amount(self) -> int:
        """The exact share, rounded down."""
        return self.pool * self.weight // self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """The least that a token pays: a wallet whose floors add up to less gets nothing of it.

    Units: base units of the token.
    """

    minimum: int
    floors: tuple[Floor, ...]  # of the rows that count

    @property
    def amount(self) -> int:
        """What is compared with the minimum."""
        return sum(floor.amount for floor in self.floors)

    @property
    def missing(self) -> int:
        """How much more it would have had to be; 0 where the minimum is reached."""
        return max(self.minimum - self.amount, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenExplanation:
    """Why a wallet gets what it gets of one token."""

    token: Token
    minimum: Minimum | None  # None where the token has none or nothing of the wallet counts
    steps: tuple[Step, ...]

    @property
    def amount(self) -> int:
        """What the steps add up to, in base units."""
        return sum(step.reward for step in self.steps)

    def check_leaf(self, amount: int | None) -> None:
        """Hold the sum to the leaf's amount, locked included; None where there is no leaf.

        Errors: ContradictionError.
        """
        if self.amount != (amount or 0):
            raise ContradictionError(
                f"the steps add up to {self.amount}, but the leaf of {self.token.symbol} "
                f"has {amount or 'nothing'}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a wallet gets what it gets."""

    wallet: str
    tokens: tuple[TokenExplanation, ...]
    not_voted: tuple[Proposal, ...]  # proposals that the wallet has no vote on
