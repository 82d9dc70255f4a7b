"""Instructions of the classic SPL Token program and of the associated token accounts.

Source: solana-program/token, program/src/instruction.rs; solana-program/associated-token-account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from merkle.program.addresses import associated_token_address
from merkle.program.encoding import paying_signer, readonly, signer, u8, u64, writable
from merkle.program.ids import ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from solders.instruction import AccountMeta

    from allocation.address import Address

_CREATE_IDEMPOTENT: Final = 1
_TRANSFER: Final = 3
_MINT_TO: Final = 7
_TRANSFER_CHECKED: Final = 12
_INITIALIZE_MINT: Final = 20  # InitializeMint2, which needs no rent sysvar


def create_token_account(
    *, payer: Address, owner: Address, mint: Address, address: Address | None = None
) -> Instruction:
    """Make the associated token account of `owner`; where it exists, nothing happens.

    `address`, where it is known, saves its derivation.
    """
    metas = [
        paying_signer(payer),
        writable(associated_token_address(owner, mint) if address is None else address),
        readonly(owner),
        readonly(mint),
        readonly(SYSTEM_PROGRAM),
        readonly(TOKEN_PROGRAM),
    ]
    return Instruction(Pubkey(ASSOCIATED_TOKEN_PROGRAM), u8(_CREATE_IDEMPOTENT), metas)


def transfer_checked(
    *,
    source: Address,
    mint: Address,
    destination: Address,
    owner: Address,
    amount: int,
    decimals: int,
) -> Instruction:
    """Move base units between two token accounts; mint and decimals have to be these."""
    metas = [writable(source), readonly(mint), writable(destination), signer(owner)]
    return _called(_TRANSFER_CHECKED, metas, u64(amount) + u8(decimals))


def transfer(*, source: Address, destination: Address, owner: Address, amount: int) -> Instruction:
    """Move base units between two token accounts of one mint."""
    metas = [writable(source), writable(destination), signer(owner)]
    return _called(_TRANSFER, metas, u64(amount))


def initialize_mint(*, mint: Address, decimals: int, authority: Address) -> Instruction:
    """Make a mint of an account that exists; nobody can freeze its accounts."""
    nobody_freezes = u8(0)
    return _called(_INITIALIZE_MINT, [writable(mint)], u8(decimals) + authority + nobody_freezes)


def mint_to(*, mint: Address, destination: Address, authority: Address, amount: int) -> Instruction:
    """Make new base units of a mint."""
    metas = [writable(mint), writable(destination), signer(authority)]
    return _called(_MINT_TO, metas, u64(amount))


def _called(number: int, metas: list[AccountMeta], arguments: bytes) -> Instruction:
    return Instruction(Pubkey(TOKEN_PROGRAM), u8(number) + arguments, metas)
