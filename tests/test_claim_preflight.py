"""Why a claim would fail is said before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allocation.address import format_address
from merkle.claim import (
    ChainFacts,
    ClaimOptions,
    KnownAccounts,
    WalletClaim,
    known_accounts,
    refusals,
)
from merkle.claim.bonus import BonusError, bonus_of
from merkle.claim.costs import lamports_needed
from merkle.claim.preflight import moment, sol
from merkle.leaf import JUPITER, leaf_hash
from merkle.program import PROFILES
from merkle.program.layouts_distributor import ClaimStatusAccount
from merkle.program.transactions import Freshness
from merkle.proof import fold
from tests.claims import (
    CLAIMANT,
    DISTRIBUTOR,
    LOCKER,
    MINT,
    OPERATOR,
    SPONSOR,
    distributor_account,
    escrow_account,
    token_account,
    wallet_claim,
)
from tests.plain_programs import key

STAKE = wallet_claim()
NOW = 1_750_000_000  # 2025-06-15 15:06:40 UTC
SLOT = 300_000_000
UNSTAKING = replace(escrow_account(), is_max_lock=False, ends_at=NOW + 60)


def root_of(claim: WalletClaim) -> bytes:
    leaf = leaf_hash(JUPITER, claim.mint, claim.claimant, claim.unlocked, claim.locked)
    return fold(leaf, claim.siblings, "sha256")


def facts(claim: WalletClaim = STAKE, **changes: Any) -> ChainFacts:
    """Return a chain on which the claim works; `changes` of its distributor or of the rest."""
    about_distributor = {
        name: changes.pop(name)
        for name in list(changes)
        if name not in ChainFacts.__dataclass_fields__
    }
    account = replace(distributor_account(root_of(claim)), **about_distributor)
    working = ChainFacts(
        slot=SLOT,
        unix_time=NOW,
        distributor=account,
        claim_status=None,
        vault=token_account(DISTRIBUTOR, 4_000),
        wallet_tokens=token_account(CLAIMANT, 0),
        escrow=escrow_account(),
        escrow_tokens=token_account(key("escrow"), 5),
        claimant_lamports=10**9,
    )
    return replace(working, **changes)


def reason(claim: WalletClaim = STAKE, *, options: Any = None, **changes: Any) -> str:
    (only,) = refusals(claim, facts(claim, **changes), options)
    return only


TRANSFER = wallet_claim("jupiter", "transfer")
PAYS_WALLETS: dict[str, Any] = {"claim_type": 0, "locker": None, "escrow": None}


def test_a_claim_that_works_has_no_reasons() -> None:
    assert [] == refusals(STAKE, facts())
    assert [] == refusals(TRANSFER, facts(TRANSFER, **PAYS_WALLETS))


def test_a_first_stake_has_no_reasons_either() -> None:
    assert [] == refusals(STAKE, facts(escrow=None, escrow_tokens=None, wallet_tokens=None))
    fresh = replace(escrow_account(), is_max_lock=False)
    assert [] == refusals(STAKE, facts(escrow=fresh))


def test_without_a_distributor_there_is_nothing_else_to_say() -> None:
    address = format_address(DISTRIBUTOR)
    expected = f"there is no distributor at {address}: it is not made yet, or was closed"
    assert expected == reason(distributor=None, claimant_lamports=0)


def test_another_root_is_shown_beside_ours() -> None:
    expected = (
        f"the distributor has the root {'00' * 32}, this proof leads to {root_of(STAKE).hex()}: "
        "it was made for another tree"
    )
    assert expected == reason(root=bytes(32))


def test_another_mint_is_named() -> None:
    other = key("other")
    mints = f"{format_address(other)}, not {format_address(MINT)}"
    assert f"the distributor pays the mint {mints}" == reason(mint=other)


def test_a_distributor_that_is_claimed_otherwise_is_named() -> None:
    expected = "the distributor pays into the wallet, so a stake claim fails"
    assert expected == reason(claim_type=0, locker=None)
    expected = "the distributor stakes what is claimed, so a transfer claim fails"
    assert expected == reason(TRANSFER)


def test_a_claim_that_was_made_is_named() -> None:
    record = ClaimStatusAccount(claimant=CLAIMANT, unlocked=1_234_567, locked=0, locked_withdrawn=0)
    assert "claimed already: 1,234,567 base units" == reason(claim_status=record)


def test_a_clawback_ends_claims() -> None:
    expected = "the distributor was clawed back: nothing can be claimed any more"
    assert expected == reason(clawed_back=True)


def test_claims_begin_at_a_time() -> None:
    expected = "claims begin at 2025-06-15 15:06:41 UTC, now it is 2025-06-15 15:06:40 UTC"
    assert expected == reason(activation_type=1, activation_point=NOW + 1)
    assert [] == refusals(STAKE, facts(activation_type=1, activation_point=NOW))


def test_claims_begin_with_a_slot() -> None:
    expected = "claims begin with slot 300,000,001, now it is slot 300,000,000"
    assert expected == reason(activation_point=SLOT + 1)
    assert [] == refusals(STAKE, facts(activation_point=SLOT))


def test_kamino_knows_only_slots() -> None:
    claim = wallet_claim("kamino", "transfer")
    plain = {**PAYS_WALLETS, "activation_point": SLOT + 1}
    assert "claims begin with slot 300,000,001, now it is slot 300,000,000" == reason(
        claim, **plain
    )


def test_the_operator_has_to_sign() -> None:
    named: dict[str, Any] = {"claim_type": 3, "operator": OPERATOR}
    expected = f"the operator has to sign too: {format_address(OPERATOR)}"
    assert expected == reason(**named)
    other = f"another operator has to sign: {format_address(OPERATOR)}, not "
    assert other + format_address(SPONSOR) == reason(
        options=ClaimOptions(operator=SPONSOR), **named
    )
    assert [] == refusals(STAKE, facts(**named), ClaimOptions(operator=OPERATOR))


def test_a_permissioned_distributor_may_name_nobody() -> None:
    assert "the operator has to sign too: nobody" == reason(claim_type=3)


def test_no_more_wallets_claim_than_the_distributor_was_made_for() -> None:
    expected = "8 wallets have claimed, which is all that the distributor was made for"
    assert expected == reason(num_nodes_claimed=8)


def test_no_more_is_claimed_than_the_distributor_was_made_for() -> None:
    expected = "the claim takes 1,000 base units, and only 999 may be claimed yet"
    assert expected == reason(total_amount_claimed=4_001)
    expected = "the claim takes 1,000 base units, and only 0 may be claimed yet"
    assert expected == reason(total_amount_claimed=6_000)


def test_a_vault_that_is_short_is_named() -> None:
    expected = "the vault holds 999 base units, the claim takes 1,000: fund it"
    assert expected == reason(vault=token_account(DISTRIBUTOR, 999))
    assert "the vault does not exist" == reason(vault=None)
    frozen = replace(token_account(DISTRIBUTOR, 1_000), state=2)
    assert "the vault is frozen" == reason(vault=frozen)


def test_a_bonus_has_to_be_there_too() -> None:
    bonus: dict[str, Any] = {"max_total_claim": 5_500, "total_bonus": 500, "activation_point": SLOT}
    expected = "the vault holds 1,099 base units, the claim takes 1,100: fund it"
    assert expected == reason(vault=token_account(DISTRIBUTOR, 1_099), **bonus)
    by_time = {**bonus, "activation_type": 1, "activation_point": NOW}
    assert expected == reason(vault=token_account(DISTRIBUTOR, 1_099), **by_time)


def test_a_distributor_without_amounts_serves_nobody() -> None:
    expected = "the distributor was made without amounts: every claim of it fails"
    assert expected == reason(max_total_claim=0)


def test_nothing_cannot_be_staked() -> None:
    nothing = wallet_claim(unlocked=0)
    expected = "an amount of 0 cannot be staked, so this leaf can never be claimed"
    assert expected == reason(nothing)
    transfer = wallet_claim("jupiter", "transfer", unlocked=0)
    assert [] == refusals(transfer, facts(transfer, **PAYS_WALLETS))


def test_another_locker_is_named() -> None:
    other = key("other locker")
    expected = f"the distributor stakes in another locker: {format_address(other)}"
    assert expected == reason(locker=other)
    assert [] == refusals(STAKE, facts(locker=None))
    assert LOCKER == STAKE.locker


def test_a_running_unstake_is_named_with_its_end() -> None:
    expected = (
        "an unstake is running until 2025-06-15 15:07:40 UTC, so max lock is off: cancel it by "
        "turning max lock on, or finish it and claim with a new stake account"
    )
    assert expected == reason(escrow=UNSTAKING)
    cancel = ClaimOptions(cancel_unstaking=True)
    assert [] == refusals(STAKE, facts(escrow=UNSTAKING), cancel)


def test_an_unstake_that_has_ended_is_named() -> None:
    expected = (
        "an unstake has ended at 2025-06-15 15:06:40 UTC, and max lock is off: withdraw and claim "
        "with a new stake account, or turn max lock on, which stakes everything again"
    )
    assert expected == reason(escrow=replace(UNSTAKING, ends_at=NOW))


def test_a_partial_unstake_does_not_matter() -> None:
    partial = replace(escrow_account(), amount=1, partial_unstaking_amount=4)
    assert [] == refusals(STAKE, facts(escrow=partial))


def test_the_wallets_token_account_has_to_be_its_own() -> None:
    other = token_account(SPONSOR, 0)
    expected = f"the wallet's token account belongs to {format_address(SPONSOR)}"
    assert expected == reason(TRANSFER, wallet_tokens=other, **PAYS_WALLETS)
    assert [] == refusals(STAKE, facts(wallet_tokens=other))


def test_a_frozen_wallet_is_named_where_it_is_paid() -> None:
    frozen = replace(token_account(CLAIMANT, 0), state=2)
    expected = "the wallet's token account is frozen"
    assert expected == reason(TRANSFER, wallet_tokens=frozen, **PAYS_WALLETS)
    asr = wallet_claim("jupiter-asr-2024")
    assert [] == refusals(asr, facts(asr, wallet_tokens=frozen))


# 2,004,480 for the record of the claim, 5,000 for the signature, 890,880 that have to stay
ENOUGH = 2_004_480 + 5_000 + 890_880


def test_too_little_sol_is_named() -> None:
    assert [] == refusals(STAKE, facts(claimant_lamports=ENOUGH))
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
    known = known_accounts(facts())
    priced = ClaimOptions(known=known, compute_limit=150_001, compute_price=3)
    assert ENOUGH + 1 == lamports_needed(STAKE, priced).claimant  # 0.45 lamports, rounded up
    unlimited = ClaimOptions(known=known, compute_price=10**6)
    # price and claim are two instructions of 200,000 units
    assert ENOUGH + 400_000 == lamports_needed(STAKE, unlimited).claimant


def test_the_fee_payer_pays_all_but_the_record() -> None:
    options = ClaimOptions(fee_payer=SPONSOR, known=known_accounts(facts()))
    needed = lamports_needed(STAKE, options)
    assert (2_004_480 + 890_880, 10_000 + 890_880) == (needed.claimant, needed.fee_payer)
    expected = "the fee payer has 0.000900879 SOL, and 0.000900880 SOL are needed for rent and fees"
    assert expected == reason(options=options, fee_payer_lamports=900_879)


def test_a_claim_that_cannot_be_made_is_named() -> None:
    deep = wallet_claim(siblings=23)
    assert reason(deep).startswith("the claim's proof has 23 hashes")
    nonce = ClaimOptions(freshness=Freshness(blockhash=bytes(32), nonce=key("nonce")))
    assert [] == refusals(STAKE, facts(), nonce)


def test_everything_wrong_is_said_at_once() -> None:
    found = refusals(STAKE, facts(clawed_back=True, vault=None, claimant_lamports=0))
    assert 3 == len(found)


def test_what_exists_is_known() -> None:
    assert KnownAccounts(
        has_escrow=True,
        is_max_lock=True,
        is_unstaking=False,
        has_escrow_tokens=True,
        has_wallet_tokens=True,
    ) == known_accounts(facts())
    assert KnownAccounts(
        has_escrow=False,
        is_max_lock=False,
        is_unstaking=False,
        has_escrow_tokens=False,
        has_wallet_tokens=False,
    ) == known_accounts(facts(escrow=None, escrow_tokens=None, wallet_tokens=None))
    assert known_accounts(facts(escrow=UNSTAKING)).is_unstaking


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
