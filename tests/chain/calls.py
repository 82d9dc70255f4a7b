"""Instructions of the modelled programs, written from the tables of CLAIM_PROGRAM.md section 5.

For the model's own tests: they share no code with merkle.program either.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from tests.chain import keys
from tests.chain.keys import ATA_PROGRAM, JUPITER, SYSTEM, TOKEN, VOTER

if TYPE_CHECKING:
    from collections.abc import Sequence

NOBODY: Final = Pubkey(bytes(32))


def call(
    program: Pubkey, name: str, arguments: bytes, accounts: str, *given: Pubkey
) -> Instruction:
    """`accounts` has a word per account: any of w (writable) and s (signs), or - for neither."""
    words = accounts.split()
    assert len(words) == len(given), (name, len(words), len(given))
    metas = [
        AccountMeta(key, "s" in word, "w" in word) for word, key in zip(words, given, strict=True)
    ]
    discriminator = hashlib.sha256(f"global:{name}".encode()).digest()[:8]
    return Instruction(program, discriminator + arguments, metas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """The arguments of new_distributor; `replace` makes one of them wrong."""

    program: Pubkey
    base: Pubkey
    mint: Pubkey
    receiver: Pubkey
    admin: Pubkey
    root: bytes
    start: int
    version: int = 0
    total: int = 1_000
    nodes: int = 10
    length: int = 1
    delay: int = 86_400
    activation_point: int = 0
    activation_type: int = 0
    closable: bool = False
    bonus: int = 0
    bonus_duration: int = 0
    claim_type: int = 0
    operator: Pubkey = NOBODY
    locker: Pubkey = NOBODY
    vault: Pubkey | None = None
    name: str = "new_distributor"

    @property
    def distributor(self) -> Pubkey:
        return keys.distributor_of(self.program, self.base, self.mint, self.version)

    @property
    def own_vault(self) -> Pubkey:
        return self.vault or keys.token_address(self.distributor, self.mint)

    def arguments(self) -> bytes:
        end = self.start + self.length
        data = struct.pack("<Q32sQQ", self.version, self.root, self.total, self.nodes)
        data += struct.pack("<qqq", self.start, end, end + self.delay)
        if self.program != keys.JITO:
            data += struct.pack("<Q", self.activation_point)
            if self.program in (JUPITER, keys.JUPITER_2024):
                data += struct.pack("<B", self.activation_type)
            data += struct.pack("<?", self.closable)
        if self.program == JUPITER or self.name == "new_distributor2":
            data += struct.pack("<QQ", self.bonus, self.bonus_duration)
        if self.program == JUPITER:
            data += struct.pack("<B32s", self.claim_type, bytes(self.operator))
        if self.program in (JUPITER, keys.JUPITER_ASR_2024):
            data += bytes(self.locker)
        return data

    def instruction(self) -> Instruction:
        given = [self.distributor, self.base, self.receiver, self.mint, self.own_vault, self.admin]
        shape = "w s w - - sw"
        if self.program == keys.JITO:
            shape = "w w - w sw"
            del given[1]
        programs = [SYSTEM, TOKEN] if self.program == JUPITER else [SYSTEM, ATA_PROGRAM, TOKEN]
        shape += " -" * len(programs)
        return call(self.program, self.name, self.arguments(), shape, *given, *programs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """A claim of any program; `replace` makes something of it wrong."""

    program: Pubkey
    distributor: Pubkey
    vault: Pubkey
    claimant: Pubkey
    destination: Pubkey
    unlocked: int
    locked: int = 0
    proof: Sequence[bytes] = ()
    operator: Pubkey | None = None
    status: Pubkey | None = None
    locker: Pubkey = NOBODY
    escrow: Pubkey = NOBODY
    escrow_tokens: Pubkey = NOBODY
    voter: Pubkey = VOTER

    def arguments(self) -> bytes:
        head = struct.pack("<QQI", self.unlocked, self.locked, len(self.proof))
        return head + b"".join(self.proof)

    def _opening(self) -> list[Pubkey]:
        status = self.status or keys.claim_status_of(self.program, self.claimant, self.distributor)
        return [self.distributor, status, self.vault]

    def _operator(self) -> tuple[str, Pubkey]:
        return ("s", self.operator) if self.operator else ("-", self.program)

    def transfer(self) -> Instruction:
        given, shape = [*self._opening(), self.destination, self.claimant], "w w w w ws"
        if self.program == JUPITER:
            word, operator = self._operator()
            given, shape = [*given, operator], f"{shape} {word}"
        given, shape = [*given, TOKEN, SYSTEM], f"{shape} - -"
        if self.program == keys.JUPITER_ASR_2024:
            given += [self.voter, self.locker, self.escrow, self.escrow_tokens]
            shape += " - w w w"
        return call(self.program, "new_claim", self.arguments(), shape, *given)

    def stake(self) -> Instruction:
        word, operator = self._operator()
        given = [*self._opening(), self.claimant, operator, TOKEN, SYSTEM]
        given += [self.voter, self.locker, self.escrow, self.escrow_tokens]
        shape = f"w w w ws {word} - - - w w w"
        return call(self.program, "new_claim_and_stake", self.arguments(), shape, *given)

    def of_locked(self) -> Instruction:
        given, shape = [*self._opening(), self.destination, self.claimant], "w w w w ws"
        if self.program == JUPITER:
            word, operator = self._operator()
            given, shape = [*given, operator], f"w w w w s {word}"
        return call(self.program, "claim_locked", b"", f"{shape} -", *given, TOKEN)


def clawback(
    program: Pubkey, distributor: Pubkey, vault: Pubkey, receiver: Pubkey, caller: Pubkey
) -> Instruction:
    if program == JUPITER:
        return call(program, "clawback", b"", "w w w -", distributor, vault, receiver, TOKEN)
    given = (distributor, vault, receiver, caller, SYSTEM, TOKEN)
    return call(program, "clawback", b"", "w w w s - -", *given)


def set_admin(
    program: Pubkey, distributor: Pubkey, admin: Pubkey, new_admin: Pubkey
) -> Instruction:
    shape = "w s -" if program == JUPITER else "w ws w"
    return call(program, "set_admin", b"", shape, distributor, admin, new_admin)


def set_clawback_receiver(
    program: Pubkey, distributor: Pubkey, receiver: Pubkey, admin: Pubkey
) -> Instruction:
    shape = "w - s" if program == JUPITER else "w - ws"
    return call(program, "set_clawback_receiver", b"", shape, distributor, receiver, admin)


def set_operator(distributor: Pubkey, admin: Pubkey, operator: Pubkey) -> Instruction:
    return call(JUPITER, "set_operator", bytes(operator), "w s", distributor, admin)


def set_activation(program: Pubkey, distributor: Pubkey, admin: Pubkey, point: int) -> Instruction:
    counts_slots = program in (keys.JUPITER_ASR_2024, keys.KAMINO)
    name = "set_enable_slot" if counts_slots else "set_activation_point"
    return call(program, name, struct.pack("<Q", point), "w ws", distributor, admin)


def new_locker(
    base: Pubkey, mint: Pubkey, payer: Pubkey, *, shortest: int = 100, longest: int = 1_000
) -> Instruction:
    arguments = struct.pack("<BQQQ", 1, shortest, longest, 0)
    given = (base, keys.locker_of(base), mint, base, payer, SYSTEM)
    return call(VOTER, "new_locker", arguments, "s w - - ws -", *given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staking:
    """Calls to locked_voter about one wallet's escrow."""

    locker: Pubkey
    mint: Pubkey
    owner: Pubkey

    @property
    def escrow(self) -> Pubkey:
        return keys.escrow_of(self.locker, self.owner)

    @property
    def tokens(self) -> Pubkey:
        return keys.token_address(self.escrow, self.mint)

    def new_escrow(self, payer: Pubkey) -> Instruction:
        given = (self.locker, self.escrow, self.owner, payer, SYSTEM)
        return call(VOTER, "new_escrow", b"", "w w - ws -", *given)

    def max_lock(self, *, on: bool = True, signer: Pubkey | None = None) -> Instruction:
        given = (self.locker, self.escrow, signer or self.owner)
        return call(VOTER, "toggle_max_lock", bytes([on]), "- w s", *given)

    def deposit(
        self, payer: Pubkey, source: Pubkey, amount: int, tokens: Pubkey | None = None
    ) -> Instruction:
        given = (self.locker, self.escrow, tokens or self.tokens, payer, source, TOKEN)
        arguments = struct.pack("<Q", amount)
        return call(VOTER, "increase_locked_amount", arguments, "w w w s w -", *given)

    def extend(self, duration: int) -> Instruction:
        given = (self.locker, self.escrow, self.owner)
        return call(VOTER, "extend_lock_duration", struct.pack("<q", duration), "- w s", *given)

    def open_partial(self, partial: Pubkey, amount: int, memo: bytes = b"") -> Instruction:
        arguments = struct.pack("<QI", amount, len(memo)) + memo
        given = (self.locker, self.escrow, partial, self.owner, SYSTEM)
        return call(VOTER, "open_partial_unstaking", arguments, "w w ws ws -", *given)

    def merge_partial(self, partial: Pubkey) -> Instruction:
        given = (self.locker, self.escrow, partial, self.owner)
        return call(VOTER, "merge_partial_unstaking", b"", "w w w ws", *given)

    def withdraw_partial(self, partial: Pubkey, destination: Pubkey) -> Instruction:
        opening = (self.locker, self.escrow, partial, self.owner, self.tokens)
        given = (*opening, destination, self.owner, TOKEN)
        return call(VOTER, "withdraw_partial_unstaking", b"", "w w w s w w ws -", *given)

    def withdraw(self, destination: Pubkey) -> Instruction:
        given = (self.locker, self.escrow, self.owner, self.tokens, destination, self.owner, TOKEN)
        return call(VOTER, "withdraw", b"", "w w s w w ws -", *given)
