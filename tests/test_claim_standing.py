"""Leaves are held against the records of claims."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merkle.claim import LeafStanding, Standing, standing_of
from merkle.program import PROFILES
from merkle.program.layouts_distributor import ClaimStatusAccount
from tests.plain_programs import key

if TYPE_CHECKING:
    from allocation.address import Address

JUPITER, A, B, C = PROFILES["jupiter"], key("a"), key("b"), key("c")


def record(claimant: Address, unlocked: int, locked: int = 0, **more: int) -> ClaimStatusAccount:
    made = ClaimStatusAccount(
        claimant=claimant, unlocked=unlocked, locked=locked, locked_withdrawn=0
    )
    return replace(made, **more)  # type: ignore[arg-type]


def leaf(
    claimant: Address, unlocked: int, locked: int = 0, found: ClaimStatusAccount | None = None
) -> LeafStanding:
    return LeafStanding(claimant=claimant, unlocked=unlocked, locked=locked, record=found)


def test_claims_are_added_up() -> None:
    standing = standing_of(
        JUPITER,
        [
            leaf(A, 100, 40, record(A, 100, 40, locked_withdrawn=15, bonus=7)),
            leaf(B, 200, 5),
            leaf(C, 0, 0, record(C, 0)),
        ],
    )
    expected = Standing(
        wallets=3,
        claimed_wallets=2,
        total=345,
        claimed=115,
        bonus=7,
        still_locked=25,
        others=(),
    )
    assert expected == standing
    assert (1, 205) == (standing.unclaimed_wallets, standing.unclaimed)


def test_no_leaves_are_nothing() -> None:
    standing = standing_of(JUPITER, [])
    assert (0, 0, 0, ()) == (
        standing.wallets,
        standing.total,
        standing.unclaimed,
        standing.others,
    )


@pytest.mark.parametrize(
    "found", [record(B, 100, 40), record(A, 101, 40), record(A, 99, 40), record(A, 100, 41)]
)
def test_a_record_of_another_leaf_is_listed(found: ClaimStatusAccount) -> None:
    standing = standing_of(JUPITER, [leaf(A, 100, 40, found)])
    assert (A,) == standing.others
    assert (100, 40) == (standing.claimed, standing.still_locked)


def test_2024_records_the_bonus_with_the_amount() -> None:
    of_2024 = PROFILES["jupiter-2024"]
    standing = standing_of(of_2024, [leaf(A, 100, 0, record(A, 107))])
    assert (7, 100, ()) == (standing.bonus, standing.claimed, standing.others)
    standing = standing_of(of_2024, [leaf(A, 100, 0, record(A, 99))])
    assert (0, (A,)) == (standing.bonus, standing.others)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**63), st.integers(0, 2**62), st.integers(0, 2**64 - 1), st.booleans()
        )
    )
)
def test_what_is_claimed_locked_and_unclaimed_is_the_total(
    rows: list[tuple[int, int, int, bool]],
) -> None:
    leaves = [
        leaf(A, unlocked, locked, record(A, 0, 0, locked_withdrawn=withdrawn) if made else None)
        for unlocked, locked, withdrawn, made in rows
    ]
    standing = standing_of(JUPITER, leaves)
    unclaimed = sum(unlocked + locked for unlocked, locked, _, made in rows if not made)
    assert unclaimed == standing.unclaimed
    assert standing.total == standing.claimed + standing.still_locked + standing.unclaimed
