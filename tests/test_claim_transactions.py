"""A wallet's claim is made of transactions that work in their order and fit a packet."""

from __future__ import annotations

from typing import Any

import pytest

from allocation.address import format_address
from merkle.claim import (
    ClaimError,
    ClaimOptions,
    ClaimStep,
    KnownAccounts,
    WalletClaim,
    claim_accounts,
    claim_transactions,
)
from merkle.claim.instructions import escrow_tokens, max_lock, open_escrow, wallet_tokens
from merkle.program.transactions import Freshness, LookupTable
from tests.claims import CLAIMANT, DISTRIBUTOR, LOCKER, MINT, OPERATOR, SPONSOR, wallet_claim
from tests.plain_programs import ASSOCIATED, BUDGET, VOTER, key

NAMES = {
    "4eb1627bd215bb53": "claim",
    "326ff27633fa8dbb": "claim and stake",
    "d8b68f0bdc2656b9": "new escrow",
    "a39da184b36b7f8f": "max lock",
}
NOTHING = KnownAccounts(
    has_escrow=False, is_max_lock=False, has_escrow_tokens=False, has_wallet_tokens=False
)
EVERYTHING = KnownAccounts(
    has_escrow=True,
    is_max_lock=True,
    is_unstaking=False,
    has_escrow_tokens=True,
    has_wallet_tokens=True,
)


def steps(claim: WalletClaim, **options: Any) -> tuple[ClaimStep, ...]:
    return claim_transactions(claim, ClaimOptions(**options))


def contents(made: tuple[ClaimStep, ...], claim: WalletClaim) -> list[list[str]]:
    """Name the instructions of every step."""
    accounts = claim_accounts(claim)
    tokens = {bytes(accounts.destination or b""): "wallet tokens"}
    if accounts.stake is not None:
        tokens[bytes(accounts.stake.escrow_tokens)] = "escrow tokens"
    named = []
    for step in made:
        names = []
        for instruction in step.transaction.instructions:
            program = str(instruction.program_id)
            if program == ASSOCIATED:
                names.append(tokens[bytes(instruction.accounts[1].pubkey)])
            elif program == BUDGET:
                names.append({2: "limit", 3: "price"}[instruction.data[0]])
            else:
                names.append(NAMES.get(bytes(instruction.data)[:8].hex(), "nonce"))
        named.append(names)
    return named


def test_a_transfer_creates_the_wallets_token_account_first() -> None:
    claim = wallet_claim("jito", "transfer")
    made = steps(claim, compute_limit=100_000, compute_price=5)
    assert [["limit", "price", "wallet tokens", "claim"]] == contents(made, claim)
    assert [("claim", "")] == [(step.title, step.condition) for step in made]


def test_without_options_nothing_is_set_and_nothing_is_known() -> None:
    claim = wallet_claim("kamino", "transfer")
    assert [["wallet tokens", "claim"]] == contents(claim_transactions(claim), claim)


def test_what_exists_is_not_created() -> None:
    claim = wallet_claim()
    assert [["claim and stake"]] == contents(steps(claim, known=EVERYTHING), claim)
    claim = wallet_claim("jupiter-asr-2024")
    assert [["claim"]] == contents(steps(claim, known=EVERYTHING), claim)


def test_a_first_stake_makes_everything_in_one_transaction() -> None:
    claim = wallet_claim()
    made = steps(claim, known=NOTHING)
    expected = ["new escrow", "max lock", "escrow tokens", "claim and stake"]
    assert [expected] == contents(made, claim)
    assert ["claim and stake"] == [step.title for step in made]


def test_an_unknown_stake_account_is_made_apart_and_only_where_there_is_none() -> None:
    claim = wallet_claim()
    made = steps(claim)
    assert [["new escrow", "max lock"], ["escrow tokens", "claim and stake"]] == contents(
        made, claim
    )
    condition = (
        "only if the wallet has no stake account yet; where there is one it fails and changes "
        "nothing"
    )
    assert [("create the stake account", condition), ("claim and stake", "")] == [
        (step.title, step.condition) for step in made
    ]


def test_asrs_claim_needs_the_wallets_token_account_too() -> None:
    claim = wallet_claim("jupiter-asr-2024")
    made = steps(claim, known=NOTHING)
    expected = ["new escrow", "max lock", "escrow tokens", "wallet tokens", "claim"]
    assert [expected] == contents(made, claim)


def test_max_lock_of_an_unknown_state_is_left_alone() -> None:
    claim = wallet_claim()
    known = KnownAccounts(has_escrow=True)
    assert [["escrow tokens", "claim and stake"]] == contents(steps(claim, known=known), claim)


def test_max_lock_is_turned_on_where_nothing_is_unstaked() -> None:
    claim = wallet_claim()
    known = KnownAccounts(has_escrow=True, is_max_lock=False, is_unstaking=False)
    expected = [["max lock", "escrow tokens", "claim and stake"]]
    assert expected == contents(steps(claim, known=known), claim)


@pytest.mark.parametrize("is_unstaking", [True, None])
def test_an_unstake_is_cancelled_only_where_its_owner_says_so(is_unstaking: bool | None) -> None:
    claim = wallet_claim()
    known = KnownAccounts(has_escrow=True, is_max_lock=False, is_unstaking=is_unstaking)
    with pytest.raises(ClaimError, match="until it is finished or cancelled"):
        steps(claim, known=known)
    expected = [["max lock", "escrow tokens", "claim and stake"]]
    assert expected == contents(steps(claim, known=known, cancel_unstaking=True), claim)


def test_what_no_packet_holds_is_cut_before_the_claim() -> None:
    claim = wallet_claim(siblings=19)
    made = steps(claim, known=NOTHING, compute_limit=1, compute_price=1)
    first = ["limit", "price", "new escrow", "max lock", "escrow tokens"]
    assert [first, ["limit", "price", "claim and stake"]] == contents(made, claim)
    assert ["create the accounts", "claim and stake"] == [step.title for step in made]
    assert all(step.transaction.size <= 1232 for step in made)


def test_one_hash_less_fits_as_it_was_measured() -> None:
    made = steps(wallet_claim(siblings=18), known=NOTHING, compute_limit=1, compute_price=1)
    assert [1230] == [step.transaction.size for step in made]


def test_a_proof_that_fits_no_packet_is_refused() -> None:
    with pytest.raises(ClaimError) as caught:
        steps(wallet_claim(siblings=23), known=EVERYTHING)
    assert (
        "the claim's proof has 23 hashes, which makes a transaction of 1,233 bytes, and 1,232 fit "
        "a packet; use v0 with a lookup table, or fewer signers"
    ) == str(caught.value)
    with pytest.raises(ClaimError, match="the claim's proof has 23 hashes"):
        steps(wallet_claim(siblings=23), known=NOTHING)


def test_a_lookup_table_makes_room() -> None:
    claim = wallet_claim(siblings=23)
    table = LookupTable(address=key("table"), entries=(DISTRIBUTOR, LOCKER))
    made = steps(claim, known=EVERYTHING, version="v0", tables=(table,))
    assert 1 == len(made)


def test_operator_and_sponsor_sign_too() -> None:
    claim = wallet_claim()
    made = steps(claim, known=EVERYTHING, operator=OPERATOR, fee_payer=SPONSOR)
    signers = made[0].transaction.signers
    assert SPONSOR == signers[0]
    assert {SPONSOR, CLAIMANT, OPERATOR} == set(signers)


def test_the_claimant_stands_for_an_operator_that_nobody_needs() -> None:
    claim = wallet_claim()
    made = steps(claim, known=EVERYTHING)
    assert (CLAIMANT,) == made[0].transaction.signers
    (instruction,) = made[0].transaction.instructions
    assert format_address(CLAIMANT) == str(instruction.accounts[4].pubkey)


def test_the_sponsor_pays_for_accounts() -> None:
    claim = wallet_claim()
    made = steps(claim, known=NOTHING, fee_payer=SPONSOR)
    escrow, lock, tokens, _ = made[0].transaction.instructions
    assert format_address(SPONSOR) == str(escrow.accounts[3].pubkey)
    assert format_address(CLAIMANT) == str(escrow.accounts[2].pubkey)
    assert format_address(SPONSOR) == str(tokens.accounts[0].pubkey)
    assert VOTER == str(lock.program_id)


def test_a_blockhash_is_optional_and_its_absence_said() -> None:
    claim = wallet_claim()
    assert not steps(claim, known=EVERYTHING)[0].transaction.has_blockhash
    fresh = Freshness(blockhash=b"\1" * 32)
    made = steps(claim, known=EVERYTHING, freshness=fresh)[0].transaction
    assert made.has_blockhash
    assert made.content.count(b"\1" * 32) == 2  # a sibling has the same bytes


def test_a_nonce_serves_one_transaction() -> None:
    claim = wallet_claim()
    fresh = Freshness(blockhash=b"\7" * 32, nonce=key("nonce"))
    made = steps(claim, known=EVERYTHING, freshness=fresh)
    assert [["nonce", "claim and stake"]] == contents(made, claim)
    with pytest.raises(ClaimError, match="the claim takes 2 transactions, and a nonce serves only"):
        steps(claim, freshness=fresh)


def test_a_claim_that_the_program_has_not_is_refused() -> None:
    with pytest.raises(ClaimError, match="kamino has no stake claim"):
        wallet_claim("kamino", "stake")
    with pytest.raises(ClaimError, match="needs the locker of the stake account"):
        wallet_claim(locker=None)


def test_a_transfer_has_no_accounts_of_a_stake() -> None:
    accounts = claim_accounts(wallet_claim("jupiter", "transfer"))
    assert accounts.stake is None
    assert [] == open_escrow(accounts, CLAIMANT)
    assert [] == max_lock(accounts)
    assert [] == escrow_tokens(accounts, MINT, CLAIMANT)
    assert [] == wallet_tokens(claim_accounts(wallet_claim()), MINT, CLAIMANT)


def test_the_same_claim_has_the_same_bytes() -> None:
    first, second = (steps(wallet_claim(), compute_limit=7) for _ in range(2))
    assert [step.transaction.base64 for step in first] == [
        step.transaction.base64 for step in second
    ]
