"""How the command line hears of long work: the core calls back and never prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

Item = TypeVar("Item")


def counted(stage: str, items: Sequence[Item], progress: Progress | None) -> Iterator[Item]:
    """Yield the items, telling before each one how many are done."""
    for done, item in enumerate(items):
        if progress:
            progress(stage, done, len(items))
        yield item
