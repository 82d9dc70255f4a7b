"""Daily balances -> S of every wallet, in passes over the file: it is never kept as rows.

A quarter of them has 44 million rows. One pass judges every row and adds it up; only where it shows
that rows repeat or that days are missing another one follows, over rows without repetitions or over
some days alone. What each pass does says its SQL.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

import duckdb

from allocation.sql import statement
from allocation.tables.build import notes_on
from allocation.tables.cells import BaseAmount, TokenAmount
from allocation.tables.database import why_rejected
from allocation.tables.parquet_file import ParquetFile
from allocation.tables.stage import Staged
from allocation.tables.stake_cells import Day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from allocation.round import Round
    from allocation.tables.findings import Findings
    from allocation.tables.header import Place
    from allocation.tables.scan import Scan
    from allocation.tables.stage import Opened

_INTEGERS: Final = tuple(
    sign + kind for sign in ("", "U") for kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
)
_SLICE: Final = 120  # days, as in stakes_daily.sql
_UNSOUND: Final = "its lines are not as they have to be"
_REPEATING: Final = "SELECT DISTINCT wallet FROM typed_stakes WHERE rows > bit_count(days)"
_ONCE: Final = (
    "SELECT DISTINCT wallet, day, staked, cooling, FALSE AS floored "
    "FROM judged_stakes SEMI JOIN repeating_wallets USING (wallet) UNION ALL "
    "SELECT * FROM judged_stakes ANTI JOIN repeating_wallets USING (wallet)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a pass over all rows found."""

    rows: int
    bad: int
    outside: int
    repeated: int  # rows beyond one for each wallet and day
    floored: int


def stage_daily(db: duckdb.DuckDBPyConnection, file: Opened, the_round: Round) -> Staged:
    """Add up a file of daily balances by wallet, and look for trouble.

    Without trouble the sums stand in the table `typed_stakes`.
    """
    source = file.located.source
    with ThreadPoolExecutor(1) as pool:  # to hash gigabytes while they are added up
        scanning = pool.submit(source.scan)
        if source.format != "parquet" and not scanning.result().sound:
            return Staged(file=file, scan=scanning.result(), trouble=_UNSOUND)
        try:
            return _add_up(db, file, the_round, scanning)
        except duckdb.Error as error:
            return Staged(file=file, scan=scanning.result(), trouble=why_rejected(error))


def _add_up(
    db: duckdb.DuckDBPyConnection, file: Opened, the_round: Round, scanning: Future[Scan]
) -> Staged:
    db.execute(f"CREATE TEMP VIEW judged_stakes AS {_judged(file)}")
    seen = _pass(db, the_round, "FROM judged_stakes")
    scan = scanning.result()
    expected = file.located.source.inspect(file.header, scan)
    trouble, identical = _trouble(seen, expected.rows), 0
    if seen.repeated and not trouble:
        db.execute(f"CREATE TEMP TABLE repeating_wallets AS {_REPEATING}")
        once = _pass(db, the_round, _ONCE)
        identical = seen.repeated - once.repeated
        trouble = f"{once.repeated} rows contradict another" if once.repeated else None
    return Staged(
        file=file,
        scan=scan,
        trouble=trouble,
        rows=seen.rows,
        ignored=expected.ignored,
        floored=seen.floored,
        counting="slice IS NOT NULL",
        identical=identical,
        outside=seen.outside,
    )


def _trouble(seen: _Seen, expected: int | None) -> str | None:
    if expected is None:
        return _UNSOUND
    if seen.rows != expected:
        return f"{seen.rows} rows were read of {expected}"
    return f"{seen.bad} rows hold bad cells" if seen.bad else None


def _judged(file: Opened) -> str:
    """Return the query of values, those of rows with a bad cell NULL."""
    source, places = file.located.source, {place.column.name: place for place in file.header.places}
    if isinstance(source, ParquetFile):
        rows = source.select_typed(file.header)
    else:
        rows = source.select(file.header)
    judges = {name: _judge(place) for name, place in places.items()}
    good = " AND ".join(f"({good})" for good, _ in judges.values())
    values = {
        column.name: f"CASE WHEN good THEN {judges[column.name][1]} END"
        if column.name in judges
        else column.absent
        for column in file.layout.columns
    }
    amount = places["staked"].column.kind
    text = _as_text(places["staked"])
    floored = amount.floored(text) if isinstance(amount, TokenAmount) else "FALSE"
    return (
        f"SELECT {judges['wallet'][1]} AS wallet, {values['date']} AS day, "  # noqa: S608 - our own names
        f"{values['staked']} AS staked, {values['cooling']} AS cooling, {floored} AS floored "
        f"FROM (SELECT *, coalesce({good}, FALSE) AS good FROM ({rows}))"
    )


def _judge(place: Place) -> tuple[str, str]:
    """Return condition and value of a column; numbers and dates of Parquet need not become text."""
    kind, name = place.column.kind, place.column.name
    if isinstance(kind, Day) and place.type == "DATE":
        return kind.good_date(name), kind.value_of_date(name)
    if isinstance(kind, BaseAmount) and place.type in _INTEGERS:
        return f"{name} >= 0", f"CAST({name} AS UBIGINT)"
    text = _as_text(place)
    return kind.good(text), kind.value(text)


def _as_text(place: Place) -> str:
    name = place.column.name
    return name if place.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"


def _pass(db: duckdb.DuckDBPyConnection, the_round: Round, rows: str) -> _Seen:
    """Add up rows by wallet, and measure what came out."""
    db.execute(f"CREATE OR REPLACE TEMP VIEW daily_rows AS {rows}")
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE typed_stakes AS {statement('stakes_daily')}",
        {"days": _length(the_round), "count_cooling": the_round.rules.count_cooling},
    )
    found = db.execute(
        "SELECT sum(rows), sum(rows - good_rows), sum(rows) FILTER (slice IS NULL), "
        "sum(rows - bit_count(days)) FILTER (slice IS NOT NULL), "
        "sum(floored) FILTER (slice IS NOT NULL) FROM typed_stakes"
    ).fetchone()
    assert found is not None, "a sum has one row"  # noqa: S101 - SQL's promise
    rows_, bad, outside, repeated, floored = (int(number or 0) for number in found)
    return _Seen(rows=rows_, bad=bad, outside=outside, repeated=repeated, floored=floored)


def _length(the_round: Round) -> int:
    assert the_round.period is not None, "stakes have a period"  # noqa: S101 - round_file's promise
    return the_round.period.length


def build_daily(
    db: duckdb.DuckDBPyConnection, staged: Staged, the_round: Round, findings: Findings
) -> dict[str, object]:
    """Fill the table `staked`, and return the notes on what did not count or counts twice.

    Days that are missing and may not be are noted; then the table stays as it is.
    """
    gaps = _gaps(db, _length(the_round)) if staged.rows else []
    day = cast("Day", staged.layout.column("date").kind)
    refused = gaps if the_round.inputs.missing_day == "refuse" else [g for g in gaps if not g.start]
    for gap in refused:
        _note_gap(gap, day, findings)
    if not findings:
        _repeat_days(db, gaps, the_round)
        db.execute(f"INSERT INTO staked {statement('read_stakes')}")
        db.execute("DROP TABLE repeated_days")
    db.execute("DROP TABLE typed_stakes")
    filled = [str(day.first + timedelta(days=number)) for gap in gaps for number in gap]
    notes = notes_on(staged, identical_rows=staged.identical, outside_period=staged.outside)
    return notes | {"repeated_days": filled} if filled else notes


def _gaps(db: duckdb.DuckDBPyConnection, length: int) -> list[range]:
    """Return the days of the period of which there is no row, as runs."""
    slices = db.execute(
        "SELECT slice, bit_or(days)::VARCHAR FROM typed_stakes WHERE slice IS NOT NULL "
        "GROUP BY slice"
    ).fetchall()
    occurring = sum(int(days) << slice_ * _SLICE for slice_, days in slices)
    return list(_runs(number for number in range(length) if not occurring >> number & 1))


def _runs(numbers: Iterator[int]) -> Iterator[range]:
    """Join numbers that follow one another."""
    run = range(0)
    for number in numbers:
        if run and number == run.stop:
            run = range(run.start, number + 1)
            continue
        if run:
            yield run
        run = range(number, number + 1)
    if run:
        yield run


def _note_gap(gap: range, day: Day, findings: Findings) -> None:
    first, last = (day.first + timedelta(days=number) for number in (gap.start, gap.stop - 1))
    if gap.start == 0:
        remedy = "add its balances: there is no day before that could count instead"
    else:
        remedy = 'add its balances, or set missing_day = "previous"'
    shown = f"{first}" if first == last else f"{first} to {last}"
    findings.add(0, "date", shown, "no row of any wallet", remedy, kind="missing day")


def _repeat_days(db: duckdb.DuckDBPyConnection, gaps: list[range], the_round: Round) -> None:
    """Make the table of what balances count in addition for the days missing after theirs."""
    db.execute("CREATE TEMP TABLE gaps(day BIGINT, missing BIGINT)")
    for gap in gaps:
        db.execute("INSERT INTO gaps VALUES (?, ?)", [gap.start - 1, len(gap)])
    db.execute(
        f"CREATE TEMP TABLE repeated_days AS {statement('stakes_repeated_days')}",
        {"count_cooling": the_round.rules.count_cooling},
    )
    db.execute("DROP TABLE gaps")
