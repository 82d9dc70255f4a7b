"""What report.json says of the divisions, typed: believed only where it can be recomputed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from allocation.explain_share import ContradictionError, Division
from allocation.units import BASE_UNITS_PATTERN, LONGEST_AMOUNT

if TYPE_CHECKING:
    from allocation.round import Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of the report with its place, e.g. `tokens[0].pool`; each reader checks it.

    Errors: ContradictionError naming the place.
    """

    place: str
    value: object

    def has(self, name: str) -> bool:
        """Tell whether an object has this member."""
        return isinstance(self.value, dict) and name in self.value

    def member(self, name: str) -> Node:
        """Read one member of an object; what else it has means nothing here."""
        if not isinstance(self.value, dict) or name not in self.value:
            self.refuse(f"has no {name}")
        return Node(place=f"{self.place}.{name}".removeprefix("."), value=self.value[name])

    def items(self, count: int) -> list[Node]:
        """Read a list of so many."""
        if not isinstance(self.value, list) or len(self.value) != count:
            self.refuse(f"is no list of {count}")
        return [Node(place=f"{self.place}[{at}]", value=item) for at, item in enumerate(self.value)]

    def number(self) -> int:
        """Read a whole number, written as text."""
        text = self.value
        if not isinstance(text, str) or not re.fullmatch(BASE_UNITS_PATTERN, text, re.ASCII):
            self.refuse("is no whole number in quotes")
        if len(text) > LONGEST_AMOUNT:
            self.refuse("is too long for a number")
        return int(text)

    def count(self) -> int:
        """Read how many there are."""
        if type(self.value) is not int or self.value < 0:  # True is an int to Python
            self.refuse("is no count")
        return self.value

    def expect(self, expected: object) -> None:
        """Hold the value to what it has to be."""
        if self.value != expected:
            self.refuse(f"is not {expected!a}")

    def refuse(self, problem: str) -> NoReturn:
        """Raise a ContradictionError about this value."""
        raise ContradictionError(f"{self.place or 'the document'} {problem}")


def division_of(node: Node, rounding: Rounding) -> Division:
    """Read how one proposal's part of a pool was divided."""
    last = node.member("last_remainder")
    division = Division(
        pool=node.member("pool").number(),
        total=node.member("total_weight").number(),
        divisor=node.member("divisor").number(),
        floors=node.member("floors").number(),
        left_over=node.member("left_over").number(),
        last_remainder=None if last.value is None else last.number(),
    )
    division.check(node.place, rounding)
    return division
