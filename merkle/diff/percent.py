"""A difference in percent of what there was, as text: computed in whole numbers."""

from __future__ import annotations


def percent_of(difference: int, before: int) -> str:
    """Write a difference as percent with two digits, a half rounded away from zero.

    What is too small for two digits is said to be so, never shown as nothing; of nothing there is
    no percent, which is "-".
    """
    if not before:
        return "-"
    sign = "+" if difference > 0 else "-" if difference else ""
    hundredths = (20_000 * abs(difference) + before) // (2 * before)
    if difference and not hundredths:
        return f"{sign}<0.01 %"
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d} %"
