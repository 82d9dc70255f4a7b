"""JSON from elsewhere -> checked values; what is wrong is said with file and key."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from allocation.errors import BadValueError, InputError
from allocation.units import U64_MAX, BaseUnits
from merkle.hashing import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_TWICE: Final = 2
REMEDY: Final = "take the file as its builder wrote it"


@dataclass(frozen=True, slots=True)
class Members:
    """An object of a JSON file while its keys are read."""

    source: str
    place: str  # keys that lead to it; empty for the whole document
    values: dict[str, object]

    def need(self, key: str, parse: Callable[[object], T]) -> T:
        """Return the parsed value of a key.

        Errors: InputError where it is missing or refused.
        """
        if key not in self.values:
            self.refuse(key, None, "missing")
        try:
            return parse(self.values[key])
        except BadValueError as error:
            self.refuse(key, self.values[key], error.problem)

    def get(self, key: str, parse: Callable[[object], T]) -> T | None:
        """Return the parsed value of a key, None where it is absent."""
        return self.need(key, parse) if key in self.values else None

    def refuse(self, key: str, value: object, problem: str) -> NoReturn:
        """Raise an InputError about a key; a `value` of None is not shown."""
        column = f"{self.place}.{key}" if self.place else key
        raise InputError(self.source, 0, column, shown(value), problem, REMEDY)


def parse_document(source: str, content: bytes) -> Members:
    """Read a JSON file whose top is an object: UTF-8, and no object has a key twice.

    Errors: InputError, with the line where that is known.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(source, line, "file", "", "not UTF-8", REMEDY) from error
    try:
        document = json.loads(text, object_pairs_hook=_members)
    except json.JSONDecodeError as error:
        place, problem = f"column {error.colno}", f"no JSON: {error.msg}"
        raise InputError(source, error.lineno, place, "", problem, REMEDY) from error
    except _RepeatedKeyError as error:
        problem = f"stands twice in one object{_lines_of(error.key, text)}"
        raise InputError(source, 0, "key", error.key, problem, REMEDY) from error
    except (ValueError, RecursionError) as error:  # digits or brackets without end
        problem = "a number or a nesting beyond all measure"
        raise InputError(source, 0, "file", "", problem, REMEDY) from error
    return object_at(source, "", document)


def object_at(source: str, place: str, value: object) -> Members:
    """Accept an object; `place` names the keys that lead to it."""
    if not isinstance(value, dict):
        problem = _not("an object", value)
        raise InputError(source, 0, place or "file", shown(value), problem, REMEDY)
    return Members(source, place, value)


def u64_of(value: object) -> BaseUnits:
    """Accept a whole number that fits 64 bits."""
    if type(value) is not int:  # a bool is an int to Python
        raise BadValueError(_not("a whole number", value), REMEDY)
    if not 0 <= value <= U64_MAX:
        raise BadValueError("not from 0 to 2^64 - 1", REMEDY)
    return BaseUnits(value)


def text_of(value: object) -> str:
    """Accept text."""
    if not isinstance(value, str):
        raise BadValueError(_not("text", value), REMEDY)
    return value


def list_of(value: object) -> list[object]:
    """Accept a list of anything."""
    if not isinstance(value, list):
        raise BadValueError(_not("a list", value), REMEDY)
    return value


def hash_of(value: object) -> bytes:
    """Accept 32 numbers from 0 to 255: a hash, or a key in serde's form."""
    numbers = list_of(value)
    if len(numbers) != HASH_BYTES:
        raise BadValueError(f"{len(numbers)} numbers, not {HASH_BYTES}", REMEDY)
    try:
        if set(map(type, numbers)) == {int}:  # `bytes` would take a bool
            return bytes(numbers)  # type: ignore[arg-type]  # the line above says they are ints
    except ValueError:
        pass
    raise BadValueError("not numbers from 0 to 255 only", REMEDY)


def proof_of(value: object) -> bytes:
    """Accept a list of hashes, and return them one after the other."""
    siblings = []
    for number, entry in enumerate(list_of(value)):
        try:
            siblings.append(hash_of(entry))
        except BadValueError as error:
            raise BadValueError(f"hash {number} of it is {error.problem}", REMEDY) from error
    return b"".join(siblings)


def shown(value: object) -> str:
    """Return a single value as it stood in the file, and nothing for what has parts."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict) else json.dumps(value)


_KINDS: Final = {
    bool: "true or false",
    float: "a fraction",
    int: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _not(wanted: str, value: object) -> str:
    return f"{_KINDS[type(value)]}, not {wanted}"


class _RepeatedKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        (key, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise _RepeatedKeyError(key)
    return members


def _lines_of(key: str, text: str) -> str:
    """Say in which two lines a key stands, where exactly two have it."""
    needle = f"{json.dumps(key)}:"
    lines = [str(number) for number, line in enumerate(text.split("\n"), 1) if needle in line]
    return f" (lines {' and '.join(lines)})" if len(lines) == _TWICE else ""
