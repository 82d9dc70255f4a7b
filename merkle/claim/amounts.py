"""Amounts for people: tokens with their symbol."""

from __future__ import annotations

from allocation.units import show_tokens


def tokens_text(units: int, symbol: str, decimals: int) -> str:
    """Write base units as tokens with all decimals and separators, e.g. `1,500.000000 JUP`.

    Below 0, as a node may make a difference come out, there is a minus.
    """
    return f"{show_tokens(units, decimals)} {symbol}"
