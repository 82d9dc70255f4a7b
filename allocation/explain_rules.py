"""What rules made of a row: its cause and its weight, held to the round and the report (D13)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from allocation.explain_share import ContradictionError
from allocation.explain_steps import Removal, Shortfall, Weighed
from allocation.rules import minimum_total

if TYPE_CHECKING:
    from allocation.explain_report import Node
    from allocation.explain_share import Division
    from allocation.explain_steps import Minimum
    from allocation.round import Round
    from allocation.tables.breakdown import BreakdownRow

DROPPED: Final = "minimum_payout"


@dataclass(frozen=True, slots=True)
class RowRules:
    """The rules of a round for rows, whatever they are about."""

    the_round: Round
    scale: int | None  # of all multipliers; None where there are none

    def weigh(self, row: BreakdownRow) -> Weighed:
        """Return what a row has and what it weighs.

        Errors: ContradictionError where no multiplier makes this weight.
        """
        if row.power is None or row.weight is None or bool(row.power) != bool(row.weight):
            raise ContradictionError(f"power {row.power} cannot have weight {row.weight}")
        whole = row.power * (self.scale or 1)
        if row.weight != whole and self.scale is None:
            raise ContradictionError(f"power {row.power} cannot have weight {row.weight}")
        return Weighed(
            amount=row.power,
            multiplier=Fraction(row.weight, whole) if row.power else Fraction(1),
            scale=self.scale or 1,
            weight=row.weight,
        )

    def removal(self, row: BreakdownRow, amount: int) -> Removal | None:
        """Return what removed a row before any limit of a token; None where it counts.

        The amount and the minimum decide by themselves. Sides and excluded wallets stand in the
        inputs, which a bundle does not hold: there the cause is held to whether the round has such
        a rule.

        Errors: ContradictionError where the rules say another cause.
        """
        cause = None if row.cause == DROPPED else row.cause
        name, minimum = self._minimum()
        expected: str | None
        if amount == 0:
            expected = "zero_power"
        elif cause in self._listed():
            expected = cause
        else:
            expected = name if minimum is not None and amount < minimum else None
        if cause != expected:
            raise ContradictionError(
                f"the cause is {cause!a}, but by the rules {amount} has {expected!a}"
            )
        if cause == name and minimum is not None:
            return Removal(
                cause=cause, shortfall=Shortfall(threshold=minimum, missing=minimum - amount)
            )
        return None if cause is None else Removal(cause=cause)

    def check_causes(
        self, row: BreakdownRow, number: int, removal: Removal | None, limit: str | None
    ) -> None:
        """Hold the causes of a row to the rule that removed it, or to the limit of token `number`.

        Errors: ContradictionError.
        """
        expected = limit if removal is None else removal.cause
        if row.causes[number] != expected:
            raise ContradictionError(
                f"its cause for {self.the_round.tokens[number].symbol} is "
                f"{row.causes[number]!a}, but {expected!a} follows from the rules"
            )
        dropped = set(row.causes) == {DROPPED}
        if removal is None and (row.cause == DROPPED) != dropped:
            raise ContradictionError(f"its cause is {row.cause!a}, its tokens' are {row.causes!a}")

    def _minimum(self) -> tuple[str, int | None]:
        if self.the_round.method == "time-weighted":
            return "minimum_average", minimum_total(self.the_round)
        return "minimum_vote", self.the_round.rules.minimum_vote

    def _listed(self) -> set[str]:
        sides = {"side"} if self.the_round.rules.exclude_sides else set[str]()
        return sides | ({"excluded"} if self.the_round.inputs.exclude is not None else set())


def row_rules_of(the_round: Round, report: Node) -> RowRules:
    """Read the scale of multipliers, if a report has one.

    Errors: ContradictionError where the round has no multipliers.
    """
    if not report.has("multipliers"):
        return RowRules(the_round, None)
    node = report.member("multipliers")
    scale = node.member("scale").number()
    if the_round.inputs.multipliers is None or not scale:
        node.refuse("cannot be: the round has none, or their scale is 0")
    return RowRules(the_round, scale)


def dropped_by(minimum: Minimum | None) -> Removal | None:
    """Return the removal of all rows of a wallet that does not reach a minimum payout."""
    if minimum is None or not minimum.missing:
        return None
    shortfall = Shortfall(threshold=minimum.minimum, missing=minimum.missing)
    return Removal(cause=DROPPED, shortfall=shortfall)


def check_reward(row: BreakdownRow, number: int, reward: int, division: Division) -> None:
    """Hold what a row is paid to what was recomputed.

    Errors: ContradictionError.
    """
    if row.rewards[number] != reward:
        raise ContradictionError(
            f"its reward is {row.rewards[number]}, but weight {row.weight}, a total of "
            f"{division.total} and a pool of {division.pool} give {reward}"
        )
