"""How amounts are spread over wallets, and how two payouts of them differ: exact figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.units import exact_sum

if TYPE_CHECKING:
    from allocation.units import Amounts

STEPS: Final = 200  # of half a percent of the paid wallets each


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The wallets that are paid most, and what they get together."""

    wallets: int  # rounded up: the top 1 % of 101 wallets are 2
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Who gets how much, in a few numbers; only wallets that are paid anything count.

    Units: base units. The median is the lower one: with an even number of wallets the smaller of
           the two in the middle, so that somebody really gets it. None where nobody is paid.
    """

    wallets: int
    top_1: Top
    top_10: Top
    largest: int | None
    median: int | None
    smallest: int | None
    rewards: tuple[int, ...]  # at each of 0 to STEPS, from the smallest; empty where nobody is paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What wallets get more or less than before; who has the same counts nowhere."""

    gaining: int  # wallets
    gained: int  # base units
    losing: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some wallets, and what two payouts give them."""

    wallets: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Whom two payouts pay: both, or one of them."""

    both: Group
    only_before: Group
    only_after: Group
    top_before: int  # wallets in the top 10 % of the first
    top_after: int
    top_both: int  # in both of these


def spread_of(amounts: Amounts) -> Spread:
    """Describe how amounts are spread over the wallets that get any."""
    rewards = np.sort(amounts[amounts > 0])
    wallets = len(rewards)
    return Spread(
        wallets=wallets,
        top_1=_top(rewards, 1),
        top_10=_top(rewards, 10),
        largest=int(rewards[-1]) if wallets else None,
        median=int(rewards[(wallets - 1) // 2]) if wallets else None,
        smallest=int(rewards[0]) if wallets else None,
        rewards=tuple(rewards[(wallets - 1) * step // STEPS].item() for step in range(STEPS + 1))
        if wallets
        else (),
    )


def moves_between(before: Amounts, after: Amounts) -> Moves:
    """Tell what wallets gain and lose; the same place is the same wallet."""
    more, less = after > before, after < before
    return Moves(
        gaining=int(more.sum()),
        gained=exact_sum(after[more] - before[more]),
        losing=int(less.sum()),
        lost=exact_sum(before[less] - after[less]),
    )


def overlap_of(before: Amounts, after: Amounts) -> Overlap:
    """Tell whom two payouts pay; the same place is the same wallet, in the order of keys."""
    first, second = before > 0, after > 0

    def group(members: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Group:
        return Group(
            wallets=int(members.sum()),
            before=exact_sum(before[members]),
            after=exact_sum(after[members]),
        )

    tops = _top_wallets(before, 10), _top_wallets(after, 10)
    return Overlap(
        both=group(first & second),
        only_before=group(first & ~second),
        only_after=group(second & ~first),
        top_before=len(tops[0]),
        top_after=len(tops[1]),
        top_both=len(tops[0] & tops[1]),
    )


def _top(rewards: Amounts, percent: int) -> Top:
    wallets = _part(len(rewards), percent)
    return Top(wallets=wallets, amount=exact_sum(rewards[len(rewards) - wallets :]))


def _top_wallets(amounts: Amounts, percent: int) -> set[int]:
    """Name the wallets that are paid most; of equal ones those with the smaller keys."""
    count = _part(int(np.count_nonzero(amounts)), percent)
    return set(np.argsort(~amounts, kind="stable")[:count].tolist())


def _part(wallets: int, percent: int) -> int:
    """Return so many percent of the wallets, rounded up."""
    return -(-wallets * percent // 100)
