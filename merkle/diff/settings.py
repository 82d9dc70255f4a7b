"""What two rounds say otherwise: every rule and parameter that decides the output, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.round_file import canonical_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.round import Round

ABSENT: Final = "none"
_NAMED_BY: Final = {"tokens": "symbol", "proposals": "id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One rule or parameter that differs; amounts are base units."""

    name: str  # e.g. "rules.minimum_vote", "tokens[JUP].pool"
    old: str
    new: str


def differing_settings(old: Round, new: Round) -> tuple[Setting, ...]:
    """Return what the two rounds say otherwise, in the order of the rules' canonical form."""
    before, after = settings_of(old), settings_of(new)
    return tuple(
        Setting(name=name, old=before.get(name, ABSENT), new=after.get(name, ABSENT))
        for name in {**before, **after}
        if before.get(name, ABSENT) != after.get(name, ABSENT)
    )


def settings_of(the_round: Round) -> dict[str, str]:
    """Lay out the rules of a round under one name each."""
    return dict(_flat("", canonical_rules(the_round)))


def _flat(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(f"{place}.{name}" if place else name, member)
    elif isinstance(value, list) and place in _NAMED_BY:
        for member in value:
            yield from _flat(f"{place}[{member[_NAMED_BY[place]]}]", member)
    elif isinstance(value, list):
        yield place, ", ".join(map(str, value)) or ABSENT
    else:
        yield place, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ABSENT
    return str(value).lower() if isinstance(value, bool) else str(value)
