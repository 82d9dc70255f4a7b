"""JSON of a bundle: written one way only, and read as if an enemy had written it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from allocation.address import AddressError, parse_address
from allocation.units import BASE_UNITS_PATTERN, U64_MAX, BaseUnits
from merkle.bundle.findings import BundleError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allocation.address import Address

LONGEST_U64: Final = 20  # digits


def dump_json(value: object) -> bytes:
    """Write one document: UTF-8, keys in the order given, indent 2, one newline at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def parse_json(file: str, content: bytes) -> object:
    """Read one document that `dump_json` could have written, byte for byte.

    Errors: BundleError for what is no JSON, repeats a key, holds a float, or is laid out otherwise.
    """
    try:
        value = read_json(content)
        canonical = dump_json(value)  # which recurses deeper, and can't write half a character
    except (ValueError, RecursionError) as error:
        raise BundleError(file, f"no valid JSON: {error}") from error
    if canonical != content:
        raise BundleError(file, "JSON in another layout than the one this tool writes")
    return value


def read_json(content: bytes) -> object:
    """Read JSON of any layout, with whole numbers only.

    Errors: ValueError for what is no JSON, repeats a key, holds a float or is nested too deep.
    """
    try:
        value: object = json.loads(
            content.decode(),
            object_pairs_hook=_without_repeats,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    except UnicodeError as error:
        raise ValueError("not UTF-8") from error
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        times = Counter(key for key, _ in pairs)
        repeated = next(key for key, count in times.items() if count > 1)
        raise ValueError(f"the key {quoted(repeated)} stands twice")
    return members


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{quoted(text)} is no whole number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of a document with its place, e.g. `tokens[0].pool`; each reader checks it.

    Errors: BundleError naming file, place and what was expected.
    """

    file: str
    place: str
    value: object

    def members(self, keys: Iterable[str]) -> dict[str, Node]:
        """Read an object with exactly these keys in this order."""
        members, expected = self._object(), list(keys)
        if list(members) != expected:
            self.refuse(f"has the keys {quoted(', '.join(members))}, not {', '.join(expected)}")
        return {key: self._inner(f".{key}", value) for key, value in members.items()}

    def member(self, key: str) -> Node:
        """Read one member of an object; others may stand beside it."""
        members = self._object()
        if key not in members:
            self.refuse(f"has no {key}")
        return self._inner(f".{key}", members[key])

    def entries(self) -> dict[str, Node]:
        """Read an object of any keys."""
        return {key: self._inner(f".{key}", value) for key, value in self._object().items()}

    def items(self) -> list[Node]:
        """Read a list."""
        if not isinstance(self.value, list):
            self.refuse("is no list")
        return [self._inner(f"[{at}]", value) for at, value in enumerate(self.value)]

    def integer(self, low: int, high: int) -> int:
        """Read a whole number within bounds, both included."""
        if type(self.value) is not int or not low <= self.value <= high:  # True is an int to Python
            self.refuse(f"is {quoted(self.value)}, not a whole number from {low} to {high}")
        return self.value

    def text(self, pattern: str, meaning: str) -> str:
        """Read a text that matches `pattern` as a whole."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value, re.ASCII):
            self.refuse(f"is {quoted(self.value)}, not {meaning}")
        return self.value

    def printable(self) -> str:
        """Read a text that may go to a terminal."""
        if not isinstance(self.value, str) or not self.value or not self.value.isprintable():
            self.refuse(f"is {quoted(self.value)}, not a printable text")
        return self.value

    def choice(self, choices: Mapping[str, object] | Iterable[str]) -> str:
        """Read one of some words."""
        known = list(choices)
        if not isinstance(self.value, str) or self.value not in known:
            self.refuse(f"is {quoted(self.value)}, not one of {', '.join(known)}")
        return self.value

    def sha256(self) -> str:
        """Read a digest in hexadecimal."""
        return self.text("[0-9a-f]{64}", "a sha256 in hexadecimal")

    def address(self) -> Address:
        """Read a key in base58."""
        text = self.text(".*", "a base58 address")
        try:
            return parse_address(text)
        except AddressError as error:
            self.refuse(f"is {quoted(text)}: {error.problem}")

    def base_units(self) -> BaseUnits:
        """Read an amount as decimal text, at most 2^64 - 1."""
        text = self.text(BASE_UNITS_PATTERN, "base units as plain digits in quotes")
        if len(text) > LONGEST_U64 or int(text) > U64_MAX:
            self.refuse("is above 2^64 - 1")
        return BaseUnits(int(text))

    def refuse(self, problem: str) -> NoReturn:
        """Raise a BundleError about this value."""
        raise BundleError(self.file, f"{self.place} {problem}")

    def _object(self) -> dict[str, object]:
        if not isinstance(self.value, dict):
            self.refuse("is no object")
        return self.value

    def _inner(self, step: str, value: object) -> Node:
        place = (self.place + step).removeprefix("the document").removeprefix(".")
        return Node(file=self.file, place=place, value=value)


def document(file: str, content: bytes) -> Node:
    """Read a file of a bundle as JSON; see `parse_json`."""
    return Node(file=file, place="the document", value=parse_json(file, content))
