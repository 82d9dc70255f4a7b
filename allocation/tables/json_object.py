"""One line of JSON Lines: a flat object, and what its values may be.

A value is text, or a number that is plain digits up to 2^64 - 1; `1.0`, `1e3` and `-0` are none,
and which of them a line holds is seen in its raw text only.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from allocation.errors import BadValueError
from allocation.units import BASE_UNITS_PATTERN, U64_MAX

if TYPE_CHECKING:
    from collections.abc import Collection

_BLANK: Final = r"[ \t\r]*"
_HEX: Final = "[0-9A-Fa-f]"
_ESCAPE: Final = (
    r'\\(?:["\\/bfnrt]'
    rf"|u(?:[0-9A-CE-Fa-ce-f]{_HEX}{{3}}|[Dd][0-7]{_HEX}{{2}}"
    rf"|[Dd][89ABab]{_HEX}{{2}}\\u[Dd][C-Fc-f]{_HEX}{{2}}))"  # both halves, or neither
)
_STRING: Final = rf'"(?:[^"\\\x00-\x1f]|{_ESCAPE})*"'
_NUMBER: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_SCALAR: Final = f"(?:{_STRING}|{_NUMBER}|true|false|null)"
_PAIR: Final = f"{_BLANK}{_STRING}{_BLANK}:{_BLANK}{_SCALAR}{_BLANK}"
FLAT_OBJECT: Final = rf"{_BLANK}\{{(?:{_PAIR}(?:,{_PAIR})*|{_BLANK})\}}{_BLANK}"
"""What RE2 looks for; the slow reader asks Python's parser, which agrees."""

_NEGATIVE: Final = "-[1-9][0-9]{0,18}"
_LOWEST: Final = 2**63  # what DuckDB takes for an integer goes down to minus this

_AS_TEXT: Final = 'write it as text, e.g. "1.5"'


class _Number(str):
    """The raw text of a number."""

    __slots__ = ()


class _Pairs(list[tuple[str, object]]):
    """What stands in an object; a list of anything else is an array."""


def parse_object(text: str) -> dict[str, object]:
    """Read a line as a flat object; its numbers stay the raw text they are.

    Errors: BadValueError naming problem and remedy.
    """
    try:
        pairs = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _no_object(f"not JSON from character {error.colno} on") from error
    except RecursionError as error:
        raise _no_object("nested too deeply") from error
    if not isinstance(pairs, _Pairs):
        raise _no_object("not an object")
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise BadValueError(f"the key {twice!r} stands twice", "keep one of the two")
    nested = [name for name, value in pairs if isinstance(value, list)]
    if nested:
        problem = f"the value of {nested[0]!r} is nested"
        raise BadValueError(problem, "write text or a number")
    if "\\u" in text and not all(map(_encodes, [*values, *values.values()])):
        raise _no_object("half a surrogate pair is not JSON")
    return values


def _no_object(problem: str) -> BadValueError:
    return BadValueError(problem, 'write one object per line, e.g. {"wallet": "..."}')


def _no_constant(name: str) -> object:
    raise _no_object(f"{name} is not JSON")


def _encodes(value: object) -> bool:
    try:
        return not isinstance(value, str) or value.encode() is not None
    except UnicodeEncodeError:
        return False


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Pairs,
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=_no_constant,
)


def cell_of(value: object, types: Collection[str] = ()) -> str:
    """Return the text of a value; `types` are those a column has besides text and plain numbers.

    Errors: BadValueError where a value is none of them.
    """
    if isinstance(value, bool) and "BOOLEAN" in types:
        return "true" if value else "false"
    if isinstance(value, _Number):
        if "BIGINT" in types and re.fullmatch(_NEGATIVE, value) and -int(value) <= _LOWEST:
            return str(value)
        plain = re.fullmatch(BASE_UNITS_PATTERN, value) and len(value) <= len(str(U64_MAX))
        if not plain or int(value) > U64_MAX:
            raise BadValueError("a JSON number that is not plain digits", _AS_TEXT)
        return str(value)
    if isinstance(value, str):
        return value
    if value is None:
        raise BadValueError("null", "write a value")
    raise BadValueError("true or false", "write text or a number")
