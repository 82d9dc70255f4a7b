"""The entries of one JSON array, one at a time: an answer of a node may hold a million accounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NoReturn

from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.tables.importers.rows import Rows

_BLANKS: Final = frozenset(" \t\r\n")
_WHOLE_AGAIN: Final = "save the whole answer again"


class JsonFraction(str):
    """A number with a point or an exponent, as written: it never becomes a float."""

    __slots__ = ()


def entries_of(path: Path, rows: Rows) -> Iterator[tuple[int, object]]:
    """Yield number, from 1, and value of each entry of the one array that counts.

    It stands alone, or as "result" of an answer over JSON-RPC, there also as "value" beside the
    "context".

    Errors: where the text is no such JSON, one is recorded in `rows` and nothing more is yielded.
    """
    rows.unit = "entry"
    try:
        yield from _Reader(path.read_bytes()).entries()
    except _BrokenError as broken:
        bad = BadCellError(f"line {broken.line}", None, broken.problem, broken.remedy)
        rows.refuse(0, bad)


class _BrokenError(Exception):
    def __init__(self, line: int, problem: str, remedy: str = _WHOLE_AGAIN) -> None:
        super().__init__(problem)
        self.line, self.problem, self.remedy = line, problem, remedy


class _Reader:
    """Walks over the text; only the entry under way exists as objects."""

    def __init__(self, content: bytes) -> None:
        self._at, self._number = 0, 0
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise _BrokenError(line, "not UTF-8") from error

    def entries(self) -> Iterator[tuple[int, object]]:
        yield from self._array_in(("result", "value"))
        if self._next():
            self._refuse("text after the end")

    def _array_in(self, names: tuple[str, ...]) -> Iterator[tuple[int, object]]:
        """Read the array that stands here, or under one of `names` in the object that does."""
        if self._next() == "[":
            yield from self._array()
        elif self._next() == "{" and names:
            yield from self._object(names)
        else:
            self._refuse("no array of accounts")

    def _array(self) -> Iterator[tuple[int, object]]:
        self._take("[")
        if self._next() != "]":
            yield self._entry()
            while self._next() == ",":
                self._take(",")
                yield self._entry()
        self._take("]")

    def _entry(self) -> tuple[int, object]:
        self._number += 1
        return self._number, self._value()

    def _object(self, names: tuple[str, ...]) -> Iterator[tuple[int, object]]:
        found = False
        sign = "{"
        while not found or self._next() == ",":
            self._take(sign)
            sign = ","
            name = self._value()
            self._take(":")
            if name in names:
                if found:
                    self._refuse(f"two arrays, the second one as {name!r}")
                found = True
                yield from self._array_in(names[names.index(str(name)) + 1 :])
            else:
                self._value()
                if name == "error":
                    self._refuse("an error of the node in place of accounts", "ask it again")
            if not found and self._next() == "}":
                self._refuse(f"an object without {' or '.join(names)}")
        self._take("}")

    def _next(self) -> str:
        """Return the next character that is not blank, empty at the end."""
        while (sign := self._text[self._at : self._at + 1]) in _BLANKS:
            self._at += 1
        return sign

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            self._refuse(f"no {sign!r} where one has to stand")
        self._at += 1

    def _value(self) -> object:
        self._next()
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            self._refuse(f"no JSON: {error.msg}")
        except (ValueError, RecursionError) as error:
            self._refuse(f"no JSON of accounts: {str(error)[:200]}")
        return value

    def _refuse(self, problem: str, remedy: str = _WHOLE_AGAIN) -> NoReturn:
        raise _BrokenError(self._text.count("\n", 0, self._at) + 1, problem, remedy)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_repeats, parse_float=JsonFraction, parse_constant=JsonFraction
)
