"""Pool -> proposals -> voters, held against examples worked by hand and by others."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pytest

from allocation.address import format_address, parse_address
from allocation.per_proposal import integer_weights
from tests.allocation_rounds import Outcome, a_round, a_token, key, some_proposals
from tests.reference import Vote
from tests.splitters import needs_vectors, vectors

A, B, C, D = map(key, (2, 5, 6, 17))

BY_HAND: Final = [
    *(Vote(A, 0, 1), Vote(B, 0, 1), Vote(D, 0, 1), Vote(C, 0, 100)),
    *(Vote(A, 1, 3), Vote(B, 1, 4), Vote(D, 1, 4)),
    *(Vote(A, 2, 0), Vote(B, 2, 5), Vote(D, 2, 2)),
]


def test_the_round_of_the_fixtures_worked_by_hand() -> None:
    the_round = a_round([a_token("JUP", 100)], some_proposals([1, 1, "1/3"]))
    outcome = Outcome(BY_HAND, the_round, excluded=[C])
    assert (43, 43, 14) == outcome.divided.divisions[0].pools
    assert {A: 27, B: 40, D: 33} == outcome.totals[0]
    assert {
        (A, 0): 15,
        (B, 0): 14,
        (D, 0): 14,
        (A, 1): 12,
        (B, 1): 16,
        (D, 1): 15,
        (B, 2): 10,
        (D, 2): 4,
    } == outcome.rewards[0]
    assert "excluded" == outcome.causes[C, 0]
    assert "zero_power" == outcome.causes[A, 2]
    assert {} == outcome.unallocated()


def test_every_token_is_divided_for_itself() -> None:
    the_round = a_round([a_token("JUP", 100), a_token("WEN", 14)], some_proposals([1, 1, "1/3"]))
    outcome = Outcome(BY_HAND, the_round, excluded=[C])
    # 14 over 3 : 3 : 1 is 6, 6, 2; 6 over 1 : 1 : 1 is 2 each; 6 over 3 : 4 : 4 is 1 rest 7,
    # 2 rest 2 twice; 2 over 5 : 2 is 1 rest 3 and 0 rest 4
    assert {A: 2 + 2, B: 2 + 2 + 1, D: 2 + 2 + 1} == outcome.totals[1]
    assert {A: 27, B: 40, D: 33} == outcome.totals[0]


def test_weights_are_turned_into_integers_by_their_common_denominator() -> None:
    assert [6, 2, 3] == integer_weights([Fraction(1), Fraction(1, 3), Fraction(1, 2)])


def test_a_row_carries_the_first_cause_that_removes_it() -> None:
    votes = [
        Vote(A, 0, 0, "no"),  # everything at once
        Vote(B, 0, 1, "no"),
        Vote(C, 0, 1, "yes"),
        Vote(D, 0, 1, "yes"),
        Vote(key(18), 0, 9),
        Vote(key(19), 0, 8, "No"),
    ]
    the_round = a_round(
        [a_token("JUP", 17)], some_proposals([1]), minimum_vote=5, exclude_sides=["no"]
    )
    outcome = Outcome(votes, the_round, excluded=[A, B, C])
    assert ["zero_power", "side", "excluded", "minimum_vote", None, None] == [
        outcome.causes[vote.wallet, 0] for vote in votes
    ]
    assert {key(18): 9, key(19): 8} == outcome.totals[0]
    assert ["zero_power", "side", "excluded", "minimum_vote"] == list(outcome.payout.removed)


def test_a_vote_of_exactly_the_minimum_counts() -> None:
    the_round = a_round([a_token("JUP", 10)], some_proposals([1]), minimum_vote=5)
    outcome = Outcome([Vote(A, 0, 5), Vote(B, 0, 4)], the_round)
    assert {A: 10} == outcome.totals[0]


MINIMUM: Final = [Vote(A, 0, 6), Vote(B, 0, 3), Vote(C, 0, 1), Vote(A, 1, 1), Vote(B, 1, 1)]


def test_votes_below_the_minimum_leave_numerator_and_denominator() -> None:
    the_round = a_round([a_token("JUP", 20)], some_proposals([1, 1]), minimum_vote=2)
    outcome = Outcome(MINIMUM, the_round)
    assert {(A, 0): 7, (B, 0): 3} == outcome.rewards[0]  # 6.67 and 3.33
    assert {"empty_proposal": 10} == outcome.unallocated()


def test_with_denominator_all_the_shares_below_the_minimum_are_kept() -> None:
    the_round = a_round(
        [a_token("JUP", 20)], some_proposals([1, 1]), minimum_vote=2, denominator="all"
    )
    outcome = Outcome(MINIMUM, the_round)
    assert {(A, 0): 6, (B, 0): 3} == outcome.rewards[0]
    assert {"minimum_vote": 1 + 10} == outcome.unallocated()
    assert 3 == outcome.payout.removed["minimum_vote"].rows
    assert (11,) == outcome.payout.removed["minimum_vote"].amounts


def test_with_denominator_all_nobody_gains_from_the_minimum() -> None:
    """Redistribution does not turn a minimum into a reward for others either."""
    the_round = a_round(
        [a_token("JUP", 20)],
        some_proposals([1, 1]),
        minimum_vote=2,
        denominator="all",
        on_empty="redistribute",
    )
    assert {"minimum_vote": 11} == Outcome(MINIMUM, the_round).unallocated()


def test_the_pool_of_an_empty_proposal_is_left() -> None:
    votes = [Vote(A, 0, 2), Vote(B, 0, 1), Vote(A, 1, 0)]
    outcome = Outcome(votes, a_round([a_token("JUP", 30)], some_proposals([1, 1, 1])))
    assert (10, 10, 10) == outcome.divided.divisions[0].pools
    assert {A: 7, B: 3} == outcome.totals[0]
    assert {"empty_proposal": 20} == outcome.unallocated()


def test_the_pool_of_an_empty_proposal_is_redistributed_by_weight() -> None:
    votes = [Vote(A, 0, 2), Vote(B, 0, 1), Vote(B, 2, 5)]
    the_round = a_round(
        [a_token("JUP", 30)], some_proposals([1, 1, "1/3"]), on_empty="redistribute"
    )
    outcome = Outcome(votes, the_round)
    assert (23, 0, 7) == outcome.divided.divisions[0].pools  # 22.5 each way: the lower id
    assert {A: 15, B: 8 + 7} == outcome.totals[0]
    assert {} == outcome.unallocated()


@pytest.mark.parametrize(
    ("on_empty", "rounding", "unallocated"),
    [
        ("leave", "largest-remainder", {"empty_proposal": 10}),
        ("redistribute", "largest-remainder", {"empty_proposal": 10}),
        ("leave", "floor", {"rounding": 1, "empty_proposal": 9}),
        ("redistribute", "floor", {"empty_proposal": 10}),
    ],
)
def test_a_round_without_any_vote_pays_nobody(
    on_empty: str, rounding: str, unallocated: dict[str, int]
) -> None:
    the_round = a_round(
        [a_token("JUP", 10)], some_proposals([1, 1, 1]), on_empty=on_empty, rounding=rounding
    )
    outcome = Outcome([], the_round)
    assert [{}] == outcome.totals
    assert unallocated == outcome.unallocated()


def test_rounding_down_keeps_what_is_left_of_both_steps() -> None:
    votes = [Vote(A, 0, 1), Vote(B, 0, 1), Vote(B, 1, 1)]
    the_round = a_round([a_token("JUP", 11)], some_proposals([1, 1]), rounding="floor")
    outcome = Outcome(votes, the_round)
    assert (5, 5) == outcome.divided.divisions[0].pools
    assert {A: 2, B: 2 + 5} == outcome.totals[0]
    assert {"rounding": 2} == outcome.unallocated()


def test_a_wallet_whose_amount_is_nothing_is_dropped_and_counted() -> None:
    outcome = Outcome(
        [Vote(A, 0, 1), Vote(B, 0, 10)], a_round([a_token("JUP", 3)], some_proposals([1]))
    )
    assert {B: 3} == outcome.totals[0]
    assert (1,) == outcome.payout.zero_amounts


def test_the_last_units_follow_the_bytes_of_the_keys_not_their_base58() -> None:
    texts = [
        "25TXLvcMJNvRY4vb95G9Kpvf9A3LJCdWLswD47xvXsaX",
        "ETiYJ47skE1nhM3rjvGJ4L4ikx1AD1NKnUgbg1439uDy",
        "GcdayuLaLyrdmUu324nahyv33G5poQdLUEZ1nEytDeP",
    ]
    votes = [Vote(parse_address(text), 0, 1) for text in texts]
    outcome = Outcome(votes, a_round([a_token("JUP", 100)], some_proposals([1])))
    assert {texts[0]: 33, texts[1]: 33, texts[2]: 34} == {
        format_address(wallet): amount for wallet, amount in outcome.totals[0].items()
    }


# -------------------------------------------------------------------------- vectors of others


@needs_vectors
@pytest.mark.parametrize(("name", "minimum"), [("V5", None), ("V5_min10", 10_000_000)])
def test_the_vector_of_wallets_over_proposals(name: str, minimum: int | None) -> None:
    vector, pools = vectors()[name], vectors()["V5"]["proposal_pools"]
    first, second, third = map(
        parse_address,
        (
            "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM",
            "8opHzTAnfzRpPEx21XtnrVTX28YQuCpAjcn1PczScKh",
            "CiDwVBFgWV9E5MvXWoLgnEgn2hK7rJikbvfWavzAQz3",
        ),
    )
    # The vector gives no powers. Its shares say: 4 : 2 : 1 on P1, next to nothing for the third on
    # P2, nearly equal ones on T1; its minimum says which of them lie below 10,000,000.
    votes = [
        *(Vote(first, 0, 40_000_000), Vote(second, 0, 20_000_000), Vote(third, 0, 10_000_000)),
        *(Vote(first, 1, 100_000_000), Vote(third, 1, 1)),
        *(Vote(second, 2, 10_000_000), Vote(first, 2, 9_999_999)),
    ]
    the_round = a_round(
        [a_token("JUP", 50_000_000)], some_proposals([1, 1, "1/3"]), minimum_vote=minimum
    )
    outcome = Outcome(votes, the_round)
    assert tuple(pools.values()) == outcome.divided.divisions[0].pools
    assert {
        (parse_address(wallet), number): amount
        for number, proposal in enumerate(pools)
        for wallet, amount in vector["breakdown"][proposal].items()
    } == outcome.rewards[0]
    assert vector["totals"] == {
        format_address(wallet): amount for wallet, amount in outcome.totals[0].items()
    }
    assert vector["sum"] == sum(outcome.totals[0].values())
