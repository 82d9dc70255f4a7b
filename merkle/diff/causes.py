"""Why a wallet gets another amount: the causes, each a bit, the one that says most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

Causes: TypeAlias = npt.NDArray[np.uint32]
"""One set of causes per wallet, shape (n,): each bit is one of CAUSES; never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason for another amount."""

    name: str
    meaning: str  # one line, for whoever decides about money
    bit: int = 0

    def __str__(self) -> str:
        """Return the name as people read it."""
        return self.name.replace("_", " ")


def _numbered(causes: tuple[tuple[str, str], ...]) -> dict[str, Cause]:
    return {
        name: Cause(name=name, meaning=meaning, bit=1 << place)
        for place, (name, meaning) in enumerate(causes)
    }


CAUSES: Final = _numbered(
    (
        ("unexplained", "nothing that is recorded of the two sides explains the difference"),
        ("unrecorded", "one side is a published tree, which says nothing of inputs and rules"),
        ("token", "the token is paid on one side only"),
        ("method", "the two sides divide by different methods"),
        ("row_changed", "an input row of the wallet has another value, or several rows changed"),
        ("row_added", "an input row of the wallet was added"),
        ("row_removed", "an input row of the wallet was removed"),
        ("exclusion", "the wallet is excluded on one side only"),
        ("multiplier", "the wallet's multiplier changed"),
        ("reading", "the same inputs are read otherwise: period, mode, unit or the like"),
        ("exclude_sides", "another set of sides is excluded"),
        ("minimum_vote", "the minimum vote changed, and the wallet's vote lies between the two"),
        ("minimum_average", "the minimum average changed, and the wallet's lies between the two"),
        ("minimum_payout", "the minimum payout changed, and the wallet's lies between the two"),
        ("maximum_payout", "the maximum payout changed"),
        ("denominator", "another rule says whose votes a pool is divided by"),
        ("on_empty", "another rule says what becomes of the pool of an empty proposal"),
        ("proposals", "the proposals of the round or their weights changed"),
        ("pool", "the pool changed"),
        ("rounding_rule", "the rule for left-over units changed"),
        ("total", "only the total changed: the wallet's own weight is the same"),
        ("rounding", "only a left-over unit moved: the share rounded down is the same"),
    )
)
"""By name, the most telling first: a wallet with several is counted under the first of them."""


def bit(name: str) -> int:
    """Return the bit of a cause."""
    return CAUSES[name].bit


def first_of(causes: Causes) -> Causes:
    """Return the most telling cause of every wallet alone, as its bit."""
    lowest: Causes = causes & (~causes + np.uint32(1))
    return lowest


def causes_in(bits: int) -> Iterator[Cause]:
    """Yield the causes of one wallet, the most telling first."""
    return (cause for cause in CAUSES.values() if cause.bit & bits)
