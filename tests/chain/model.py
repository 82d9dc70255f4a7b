"""A MODEL of a chain with the claim programs: what CLAIM_PROGRAM.md says; not the programs.

CLAIM_PROGRAM.md is the specification of the programs, ../shared/design/CLAIM_PROGRAM.md.

`ModelChain` has the interface of `LiteSVM` and stands on one: system, token, associated token and
compute budget programs are the real ones. Instructions of the claim programs and of locked_voter
run in Python. It judges merkle.program and merkle.claim, so it shares no code with them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.litesvm import LiteSVM
from solders.transaction_metadata import (
    FailedTransactionMetadata,
    SimulatedTransactionInfo,
    TransactionMetadata,
)

from tests.chain.execution import (
    TREASURER,
    Execution,
    InstructionFailureError,
    Invocation,
    TransactionFailureError,
)
from tests.chain.keys import SYSTEM, UPGRADEABLE_LOADER
from tests.chain.packets import TransactionRefusalError, open_packet, versioned
from tests.chain.programs import PROGRAMS, run_modelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solders.clock import Clock
    from solders.hash import Hash
    from solders.pubkey import Pubkey
    from solders.signature import Signature
    from solders.transaction import Transaction, VersionedTransaction

    from tests.chain.packets import Packet, Step

PLENTY: Final = 10**15
NOTHING: Final = Account(0, b"", SYSTEM)
PROGRAM_ACCOUNT: Final = Account(1_141_440, bytes(36), UPGRADEABLE_LOADER, executable=True)


class ModelChain:
    """One chain in memory. Its clock starts at 2025-01-01; `expire_blockhash` makes a new one."""

    def __init__(self) -> None:
        self.svm = LiteSVM().with_sigverify(False).with_transaction_history(0)
        self.svm.set_account(TREASURER.pubkey(), Account(PLENTY, b"", SYSTEM))
        clock = self.svm.get_clock()
        clock.unix_timestamp = 1_735_689_600
        self.svm.set_clock(clock)
        self._processed: dict[Signature, TransactionMetadata | FailedTransactionMetadata] = {}

    def get_account(self, address: Pubkey) -> Account | None:
        account = self.svm.get_account(address)
        if account is None and address in PROGRAMS:
            return PROGRAM_ACCOUNT
        return account

    def set_account(self, address: Pubkey, account: Account) -> None:
        self.svm.set_account(address, account)

    def get_balance(self, address: Pubkey) -> int | None:
        return self.svm.get_balance(address)

    def airdrop(
        self, address: Pubkey, lamports: int
    ) -> TransactionMetadata | FailedTransactionMetadata:
        return self.svm.airdrop(address, lamports)

    def get_clock(self) -> Clock:
        return self.svm.get_clock()

    def set_clock(self, clock: Clock) -> None:
        self.svm.set_clock(clock)

    def warp_to_slot(self, slot: int) -> None:
        self.svm.warp_to_slot(slot)

    def latest_blockhash(self) -> Hash:
        return self.svm.latest_blockhash()

    def expire_blockhash(self) -> None:
        self.svm.expire_blockhash()

    def minimum_balance_for_rent_exemption(self, size: int) -> int:
        return self.svm.minimum_balance_for_rent_exemption(size)

    def get_transaction(
        self, signature: Signature
    ) -> TransactionMetadata | FailedTransactionMetadata | None:
        return self._processed.get(signature)

    def send_transaction(
        self, transaction: Transaction | VersionedTransaction
    ) -> TransactionMetadata | FailedTransactionMetadata:
        """Run a transaction whole or not at all; one that fails still pays its fee."""
        execution = Execution(self.svm)
        parsed = versioned(transaction)
        try:
            packet = self._accepted(execution, parsed)
        except TransactionRefusalError as refusal:
            return _failed(parsed.signatures[0], 0, execution, refusal.cause)
        before = self._snapshot(packet)
        self._charge(packet)
        error = self._run(packet, execution)
        if error is not None:
            self._restore(before)
            self._charge(packet)
            self._keep_nonce_used(packet)
        result = _result(packet, execution, error)
        self._processed[packet.signature] = result
        return result

    def simulate_transaction(
        self,
        transaction: Transaction | VersionedTransaction,
        *,
        verify_signatures: bool = True,
        check_blockhash: bool = True,
    ) -> SimulatedTransactionInfo | FailedTransactionMetadata:
        """Run a transaction and undo everything."""
        execution = Execution(self.svm)
        parsed = versioned(transaction)
        try:
            packet = self._accepted(
                execution,
                parsed,
                verify_signatures=verify_signatures,
                check_blockhash=check_blockhash,
            )
        except TransactionRefusalError as refusal:
            return _failed(parsed.signatures[0], 0, execution, refusal.cause)
        before = self._snapshot(packet)
        self._charge(packet)
        result = _result(packet, execution, self._run(packet, execution))
        self._restore(before)
        if isinstance(result, FailedTransactionMetadata):
            return result
        done = {"meta": json.loads(result.to_json()), "post_accounts": []}
        return SimulatedTransactionInfo.from_json(json.dumps(done))

    def _accepted(
        self,
        execution: Execution,
        transaction: VersionedTransaction,
        *,
        verify_signatures: bool = True,
        check_blockhash: bool = True,
    ) -> Packet:
        """Refuse what no validator puts into a block."""
        packet = open_packet(execution, transaction, verify_signatures=verify_signatures)
        if packet.signature in self._processed and verify_signatures:
            raise TransactionRefusalError("AlreadyProcessed")
        if check_blockhash and not self._is_recent(packet):
            raise TransactionRefusalError("BlockhashNotFound")
        payer = self.svm.get_account(packet.payer)
        if payer is None:
            raise TransactionRefusalError("AccountNotFound")
        if payer.owner != SYSTEM or payer.data:
            raise TransactionRefusalError("InvalidAccountForFee")
        if payer.lamports < packet.fee:
            raise TransactionRefusalError("InsufficientFundsForFee")
        for step in packet.steps:
            program = self.get_account(step.program)
            if program is None or not program.executable:
                raise TransactionRefusalError("ProgramAccountNotFound")
        return packet

    def _is_recent(self, packet: Packet) -> bool:
        if packet.blockhash == self.latest_blockhash():
            return True
        nonce = packet.nonce()
        account = self.svm.get_account(nonce) if nonce else None
        return account is not None and account.data[40:72] == bytes(packet.blockhash)

    def _run(self, packet: Packet, execution: Execution) -> object:
        """Run every instruction; return None, or the error with the number of the failed one."""
        for index, step in enumerate(packet.steps):
            try:
                self._step(step, execution)
            except InstructionFailureError as failure:
                return {"InstructionError": [index, failure.as_json()]}
            except TransactionFailureError as failure:
                return failure.error
        for index, given in enumerate(packet.accounts):
            account = self.svm.get_account(given.key)
            if given.is_writable and account is not None and self._is_poor(account):
                return {"InsufficientFundsForRent": {"account_index": index}}
        return None

    def _step(self, step: Step, execution: Execution) -> None:
        if step.program in PROGRAMS:
            run_modelled(Invocation(execution, step.program, step.accounts, step.data))
            return
        execution.native(_instruction(step), 1)

    def _is_poor(self, account: Account) -> bool:
        least = self.minimum_balance_for_rent_exemption(len(account.data))
        return 0 < account.lamports < least

    def _keep_nonce_used(self, packet: Packet) -> None:
        """Advance the nonce of a transaction that failed, so that it can't be sent again."""
        if packet.nonce() is not None:
            try:
                Execution(self.svm).native(_instruction(packet.steps[0]), 1)
            except InstructionFailureError:
                return  # it was the advance that failed

    def _charge(self, packet: Packet) -> None:
        payer = self.svm.get_account(packet.payer)
        assert payer is not None
        self.svm.set_account(packet.payer, Account(payer.lamports - packet.fee, b"", SYSTEM))

    def _snapshot(self, packet: Packet) -> dict[Pubkey, Account | None]:
        return {given.key: self.svm.get_account(given.key) for given in packet.accounts}

    def _restore(self, before: dict[Pubkey, Account | None]) -> None:
        for key, account in before.items():
            if self.svm.get_account(key) != account:
                self.svm.set_account(key, account or NOTHING)


def _instruction(step: Step) -> Instruction:
    metas = [AccountMeta(it.key, it.is_signer, it.is_writable) for it in step.accounts]
    return Instruction(step.program, step.data, metas)


def _result(
    packet: Packet, execution: Execution, error: object
) -> TransactionMetadata | FailedTransactionMetadata:
    if error is not None:
        return _failed(packet.signature, packet.fee, execution, error)
    meta = _meta(packet.signature, packet.fee, execution.logs, execution.units)
    return TransactionMetadata.from_json(json.dumps(meta))


def _failed(
    signature: Signature, fee: int, execution: Execution, cause: object
) -> FailedTransactionMetadata:
    meta = _meta(signature, fee, execution.logs, execution.units)
    return FailedTransactionMetadata.from_json(json.dumps({"err": cause, "meta": meta}))


def _meta(signature: Signature, fee: int, logs: Iterable[str], units: int) -> dict[str, object]:
    return {
        "signature": str(signature),
        "logs": list(logs),
        "inner_instructions": [],
        "compute_units_consumed": units,
        "return_data": {"program_id": [0] * 32, "data": []},
        "fee": fee,
    }
