"""The classes of changes, held against exact fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from merkle.diff.spread import BOUNDS, bars_of, exceeding
from tests.test_diff import PAID, Paid, changes_of

PERCENTS = ["0.01 %", "0.1 %", "1 %", "10 %", "50 %", "100 %", "1,000 %"]


def class_of(before: int, after: int) -> str:
    """Name the class of one wallet that both sides pay."""
    if before == after:
        return "another part locked"
    sign = "+" if after > before else "-"
    if not before:
        return f"above {sign}{PERCENTS[-1]}"
    part = Fraction(abs(after - before), before)
    rank = sum(part > bound for bound in BOUNDS)
    if rank == len(BOUNDS):
        return f"above {sign}{PERCENTS[-1]}"
    return (
        f"{sign}{PERCENTS[rank - 1]} to {sign}{PERCENTS[rank]}"
        if rank
        else f"up to {sign}{PERCENTS[0]}"
    )


@given(PAID, PAID)
def test_every_wallet_stands_in_its_class(old: Paid, new: Paid) -> None:
    expected: dict[str, tuple[int, int]] = {}
    for key in {*old, *new}:
        if old.get(key) == new.get(key):
            continue
        before, after = sum(old.get(key, (0, 0))), sum(new.get(key, (0, 0)))
        name = "added" if key not in old else "removed" if key not in new else None
        name = name or class_of(before, after)
        count, difference = expected.get(name, (0, 0))
        expected[name] = count + 1, difference + after - before
    bars = bars_of(changes_of(old, new))
    assert expected == {bar.name: (bar.wallets, bar.difference) for bar in bars if bar.wallets}


@given(PAID, PAID, st.fractions(0, 3) | st.just(Fraction(2**40, 2**33 + 1)))
def test_those_who_exceed_a_part_are_found(old: Paid, new: Paid, most: Fraction) -> None:
    changes = changes_of(old, new)
    exceed = [
        row
        for row, change in enumerate(changes.each())
        if change.before is not None
        and change.after is not None
        and abs(change.difference) > most * change.before
    ]
    assert exceed == list(exceeding(changes, most))
