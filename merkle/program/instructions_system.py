"""Instructions of the system program and of the compute budget.

Source: anza-xyz/solana-sdk, system-interface and compute-budget-interface, src/*instruction.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from merkle.program.encoding import paying_signer, readonly, signer, u8, u32, u64, writable
from merkle.program.ids import COMPUTE_BUDGET_PROGRAM, RECENT_BLOCKHASHES, SYSTEM_PROGRAM

if TYPE_CHECKING:
    from allocation.address import Address

_TRANSFER: Final = 2
_ADVANCE_NONCE: Final = 4
COMPUTE_LIMIT: Final = 2  # first byte of what the compute budget is told
_COMPUTE_PRICE: Final = 3


def compute_limit(units: int) -> Instruction:
    """Allow a transaction this many compute units."""
    return Instruction(Pubkey(COMPUTE_BUDGET_PROGRAM), u8(COMPUTE_LIMIT) + u32(units), [])


def compute_price(micro_lamports: int) -> Instruction:
    """Offer this many millionths of a lamport for each compute unit that is allowed."""
    data = u8(_COMPUTE_PRICE) + u64(micro_lamports)
    return Instruction(Pubkey(COMPUTE_BUDGET_PROGRAM), data, [])


def transfer_lamports(*, source: Address, destination: Address, lamports: int) -> Instruction:
    """Move lamports; the source signs."""
    metas = [paying_signer(source), writable(destination)]
    return Instruction(Pubkey(SYSTEM_PROGRAM), u32(_TRANSFER) + u64(lamports), metas)


def advance_nonce(*, nonce: Address, authority: Address) -> Instruction:
    """Use a stored nonce up; it has to be the first instruction of its transaction."""
    metas = [writable(nonce), readonly(RECENT_BLOCKHASHES), signer(authority)]
    return Instruction(Pubkey(SYSTEM_PROGRAM), u32(_ADVANCE_NONCE), metas)
