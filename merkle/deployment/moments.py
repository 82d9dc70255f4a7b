"""Moments of a deployment: RFC 3339 in UTC <-> unix seconds, and when claims begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from allocation.errors import BadValueError
from allocation.round_values import moment_of
from allocation.toml_values import integer_within, kind_of
from allocation.units import U64_MAX

NOTHING: Final = "none"  # takes away what stands above for all tokens
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d([Zz]|\+00:00)", re.ASCII)
_WRITE_A_TIME: Final = "write it in UTC, e.g. 2026-01-31T12:00:00Z"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SLOT: Final = 1_584_368_940  # unix seconds: the genesis of mainnet; other chains are younger
_MOST_SLOTS: Final = 5  # a second; there are 2.5 as long as one takes 400 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """When claims begin: at a slot or a time (unix seconds); 0 is at once."""

    point: int = 0
    is_time: bool = True

    def __str__(self) -> str:
        """Say it for people."""
        if not self.point:
            return "at once: as soon as a vault is funded"
        return show_time(self.point) if self.is_time else f"slot {self.point:,}"


AT_ONCE: Final = Activation()


def time_of(value: object) -> int:
    """Accept a moment in UTC to the second, as TOML's date-time or as text: unix seconds."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        raise BadValueError("a day without an hour", _WRITE_A_TIME)
    if not isinstance(value, datetime):
        raise BadValueError(f"{kind_of(value)}, not a moment", _WRITE_A_TIME)
    if value.utcoffset() not in (None, timedelta(0)):
        raise BadValueError("in another time zone", _WRITE_A_TIME)
    try:
        return moment_of(value)
    except BadValueError as error:  # whose remedies are those of round files
        raise BadValueError(error.problem, _WRITE_A_TIME) from error


def activation_of(value: object) -> Activation:
    """Accept a moment, the whole number of a slot, or "none": at once."""
    if value == NOTHING:
        return AT_ONCE
    if type(value) is int:  # to Python a bool is an int
        return Activation(point=integer_within(1, U64_MAX)(value), is_time=False)
    return Activation(point=time_of(value))


def show_time(moment: int) -> str:
    """Write unix seconds as `time_of` reads them; what no calendar holds as a number."""
    try:
        return (_EPOCH + timedelta(seconds=moment)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return f"{moment} s"


def is_out_of_reach(slot: int, moment: int) -> bool:
    """Say whether no chain gets to a slot before a moment (unix seconds)."""
    return slot > (moment - _FIRST_SLOT) * _MOST_SLOTS


def far_slot(slot: int) -> str:
    """Warn of a slot that is out of reach: most likely somebody wrote seconds."""
    return (
        f"claims begin with slot {slot:,}, which does not come before the clawback: if these are "
        "unix seconds, write a time, or the number of a slot"
    )


def _parsed(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise BadValueError("no moment in UTC", _WRITE_A_TIME)
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise BadValueError("no day or hour of the calendar", _WRITE_A_TIME) from error
