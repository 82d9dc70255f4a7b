"""What a claim's transactions do, in plain words, for those who sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from allocation.address import Address, format_address
from merkle.program.encoding import discriminator
from merkle.program.ids import (
    ASSOCIATED_TOKEN_PROGRAM,
    COMPUTE_BUDGET_PROGRAM,
    LOCKED_VOTER,
    SYSTEM_PROGRAM,
)
from merkle.program.instructions_system import COMPUTE_LIMIT

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from merkle.claim.instructions import WalletClaim
    from merkle.program.transactions import UnsignedTransaction

_NEW_ESCROW: Final = discriminator("global", "new_escrow")
_MADE: Final = 1  # place of what an instruction makes, among its accounts


def is_of_program(wallet: Address) -> bool:
    """Say whether a wallet is no key that anybody can hold: only its program signs for it.

    Such are the wallets of multisigs.
    """
    return not Pubkey(wallet).is_on_curve()


def described(claim: WalletClaim, transaction: UnsignedTransaction) -> tuple[str, ...]:
    """Say what each instruction of one of a claim's transactions does, in their order."""
    return tuple(_words(claim, instruction) for instruction in transaction.instructions)


def _words(claim: WalletClaim, instruction: Instruction) -> str:
    program = Address(bytes(instruction.program_id))
    if program == COMPUTE_BUDGET_PROGRAM:
        return _budget(bytes(instruction.data))
    if program == SYSTEM_PROGRAM:
        return f"uses up the nonce of {_account(instruction, 0)}"
    if program == ASSOCIATED_TOKEN_PROGRAM:
        return f"makes the token account {_account(instruction, _MADE)}, if it is missing"
    if program == LOCKED_VOTER:
        if bytes(instruction.data).startswith(_NEW_ESCROW):
            return f"makes the stake account {_account(instruction, _MADE)}"
        return "turns its max lock on: to unstake takes the locker's longest time from then on"
    into = "stake account" if claim.stakes else "wallet's token account"
    what = "what is free of the locked amount " if claim.of_locked else ""
    return f"claims {what}into the {into}"


def _budget(content: bytes) -> str:
    kind, value = content[0], int.from_bytes(content[1:], "little")
    if kind == COMPUTE_LIMIT:
        return f"may use {value:,} compute units"
    return f"pays {value:,} millionths of a lamport per compute unit"


def _account(instruction: Instruction, place: int) -> str:
    return format_address(bytes(instruction.accounts[place].pubkey))
