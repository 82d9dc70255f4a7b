"""One weight's share of a divided pool, recomputed: what a pencil does, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.round import Rounding

SHOWN_DIGITS: Final = 12  # of a quotient, from the first that is not 0


class ContradictionError(AsrError):
    """What was recorded of a division cannot all be true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who comes before a wallet when left-over units are given out."""

    larger: int  # wallets that lost a larger fraction
    equal_before: int  # wallets that lost an equal one and have a lower key


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How a pool was divided over many weights, as the report has it.

    Units: pool, floors and left_over in base units. Weights only count against each other;
           remainders are fractions of `total` / `divisor`.
    """

    pool: int
    total: int  # sum of all weights; 0 where none takes part
    divisor: int  # greatest common divisor of the weights
    floors: int  # sum of the exact shares rounded down
    left_over: int
    last_remainder: int | None  # the smallest that got a left-over unit

    def check(self, place: str, rounding: Rounding) -> None:
        """Refuse a division that no weights have; `place` says where it was read.

        Errors: ContradictionError.
        """
        served = self.left_over > 0 and rounding == "largest-remainder"
        last = self.last_remainder
        expected = self.pool if self.total else 0
        if self.floors + self.left_over != expected:
            problem = f"{self.floors} and {self.left_over} left over are not {expected}"
        elif not self.divisor or self.total % self.divisor:
            problem = f"total_weight {self.total} is no multiple of divisor {self.divisor}"
        elif served is (last is None):
            problem = f"last_remainder does not fit {self.left_over} left over, rounding {rounding}"
        elif last is not None and last >= self.total // self.divisor:
            problem = f"last_remainder {last} is no remainder of {self.total // self.divisor}"
        else:
            return
        raise ContradictionError(f"{place}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one weight gets of a pool: pool x weight / total = floor and remainder / total.

    Units: pool, floor and amount in base units; remainders are fractions of `total`.
    """

    pool: int
    weight: int
    total: int
    floor: int
    remainder: int
    left_over: int  # units that rounding down left to all weights together
    last_remainder: int | None  # the smallest that got one of them; None: none was given out
    standing: Standing | None  # only where the remainder equals the last: then keys decide
    extra: int  # the left-over unit of this weight, 0 or 1

    @property
    def amount(self) -> int:
        """The whole share: the exact one, rounded down, and the left-over unit."""
        return self.floor + self.extra


def share_of(division: Division, weight: int, standing: Callable[[int], Standing]) -> Share:
    """Recompute one weight's share; the left-over unit follows from the remainder alone.

    `standing` is asked only where that remainder equals the last one served, and is given the
    remainder as a fraction of `total` / `divisor`.

    Shapes: division has a total; 0 <= weight <= total.
    Errors: ContradictionError for a weight that took no part in such a division.
    """
    if weight % division.divisor or weight > division.total:
        raise ContradictionError(
            f"the weight {weight} is none of those with the sum {division.total} and the greatest "
            f"common divisor {division.divisor}"
        )
    floor, remainder = divmod(division.pool * weight, division.total)
    last = None if division.last_remainder is None else division.last_remainder * division.divisor
    tied = remainder == last
    place = standing(remainder // division.divisor) if tied else None
    return Share(
        pool=division.pool,
        weight=weight,
        total=division.total,
        floor=floor,
        remainder=remainder,
        left_over=division.left_over,
        last_remainder=last,
        standing=place,
        extra=_extra(remainder, last, place, division.left_over),
    )


def shares_of(pool: int, weights: Sequence[int], rounding: Rounding) -> tuple[Share, ...]:
    """Divide a pool over a few weights that are all known, in key order.

    Without any weight everybody's share is 0 of a total of 0.
    """
    total = sum(weights)
    exact = [divmod(pool * weight, total or 1) for weight in weights]
    remainders = [remainder for _, remainder in exact]
    left_over = pool - sum(floor for floor, _ in exact) if total else 0
    served = sorted(remainders, reverse=True)[:left_over] if rounding != "floor" else []
    last = min(served, default=None)
    shares = []
    for at, (floor, remainder) in enumerate(exact):
        place = _standing(remainders, at) if remainder == last else None
        share = Share(
            pool=pool,
            weight=weights[at],
            total=total,
            floor=floor,
            remainder=remainder,
            left_over=left_over,
            last_remainder=last,
            standing=place,
            extra=_extra(remainder, last, place, left_over),
        )
        shares.append(share)
    return tuple(shares)


def _standing(remainders: Sequence[int], at: int) -> Standing:
    return Standing(
        larger=sum(remainder > remainders[at] for remainder in remainders),
        equal_before=remainders[:at].count(remainders[at]),
    )


def _extra(remainder: int, last: int | None, place: Standing | None, left_over: int) -> int:
    """Decide about the left-over unit: the largest fractions first, equal ones by key."""
    if last is None:
        return 0
    if place is not None:
        return int(place.larger + place.equal_before < left_over)
    return int(remainder > last)


def quotient_text(numerator: int, denominator: int) -> str:
    """Write a quotient in decimal, cut after some digits; "..." says that it goes on."""
    whole, rest = divmod(numerator, denominator)
    zeros = 0  # right after the point
    while not whole and 0 < rest * 10 ** (zeros + 1) < denominator:
        zeros += 1
    places = zeros + SHOWN_DIGITS if not whole else max(SHOWN_DIGITS - len(str(whole)), 2)
    digits, lost = divmod(rest * 10**places, denominator)
    fraction = str(digits).rjust(places, "0")
    if lost:
        return f"{whole}.{fraction}..."
    return f"{whole}.{fraction}".rstrip("0").removesuffix(".")
