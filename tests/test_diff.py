"""The comparison of two bundles, held against plain dictionaries."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address
from allocation.errors import AsrError, InvariantError
from merkle.diff import Change, Rewards, changes_between, check_sum

Paid: TypeAlias = dict[bytes, tuple[int, int]]
"""Unlocked and locked amount by wallet."""

# few different first words, so that keys which only differ later are common
KEYS = st.builds(
    lambda start, end: bytes([start]) * 8 + bytes(23) + bytes([end]),
    st.integers(0, 2),
    st.integers(0, 5),
)
AMOUNTS = st.one_of(st.integers(0, 3), st.integers(0, 2**63 - 1))
PAID = st.dictionaries(KEYS, st.tuples(AMOUNTS, AMOUNTS), max_size=12)


def rewards(paid: Paid) -> Rewards:
    keys = np.frombuffer(b"".join(paid), np.uint8).reshape(-1, 32)
    amounts = np.array(list(paid.values()), np.uint64).reshape(-1, 2)
    return Rewards(keys=keys, unlocked=amounts[:, 0], locked=amounts[:, 1])


def expected_changes(old: Paid, new: Paid) -> list[Change]:
    return [
        Change(
            claimant=Address(key),
            before=sum(old[key]) if key in old else None,
            after=sum(new[key]) if key in new else None,
            locked_before=old[key][1] if key in old else None,
            locked_after=new[key][1] if key in new else None,
        )
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


@given(PAID, PAID)
def test_every_wallet_that_differs_is_listed_in_key_order(old: Paid, new: Paid) -> None:
    changes = changes_between(rewards(old), rewards(new))
    assert expected_changes(old, new) == list(changes.each())
    assert len(new.keys() - old.keys()) == changes.added
    assert len(old.keys() - new.keys()) == changes.removed
    assert sum(old[key] != new[key] for key in old.keys() & new.keys()) == changes.changed


@given(PAID, PAID)
def test_the_differences_add_up_to_that_of_the_totals(old: Paid, new: Paid) -> None:
    changes = changes_between(rewards(old), rewards(new))
    totals = [sum(map(sum, paid.values())) for paid in (old, new)]
    assert totals[1] - totals[0] == changes.gained - changes.lost
    assert totals[1] - totals[0] == sum(change.difference for change in changes.each())


@given(PAID, PAID)
def test_the_largest_movers_come_first_and_equal_ones_by_key(old: Paid, new: Paid) -> None:
    ranked = sorted(
        expected_changes(old, new), key=lambda change: (-abs(change.difference), change.claimant)
    )
    assert ranked[:10] == changes_between(rewards(old), rewards(new)).movers()


def test_a_reward_of_nothing_is_not_the_same_as_none() -> None:
    (change,) = changes_between(rewards({}), rewards({bytes(32): (0, 0)})).each()
    assert (None, 0) == (change.before, change.after)


def test_an_amount_that_becomes_locked_is_a_change() -> None:
    key = bytes(32)
    (change,) = changes_between(rewards({key: (5, 0)}), rewards({key: (3, 2)})).each()
    assert (5, 5, 0, 2) == (change.before, change.after, change.locked_before, change.locked_after)
    assert 0 == change.difference


def test_the_largest_amount_there_is_does_not_overflow() -> None:
    key, most = bytes(32), 2**64 - 1
    (change,) = changes_between(rewards({key: (most, 0)}), rewards({key: (0, 0)})).movers()
    assert -most == change.difference


def test_differences_that_do_not_add_up_are_never_shown() -> None:
    one, two = rewards({bytes(32): (1, 0)}), rewards({bytes(32): (2, 0)})
    with pytest.raises(InvariantError, match="do not add up"):
        check_sum(one, one, changes_between(one, two))


def test_a_wallet_twice_on_one_side_is_refused() -> None:
    once, key = rewards({bytes(32): (1, 0)}), np.zeros((2, 32), np.uint8)
    amounts = np.ones(2, np.uint64)
    twice = Rewards(keys=key, unlocked=amounts, locked=np.zeros(2, np.uint64))
    with pytest.raises(AsrError, match="a wallet stands twice"):
        changes_between(once, twice)
