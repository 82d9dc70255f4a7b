"""Why a row does not count: the cause that stands in the breakdown, held to the rules (D13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.explain_share import ContradictionError

if TYPE_CHECKING:
    from allocation.round import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The rule that removed a row, and by how much the row missed its threshold, if it has one."""

    cause: str
    threshold: int | None = None
    missing: int | None = None


def removal_of(the_round: Round, power: int, cause: str | None) -> Removal | None:
    """Return what removed a vote of this power; None where it counts.

    Power and minimum decide by themselves. Sides and excluded wallets stand in the inputs, which a
    bundle does not hold: there the cause is held to whether the round has such a rule.

    Errors: ContradictionError where the rules say another cause.
    """
    minimum = the_round.rules.minimum_vote
    elsewhere = {
        "side": bool(the_round.rules.exclude_sides),
        "excluded": the_round.inputs.exclude is not None,
    }
    expected: str | None
    if power == 0:
        expected = "zero_power"
    elif cause is not None and elsewhere.get(cause):
        expected = cause
    else:
        expected = "minimum_vote" if minimum is not None and power < minimum else None
    if cause != expected:
        raise ContradictionError(
            f"the cause is {cause!a}, but by the rules a power of {power} has {expected!a}"
        )
    if cause == "minimum_vote" and minimum is not None:
        return Removal(cause=cause, threshold=minimum, missing=minimum - power)
    return None if cause is None else Removal(cause=cause)
