"""Events and opening balances -> S of every wallet, or the events that leave less than nothing."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from allocation.errors import InvariantError
from allocation.round import DAY
from allocation.sql import statement
from allocation.tables.findings import EnoughError, Findings
from allocation.tables.locate import refuse_changed

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from allocation.round import Period, Round
    from allocation.tables.stage import Opened
    from allocation.tables.stake_cells import Change

_ADD_IT: Final = "add the event that is missing before it, or the opening balance"


class _Event(NamedTuple):
    """One event of a wallet that had less than nothing at some time."""

    at: int
    line: int
    delta: int
    text: str


def add_up_events(
    db: DuckDBPyConnection, file: Opened, the_round: Round, findings: Findings
) -> None:
    """Fill the table `staked`, or note the events that make balances negative.

    Errors: InvariantError where the plain reader does not find the same wallets.
    """
    period = the_round.period
    assert period is not None, "events have a period"  # noqa: S101 - round_file's promise
    negative = db.execute(
        "SELECT wallets.wallet, coalesce(opening.staked, 0) "  # noqa: S608 - our own statement
        f"FROM ({statement('negative_balances')}) AS negative "
        "JOIN wallets ON wallets.id = negative.wallet "
        "LEFT JOIN opening ON opening.wallet = negative.wallet ORDER BY negative.wallet"
    ).fetchall()
    if negative:
        _explain(file, period, dict(negative), findings)
        return
    step = DAY if period.mode == "daily" else 1
    db.execute(
        f"INSERT INTO staked {statement('stakes_of_events')}",
        {"start": period.start, "end": period.end, "step": step},
    )


def _explain(file: Opened, period: Period, opening: Mapping[str, int], findings: Findings) -> None:
    """Note for each wallet the event that first leaves it less than nothing."""
    places = {place.column.name: place for place in file.header.places}
    change = cast("Change", file.layout.column("delta").kind)
    try:
        of_wallets = _events_of(file, opening.keys(), period.end)
        refuse_changed(file.located)
        for wallet, staked in opening.items():
            balance, event = _first_negative(staked, of_wallets.get(wallet, ()))
            findings.add(
                event.line,
                places["delta"].name,
                event.text,
                f"leaves {wallet} with {change.show(balance)}",
                _ADD_IT,
                kind="negative balance",
            )
    except EnoughError:
        return


def _events_of(file: Opened, wallets: Container[str], end: int) -> dict[str, list[_Event]]:
    """Read the events of some wallets that count, each id once."""
    events: dict[str, list[_Event]] = {}
    seen = set[str]()
    change = cast("Change", file.layout.column("delta").kind)
    names = [place.column.name for place in file.header.places]
    for line, cells in file.located.source.rows(file.header, Findings(file.located.name)):
        row = dict(zip(names, map(str, cells), strict=True))
        at = int(row["moment"])
        if row["wallet"] not in wallets or at >= end or row.get("id") in seen:
            continue
        if "id" in row:
            seen.add(row["id"])
        delta = change.read(row["delta"])
        event = _Event(at=at, line=line, delta=delta, text=row["delta"])
        events.setdefault(row["wallet"], []).append(event)
    return events


def _first_negative(opening: int, events: Sequence[_Event]) -> tuple[int, _Event]:
    """Return the first negative balance, and the event that was the last to lower it.

    Errors: InvariantError where there is none.
    """
    balance = opening
    for _, together in groupby(sorted(events), key=attrgetter("at")):
        at_once = list(together)
        balance += sum(event.delta for event in at_once)
        if balance < 0:
            return balance, [event for event in at_once if event.delta < 0][-1]
    raise InvariantError("a balance is negative, and a second look finds none")
