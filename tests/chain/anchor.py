"""What Anchor does before a program's own code runs: read the arguments, check the accounts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey
from solders.token.state import Mint, TokenAccount

from tests.chain.keys import ATA_PROGRAM, SYSTEM, TOKEN

if TYPE_CHECKING:
    from solders.account import Account

    from tests.chain.execution import Given, Invocation
    from tests.chain.layouts import Layout, Record

NO_SUCH_INSTRUCTION: Final = (101, "InstructionFallbackNotFound")
BAD_ARGUMENTS: Final = (102, "InstructionDidNotDeserialize")
MUT: Final = (2000, "ConstraintMut")
HAS_ONE: Final = (2001, "ConstraintHasOne")
RAW: Final = (2003, "ConstraintRaw")
SEEDS: Final = (2006, "ConstraintSeeds")
ASSOCIATED: Final = (2009, "ConstraintAssociated")
ADDRESS: Final = (2012, "ConstraintAddress")
TOKEN_MINT: Final = (2014, "ConstraintTokenMint")
TOKEN_OWNER: Final = (2015, "ConstraintTokenOwner")
NO_DISCRIMINATOR: Final = (3001, "AccountDiscriminatorNotFound")
WRONG_DISCRIMINATOR: Final = (3002, "AccountDiscriminatorMismatch")
UNREADABLE: Final = (3003, "AccountDidNotDeserialize")
TOO_FEW: Final = (3005, "AccountNotEnoughKeys")
WRONG_OWNER: Final = (3007, "AccountOwnedByWrongProgram")
WRONG_PROGRAM: Final = (3008, "InvalidProgramId")
NO_SIGNER: Final = (3010, "AccountNotSigner")
NOT_THERE: Final = (3012, "AccountNotInitialized")

DISCRIMINATOR: Final = 8


def discriminator(name: str) -> bytes:
    return hashlib.sha256(f"global:{name}".encode()).digest()[:DISCRIMINATOR]


class Arguments:
    """The arguments of an instruction, read from front to back."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation, self._rest = invocation, invocation.data[DISCRIMINATOR:]

    def take(self, size: int) -> bytes:
        if len(self._rest) < size:
            raise self._invocation.refuse(*BAD_ARGUMENTS)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def u8(self) -> int:
        return self.take(1)[0]

    def truth(self) -> int:
        value = self.u8()
        if value > 1:
            raise self._invocation.refuse(*BAD_ARGUMENTS)
        return value

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def i64(self) -> int:
        return int.from_bytes(self.take(8), "little", signed=True)

    def key(self) -> Pubkey:
        return Pubkey(self.take(32))

    def hashes(self) -> list[bytes]:
        return [self.take(32) for _ in range(self.u32())]


@dataclass(slots=True)
class Checked:
    """Reads the accounts of an instruction in order, each as the type it is declared to be."""

    invocation: Invocation
    position: int = 0

    def take(self) -> Given:
        if self.position >= len(self.invocation.accounts):
            raise self.invocation.refuse(*TOO_FEW)
        given = self.invocation.accounts[self.position]
        self.position += 1
        return given

    def signer(self, *, writable: bool = False) -> Pubkey:
        given = self.take()
        if not given.is_signer:
            raise self.invocation.refuse(*NO_SIGNER)
        self._writable(given, writable=writable)
        return given.key

    def optional_signer(self) -> Pubkey | None:
        """Anchor 0.28 writes an absent account as the program's own id."""
        if self.position < len(self.invocation.accounts):
            given = self.invocation.accounts[self.position]
            if given.key == self.invocation.program:
                self.position += 1
                return None
        return self.signer()

    def unchecked(self, *, writable: bool = False) -> Pubkey:
        given = self.take()
        self._writable(given, writable=writable)
        return given.key

    def program(self, program: Pubkey) -> None:
        if self.take().key != program:
            raise self.invocation.refuse(*WRONG_PROGRAM)

    def record(
        self, layout: Layout, *, owner: Pubkey | None = None, writable: bool = True
    ) -> tuple[Pubkey, Record]:
        """An account of this program, or of `owner`."""
        given = self.take()
        account = self._owned(given, owner or self.invocation.program)
        if len(account.data) < DISCRIMINATOR:
            raise self.invocation.refuse(*NO_DISCRIMINATOR)
        if account.data[:DISCRIMINATOR] != layout.discriminator:
            raise self.invocation.refuse(*WRONG_DISCRIMINATOR)
        if len(account.data) < layout.size:
            raise self.invocation.refuse(*UNREADABLE)
        self._writable(given, writable=writable)
        return given.key, layout.read(account.data)

    def mint(self) -> Pubkey:
        given = self.take()
        account = self._owned(given, TOKEN)
        try:
            initialised = Mint.from_bytes(account.data).is_initialized
        except ValueError:
            initialised = False
        if not initialised:
            raise self.invocation.refuse(*UNREADABLE)
        return given.key

    def tokens(self, *, writable: bool = True) -> tuple[Pubkey, TokenAccount]:
        given = self.take()
        account = self._owned(given, TOKEN)
        try:
            tokens = TokenAccount.from_bytes(account.data)
        except ValueError:
            raise self.invocation.refuse(*UNREADABLE) from None
        self._writable(given, writable=writable)
        return given.key, tokens

    def system(self) -> None:
        self.program(SYSTEM)

    def token_program(self) -> None:
        self.program(TOKEN)

    def ata_program(self) -> None:
        self.program(ATA_PROGRAM)

    def require(self, holds: bool, refusal: tuple[int, str]) -> None:
        if not holds:
            raise self.invocation.refuse(*refusal)

    def _owned(self, given: Given, owner: Pubkey) -> Account:
        account = self.invocation.execution.account(given.key)
        if account is None or (account.owner == SYSTEM and account.lamports == 0):
            raise self.invocation.refuse(*NOT_THERE)
        if account.owner != owner:
            raise self.invocation.refuse(*WRONG_OWNER)
        return account

    def _writable(self, given: Given, *, writable: bool) -> None:
        if writable and not given.is_writable:
            raise self.invocation.refuse(*MUT)
