"""Keeps typer from loading pydantic, 0.1 s, to convert what needs no conversion.

Typer asks each parameter for a converter, even where nothing was given. Here texts and the right
words of a choice are passed on and paths made of their texts; everything else goes typer's way,
with typer's messages. A version of typer that does not ask is only slower.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def spare(parameters: Iterable[Any]) -> None:
    """Let these parameters, if they take one value each, convert it with as little as possible."""
    for parameter in parameters:
        usual = getattr(parameter, "get_runtime_param", None)
        if usual is not None and parameter.nargs == 1 and not parameter.multiple:
            converter = _Converter(parameter.type_descriptor.annotation, usual)
            parameter.get_runtime_param = converter.itself


class _Converter:
    """What typer calls with each value of a parameter."""

    def __init__(self, annotation: object, usual: Callable[[], Any]) -> None:
        self._annotation = annotation
        self._usual = usual

    def itself(self) -> _Converter:
        """Return this converter in place of typer's."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return a value as its command gets it."""
        if value is None or (self._annotation is str and isinstance(value, str)):
            return value
        if self._annotation is Path and isinstance(value, str):
            return Path(value)
        if value in get_args(self._annotation):
            return value
        return self._usual().coerce(value, param=param, ctx=ctx)
