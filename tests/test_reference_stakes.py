"""The judge of stakes against the worked vectors, cases worked by hand, and itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference_payout import Terms, time_weighted
from tests.reference_stakes import (
    DAY,
    Event,
    Period,
    Refused,
    Snapshot,
    summed_events,
    summed_snapshots,
)

VECTORS: Final = Path(__file__).parent.parent.parent / "shared/data/vectors/allocation.json"
needs_vectors: Final = pytest.mark.skipif(
    not VECTORS.exists(), reason="the worked vectors of ../shared/data are not here"
)
A, B, C, D = b"A", b"B", b"C", b"D"


def v7() -> dict[str, Any]:
    vectors: dict[str, dict[str, Any]] = json.loads(VECTORS.read_bytes())
    return vectors["V7"]


# The vectors


def summed_vector(period: Period) -> dict[bytes, int]:
    """Add up each case of V7 by itself, as the wallet of its name."""
    summed: dict[bytes, int] = {}
    for name, case in v7()["cases"].items():
        wallet = name.encode()
        events = [Event(wallet, period.start + after, delta) for after, delta in case["events"]]
        summed |= summed_events(period, events, {wallet: case["initial"]})
    return summed


@needs_vectors
@pytest.mark.parametrize(
    ("mode", "sums", "eligible", "average", "allocation"),
    [
        ("continuous", "S", "eligible", "avg_floor", "alloc_50M_JUP"),
        (
            "daily",
            "daily_eod_sum",
            "daily_eod_eligible",
            "daily_eod_avg_floor",
            "alloc_daily_eod",
        ),
    ],
)
def test_time_weighted_stakes_are_those_of_the_vector(
    mode: Any, sums: str, eligible: str, average: str, allocation: str
) -> None:
    worked = v7()
    period = Period(worked["t0"], worked["t1"], mode)
    summed = summed_vector(period)
    assert {name.encode(): case[sums] for name, case in worked["cases"].items()} == summed
    length = len(period.moments)
    assert {name: case[average] for name, case in worked["cases"].items()} == {
        wallet.decode(): stake // length for wallet, stake in summed.items()
    }
    payout = time_weighted(50 * 10**12, summed, length, Terms(minimum_average=worked["min"]))
    assert {name.encode() for name, case in worked["cases"].items() if case[eligible]} == set(
        payout.rewards
    )
    assert worked[allocation] == {
        name: payout.rewards.get(name.encode(), 0) for name in worked["cases"]
    }


@needs_vectors
def test_balances_at_the_start_of_a_day_would_be_another_method() -> None:
    worked = v7()
    summed = summed_vector(Period(worked["t0"], worked["t1"]))
    assert {
        *("hundred_from_day46_minus1s", "hundred_from_day46_plus1s", "topup_and_partial_unstake")
    } == {
        name
        for name, case in worked["cases"].items()
        if case["daily_sod_avg_floor"] != summed[name.encode()] // 92
    }


wallets: Final = st.sampled_from([A, B, C, D])


# Worked by hand: three days from 10 to 13, and what one wallet does in them

THREE_DAYS: Final = Period(10 * DAY, 13 * DAY)
THREE_DAYS_OF_SECONDS: Final = Period(10 * DAY, 13 * DAY, "continuous")


@pytest.mark.parametrize(
    ("opening", "events", "daily", "continuous"),
    [
        (7, [], 21, 21 * DAY),
        (0, [(10 * DAY, 5)], 15, 15 * DAY),  # at the start: counts from the first second
        (0, [(11 * DAY, 5)], 10, 10 * DAY),  # at a midnight: the day that ends has not seen it
        (0, [(11 * DAY - 1, 5)], 15, 10 * DAY + 5),  # a second before: at the day's end
        (0, [(13 * DAY - 1, 5)], 5, 5),
        (0, [(13 * DAY, 5)], 0, 0),  # at the end: too late
        (3, [(9 * DAY, -3), (8 * DAY, 4)], 12, 12 * DAY),  # before the start: only the outcome
        (9, [(11 * DAY, -4), (12 * DAY, -5)], 14, 14 * DAY),
        (5, [(11 * DAY, -5), (11 * DAY + 60, 5)], 15, 15 * DAY - 5 * 60),
        (0, [(11 * DAY, 5), (11 * DAY, -5), (11 * DAY, 2)], 4, 4 * DAY),
    ],
)
def test_balances_add_up_over_days_or_seconds(
    opening: int, events: list[tuple[int, int]], daily: int, continuous: int
) -> None:
    of_wallet = [Event(A, timestamp, delta) for timestamp, delta in events]
    assert {A: daily} == summed_events(THREE_DAYS, of_wallet, {A: opening})
    assert {A: continuous} == summed_events(THREE_DAYS_OF_SECONDS, of_wallet, {A: opening})


def test_an_identical_event_counts_again_unless_it_has_the_same_id() -> None:
    event, named = Event(A, 10 * DAY, 5), Event(B, 10 * DAY, 5, "tx1")
    other = Event(B, 10 * DAY, 5, "tx2")
    events = [event, event, named, named, other]
    assert {A: 30, B: 30} == summed_events(THREE_DAYS, events)


@pytest.mark.parametrize(
    ("events", "opening_at", "problem"),
    [
        ([Event(A, 9 * DAY, 3), Event(A, 10 * DAY, -4)], None, "a negative balance"),
        ([Event(A, 9 * DAY, -1), Event(A, 9 * DAY + 1, 1)], None, "a negative balance"),
        ([Event(A, 9 * DAY - 1, 3)], 9 * DAY, "an event before opening_at"),
        ([Event(A, 9 * DAY, 3, "x"), Event(A, 9 * DAY, 4, "x")], None, "an id stands for two"),
    ],
)
def test_events_that_cannot_be_are_refused(
    events: list[Event], opening_at: int | None, problem: str
) -> None:
    with pytest.raises(Refused, match=problem):
        summed_events(THREE_DAYS, events, opening_at=opening_at)


def test_an_event_at_opening_at_counts_and_one_at_the_end_may_do_as_it_likes() -> None:
    events = [Event(A, 9 * DAY, 3), Event(A, 13 * DAY, -100)]
    assert {A: 9} == summed_events(THREE_DAYS, events, opening_at=9 * DAY)


def test_a_wallet_that_is_not_in_a_snapshot_had_nothing() -> None:
    snapshots = [Snapshot(A, 10 * DAY, 5), Snapshot(B, 11 * DAY, 2), Snapshot(A, 12 * DAY, 1)]
    assert {A: 6, B: 2} == summed_snapshots(THREE_DAYS, [*snapshots, snapshots[0]])


def test_a_missing_day_may_repeat_the_one_before_it() -> None:
    first = [Snapshot(A, 10 * DAY, 5), Snapshot(B, 10 * DAY, 1)]
    assert {A: 15, B: 3} == summed_snapshots(THREE_DAYS, first, previous=True)
    last = [*first, Snapshot(B, 12 * DAY, 4)]
    assert {A: 10, B: 6} == summed_snapshots(THREE_DAYS, last, previous=True)


@pytest.mark.parametrize(
    ("days", "previous", "problem"),
    [
        ([10, 12], False, "a missing day"),
        ([11, 12], True, "a missing day"),  # nothing is before the first
        ([9, 11, 12], True, "a date outside the period"),
        ([10, 11, 12, 13], False, "a date outside the period"),
        ([10, 10, 11, 12], False, "two balances on one day"),
    ],
)
def test_snapshots_that_leave_something_open_are_refused(
    days: list[int], previous: bool, problem: str
) -> None:
    snapshots = [Snapshot(A, day * DAY, number) for number, day in enumerate(days, start=1)]
    with pytest.raises(Refused, match=problem):
        summed_snapshots(THREE_DAYS, snapshots, previous=previous)


def test_dates_outside_the_period_can_be_dropped_but_fill_no_day() -> None:
    snapshots = [Snapshot(A, day * DAY, 1) for day in (9, 10, 11, 12, 13)]
    assert {A: 3} == summed_snapshots(THREE_DAYS, snapshots, ignore_outside=True)
    with pytest.raises(Refused, match="a missing day"):
        summed_snapshots(
            THREE_DAYS, [snapshots[0], *snapshots[2:]], previous=True, ignore_outside=True
        )


def test_a_full_unstake_in_progress_counts_unless_the_round_says_otherwise() -> None:
    snapshots = [
        *(Snapshot(A, 10 * DAY, 5), Snapshot(A, 11 * DAY, 5), Snapshot(A, 12 * DAY, 5, True)),
        Snapshot(B, 10 * DAY, 2, True),
    ]
    assert {A: 15, B: 2} == summed_snapshots(THREE_DAYS, snapshots)
    assert {A: 10, B: 0} == summed_snapshots(THREE_DAYS, snapshots, count_cooling=False)


@given(
    st.lists(
        st.builds(Event, wallets, st.integers(9 * DAY, 14 * DAY), st.integers(0, 9), st.none())
    ),
    st.dictionaries(wallets, st.integers(0, 9)),
)
def test_snapshots_of_what_events_leave_add_up_to_the_same(
    events: list[Event], opening: dict[bytes, int]
) -> None:
    def balance(wallet: bytes, moment: int) -> int:
        before = [e.delta for e in events if e.wallet == wallet and e.timestamp < moment]
        return opening.get(wallet, 0) + sum(before)

    known = {event.wallet for event in events} | set(opening)
    snapshots = [
        Snapshot(wallet, day * DAY, balance(wallet, (day + 1) * DAY))
        for wallet in (A, B, C, D)
        for day in (10, 11, 12)
    ]
    expected = {w: s for w, s in summed_snapshots(THREE_DAYS, snapshots).items() if w in known}
    assert expected == summed_events(THREE_DAYS, events, opening)
    at_midnights = [event._replace(timestamp=event.timestamp // DAY * DAY) for event in events]
    by_day = summed_events(THREE_DAYS, at_midnights, opening)
    by_second = summed_events(THREE_DAYS_OF_SECONDS, at_midnights, opening)
    assert {wallet: stake * DAY for wallet, stake in by_day.items()} == by_second
