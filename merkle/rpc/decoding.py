"""JSON from a node -> checked values: bounded, of the right type, or refused by name."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from solders.signature import Signature as SignatureBytes

from allocation.address import KEY_BYTES, LONGEST_TEXT, AddressError, parse_address
from allocation.units import U64_MAX
from merkle.bundle.findings import quoted
from merkle.rpc.errors import AnswerError
from merkle.rpc.types import Signature

if TYPE_CHECKING:
    from allocation.address import Address

LONGEST_SIGNATURE: Final = 88  # base58 characters of 64 bytes
MOST_LOG_LINES: Final = 10_000
LONGEST_LINE: Final = 10_000  # characters; a program may log 10 kB in all
HUGE: Final = 10**40  # what is larger is not shown in full
_MULTIPLE: Final = 4  # base64 characters come in fours


def read_json(content: bytes) -> object:
    """Read any JSON without repeated keys and without NaN.

    Errors: ValueError. Numbers with a fraction become floats, which no reader below accepts.
    """
    try:
        value: object = json.loads(
            content, object_pairs_hook=_without_repeats, parse_constant=_refuse_number
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One value of an answer with its place, e.g. `result.value[3].owner`.

    Errors: every reader raises AnswerError naming node, method, place and what was expected.
    """

    node: str
    method: str
    place: str
    value: object

    def refuse(self, problem: str) -> NoReturn:
        """Raise an AnswerError about this value."""
        raise AnswerError(self.node, self.method, f"{self.place} {problem}")

    def refuse_for(self, expected: str) -> NoReturn:
        """Raise an AnswerError that shows the value beside what was expected."""
        is_huge = isinstance(self.value, int) and abs(self.value) > HUGE
        self.refuse(f"is {quoted(str(self.value) if is_huge else self.value)}, not {expected}")

    def is_null(self) -> bool:
        """Whether the node says that there is nothing."""
        return self.value is None

    def keys(self) -> set[str]:
        """Return the keys of an object."""
        if not isinstance(self.value, dict):
            self.refuse_for("an object")
        return set(self.value)

    def member(self, key: str) -> Answer:
        """Read one member of an object; an absent one is null, and others may stand beside."""
        if not isinstance(self.value, dict):
            self.refuse_for("an object")
        return self._inner(f".{key}", self.value.get(key))

    def items(self, most: int) -> list[Answer]:
        """Read a list of at most so many items."""
        if not isinstance(self.value, list):
            self.refuse_for("a list")
        if len(self.value) > most:
            self.refuse(f"has {len(self.value):,} items, not {most:,} at most")
        return [self._inner(f"[{at}]", value) for at, value in enumerate(self.value)]

    def exactly(self, count: int) -> list[Answer]:
        """Read a list of so many items, no more and no less."""
        items = self.items(max(count, len(self.value) if isinstance(self.value, list) else 0))
        if len(items) != count:
            self.refuse(f"has {len(items):,} items, not {count:,}")
        return items

    def u64(self) -> int:
        """Read a whole number from 0 to 2^64 - 1."""
        if type(self.value) is not int or not 0 <= self.value <= U64_MAX:  # True is an int, too
            self.refuse_for("a whole number from 0 to 2^64 - 1")
        return self.value

    def i64(self) -> int:
        """Read a whole number that fits 64 bits with a sign."""
        if type(self.value) is not int or not -(2**63) <= self.value < 2**63:
            self.refuse_for("a whole number of 64 bits")
        return self.value

    def truth(self) -> bool:
        """Read true or false."""
        if not isinstance(self.value, bool):
            self.refuse_for("true or false")
        return self.value

    def text(self, longest: int) -> str:
        """Read a text of bounded length, which may hold anything: show it through `quoted`."""
        if not isinstance(self.value, str) or len(self.value) > longest:
            self.refuse_for(f"a text of at most {longest:,} characters")
        return self.value

    def address(self) -> Address:
        """Read a key in base58."""
        text = self.text(LONGEST_TEXT)
        try:
            return parse_address(text)
        except AddressError:
            self.refuse_for(f"the base58 of {KEY_BYTES} bytes")

    def signature(self) -> Signature:
        """Read a signature in base58."""
        text = self.text(LONGEST_SIGNATURE)
        try:
            return Signature(str(SignatureBytes.from_string(text)))
        except ValueError:
            self.refuse_for("the base58 of 64 bytes")

    def base64_bytes(self) -> bytes:
        """Read bytes as base64 writes them: in fours, padded, nothing between."""
        if not isinstance(self.value, str) or len(self.value) % _MULTIPLE:
            self.refuse_for("base64")
        try:
            return base64.b64decode(self.value, validate=True)
        except (binascii.Error, ValueError):
            self.refuse_for("base64")

    def lines(self) -> tuple[str, ...]:
        """Read log lines; null, as some nodes write where there are none, is none.

        Errors: AnswerError. What a program logged may hold anything: no line is printable as it is.
        """
        if self.is_null():
            return ()
        return tuple(item.text(LONGEST_LINE) for item in self.items(MOST_LOG_LINES))

    def _inner(self, step: str, value: object) -> Answer:
        return Answer(
            node=self.node,
            method=self.method,
            place=(self.place + step).removeprefix("."),
            value=value,
        )
