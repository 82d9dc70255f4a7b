"""round.toml -> Round: what a good file of stakes means, and the limits of payouts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from allocation.round import Period
from allocation.units import BaseUnits
from tests.round_files import PER_PROPOSAL, TIME_WEIGHTED, load


def test_a_time_weighted_round_is_read_in_full() -> None:
    loaded = load(TIME_WEIGHTED)
    assert ("time-weighted", ()) == (loaded.method, loaded.proposals)
    assert Period(start=1_751_328_000, end=1_759_276_800, mode="daily") == loaded.period
    assert [(BaseUnits(1_000_000), BaseUnits(1_000_000_000))] == [
        (token.minimum_payout, token.maximum_payout) for token in loaded.tokens
    ]
    assert loaded.inputs == replace(
        load(PER_PROPOSAL).inputs,
        votes=None,
        stake_events="events.csv",
        opening="opening.csv",
        opening_at=1_751_241_600,
    )
    assert loaded.rules == replace(
        load(PER_PROPOSAL).rules, minimum_vote=None, minimum_average=BaseUnits(50_000_000)
    )


def test_every_option_of_daily_stakes_can_be_written() -> None:
    events = 'stake_events = "events.csv"\nopening = "opening.csv"\nopening_at = 1751241600\n'
    stakes = (
        'stakes = "stakes.csv"\nignore_outside = true\nmissing_day = "previous"\n'
        'multipliers = "multipliers.csv"\nexclude = "exclude.csv"\n'
    )
    rules = "[rules]\ncount_cooling = false\n"
    loaded = load(TIME_WEIGHTED.replace(events, stakes).replace("[rules]\n", rules))
    assert ("stakes.csv", True, "previous", "multipliers.csv", "exclude.csv") == (
        loaded.inputs.stakes,
        loaded.inputs.ignore_outside,
        loaded.inputs.missing_day,
        loaded.inputs.multipliers,
        loaded.inputs.exclude,
    )
    assert not loaded.rules.count_cooling


def test_defaults_of_stakes_can_be_written_wherever_they_belong() -> None:
    written = TIME_WEIGHTED.replace("[rules]\n", "[rules]\ncount_cooling = true\n").replace(
        "start =", 'mode = "daily"\nstart ='
    )
    assert replace(load(TIME_WEIGHTED), path=Path(), content=b"") == replace(
        load(written), path=Path(), content=b""
    )


@pytest.mark.parametrize(
    "written",
    [
        *("2025-07-01", "2025-07-01T00:00:00Z", "2025-07-01 00:00:00.000Z", "1751328000"),
        *("2025-07-01T02:00:00+02:00", "2025-06-30T19:00:00-05:00"),
    ],
)
def test_a_moment_can_be_written_in_these_ways(written: str) -> None:
    period = load(TIME_WEIGHTED.replace("start = 2025-07-01", f"start = {written}")).period
    assert Period(start=1_751_328_000, end=1_759_276_800, mode="daily") == period


@pytest.mark.parametrize(
    ("written", "second"),
    [("1970-01-01", 0), ("0", 0), ("9998-12-31T23:59:59Z", 253_370_764_799)],
)
def test_a_period_begins_within_the_years_1970_to_9999(written: str, second: int) -> None:
    events = 'opening = "opening.csv"\nopening_at = 1751241600\n'
    text = TIME_WEIGHTED.replace(events, "").replace("2025-10-01T00:00:00Z", "9999-12-31T23:59:59Z")
    text = text.replace("start = 2025-07-01", f'mode = "continuous"\nstart = {written}')
    expected = Period(start=second, end=253_402_300_799, mode="continuous")
    assert expected == load(text).period


def test_a_period_is_as_long_as_its_days_or_its_seconds() -> None:
    lengths = [
        Period(start=1_751_328_000, end=1_759_276_800, mode=mode).length
        for mode in ("daily", "continuous")
    ]
    assert [92, 7_948_800] == lengths


def test_opening_balances_may_hold_at_the_start_itself() -> None:
    loaded = load(TIME_WEIGHTED.replace("opening_at = 1751241600", "opening_at = 2025-07-01"))
    assert 1_751_328_000 == loaded.inputs.opening_at


def test_the_limits_of_a_payout_may_stand_under_the_token_and_be_equal() -> None:
    limits = 'minimum_payout = "1"\nmaximum_payout = "1000"\n'
    own = 'minimum_payout = "2.5"\nmaximum_payout = "2.5"\n'
    text = TIME_WEIGHTED.replace(limits, "").replace('"50000000"\n', f'"50000000"\n{own}')
    (token,) = load(text).tokens
    assert (2_500_000, 2_500_000) == (token.minimum_payout, token.maximum_payout)


def test_one_limit_may_stand_here_and_the_other_there() -> None:
    text = TIME_WEIGHTED.replace('minimum_payout = "1"\n', "")
    text = text.replace('pool = "50000000"\n', 'pool = "50000000"\nminimum_payout = "2"\n')
    (token,) = load(text).tokens
    assert (2_000_000, 1_000_000_000) == (token.minimum_payout, token.maximum_payout)


def test_votes_have_a_minimum_payout_of_each_token_and_multipliers() -> None:
    text = PER_PROPOSAL.replace('pool = "7500000.5"', 'pool = "7500000.5"\nminimum_payout = "3"')
    text = text.replace("[inputs]\n", '[inputs]\nmultipliers = "check-ins.csv"\n')
    loaded = load(text)
    assert [None, 300_000] == [token.minimum_payout for token in loaded.tokens]
    assert "check-ins.csv" == loaded.inputs.multipliers
