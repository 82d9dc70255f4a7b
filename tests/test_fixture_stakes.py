"""The fixture round of stakes: made as it says, shaped like the real quarter, exact in itself."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import base58
import pytest

from allocation.allocate import allocations_of
from allocation.round import Period as PeriodOfRound
from allocation.round_file import load_round
from tests.reference_payout import Payout, Terms, time_weighted
from tests.reference_stakes import DAY, Event, Period, once_per_id, summed_events
from tests.stake_rounds import paid

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURES: Final = Path(__file__).parent.parent / "fixtures"
FOLDER: Final = FIXTURES / "asr-2025-q3"
JUP: Final = 10**6
POOL: Final = 50_000_000 * JUP
QUARTER: Final = Period(1_751_328_000, 1_759_276_800)
OPENING_AT: Final = QUARTER.start - 7 * DAY
ONE_IN: Final = 140

# From GitHub srijani-raccoons/jup-staking @eaf90a0, jupiter_combined_staking.json, by day from
# 2025-07-01 on: JUP staked, in millions, and wallets, in thousands; both rounded.
PUBLISHED_MILLIONS: Final = {0: 665, 4: 680, 14: 673, 30: 657, 45: 640, 61: 615, 76: 606, 91: 594}
PUBLISHED_THOUSANDS: Final = {0: 417, 4: 420, 30: 416, 45: 407, 61: 399, 76: 396, 91: 393}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """The files of the fixture, read once."""

    opening: dict[bytes, int]
    events: list[Event]
    excluded: dict[bytes, str]


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key(row: dict[str, str]) -> bytes:
    return base58.b58decode(row["wallet"])


@cache
def stakes() -> Stakes:
    return Stakes(
        opening={key(row): int(row["staked"]) for row in rows("opening.csv")},
        events=[
            Event(key(row), int(row["timestamp"]), int(row["delta"]), row["id"])
            for row in rows("stake_events.csv")
        ],
        excluded={key(row): row["reason"] for row in rows("exclude.csv")},
    )


@cache
def summed() -> dict[bytes, int]:
    return summed_events(QUARTER, stakes().events, stakes().opening, OPENING_AT)


@cache
def payout() -> Payout:
    terms = Terms(excluded=set(stakes().excluded), minimum_average=50 * JUP)
    return time_weighted(POOL, summed(), len(QUARTER.moments), terms)


def ends_of_days() -> Iterator[dict[bytes, int]]:
    """Yield what every wallet has staked at the end of each day of the quarter."""
    balances = dict(stakes().opening)
    later = sorted(once_per_id(stakes().events), key=lambda event: -event.timestamp)
    for day in QUARTER.moments:
        while later[-1].timestamp < day + DAY:
            event = later.pop()
            balances[event.wallet] = balances.get(event.wallet, 0) + event.delta
        yield {wallet: balance for wallet, balance in balances.items() if balance}


def on_line(points: dict[int, int], day: int) -> float:
    """Return the height of the broken line through some days."""
    left = max(at for at in points if at <= min(day, max(points) - 1))
    right = min(at for at in points if at > left)
    return points[left] + (points[right] - points[left]) * (day - left) / (right - left)


@pytest.mark.parametrize("name", ["opening", "stake_events", "exclude"])
def test_the_generator_writes_the_committed_files_byte_for_byte(name: str) -> None:
    command = [sys.executable, str(FOLDER / "generate_stakes.py"), name]
    generated = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - ours
    assert (FOLDER / f"{name}.csv").read_bytes() == generated


def test_what_is_staked_and_by_how_many_follows_the_published_figures() -> None:
    days = list(ends_of_days())
    assert 92 == len(days)
    for day, balances in enumerate(days):
        millions = ONE_IN * sum(balances.values()) / JUP / 10**6
        assert pytest.approx(on_line(PUBLISHED_MILLIONS, day), rel=0.01) == millions
        thousands = ONE_IN * len(balances) / 1_000
        assert pytest.approx(on_line(PUBLISHED_THOUSANDS, day), rel=0.01) == thousands


def test_the_round_says_what_was_published() -> None:
    the_round = load_round(FOLDER / "round.toml")
    period = PeriodOfRound(start=QUARTER.start, end=QUARTER.end, mode="daily")
    assert (period, 92, 50 * JUP) == (
        the_round.period,
        period.length,
        the_round.rules.minimum_average,
    )
    assert [("JUP", 6, POOL, "stake")] == [
        (token.symbol, token.decimals, token.pool, token.claim) for token in the_round.tokens
    ]
    assert OPENING_AT == the_round.inputs.opening_at


def test_the_pool_is_paid_out_to_the_last_base_unit() -> None:
    assert POOL == sum(payout().rewards.values())
    total = sum(summed()[wallet] for wallet in payout().rewards)
    assert all(
        abs(reward * total - POOL * summed()[wallet]) < total
        for wallet, reward in payout().rewards.items()
    )


def test_every_wallet_counts_or_has_the_cause_why_not() -> None:
    causes = payout().causes
    assert set(stakes().excluded) == {w for w, cause in causes.items() if cause == "excluded"}
    minimum = 50 * JUP * 92
    assert all(summed()[wallet] >= minimum for wallet in payout().rewards)
    assert all(
        0 < summed()[wallet] < minimum
        for wallet, cause in causes.items()
        if cause == "minimum_average"
    )
    assert {"excluded", "minimum_average", "zero_power"} == set(causes.values())


def test_many_wallets_lie_close_to_the_minimum_on_both_sides() -> None:
    distances = [stake - 50 * JUP * 92 for stake in summed().values()]
    near = [distance for distance in distances if abs(distance) < 5 * JUP * 92]
    assert min(sum(distance < 0 for distance in near), sum(distance > 0 for distance in near)) > 50
    assert distances.count(0) > 1
    assert -1 in distances


def test_wallets_come_leave_add_and_unstake_in_part() -> None:
    first, *_, last = ends_of_days()
    assert min(len(first.keys() - last.keys()), len(last.keys() - first.keys())) > 100
    both = first.keys() & last.keys()
    assert sum(last[wallet] > first[wallet] for wallet in both) > 100
    assert sum(last[wallet] < first[wallet] for wallet in both) > 100
    assert max(first.values()) > sum(first.values()) // 20


def test_events_before_and_after_the_period_and_repeated_ones_are_there() -> None:
    events = stakes().events
    kept = once_per_id(events)
    assert 0 < len(events) - len(kept) < 20
    assert any(event.timestamp < QUARTER.start for event in kept)
    assert any(event.timestamp >= QUARTER.end for event in kept)


def test_the_wallets_that_show_the_rules_come_out_as_the_readme_says() -> None:
    table = re.findall(
        r"^\| `(\w+)` \| .* \| ([\d,.]+) \| ([a-z _]+) \|$",
        (FIXTURES / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert 12 == len(table)
    by_start = {base58.b58encode(wallet).decode()[:6]: wallet for wallet in summed()}
    assert [(start, stake, cause) for start, stake, cause in table] == [
        (
            start,
            f"{summed()[by_start[start]] // JUP:,}.{summed()[by_start[start]] % JUP:06}",
            payout().causes.get(by_start[start], "counts"),
        )
        for start, _, _ in table
    ]


def test_every_balance_in_seconds_leads_to_another_result() -> None:
    continuous = Period(QUARTER.start, QUARTER.end, "continuous")
    seconds = summed_events(continuous, stakes().events, stakes().opening, OPENING_AT)
    terms = Terms(excluded=set(stakes().excluded), minimum_average=50 * JUP)
    other = time_weighted(POOL, seconds, len(continuous.moments), terms)
    assert POOL == sum(other.rewards.values())
    assert payout().rewards.keys() != other.rewards.keys()


def test_every_wallet_gets_what_the_plain_judge_gives_it(tmp_path: Path) -> None:
    with allocations_of(load_round(FOLDER / "round.toml"), tmp_path) as allocations:
        (found,) = paid(allocations)
        powers = allocations.db.execute(f"SELECT power FROM ({allocations.breakdown})")  # noqa: S608 - ours
        assert [str(stake) for _, stake in sorted(summed().items())] == [
            power for (power,) in powers.fetchall()
        ]
    assert payout().rewards == found.rewards
    assert payout().causes == found.causes == found.row_causes
    assert {} == found.unallocated
