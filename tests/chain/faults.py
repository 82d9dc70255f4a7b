"""What can be wrong with the answer of a node, one class each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer for so many seconds, then the true one."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """Another status of HTTP: 500, 403, 302, or 429 with Retry-After."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """Any bytes in place of the answer."""

    content: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The true answer, changed: envelope -> envelope, e.g. with another id or owner."""

    change: Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class ErrorObject:
    """A refusal of JSON-RPC."""

    code: int
    message: str
    data: object = None


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset before an answer."""


@dataclass(frozen=True, slots=True)
class Drip:
    """A body that comes byte by byte, with a pause before each."""

    pause: float


@dataclass(frozen=True, slots=True)
class BreakOff:
    """The true answer, of which only so many bytes come."""

    kept: int


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """The call is carried out, but its answer is lost with the connection."""


Fault: TypeAlias = (
    Silence | Status | Body | Changed | ErrorObject | Reset | Drip | BreakOff | LostAnswer
)


def result(change: Callable[[Any], object]) -> Changed:
    """Change the result alone; what `change` returns takes its place."""

    def changed(envelope: dict[str, Any]) -> object:
        return envelope | {"result": change(envelope["result"])}

    return Changed(changed)
