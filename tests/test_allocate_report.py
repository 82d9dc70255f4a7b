"""The report of a round worked by hand, key by key."""

from __future__ import annotations

import json
from typing import Final

from allocation.address import format_address
from tests.allocation_rounds import a_round, a_token, allocated, amounts, key, some_proposals
from tests.reference import Vote

A, B, C, D, E = map(key, (2, 5, 6, 17, 30))

VOTES: Final = [
    *(Vote(A, 0, 6, "for"), Vote(B, 0, 3, "for"), Vote(C, 0, 1, "for"), Vote(D, 0, 4, "against")),
    *(Vote(A, 1, 0, "for"), Vote(B, 1, 8), Vote(E, 1, 100, "for")),
]
ROUND: Final = a_round(
    [a_token("JUP", 20), a_token("WEN", 7, decimals=5)],
    some_proposals([1, 1, "1/2"], P0=14, P1=100),
    minimum_vote=2,
    denominator="all",
    exclude_sides=["against", "abstain"],
)
# JUP: 20 over 2 : 2 : 1 is 8, 8, 4. P0: 8 over 6 : 3 : 1 is 4 rest 8, 2 rest 4, 0 rest 8: two
# units, to A and C. C lies below the minimum. P1: all to B. P2: nobody voted.
# WEN: 7 over 2 : 2 : 1 is 2 rest 4 twice, 1 rest 2: the two units to P0 and P1: 3, 3, 1.
# P0: 3 over 6 : 3 : 1 is 1 rest 8, 0 rest 9, 0 rest 3: two units, to B and A.


WARNINGS: Final = (
    ("proposal P1: the votes add up to 108, the published total is 100 (+8); votes may be missing"),
    "proposal P2: no vote counts, so its part of each pool is left unallocated",
    "exclude_sides: no vote has the side 'abstain'; sides are compared letter by letter",
)
COUNTED_OUT: Final = {
    "zero_power": {"rows": 1, "wallets": 1, "weight": "0"},
    "side": {"rows": 1, "wallets": 1, "weight": "4"},
    "excluded": {"rows": 1, "wallets": 1, "weight": "100"},
    "minimum_vote": {"rows": 1, "wallets": 1, "weight": "1"},
}


def kept(minimum_vote: int) -> dict[str, dict[str, object]]:
    """What each cause kept back of a token."""
    return {
        cause: {**facts, "amount": str(minimum_vote if cause == "minimum_vote" else 0)}
        for cause, facts in COUNTED_OUT.items()
    }


REPORT: Final = {
    "method": "per-proposal",
    "inputs": {"votes": {"identical_rows": 0}},
    "rules": {
        "minimum_vote": "2",
        "denominator": "all",
        "exclude_sides": ["against", "abstain"],
        "on_empty": "leave",
        "rounding": "largest-remainder",
    },
    "causes": COUNTED_OUT,
    "proposals": [
        {
            "id": "P0",
            "title": "Proposal 0",
            "weight": "1",
            "votes": 4,
            "power": "14",
            "counted_votes": 2,
            "counted_power": "9",
            "published_total": "14",
            "difference": "0",
        },
        {
            "id": "P1",
            "title": "Proposal 1",
            "weight": "1",
            "votes": 3,
            "power": "108",
            "counted_votes": 1,
            "counted_power": "8",
            "published_total": "100",
            "difference": "8",
        },
        {
            "id": "P2",
            "title": "Proposal 2",
            "weight": "1/2",
            "votes": 0,
            "power": "0",
            "counted_votes": 0,
            "counted_power": "0",
            "published_total": None,
            "difference": None,
        },
    ],
    "tokens": [
        {
            "symbol": "JUP",
            "mint": format_address(ROUND.tokens[0].mint),
            "decimals": 6,
            "pool": "20",
            "allocated": "15",
            "unallocated": {"empty_proposal": "4", "minimum_vote": "1"},
            "wallets": 2,
            "zero_amounts": 0,
            "causes": kept(1),
            "proposals": [
                {
                    "id": "P0",
                    "pool": "8",
                    "total_weight": "10",
                    "divisor": "1",
                    "floors": "6",
                    "left_over": "2",
                    "last_remainder": "8",
                },
                {
                    "id": "P1",
                    "pool": "8",
                    "total_weight": "8",
                    "divisor": "8",
                    "floors": "8",
                    "left_over": "0",
                    "last_remainder": None,
                },
                {
                    "id": "P2",
                    "pool": "4",
                    "total_weight": "0",
                    "divisor": "1",
                    "floors": "0",
                    "left_over": "0",
                    "last_remainder": None,
                },
            ],
        },
        {
            "symbol": "WEN",
            "mint": format_address(ROUND.tokens[1].mint),
            "decimals": 5,
            "pool": "7",
            "allocated": "6",
            "unallocated": {"empty_proposal": "1"},
            "wallets": 2,
            "zero_amounts": 0,
            "causes": kept(0),
            "proposals": [
                {
                    "id": "P0",
                    "pool": "3",
                    "total_weight": "10",
                    "divisor": "1",
                    "floors": "1",
                    "left_over": "2",
                    "last_remainder": "8",
                },
                {
                    "id": "P1",
                    "pool": "3",
                    "total_weight": "8",
                    "divisor": "8",
                    "floors": "3",
                    "left_over": "0",
                    "last_remainder": None,
                },
                {
                    "id": "P2",
                    "pool": "1",
                    "total_weight": "0",
                    "divisor": "1",
                    "floors": "0",
                    "left_over": "0",
                    "last_remainder": None,
                },
            ],
        },
    ],
    "warnings": list(WARNINGS),
}


def test_a_round_worked_by_hand_down_to_its_report() -> None:
    allocations = allocated(VOTES, ROUND, excluded=[E])
    assert {A: (5, 0), B: (2 + 8, 0)} == amounts(allocations)
    assert {A: (2, 0), B: (1 + 3, 0)} == amounts(allocations, 1)
    # as text, so that the order of keys is held as well
    assert json.dumps(REPORT, indent=1) == json.dumps(allocations.report, indent=1)
    assert WARNINGS == allocations.warnings
