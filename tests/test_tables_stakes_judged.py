"""Stakes from files of every format, against the plain judge of D6."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import Address, format_address, parse_address
from allocation.errors import InputErrors
from allocation.units import U64_MAX
from tests.allocation_rounds import key
from tests.input_files import csv_of, objects_of
from tests.reference_stakes import (
    DAY,
    Event,
    Period,
    Refused,
    Snapshot,
    summed_events,
    summed_snapshots,
)
from tests.stake_files import START, StakeFolder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from allocation.round import Mode

PERIOD: Final = Period(START, START + 3 * DAY)
wallets: Final = st.integers(0, 3).map(lambda number: key(2 ** (60 * number)))
formats: Final = st.sampled_from(["csv", "jsonl", "parquet"])
amounts: Final = st.one_of(st.integers(0, 9), st.integers(0, U64_MAX))


def write(
    folder: StakeFolder, kind: str, ending: str, types: Mapping[str, str], rows: Sequence[Any]
) -> str:
    """Write rows of text; Parquet gets the types."""
    name = f"{kind}.{ending}"
    columns = list(types)
    if ending == "csv":
        folder.write(name, csv_of(columns, rows))
    elif ending == "jsonl":
        folder.lines(name, objects_of(columns, rows))
    else:
        empty = ", ".join(f"NULL::{kind} AS {column}" for column, kind in types.items())
        values = ", ".join(f"({', '.join(repr(cell) for cell in row)})" for row in rows)
        typed = ", ".join(f"{column}::{kind} AS {column}" for column, kind in types.items())
        named = f"(VALUES {values}) AS rows({', '.join(columns)})"
        query = f"SELECT {typed} FROM {named}" if rows else f"SELECT {empty} WHERE FALSE"  # noqa: S608
        folder.parquet(name, query)
    return name


def outcome(folder: StakeFolder, threads: int, **files: Any) -> dict[Address, int] | None:
    """What was read, or None where it was refused."""
    try:
        staked = folder.stakes(threads, **files).staked
    except InputErrors:
        return None
    by_key = {parse_address(wallet): total for wallet, total in staked}
    assert sorted(by_key) == list(by_key)
    return by_key


snapshots: Final = st.lists(
    st.builds(
        Snapshot,
        wallets,
        st.integers(-1, 3).map(lambda day: START + day * DAY),
        st.integers(0, 2) | amounts,
        st.booleans(),
    ),
    max_size=7,
)
RULES: Final = ("previous", "ignore_outside", "count_cooling")
typed: Final = st.sampled_from(
    [("DATE", "UBIGINT"), ("VARCHAR", "VARCHAR"), ("DATE", "DECIMAL(38, 0)")]
)


def as_row(snapshot: Snapshot) -> tuple[str, ...]:
    day = date(2025, 7, 1) + timedelta(days=(snapshot.day - START) // DAY)
    wallet, staked = format_address(Address(snapshot.wallet)), str(snapshot.staked)
    return str(day), wallet, staked, str(snapshot.cooling).lower()


@settings(max_examples=60, deadline=None)
@given(
    snapshots,
    st.fixed_dictionaries(dict.fromkeys(RULES, st.booleans())),
    st.booleans(),
    formats,
    typed,
    st.randoms(),
)
def test_daily_balances_add_up_as_the_judge_says(
    tmp_path_factory: pytest.TempPathFactory,
    some: list[Snapshot],
    rules: dict[str, bool],
    complete: bool,
    ending: str,
    types: tuple[str, str],
    random: Any,
) -> None:
    folder = StakeFolder(tmp_path_factory.getbasetemp(), count_cooling=rules["count_cooling"])
    every = [Snapshot(key(1), day, 1) for day in PERIOD.moments] if complete else []
    given_ = [*some, *every, *random.choices([*some, *every], k=3)] if some or every else []
    random.shuffle(given_)
    try:
        expected = summed_snapshots(PERIOD, given_, **rules)
    except Refused:
        expected = None
    columns = {"date": types[0], "wallet": "VARCHAR", "staked": types[1], "cooling": "BOOLEAN"}
    name = write(folder, "stakes", ending, columns, list(map(as_row, given_)))
    found = outcome(
        folder,
        random.choice([1, 2]),
        stakes=name,
        ignore_outside=rules["ignore_outside"],
        missing_day="previous" if rules["previous"] else "refuse",
    )
    assert expected == found


events: Final = st.lists(
    st.builds(
        Event,
        wallets,
        st.sampled_from([-DAY, 0, DAY, 2 * DAY, 3 * DAY]).flatmap(
            lambda at: st.integers(START + at - 2, START + at + 2)
        ),
        st.one_of(st.integers(-3, 9), st.integers(0, U64_MAX)),
        st.sampled_from("abcdefghijkl"),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(
    events,
    st.dictionaries(wallets, amounts, max_size=3),
    st.sampled_from([None, START - DAY]),
    st.tuples(st.sampled_from(["daily", "continuous"]), st.booleans()),
    formats,
    st.randoms(),
)
def test_events_add_up_as_the_judge_says(
    tmp_path_factory: pytest.TempPathFactory,
    some: list[Event],
    opening: dict[bytes, int],
    opening_at: int | None,
    how: tuple[Mode, bool],
    ending: str,
    random: Any,
) -> None:
    mode, named = how
    folder = StakeFolder(tmp_path_factory.getbasetemp(), mode=mode)
    given_ = some if named else [event._replace(id=None) for event in some]
    given_ = [*given_, *random.choices(given_, k=2)]
    random.shuffle(given_)
    try:
        period = PERIOD._replace(mode=mode)
        expected = summed_events(period, given_, opening, opening_at)
    except Refused:
        expected = None
    columns = {"timestamp": "BIGINT", "wallet": "VARCHAR", "delta": "DECIMAL(38, 0)"}
    rows = [
        (str(event.timestamp), format_address(Address(event.wallet)), str(event.delta))
        + ((event.id,) if named else ())
        for event in given_
    ]
    columns |= {"id": "VARCHAR"} if named else {}
    balances = [
        (format_address(Address(wallet)), str(staked)) for wallet, staked in opening.items()
    ]
    found = outcome(
        folder,
        random.choice([1, 2]),
        stake_events=write(folder, "events", ending, columns, rows),
        opening=write(
            folder, "opening", ending, {"wallet": "VARCHAR", "staked": "UBIGINT"}, balances
        ),
        opening_at=opening_at,
    )
    assert expected == found
