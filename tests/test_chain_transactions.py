"""The model of the chain takes transactions as Solana does: whole or not at all, and signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import (
    AdvanceNonceAccountParams,
    TransferParams,
    advance_nonce_account,
    create_nonce_account,
    transfer,
)
from solders.transaction import Transaction, VersionedTransaction

from tests.chain import keys
from tests.chain.building import SOL, Ran, funded, keypair, ran, send, signed, tokens_at
from tests.chain.model import ModelChain
from tests.chain.stages import AMOUNT, Stage

if TYPE_CHECKING:
    from solders.keypair import Keypair

TABLES = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
PAYER, RECEIVER = keypair(1), keypair(2).pubkey()


@pytest.fixture
def chain() -> ModelChain:
    chain = ModelChain()
    funded(chain, 1, 10 * SOL)
    return chain


def payment(lamports: int = SOL, payer: Keypair = PAYER) -> Instruction:
    parties = TransferParams(from_pubkey=payer.pubkey(), to_pubkey=RECEIVER, lamports=lamports)
    return transfer(parties)


def balances(chain: ModelChain) -> tuple[int, int]:
    return chain.get_balance(PAYER.pubkey()) or 0, chain.get_balance(RECEIVER) or 0


def test_a_payment_costs_its_fee(chain: ModelChain) -> None:
    assert send(chain, [payment()], PAYER).error is None
    assert (9 * SOL - 5_000, SOL) == balances(chain)


def test_priority_costs_price_times_limit(chain: ModelChain) -> None:
    budget = [set_compute_unit_limit(100_000), set_compute_unit_price(15)]
    assert 5_002 == send(chain, [*budget, payment()], PAYER).fee  # 1.5 lamports, rounded up
    assert 5_003 == send(chain, [budget[1], payment()], PAYER).fee  # 200,000 units are the default


def test_a_failure_undoes_everything_but_the_fee(chain: ModelChain) -> None:
    result = send(chain, [payment(), payment(20 * SOL)], PAYER)
    assert {"InstructionError": [1, {"Custom": 1}]} == result.error
    assert (10 * SOL - 5_000, 0) == balances(chain)
    assert chain.get_account(RECEIVER) is None


def test_a_modelled_failure_undoes_what_real_programs_did() -> None:
    stage = Stage("jupiter").created()
    steps = [payment(SOL, stage.claimant), stage.claiming(proof=[]).transfer()]
    result = send(stage.chain, steps, stage.claimant)
    assert {"InstructionError": [1, {"Custom": 6002}]} == result.error
    assert f"Program {stage.program} failed: custom program error: 0x1772" == result.logs[-1]
    assert stage.chain.get_account(RECEIVER) is None


def test_a_real_failure_undoes_what_modelled_programs_did() -> None:
    stage = Stage("jupiter").created()
    steps = [stage.claiming().transfer(), payment(20 * SOL, stage.claimant)]
    assert {"InstructionError": [1, {"Custom": 1}]} == send(
        stage.chain, steps, stage.claimant
    ).error
    assert 0 == tokens_at(stage.chain, stage.destination)
    assert 0 == stage.record().numbers["num_nodes_claimed"]
    assert stage.claim().error is None
    assert AMOUNT == tokens_at(stage.chain, stage.destination)


def test_a_trial_changes_nothing(chain: ModelChain) -> None:
    transaction = signed(chain, [payment()], [PAYER])
    assert ran(chain.simulate_transaction(transaction)).error is None
    assert (10 * SOL, 0) == balances(chain)
    assert ran(chain.send_transaction(transaction)).error is None


def refused(chain: ModelChain, transaction: Transaction | VersionedTransaction) -> object:
    """Why a transaction is not even charged for."""
    before = balances(chain)
    result = ran(chain.send_transaction(transaction))
    assert (before, 0) == (balances(chain), result.fee)
    assert result.error == ran(chain.simulate_transaction(transaction)).error
    return result.error


def test_the_same_signature_runs_once(chain: ModelChain) -> None:
    transaction = signed(chain, [payment()], [PAYER])
    done = chain.send_transaction(transaction)
    assert done == chain.get_transaction(transaction.signatures[0])
    assert "AlreadyProcessed" == refused(chain, transaction)


def test_a_blockhash_expires(chain: ModelChain) -> None:
    transaction = signed(chain, [payment()], [PAYER])
    chain.expire_blockhash()
    assert "BlockhashNotFound" == refused(chain, transaction)


def test_every_signer_signs(chain: ModelChain) -> None:
    transaction = bytearray(bytes(signed(chain, [payment()], [PAYER])))
    transaction[1:65] = bytes(64)
    assert "SignatureFailure" == refused(chain, VersionedTransaction.from_bytes(bytes(transaction)))


def test_a_packet_has_1232_bytes(chain: ModelChain) -> None:
    memo = Instruction(keys.SYSTEM, bytes(1_100), [])
    assert "SanitizeFailure" == refused(chain, signed(chain, [memo], [PAYER]))


def test_a_payer_without_an_account_pays_nothing(chain: ModelChain) -> None:
    poor = keypair(9)
    assert "AccountNotFound" == refused(chain, signed(chain, [payment()], [poor, PAYER]))


def test_a_payer_needs_the_fee(chain: ModelChain) -> None:
    poor = funded(chain, 9, 4_999)
    assert "InsufficientFundsForFee" == refused(chain, signed(chain, [], [poor]))


def test_a_payer_holds_lamports_alone(chain: ModelChain) -> None:
    chain.set_account(keypair(9).pubkey(), Account(SOL, b"x", keys.JUPITER))
    assert "InvalidAccountForFee" == refused(chain, signed(chain, [], [keypair(9)]))


def test_a_program_has_to_be_there(chain: ModelChain) -> None:
    stranger = Instruction(keypair(40).pubkey(), b"", [])
    assert "ProgramAccountNotFound" == refused(chain, signed(chain, [stranger], [PAYER]))


def test_a_modelled_program_is_there(chain: ModelChain) -> None:
    account = chain.get_account(keys.JUPITER)
    assert account is not None
    assert account.executable


def test_a_setting_is_made_once(chain: ModelChain) -> None:
    steps = [set_compute_unit_limit(1_000), set_compute_unit_limit(2_000)]
    assert {"DuplicateInstruction": 1} == refused(chain, signed(chain, steps, [PAYER]))


def test_no_account_is_left_too_poor_to_stay(chain: ModelChain) -> None:
    error = send(chain, [payment(1)], PAYER).error
    assert isinstance(error, dict)
    assert "InsufficientFundsForRent" in error
    assert 0 == balances(chain)[1]


def test_a_payer_is_not_left_too_poor_by_the_fee(chain: ModelChain) -> None:
    poor = funded(chain, 9, 895_000)
    budget = set_compute_unit_price(1)
    expected = {"InsufficientFundsForRent": {"account_index": 0}}
    assert expected == send(chain, [budget], poor).error


def with_nonce(chain: ModelChain) -> tuple[Pubkey, Hash]:
    nonce = keypair(20)
    least = chain.minimum_balance_for_rent_exemption(80)
    steps = create_nonce_account(PAYER.pubkey(), nonce.pubkey(), PAYER.pubkey(), least)
    assert send(chain, list(steps), PAYER, nonce).error is None
    chain.expire_blockhash()
    return nonce.pubkey(), stored_nonce(chain, nonce.pubkey())


def stored_nonce(chain: ModelChain, nonce: Pubkey) -> Hash:
    account = chain.get_account(nonce)
    assert account is not None
    return Hash.from_bytes(account.data[40:72])


def by_nonce(chain: ModelChain, nonce: Pubkey, value: Hash, lamports: int) -> Ran:
    advance = advance_nonce_account(
        AdvanceNonceAccountParams(nonce_pubkey=nonce, authorized_pubkey=PAYER.pubkey())
    )
    message = Message.new_with_blockhash([advance, payment(lamports)], PAYER.pubkey(), value)
    return ran(chain.send_transaction(Transaction([PAYER], message, value)))


def test_a_nonce_stands_for_a_blockhash_once(chain: ModelChain) -> None:
    nonce, value = with_nonce(chain)
    assert by_nonce(chain, nonce, value, SOL).error is None
    assert value != stored_nonce(chain, nonce)
    assert "BlockhashNotFound" == by_nonce(chain, nonce, value, 2 * SOL).error


def test_a_failure_uses_its_nonce_up(chain: ModelChain) -> None:
    nonce, value = with_nonce(chain)
    failed = by_nonce(chain, nonce, value, 20 * SOL)
    assert {"InstructionError": [1, {"Custom": 1}]} == failed.error
    assert value != stored_nonce(chain, nonce)
    assert "BlockhashNotFound" == by_nonce(chain, nonce, value, SOL).error


def test_a_nonce_advances_once_per_blockhash(chain: ModelChain) -> None:
    nonce, value = with_nonce(chain)
    assert by_nonce(chain, nonce, value, SOL).error is None
    again = by_nonce(chain, nonce, stored_nonce(chain, nonce), SOL)
    assert {"InstructionError": [0, {"Custom": 7}]} == again.error


def with_table(stage: Stage, addresses: list[Pubkey]) -> AddressLookupTableAccount:
    """A lookup table as its program stores it: 56 bytes of its own, then the keys."""
    table = AddressLookupTableAccount(keypair(21).pubkey(), addresses)
    own = (1).to_bytes(4, "little") + b"\xff" * 8 + bytes(8) + bytes(1) + bytes(1) + bytes(34)
    data = own + b"".join(bytes(address) for address in addresses)
    stage.chain.set_account(table.key, Account(SOL, data, TABLES))
    return table


def claim_by_table(stage: Stage, table: AddressLookupTableAccount) -> VersionedTransaction:
    steps = [stage.claiming().transfer()]
    payer, blockhash = stage.claimant.pubkey(), stage.chain.latest_blockhash()
    message = MessageV0.try_compile(payer, steps, [table], blockhash)
    return VersionedTransaction(message, [stage.claimant])


def test_a_claim_takes_accounts_from_a_table() -> None:
    stage = Stage("jupiter").created()
    table = with_table(stage, [stage.distributor, keys.TOKEN, stage.vault])
    transaction = claim_by_table(stage, table)
    plain = signed(stage.chain, [stage.claiming().transfer()], [stage.claimant])
    assert len(bytes(transaction)) < len(bytes(plain))
    assert ran(stage.chain.send_transaction(transaction)).error is None
    assert AMOUNT == tokens_at(stage.chain, stage.destination)


@pytest.mark.parametrize(
    ("kept", "error"),
    [(None, "AddressLookupTableNotFound"), (1, "InvalidAddressLookupTableIndex")],
)
def test_a_table_that_lacks_the_accounts_is_refused(kept: int | None, error: str) -> None:
    stage = Stage("jupiter").created()
    table = with_table(stage, [stage.distributor, keys.TOKEN, stage.vault])
    transaction = claim_by_table(stage, table)
    account = stage.chain.get_account(table.key)
    assert account is not None
    rest = account.data[: 56 + 32 * kept] if kept else b""
    owner = account.owner if kept else keys.SYSTEM
    stage.chain.set_account(table.key, Account(SOL if kept else 0, rest, owner))
    assert error == ran(stage.chain.send_transaction(transaction)).error


def test_a_read_only_account_is_not_written() -> None:
    stage = Stage("jupiter").created()
    claim = stage.claiming().transfer()
    claim.accounts = [
        type(meta)(meta.pubkey, meta.is_signer, meta.is_writable and at != 0)
        for at, meta in enumerate(claim.accounts)
    ]
    assert 2000 == stage.send(claim, stage.claimant).custom
