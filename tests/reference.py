"""The slow, plain judge: the definitions written down once more, on exact fractions.

Shares nothing with the code it judges. Keys are raw bytes or places in their order; the smaller
one wins a tie.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


Key = TypeVar("Key", int, bytes)


def apportion(pool: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Split `pool` in proportion to `weights`; without any weight everyone gets 0 (D1)."""
    floors, left_over = rounded_down(pool, weights)
    total = sum(weights.values()) or 1
    lost = {key: Fraction(pool * weights[key], total) - floors[key] for key in weights}
    neediest = sorted(sorted(weights), key=lambda key: lost[key], reverse=True)
    served = set(neediest[:left_over]) if any(weights.values()) else set()
    return {key: share + (key in served) for key, share in floors.items()}


def rounded_down(pool: int, weights: Mapping[Key, int]) -> tuple[dict[Key, int], int]:
    """Return the exact shares rounded down, and the units that keeps."""
    total = sum(weights.values()) or 1
    floors = {key: floor(Fraction(pool * weight, total)) for key, weight in weights.items()}
    return floors, pool - sum(floors.values())


class Vote(NamedTuple):
    wallet: bytes
    proposal: int  # its place in id order
    power: int
    side: str | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a round says, for the judge."""

    weights: Sequence[Fraction]  # by proposal
    exclude_sides: Collection[str] = ()
    excluded: Collection[bytes] = ()
    minimum_vote: int = 0
    denominator_all: bool = False
    redistribute: bool = False
    floor: bool = False


@dataclass(kw_only=True)
class Result:
    rewards: dict[tuple[bytes, int], int] = field(default_factory=dict)  # by wallet and proposal
    rounding: int = 0
    empty_proposal: int = 0
    minimum_vote: int = 0

    @property
    def totals(self) -> dict[bytes, int]:
        totals: dict[bytes, int] = {}
        for (wallet, _), reward in self.rewards.items():
            totals[wallet] = totals.get(wallet, 0) + reward
        return {wallet: total for wallet, total in sorted(totals.items()) if total}


def cause_of(vote: Vote, given: Given) -> str | None:
    """Return the first rule that removes a vote (D13)."""
    if vote.power == 0:
        return "zero_power"
    if vote.side in given.exclude_sides:
        return "side"
    if vote.wallet in given.excluded:
        return "excluded"
    if vote.power < given.minimum_vote:
        return "minimum_vote"
    return None


def per_proposal(pool: int, votes: Iterable[Vote], given: Given) -> Result:
    """Pool -> proposals -> voters (D3 to D5)."""
    result = Result()
    dividing: list[dict[bytes, int]] = [{} for _ in given.weights]
    paid: list[set[bytes]] = [set() for _ in given.weights]
    for vote in votes:
        cause = cause_of(vote, given)
        if cause is None:
            paid[vote.proposal].add(vote.wallet)
        if cause is None or (cause == "minimum_vote" and given.denominator_all):
            dividing[vote.proposal][vote.wallet] = vote.power
    weights = {
        number: weight if dividing[number] or not given.redistribute else Fraction(0)
        for number, weight in enumerate(given.weights)
    }
    if not any(weights.values()):
        result.empty_proposal = pool
        return result
    pools = _split(pool, whole(weights), given, result)
    for number, powers in enumerate(dividing):
        if not powers:
            result.empty_proposal += pools[number]
            continue
        for wallet, share in _split(pools[number], powers, given, result).items():
            if wallet in paid[number]:
                result.rewards[wallet, number] = share
            else:
                result.minimum_vote += share
    return result


def whole(weights: Mapping[int, Fraction]) -> dict[int, int]:
    """Return integers in the same proportion (D2); any common multiple will do."""
    common = 1
    for weight in weights.values():
        common *= weight.denominator
    return {key: int(weight * common) for key, weight in weights.items()}


def _split(pool: int, weights: Mapping[Key, int], given: Given, result: Result) -> dict[Key, int]:
    if not given.floor:
        return apportion(pool, weights)
    floors, left_over = rounded_down(pool, weights)
    result.rounding += left_over
    return floors
