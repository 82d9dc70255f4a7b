"""The slow, plain judge of stakes: what daily balances or events add up to (D6).

Dictionaries and loops; shares nothing with the code it judges. Times are unix seconds, keys raw
bytes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

DAY = 86_400


class Refused(Exception):  # noqa: N818 - what the judge says of an input
    """The inputs contradict the definitions; the text says how."""


class Period(NamedTuple):
    start: int
    end: int
    mode: Literal["daily", "continuous"] = "daily"

    @property
    def moments(self) -> range:
        """The days or the seconds that are summed up; each by its beginning."""
        return range(self.start, self.end, DAY if self.mode == "daily" else 1)


class Event(NamedTuple):
    wallet: bytes
    timestamp: int
    delta: int
    id: str | None = None


class Snapshot(NamedTuple):
    wallet: bytes
    day: int  # its midnight
    staked: int
    cooling: bool = False


def summed_events(
    period: Period,
    events: Iterable[Event],
    opening: Mapping[bytes, int] | None = None,
    opening_at: int | None = None,
) -> dict[bytes, int]:
    """Return S of every wallet: balances at day ends, or balance times seconds (D6).

    What happens within one second happens at once: only its outcome must not be negative.
    """
    opening = opening or {}
    changes: dict[bytes, dict[int, int]] = {wallet: {} for wallet in opening}
    for event in once_per_id(events):
        if opening_at is not None and event.timestamp < opening_at:
            raise Refused("an event before opening_at")
        of_wallet = changes.setdefault(event.wallet, {})
        if event.timestamp < period.end:
            of_wallet[event.timestamp] = of_wallet.get(event.timestamp, 0) + event.delta
    return {
        wallet: _summed(period, opening.get(wallet, 0), of_wallet)
        for wallet, of_wallet in changes.items()
    }


def once_per_id(events: Iterable[Event]) -> list[Event]:
    """Drop identical repetitions of an id; events without one are never dropped."""
    seen: dict[str, Event] = {}
    kept = []
    for event in events:
        if event.id is None or event.id not in seen:
            kept.append(event)
        elif seen[event.id] != event:
            raise Refused("an id stands for two events")
        if event.id is not None:
            seen[event.id] = event
    return kept


def _summed(period: Period, opening: int, changes: Mapping[int, int]) -> int:
    """Add up one wallet's balances."""
    balance, history = opening, [(0, opening)]  # each balance with the time it holds from
    for timestamp in sorted(changes):
        balance += changes[timestamp]
        history.append((timestamp, balance))
    if min(balance for _, balance in history) < 0:
        raise Refused("a negative balance")
    if period.mode == "daily":
        return sum(_balance_before(day + DAY, history) for day in period.moments)
    inside = {timestamp for timestamp, _ in history if timestamp > period.start}
    cuts = [period.start, *sorted(inside), period.end]
    return sum(_balance_before(begin + 1, history) * (end - begin) for begin, end in pairwise(cuts))


def _balance_before(moment: int, history: Sequence[tuple[int, int]]) -> int:
    return [balance for since, balance in history if since < moment][-1]


def summed_snapshots(
    period: Period,
    snapshots: Collection[Snapshot],
    *,
    previous: bool = False,
    ignore_outside: bool = False,
    count_cooling: bool = True,
) -> dict[bytes, int]:
    """Return S of every wallet from its balance on each day of a period in daily mode (D6)."""
    days: dict[int, dict[bytes, Snapshot]] = {}
    for snapshot in snapshots:
        if snapshot.day in period.moments:
            on_day = days.setdefault(snapshot.day, {})
            if on_day.setdefault(snapshot.wallet, snapshot) != snapshot:
                raise Refused("two balances on one day")
        elif not ignore_outside:
            raise Refused("a date outside the period")
    for day in period.moments:
        if day not in days and (not previous or day == period.start):
            raise Refused("a missing day")
        days.setdefault(day, days.get(day - DAY, {}))
    totals: dict[bytes, int] = {}
    for on_day in days.values():
        for one in on_day.values():
            staked = one.staked if count_cooling or not one.cooling else 0
            totals[one.wallet] = totals.get(one.wallet, 0) + staked
    return totals
