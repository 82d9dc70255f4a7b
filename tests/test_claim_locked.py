"""The claim of a locked amount: its transaction, what it costs, why it would fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allocation.address import format_address
from merkle.claim import (
    ClaimError,
    ClaimOptions,
    KnownAccounts,
    WalletClaim,
    claim_transactions,
    known_accounts,
    refusals,
)
from merkle.claim.costs import lamports_needed
from merkle.claim.description import described
from merkle.claim.facts import next_claim, vesting_of
from merkle.program.layouts_distributor import ClaimStatusAccount
from merkle.program.transactions import Freshness, LookupTable
from tests.claims import (
    CLAIMANT,
    DISTRIBUTOR,
    MINT,
    NOW,
    OPERATOR,
    SPONSOR,
    reason,
    token_account,
    wallet_claim,
    working_facts,
)
from tests.plain_programs import key

FIRST = wallet_claim("jupiter", "transfer", locked=400)
LOCKED = replace(FIRST, of_locked=True)
RECORD = ClaimStatusAccount(
    claimant=CLAIMANT, unlocked=1_000, locked=400, locked_withdrawn=100, distributor=DISTRIBUTOR
)
HALF_FREE: dict[str, Any] = {
    "claim_type": 0,
    "locker": None,
    "escrow": None,
    "claim_status": RECORD,
    "start_vesting": NOW - 100,
    "end_vesting": NOW + 100,
}
EVERYTHING = known_accounts(working_facts(LOCKED, **HALF_FREE))
CLAIM_LOCKED = bytes.fromhex("22ceb5170bcf935a")
PROGRAMS = ("jupiter", "jupiter-2024", "kamino", "jito")


def of_program(program: str) -> WalletClaim:
    return replace(wallet_claim(program, "transfer", locked=400), of_locked=True)


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_small_transaction_takes_what_is_free(program: str) -> None:
    (step,) = claim_transactions(of_program(program), ClaimOptions(known=EVERYTHING))
    (instruction,) = step.transaction.instructions
    assert CLAIM_LOCKED == bytes(instruction.data)
    assert ("claim of the locked amount", "") == (step.title, step.condition)
    words = ("claims what is free of the locked amount into the wallet's token account",)
    assert words == described(LOCKED, step.transaction)


def test_a_token_account_that_is_missing_is_made() -> None:
    known = replace(EVERYTHING, has_wallet_tokens=False)
    options = ClaimOptions(known=known, fee_payer=SPONSOR, compute_limit=1, compute_price=1)
    (step,) = claim_transactions(LOCKED, options)
    limit, price, tokens, claim = step.transaction.instructions
    assert [2, 3] == [limit.data[0], price.data[0]]
    assert format_address(SPONSOR) == str(tokens.accounts[0].pubkey)
    assert CLAIM_LOCKED == bytes(claim.data)
    assert (SPONSOR, CLAIMANT) == step.transaction.signers


def test_without_a_chain_it_is_said_when_to_send_it() -> None:
    (step,) = claim_transactions(LOCKED)
    assert (
        "after the wallet's first claim, once something of what is locked is free; before that it "
        "fails and changes nothing"
    ) == step.condition
    assert 2 == len(step.transaction.instructions)


def test_all_that_a_claim_may_be_given_fits_at_once() -> None:
    options = ClaimOptions(
        operator=OPERATOR,
        fee_payer=SPONSOR,
        compute_limit=1,
        compute_price=1,
        freshness=Freshness(
            blockhash=bytes(32), nonce=key("nonce"), nonce_authority=key("authority")
        ),
    )
    (step,) = claim_transactions(LOCKED, options)
    assert 4 == len(step.transaction.signers)
    assert 1_232 >= step.transaction.size
    table = LookupTable(address=key("table"), entries=(DISTRIBUTOR, MINT))
    (smaller,) = claim_transactions(LOCKED, replace(options, version="v0", tables=(table,)))
    assert smaller.transaction.size < step.transaction.size


@pytest.mark.parametrize(("claim", "locked"), [("transfer", 0), ("stake", 0), ("stake", 400)])
def test_what_is_not_locked_is_not_claimed_as_such(claim: Any, locked: int) -> None:
    first = wallet_claim("jupiter", claim, locked=locked)
    with pytest.raises(ClaimError, match="nothing of it is locked and paid to the wallet later"):
        replace(first, of_locked=True)


def test_no_record_is_paid_again() -> None:
    needed = lamports_needed(LOCKED, ClaimOptions(known=EVERYTHING))
    assert (5_000 + 890_880, 0) == (needed.claimant, needed.fee_payer)
    needed = lamports_needed(LOCKED, ClaimOptions(known=EVERYTHING, fee_payer=SPONSOR))
    assert (0, 10_000 + 890_880) == (needed.claimant, needed.fee_payer)
    needed = lamports_needed(LOCKED, ClaimOptions(known=KnownAccounts()))
    assert 5_000 + 890_880 + 2_039_280 == needed.claimant


def test_once_the_first_claim_is_made_the_next_is_that_of_the_locked_amount() -> None:
    facts = working_facts(FIRST, **HALF_FREE)
    assert LOCKED == next_claim(FIRST, facts)
    fresh = replace(facts, claim_status=None)
    assert FIRST == next_claim(FIRST, fresh)
    assert LOCKED == next_claim(LOCKED, fresh)  # it was asked for
    whole = wallet_claim("jupiter", "transfer")
    assert whole == next_claim(whole, facts)
    forged = wallet_claim("jupiter", "stake", locked=400)
    assert forged == next_claim(forged, facts)


def test_what_is_free_is_what_the_record_and_the_clock_say() -> None:
    facts = working_facts(LOCKED, **HALF_FREE)
    assert facts.distributor is not None
    state = vesting_of(LOCKED, facts.distributor, facts)
    assert (400, 100, 100, 200) == (state.locked, state.withdrawn, state.free, state.still_locked)
    assert (NOW - 100, NOW + 100) == (state.starts, state.ends)
    assert 2_000_000_000 == state.clawback
    none = replace(facts, claim_status=None)
    assert 0 == vesting_of(FIRST, facts.distributor, none).withdrawn


def test_a_claim_of_what_is_free_has_no_reasons() -> None:
    assert [] == refusals(LOCKED, working_facts(LOCKED, **HALF_FREE))
    full = working_facts(LOCKED, num_nodes_claimed=8, **HALF_FREE)
    assert [] == refusals(LOCKED, full)  # its wallet is counted already
    poor = working_facts(LOCKED, claimant_lamports=0, fee_payer_lamports=10**9, **HALF_FREE)
    assert [] == refusals(LOCKED, poor, ClaimOptions(fee_payer=SPONSOR))


def because(**changes: Any) -> str:
    return reason(LOCKED, **(HALF_FREE | changes))


def test_before_the_start_it_is_said_when_something_is_free() -> None:
    record = replace(RECORD, locked_withdrawn=0)
    times = {"start_vesting": NOW + 20, "end_vesting": NOW + 100}
    assert (
        "claimed already, and nothing of 400 base units locked is free at 2025-06-15 15:06:40 UTC: "
        "something will be at 2025-06-15 15:07:01 UTC, all of it at 2025-06-15 15:08:20 UTC"
    ) == because(claim_status=record, **times)


def test_after_a_withdrawal_it_is_said_when_more_is_free() -> None:
    assert (
        "claimed already, and nothing more of 400 base units locked is free at 2025-06-15 15:06:40 "
        "UTC: something will be at 2025-06-15 15:06:41 UTC, all of it at 2025-06-15 15:08:20 UTC"
    ) == because(claim_status=replace(RECORD, locked_withdrawn=200))


def test_what_becomes_free_at_once_is_said_once() -> None:
    times = {"start_vesting": NOW + 99, "end_vesting": NOW + 100}
    assert because(claim_status=replace(RECORD, locked_withdrawn=0), **times).endswith(
        "is free at 2025-06-15 15:06:40 UTC: all of it will be at 2025-06-15 15:08:20 UTC"
    )


def test_when_all_is_withdrawn_nothing_else_is_said() -> None:
    gone = {"claim_status": replace(RECORD, locked_withdrawn=400), "claimant_lamports": 0}
    expected = "claimed already, and so is all of 400 base units locked"
    assert expected == because(**gone)
    assert expected == because(clawed_back=True, **gone)


def test_a_clawback_ends_it() -> None:
    clawed_back = "the distributor was clawed back: nothing can be claimed any more"
    taken = f"{clawed_back}; 100 base units of 400 base units locked were withdrawn before"
    assert taken == because(clawed_back=True, claimant_lamports=0)
    assert clawed_back == because(clawed_back=True, claim_status=None)


def test_the_first_claim_comes_first() -> None:
    expected = "not claimed yet: the first claim comes before that of the locked amount"
    assert expected == because(claim_status=None, claimant_lamports=0)


def test_claims_may_have_been_put_off() -> None:
    later = {"activation_type": 1, "activation_point": NOW + 1}
    assert because(**later).startswith("claims begin at 2025-06-15 15:06:41 UTC")


def test_the_operator_has_to_sign() -> None:
    permissioned = HALF_FREE | {"claim_type": 1, "operator": OPERATOR}
    expected = f"the operator has to sign too: {format_address(OPERATOR)}"
    assert expected == reason(LOCKED, **permissioned)
    options = ClaimOptions(operator=SPONSOR)
    assert reason(LOCKED, options=options, **permissioned).startswith("another operator has to")


def test_vault_and_total_have_to_suffice() -> None:
    assert (
        "the vault holds 99 base units, the claim takes 100 base units: it has to be funded first"
    ) == because(vault=token_account(DISTRIBUTOR, 99))
    assert ("the claim takes 100 base units, and only 99 base units may be claimed yet") == because(
        total_amount_claimed=4_901
    )


def test_another_tree_is_named() -> None:
    assert because(root=bytes(32)).startswith(f"the distributor has the root {'00' * 32}, this")
    assert because(claim_type=2).startswith("the distributor stakes what is claimed, so a transfer")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"locked": 401},
            "its record is of another leaf: 1,000 base units and 401 base units locked, not 1,000",
        ),
        ({"claimant": SPONSOR}, f"its record is of another leaf: {format_address(SPONSOR)}, 1,000"),
        ({"distributor": MINT}, "its record is of another distributor"),
        ({"bonus": 1}, "its record says a bonus of 1 base units, and all bonuses are 0 base units"),
    ],
    ids=["locked", "claimant", "distributor", "bonus"],
)
def test_a_record_of_something_else_is_named(changes: dict[str, Any], said: str) -> None:
    assert because(claim_status=replace(RECORD, **changes)).startswith(said)


def test_too_little_sol_is_named() -> None:
    expected = "the wallet has 0.000895879 SOL, and 0.000895880 SOL are needed for rent and fees"
    assert expected == because(claimant_lamports=895_879)


def test_the_wallets_token_account_has_to_be_its_own() -> None:
    other = token_account(SPONSOR, 0)
    expected = f"the wallet's token account belongs to {format_address(SPONSOR)}"
    assert expected == because(wallet_tokens=other)
