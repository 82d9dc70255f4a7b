"""One transaction while it runs: accounts, privileges, logs, and calls into the real programs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.transaction import Transaction

from tests.chain.keys import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.litesvm import LiteSVM
    from solders.pubkey import Pubkey

Cause: TypeAlias = int | str | dict[str, object]
"""Why an instruction failed: a custom number, or one of the runtime's own names."""

Handler: TypeAlias = "Callable[[Invocation], None]"

NOMINAL_UNITS: Final = 20_000  # what an instruction of a modelled program is said to use
RUNTIME_WORDS: Final = {"ProgramFailedToComplete": "Program failed to complete"}
TREASURER: Final = Keypair.from_seed(bytes([7] * 32))  # pays for what the model runs in the VM


class InstructionFailureError(Exception):
    """An instruction failed; everything the transaction did is undone."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(str(cause))
        self.cause = cause

    def as_json(self) -> object:
        return {"Custom": self.cause} if isinstance(self.cause, int) else self.cause


class TransactionFailureError(Exception):
    """A transaction failed as a whole, e.g. for an account that it leaves too poor to stay."""

    def __init__(self, error: object) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Given:
    """One account of an instruction, with what the transaction allows it."""

    key: Pubkey
    is_signer: bool
    is_writable: bool


@dataclass(slots=True)
class Execution:
    """What the instructions of one transaction share."""

    svm: LiteSVM
    logs: list[str] = field(default_factory=list)
    units: int = 0

    def account(self, key: Pubkey) -> Account | None:
        return self.svm.get_account(key)

    def native(self, instruction: Instruction, depth: int) -> None:
        """Run an instruction in the VM, where no signature is checked, so a PDA may sign."""
        blockhash = self.svm.latest_blockhash()
        message = Message.new_with_blockhash([instruction], TREASURER.pubkey(), blockhash)
        answer = json.loads(self.svm.send_transaction(Transaction.new_unsigned(message)).to_json())
        meta = answer.get("meta", answer)
        self.logs += [_deeper(line, depth - 1) for line in meta["logs"]]
        self.units += meta["compute_units_consumed"]
        if "err" in answer:
            raise InstructionFailureError(_cause(answer["err"]))


def _deeper(line: str, levels: int) -> str:
    words = line.split(" ")
    if words[0] == "Program" and words[2:3] == ["invoke"]:
        words[3] = f"[{int(words[3].strip('[]')) + levels}]"
    return " ".join(words)


def _cause(error: object) -> Cause:
    """Take the cause out of {"InstructionError": [0, cause]}; the VM ran one instruction."""
    if not isinstance(error, dict) or "InstructionError" not in error:
        raise TransactionFailureError(error)
    _, cause = error["InstructionError"]
    if isinstance(cause, dict) and "Custom" in cause:
        return int(cause["Custom"])
    assert isinstance(cause, str | dict)
    return cause


@dataclass(slots=True)
class Invocation:
    """One instruction of a modelled program, at the top or called by another one."""

    execution: Execution
    program: Pubkey
    accounts: list[Given]
    data: bytes
    depth: int = 1

    def refuse(self, code: int, name: str) -> InstructionFailureError:
        """Log a refusal as Anchor does."""
        message = f"AnchorError occurred. Error Code: {name}. Error Number: {code}."
        self.log(f"Program log: {message} Error Message: {name}.")
        return InstructionFailureError(code)

    def log(self, line: str) -> None:
        self.execution.logs.append(line)

    @property
    def now(self) -> int:
        return self.execution.svm.get_clock().unix_timestamp

    @property
    def slot(self) -> int:
        return self.execution.svm.get_clock().slot

    def call(self, program: Pubkey, data: bytes, metas: list[AccountMeta]) -> None:
        """Call a real program; the PDAs of this one count as signers."""
        self.execution.native(Instruction(program, data, metas), self.depth + 1)

    def put(self, key: Pubkey, data: bytes) -> None:
        """Write the data of an account this program owns."""
        old = self.execution.account(key)
        assert old is not None
        assert old.owner == self.program
        assert len(data) == len(old.data), (key, len(data), len(old.data))
        self.execution.svm.set_account(key, Account(old.lamports, data, old.owner))

    def close(self, key: Pubkey, receiver: Pubkey) -> None:
        """Delete an account and give its lamports away."""
        old, given = self.execution.account(key), self.execution.account(receiver)
        assert old is not None
        assert given is not None
        richer = Account(given.lamports + old.lamports, given.data, given.owner, given.executable)
        self.execution.svm.set_account(receiver, richer)
        self.execution.svm.set_account(key, Account(0, b"", SYSTEM))

    def create(self, key: Pubkey, size: int, payer: Pubkey) -> None:
        """Create an account for this program, as Anchor's `init` does."""
        rent = self.execution.svm.minimum_balance_for_rent_exemption(size)
        old = self.execution.account(key)
        meta = [AccountMeta(payer, True, True), AccountMeta(key, True, True)]
        owner = bytes(self.program)
        if old is None:
            numbers = _u32(0) + _u64(rent) + _u64(size)
            self.call(SYSTEM, numbers + owner, meta)  # CreateAccount
            return
        if old.lamports < rent:
            self.call(SYSTEM, _u32(2) + _u64(rent - old.lamports), meta)  # Transfer
        self.call(SYSTEM, _u32(8) + _u64(size), meta[1:])  # Allocate
        self.call(SYSTEM, _u32(1) + owner, meta[1:])  # Assign


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "little")


def perform(invocation: Invocation, name: str, handler: Handler) -> None:
    """Run one instruction of a modelled program between the log lines that Solana writes."""
    program = invocation.program
    invocation.log(f"Program {program} invoke [{invocation.depth}]")
    words = "".join(word.capitalize() for word in name.split("_"))
    invocation.log(f"Program log: Instruction: {words}")
    invocation.execution.units += NOMINAL_UNITS
    try:
        handler(invocation)
    except InstructionFailureError as failure:
        invocation.log(f"Program {program} failed: {_described(failure.cause)}")
        raise
    invocation.log(f"Program {program} success")


def _described(cause: Cause) -> str:
    if isinstance(cause, int):
        return f"custom program error: {cause:#x}"
    return RUNTIME_WORDS.get(str(cause), str(cause))
