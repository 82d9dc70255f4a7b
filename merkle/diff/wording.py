"""Settings that differ, as people read them: a proposal or token of one side only is one entry."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from merkle.diff.settings import ABSENT, Setting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_NAMES: Final = ("id", "symbol")  # what a member of a list is named by


def readable(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Join the settings of every proposal and token that only one side has."""
    found: list[Setting] = []
    for member, group in groupby(settings, lambda setting: setting.name.rpartition("].")[0]):
        members = list(group)
        found += _joined(member + "]", members) if member else members
    return tuple(found)


def concerning(settings: Iterable[Setting], symbols: Collection[str]) -> tuple[Setting, ...]:
    """Return the settings of the round and of the tokens of these symbols only."""
    own = tuple(f"tokens[{symbol}]." for symbol in symbols)
    return tuple(
        one for one in settings if not one.name.startswith("tokens[") or one.name.startswith(own)
    )


def _joined(member: str, settings: list[Setting]) -> Iterator[Setting]:
    named = [one for one in settings if one.name.removeprefix(f"{member}.") in _NAMES]
    if not any(ABSENT in (one.old, one.new) for one in named):
        yield from settings
        return
    rest = [one for one in settings if one not in named]
    yield Setting(
        name=member,
        old=_values(member, rest, [one.old for one in rest]),
        new=_values(member, rest, [one.new for one in rest]),
    )


def _values(member: str, settings: list[Setting], values: list[str]) -> str:
    """Write the values of one side in a line; a side that has none of them is absent."""
    return (
        ", ".join(
            f"{setting.name.removeprefix(f'{member}.')} {value}"
            for setting, value in zip(settings, values, strict=True)
            if value != ABSENT
        )
        or ABSENT
    )
