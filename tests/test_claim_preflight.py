"""Why a claim would fail is said before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allocation.address import format_address
from merkle.claim import (
    ClaimOptions,
    KnownAccounts,
    known_accounts,
    refusals,
)
from merkle.claim.amounts import tokens_text
from merkle.program.layouts_distributor import ClaimStatusAccount
from merkle.program.transactions import Freshness
from tests.claims import (
    CLAIMANT,
    DISTRIBUTOR,
    LOCKER,
    MINT,
    NOW,
    OPERATOR,
    SLOT,
    SPONSOR,
    STAKE,
    escrow_account,
    reason,
    root_of,
    token_account,
    wallet_claim,
    working_facts,
)
from tests.plain_programs import key

UNSTAKING = replace(escrow_account(), is_max_lock=False, ends_at=NOW + 60)


TRANSFER = wallet_claim("jupiter", "transfer")
PAYS_WALLETS: dict[str, Any] = {"claim_type": 0, "locker": None, "escrow": None}


def test_a_claim_that_works_has_no_reasons() -> None:
    assert [] == refusals(STAKE, working_facts())
    assert [] == refusals(TRANSFER, working_facts(TRANSFER, **PAYS_WALLETS))


def test_a_first_stake_has_no_reasons_either() -> None:
    assert [] == refusals(STAKE, working_facts(escrow=None, escrow_tokens=None, wallet_tokens=None))
    fresh = replace(escrow_account(), is_max_lock=False)
    assert [] == refusals(STAKE, working_facts(escrow=fresh))


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
    assert [] == refusals(STAKE, working_facts(activation_type=1, activation_point=NOW))


def test_claims_begin_with_a_slot() -> None:
    expected = "claims begin with slot 300,000,001, now it is slot 300,000,000"
    assert expected == reason(activation_point=SLOT + 1)
    assert [] == refusals(STAKE, working_facts(activation_point=SLOT))


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
    assert [] == refusals(STAKE, working_facts(**named), ClaimOptions(operator=OPERATOR))


def test_a_permissioned_distributor_may_name_nobody() -> None:
    assert "the operator has to sign too: nobody" == reason(claim_type=3)


def test_no_more_wallets_claim_than_the_distributor_was_made_for() -> None:
    expected = "as many wallets have claimed as the distributor was made for: 8"
    assert expected == reason(num_nodes_claimed=8)


def test_no_more_is_claimed_than_the_distributor_was_made_for() -> None:
    expected = "the claim takes 1,000 base units, and only 999 base units may be claimed yet"
    assert expected == reason(total_amount_claimed=4_001)
    expected = "the claim takes 1,000 base units, and only 0 base units may be claimed yet"
    assert expected == reason(total_amount_claimed=6_000)


def test_a_vault_that_is_short_is_named() -> None:
    expected = (
        "the vault holds 999 base units, the claim takes 1,000 base units: "
        "it has to be funded first"
    )
    assert expected == reason(vault=token_account(DISTRIBUTOR, 999))
    assert "the vault does not exist" == reason(vault=None)
    frozen = replace(token_account(DISTRIBUTOR, 1_000), state=2)
    assert "the vault is frozen" == reason(vault=frozen)


def test_a_bonus_has_to_be_there_too() -> None:
    bonus: dict[str, Any] = {"max_total_claim": 5_500, "total_bonus": 500, "activation_point": SLOT}
    expected = (
        "the vault holds 1,099 base units, the claim takes 1,100 base units: "
        "it has to be funded first"
    )
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
    assert [] == refusals(transfer, working_facts(transfer, **PAYS_WALLETS))


def test_another_locker_is_named() -> None:
    other = key("other locker")
    expected = f"the distributor stakes in another locker: {format_address(other)}"
    assert expected == reason(locker=other)
    assert [] == refusals(STAKE, working_facts(locker=None))
    assert LOCKER == STAKE.locker


def test_a_running_unstake_is_named_with_its_end() -> None:
    expected = (
        "an unstake is running until 2025-06-15 15:07:40 UTC, so max lock is off: cancel it by "
        "turning max lock on, or finish it and claim with a new stake account"
    )
    assert expected == reason(escrow=UNSTAKING)
    cancel = ClaimOptions(cancel_unstaking=True)
    assert [] == refusals(STAKE, working_facts(escrow=UNSTAKING), cancel)


def test_an_unstake_that_has_ended_is_named() -> None:
    expected = (
        "an unstake has ended at 2025-06-15 15:06:40 UTC, and max lock is off: withdraw and claim "
        "with a new stake account, or turn max lock on, which stakes everything again"
    )
    assert expected == reason(escrow=replace(UNSTAKING, ends_at=NOW))


def test_a_partial_unstake_does_not_matter() -> None:
    partial = replace(escrow_account(), amount=1, partial_unstaking_amount=4)
    assert [] == refusals(STAKE, working_facts(escrow=partial))


def test_the_wallets_token_account_has_to_be_its_own() -> None:
    other = token_account(SPONSOR, 0)
    expected = f"the wallet's token account belongs to {format_address(SPONSOR)}"
    assert expected == reason(TRANSFER, wallet_tokens=other, **PAYS_WALLETS)
    assert [] == refusals(STAKE, working_facts(wallet_tokens=other))


def test_a_frozen_wallet_is_named_where_it_is_paid() -> None:
    frozen = replace(token_account(CLAIMANT, 0), state=2)
    expected = "the wallet's token account is frozen"
    assert expected == reason(TRANSFER, wallet_tokens=frozen, **PAYS_WALLETS)
    asr = wallet_claim("jupiter-asr-2024")
    assert [] == refusals(asr, working_facts(asr, wallet_tokens=frozen))


def test_a_claim_that_cannot_be_made_is_named() -> None:
    deep = wallet_claim(siblings=23)
    assert reason(deep).startswith("the claim's proof has 23 hashes")
    nonce = ClaimOptions(freshness=Freshness(blockhash=bytes(32), nonce=key("nonce")))
    assert [] == refusals(STAKE, working_facts(), nonce)


def test_everything_wrong_is_said_at_once() -> None:
    late = working_facts(activation_point=SLOT + 1, vault=None, claimant_lamports=0)
    assert 3 == len(refusals(STAKE, late))


def test_where_nothing_helps_no_more_is_said() -> None:
    empty: dict[str, Any] = {"vault": token_account(DISTRIBUTOR, 0), "claimant_lamports": 0}
    record = ClaimStatusAccount(claimant=CLAIMANT, unlocked=1_000, locked=0, locked_withdrawn=0)
    assert "claimed already: 1,000 base units" == reason(
        claim_status=record, clawed_back=True, num_nodes_claimed=8, **empty
    )
    clawed_back = "the distributor was clawed back: nothing can be claimed any more"
    assert clawed_back == reason(clawed_back=True, **empty)


def test_amounts_are_shown_as_tokens_where_the_symbol_is_known() -> None:
    claim = replace(STAKE, symbol="JUP", decimals=6)
    expected = "the vault holds 0.000999 JUP, the claim takes 0.001000 JUP: it has to be"
    assert reason(claim, vault=token_account(DISTRIBUTOR, 999)).startswith(expected)
    assert "1,234.567890 JUP" == claim.shown(1_234_567_890)
    assert "-0.5 WEN" == tokens_text(-5, "WEN", 1)


def test_what_exists_is_known() -> None:
    assert KnownAccounts(
        has_escrow=True,
        is_max_lock=True,
        is_unstaking=False,
        has_escrow_tokens=True,
        has_wallet_tokens=True,
        has_record=False,
    ) == known_accounts(working_facts())
    assert KnownAccounts(
        has_escrow=False,
        is_max_lock=False,
        is_unstaking=False,
        has_escrow_tokens=False,
        has_wallet_tokens=False,
        has_record=False,
    ) == known_accounts(working_facts(escrow=None, escrow_tokens=None, wallet_tokens=None))
    assert known_accounts(working_facts(escrow=UNSTAKING)).is_unstaking
