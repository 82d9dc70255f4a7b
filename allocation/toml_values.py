"""What TOML gives for a key -> text, number or list, or why not: each refused with a remedy.

A parser takes the value of a key and returns it typed, or raises BadValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from allocation.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TomlFloat:
    """A TOML float, kept as the text that was written: no key takes one."""

    text: str


def text_of(value: object) -> str:
    """Accept text that is not empty; NUL ends a text for whoever is written in C."""
    if not isinstance(value, str):
        raise BadValueError(f"{kind_of(value)}, not text", "write it as text, in quotes")
    if not value:
        raise BadValueError("empty", "write it between the quotes")
    if "\0" in value:
        raise BadValueError("a NUL character", "remove it")
    return value


def integer_within(low: int, high: int) -> Callable[[object], int]:
    """Accept a whole number from `low` to `high`."""
    remedy = f"write a whole number from {low} to {high}, without quotes"

    def parse(value: object) -> int:
        if type(value) is not int:  # to Python a bool is an int
            raise BadValueError(f"{kind_of(value)}, not a whole number", remedy)
        if not low <= value <= high:
            raise BadValueError("out of range", remedy)
        return value

    return parse


def list_of(parse: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """Accept a list, not an empty one, of what `parse` accepts."""

    def parse_list(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or not value:
            problem = "an empty list" if value == [] else f"{kind_of(value)}, not a list"
            raise BadValueError(problem, "write a list in [brackets], with commas")
        return tuple(parse(entry) for entry in value)

    return parse_list


def boolean_of(value: object) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise BadValueError(
            f"{kind_of(value)}, not true or false", "write true or false, no quotes"
        )
    return value


def one_of(allowed: tuple[T, ...]) -> Callable[[object], T]:
    """Accept one of some texts."""
    options = {str(option): option for option in allowed}
    *first, last = [f'"{option}"' for option in options]
    remedy = f"write {', '.join(first)} or {last}"

    def parse(value: object) -> T:
        if not isinstance(value, str):
            raise BadValueError(f"{kind_of(value)}, not text", remedy)
        if value not in options:
            raise BadValueError("unknown value", remedy)
        return options[value]

    return parse


def texts_of(value: object) -> tuple[str, ...]:
    """Accept a list of texts."""
    remedy = 'write a list of texts: ["...", "..."]'
    if not isinstance(value, list):
        raise BadValueError(f"{kind_of(value)}, not a list", remedy)
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, str) or not entry or "\0" in entry:
            raise BadValueError(f"entry {number} is no text", remedy)
    return tuple(value)


def once(
    parse: Callable[[object], T],
    seen: dict[object, str],
    path: str,
    same: Callable[[T], object] = lambda result: result,
) -> Callable[[object], T]:
    """Accept what `parse` accepts, but nothing that is the `same` as the key of a path `seen`."""

    def parse_new(value: object) -> T:
        result = parse(value)
        first = seen.setdefault(same(result), path)
        if first != path:
            raise BadValueError(f"the same as {first}", "no two may be the same")
        return result

    return parse_new


_PRINTABLE_BITS: Final = 256  # str() of an integer refuses thousands of digits

_KINDS: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a number",
    str: "text",
    TomlFloat: "a float",
    list: "a list",
    dict: "a table",
}


def kind_of(value: object) -> str:
    """Name the type of a TOML value."""
    return _KINDS.get(type(value), "a date or time")


def shown(value: object) -> str:
    """Write a TOML value for an error message."""
    if isinstance(value, str):
        return value
    if isinstance(value, TomlFloat):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _PRINTABLE_BITS:
        return hex(value)
    if value is None or isinstance(value, list | dict):
        return ""
    return str(value)
