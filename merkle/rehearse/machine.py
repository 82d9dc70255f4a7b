"""The virtual machine that a rehearsal runs on, and what comes of a transaction there."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from allocation.errors import AsrError
from merkle.program.errors import failure_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.account import Account
    from solders.clock import Clock
    from solders.transaction_metadata import TransactionMetadata

    from allocation.address import Address
    from merkle.program import Profile
    from merkle.program.errors import Failure

    Sent: TypeAlias = TransactionMetadata | FailedTransactionMetadata

MOST_LOG_LINES: Final = 40  # of one transaction, the last ones; a hostile program may log for ever
LONGEST_LINE: Final = 400


class Machine(Protocol):
    """What a rehearsal asks of a chain; LiteSVM has it."""

    def send_transaction(self, tx: VersionedTransaction, /) -> Sent:
        """Execute a transaction, whoever has signed it."""

    def get_account(self, pubkey: Pubkey, /) -> Account | None:
        """Return an account, None where there is none."""

    def set_account(self, pubkey: Pubkey, data: Account, /) -> None:
        """Put an account there, whatever was there before."""

    def get_clock(self) -> Clock:
        """Return what programs are told of the time."""

    def set_clock(self, clock: Clock, /) -> None:
        """Change it."""


MakeMachine: TypeAlias = "Callable[[], Machine]"
"""Makes a new machine with its programs; it is sent to other processes, a machine can't be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProgram:
    """A program as it is deployed: what we call it, where it stands, its ELF file."""

    name: str
    address: Address
    elf: bytes

    @property
    def sha256(self) -> str:
        """What the program is told apart by."""
        return sha256(self.elf).hexdigest()


def virtual_machine(programs: Sequence[LoadedProgram]) -> Machine:
    """Return a new machine on which these programs are deployed.

    Nobody has to sign, a blockhash is not looked at, and nothing is kept of a transaction: a
    second one with the same bytes is executed like the first. SPL Token and the program of
    associated token accounts are built in.

    Errors: AsrError for a file that is no program.
    """
    machine = (
        LiteSVM().with_sigverify(False).with_blockhash_check(False).with_transaction_history(0)
    )
    for program in programs:
        try:
            machine.add_program(Pubkey(program.address), program.elf)
        except Exception as error:  # LiteSVMError has no public name
            problem = f"{program.name}: the machine can't load the file as a program: {error}"
            remedy = "give the ELF file that `solana program dump` writes"
            raise AsrError(f"{problem}; {remedy}") from error
    return machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one transaction."""

    refusal: str = ""  # in the words of whoever refused it; empty where it was executed
    failure: Failure | None = None  # whose error it was, where the logs tell
    logs: tuple[str, ...] = ()  # of a refusal
    compute_units: int = 0

    @property
    def is_done(self) -> bool:
        """Whether it was executed."""
        return not self.refusal


def send(machine: Machine, transaction: bytes, profile: Profile) -> Outcome:
    """Execute a transaction; the profile knows the errors of its program by name."""
    sent = machine.send_transaction(VersionedTransaction.from_bytes(transaction))
    if not isinstance(sent, FailedTransactionMetadata):
        return Outcome(compute_units=sent.compute_units_consumed())
    logs = sent.meta().logs()
    failure = failure_in(logs, profile)
    return Outcome(
        refusal=shortened(str(sent.err() if failure is None else failure)),
        failure=failure,
        logs=tuple(shortened(line) for line in logs[-MOST_LOG_LINES:]),
    )


def shortened(text: str) -> str:
    """Cut a line that is too long for anybody to read."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."
