"""The slow, plain judge of payouts: exclusions, multipliers, least and most (D7 to D10, D13).

Exact integers and fractions; shares nothing with the code it judges. Keys are raw bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from tests.reference import Given, Key, Result, Vote, apportion, cause_of, rounded_down, whole

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a round says of stakes, and of payouts whatever they are for."""

    excluded: Collection[bytes] = ()
    minimum_average: int = 0
    multipliers: Mapping[bytes, Fraction] = field(default_factory=dict)
    minimum_payout: int = 0
    maximum_payout: int | None = None
    floor: bool = False


@dataclass(kw_only=True)
class Payout:
    """What becomes of a pool of stakes: its parts add up to it."""

    rewards: dict[bytes, int] = field(default_factory=dict)  # of those who count, 0 as well
    causes: dict[bytes, str] = field(default_factory=dict)  # of those who do not
    dropped: dict[bytes, int] = field(default_factory=dict)  # below the minimum payout: its amount
    rounding: int = 0
    nobody: int = 0  # no one counts
    maximum_payout: int = 0  # everyone got the most there is


def time_weighted(pool: int, summed: Mapping[bytes, int], days: int, terms: Terms) -> Payout:
    """Divide a pool by S; `days` is T, the length of the period in the unit of S (D6 to D10)."""
    payout = Payout()
    counted: dict[bytes, int] = {}
    for wallet, stake in summed.items():
        cause = cause_of_stake(wallet, stake, days, terms)
        if cause:
            payout.causes[wallet] = cause
        else:
            counted[wallet] = stake
    weights = multiplied(counted, terms.multipliers)
    floors, _ = rounded_down(pool, weights)
    for wallet in [wallet for wallet in weights if floors[wallet] < terms.minimum_payout]:
        payout.causes[wallet], payout.dropped[wallet] = "minimum_payout", floors[wallet]
        del weights[wallet]
    if not any(weights.values()):
        payout.nobody = pool
        return payout
    left = _cap(pool, weights, terms, payout)
    if not any(weights.values()):
        payout.maximum_payout = left
    else:
        shares, payout.rounding = split(left, weights, floor=terms.floor)
        payout.rewards |= shares
    return payout


def split(pool: int, weights: Mapping[Key, int], *, floor: bool) -> tuple[dict[Key, int], int]:
    """Return the shares, and what rounding keeps (D1)."""
    return rounded_down(pool, weights) if floor else (apportion(pool, weights), 0)


def cause_of_stake(wallet: bytes, stake: int, days: int, terms: Terms) -> str | None:
    """Return the first rule that removes a wallet (D13)."""
    if stake == 0:
        return "zero_power"
    if wallet in terms.excluded:
        return "excluded"
    if Fraction(stake, days) < terms.minimum_average:
        return "minimum_average"
    return None


def multiplied(
    weights: Mapping[bytes, int], multipliers: Mapping[bytes, Fraction]
) -> dict[bytes, int]:
    """Return whole numbers in the proportion of weight times multiplier (D10)."""
    common = lcm(*(multiplier.denominator for multiplier in multipliers.values()))
    return {
        wallet: int(weight * multipliers.get(wallet, Fraction(1)) * common)
        for wallet, weight in weights.items()
    }


def _cap(pool: int, weights: dict[bytes, int], terms: Terms, payout: Payout) -> int:
    """Give those who would get more than the maximum just that; return what is left (D9)."""
    cap = terms.maximum_payout
    while cap is not None and any(weights.values()):
        total = sum(weights.values())
        above = [wallet for wallet in weights if Fraction(pool * weights[wallet], total) > cap]
        if not above:
            break
        for wallet in above:
            payout.rewards[wallet] = cap
            del weights[wallet]
        pool -= cap * len(above)
    return pool


@dataclass(kw_only=True)
class VotesPayout:
    """What becomes of a pool of votes: `result`, and the wallets below the minimum payout."""

    result: Result
    dropped: dict[bytes, int]  # with what rounding down would have given them


def per_proposal(pool: int, votes: Collection[Vote], given: Given, terms: Terms) -> VotesPayout:
    """Divide a pool over proposals and voters with multipliers and a minimum payout (D3 to D10).

    Votes below the minimum vote stay in the denominator with `denominator_all`, whatever becomes
    of the wallet's others.
    """
    paying, others = _dividing(votes, given, terms)
    pools = _pools(pool, paying, others, given, Result())
    floors: dict[bytes, int] = {}
    for number, part in pools.items():
        shares, _ = rounded_down(part, paying[number] | others[number])
        for wallet in paying[number]:
            floors[wallet] = floors.get(wallet, 0) + shares[wallet]
    dropped = {wallet: q for wallet, q in floors.items() if q < terms.minimum_payout}
    paying = [{w: weights[w] for w in weights if w not in dropped} for weights in paying]
    result = Result()
    pools = _pools(pool, paying, others, given, result)
    for number, part in pools.items():
        shares, kept = split(part, paying[number] | others[number], floor=given.floor)
        result.rounding += kept
        result.minimum_vote += sum(shares[wallet] for wallet in others[number])
        result.rewards |= {(wallet, number): shares[wallet] for wallet in paying[number]}
    return VotesPayout(result=result, dropped=dropped)


def _dividing(
    votes: Collection[Vote], given: Given, terms: Terms
) -> tuple[list[dict[bytes, int]], list[dict[bytes, int]]]:
    """Return the weights by proposal: of votes that are paid, and of those that only divide."""
    of_causes: dict[str | None, list[dict[bytes, int]]] = {}
    for vote in votes:
        by_proposal = of_causes.setdefault(cause_of(vote, given), [{} for _ in given.weights])
        by_proposal[vote.proposal][vote.wallet] = vote.power
    empty: list[dict[bytes, int]] = [{} for _ in given.weights]
    others = of_causes.get("minimum_vote", empty) if given.denominator_all else empty
    paying = of_causes.get(None, empty)
    return (
        [multiplied(powers, terms.multipliers) for powers in paying],
        [multiplied(powers, terms.multipliers) for powers in others],
    )


def _pools(
    pool: int,
    paying: Sequence[Mapping[bytes, int]],
    others: Sequence[Mapping[bytes, int]],
    given: Given,
    result: Result,
) -> dict[int, int]:
    """Return the pools of the proposals that have weight; the rest stays unallocated."""
    alive = [any((*paying[n].values(), *others[n].values())) for n in range(len(given.weights))]
    weights = {
        number: weight if alive[number] or not given.redistribute else Fraction(0)
        for number, weight in enumerate(given.weights)
    }
    if not any(weights.values()):
        result.empty_proposal = pool
        return {}
    pools, result.rounding = split(pool, whole(weights), floor=given.floor)
    result.empty_proposal = sum(pools[number] for number in pools if not alive[number])
    return {number: part for number, part in pools.items() if alive[number]}
