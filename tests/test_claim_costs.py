"""What a claim costs, and what it is paid on top."""

from __future__ import annotations

from dataclasses import replace

import pytest

from merkle.claim import ClaimOptions, KnownAccounts, known_accounts, refusals
from merkle.claim.bonus import BonusError, bonus_of
from merkle.claim.costs import lamports_needed
from merkle.claim.preflight import moment, sol
from merkle.program import PROFILES
from tests.claims import (
    NOW,
    SPONSOR,
    STAKE,
    distributor_account,
    reason,
    wallet_claim,
    working_facts,
)

TRANSFER = wallet_claim("jupiter", "transfer")

# 2,004,480 for the record of the claim, 5,000 for the signature, 890,880 that have to stay
ENOUGH = 2_004_480 + 5_000 + 890_880


def test_too_little_sol_is_named() -> None:
    assert [] == refusals(STAKE, working_facts(claimant_lamports=ENOUGH))
    expected = "the wallet has 0.002900359 SOL, and 0.002900360 SOL are needed for rent and fees"
    assert expected == reason(claimant_lamports=ENOUGH - 1)


def test_what_has_to_be_created_costs_rent() -> None:
    known = KnownAccounts(has_escrow=False, has_escrow_tokens=False)
    needed = lamports_needed(STAKE, ClaimOptions(known=known))
    escrow, account = (128 + 322) * 6_960, 2_039_280
    assert (ENOUGH + escrow + account, 0) == (needed.claimant, needed.fee_payer)
    known = KnownAccounts(has_wallet_tokens=False)
    needed = lamports_needed(TRANSFER, ClaimOptions(known=known))
    assert ENOUGH + account == needed.claimant


def test_a_price_is_paid_for_the_units_that_are_allowed() -> None:
    known = known_accounts(working_facts())
    priced = ClaimOptions(known=known, compute_limit=150_001, compute_price=3)
    assert ENOUGH + 1 == lamports_needed(STAKE, priced).claimant  # 0.45 lamports, rounded up
    unlimited = ClaimOptions(known=known, compute_price=10**6)
    # price and claim are two instructions of 200,000 units
    assert ENOUGH + 400_000 == lamports_needed(STAKE, unlimited).claimant


def test_the_fee_payer_pays_all_but_the_record() -> None:
    options = ClaimOptions(fee_payer=SPONSOR, known=known_accounts(working_facts()))
    needed = lamports_needed(STAKE, options)
    assert (2_004_480 + 890_880, 10_000 + 890_880) == (needed.claimant, needed.fee_payer)
    expected = "the fee payer has 0.000900879 SOL, and 0.000900880 SOL are needed for rent and fees"
    assert expected == reason(options=options, fee_payer_lamports=900_879)


@pytest.mark.parametrize(
    ("point", "expected"), [(99, 0), (100, 0), (101, 3), (105, 16), (109, 29), (110, 33), (999, 33)]
)
def test_a_bonus_grows_evenly_and_is_rounded_down_twice(point: int, expected: int) -> None:
    account = replace(
        distributor_account(bytes(32)),
        max_total_claim=400,
        total_bonus=100,
        activation_point=100,
        bonus_vesting=10,
    )
    # 100 * 100 / (400 - 100) = 33
    assert expected == bonus_of(PROFILES["jupiter"], account, 100, point)


def test_programs_without_a_bonus_pay_none() -> None:
    account = replace(distributor_account(bytes(32)), max_total_claim=0)
    assert 0 == bonus_of(PROFILES["jito"], account, 100, 0)
    with pytest.raises(BonusError):
        bonus_of(PROFILES["jupiter"], account, 100, 0)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (0, "1970-01-01 00:00:00 UTC"),
        (NOW, "2025-06-15 15:06:40 UTC"),
        (2**64 - 1, "18446744073709551615 (unix seconds)"),
        (10**12, "1000000000000 (unix seconds)"),
    ],
)
def test_a_time_that_no_calendar_holds_is_a_number(time: int, expected: str) -> None:
    assert expected == moment(time)


def test_lamports_are_written_exactly() -> None:
    assert ["0.000000001", "1.000000000", "1,234.500000000"] == [
        sol(lamports) for lamports in (1, 10**9, 1_234_500_000_000)
    ]
