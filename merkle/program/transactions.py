"""Instructions as transactions that somebody else signs, small enough for a packet."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey

from allocation.address import Address
from merkle.program.errors import ProgramError
from merkle.program.instructions_system import advance_nonce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

PACKET_BYTES: Final = 1232
SIGNATURE_BYTES: Final = 64
NO_BLOCKHASH: Final = bytes(32)

MessageVersion: TypeAlias = Literal["legacy", "v0"]


class TransactionError(ProgramError):
    """Instructions do not make a transaction."""


class TooLargeError(TransactionError):
    """No packet holds the transaction."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"the transaction has {size:,} bytes, {PACKET_BYTES:,} fit a packet; split it, or use "
            "v0 with a lookup table"
        )
        self.size = size


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What keeps a transaction valid: a recent blockhash, or a nonce that is used up with it.

    Without a blockhash the transaction holds an empty one, which has to be replaced before it is
    signed. With a nonce, `blockhash` is the one that the nonce account stores.
    """

    blockhash: bytes | None = None
    nonce: Address | None = None
    nonce_authority: Address | None = None  # None: the fee payer


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTable:
    """Accounts that a v0 transaction names by a byte each instead of 32."""

    address: Address
    entries: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedTransaction:
    """A whole transaction whose signatures are zeros."""

    content: bytes
    signers: tuple[Address, ...]  # who has to sign, in the order of the signatures; the payer first
    instructions: tuple[Instruction, ...]
    has_blockhash: bool

    @property
    def size(self) -> int:
        """Its bytes, which signing does not change."""
        return len(self.content)

    @property
    def base64(self) -> str:
        """The transaction as wallets and nodes take it."""
        return b64encode(self.content).decode("ascii")


def unsigned(
    instructions: Sequence[Instruction],
    fee_payer: Address,
    *,
    freshness: Freshness | None = None,
    version: MessageVersion = "legacy",
    tables: Sequence[LookupTable] = (),
) -> UnsignedTransaction:
    """Make one transaction of instructions.

    Errors: TooLargeError where no packet holds it, TransactionError for tables of a legacy one.
    """
    freshness = freshness or Freshness()
    all_instructions = _with_nonce(instructions, fee_payer, freshness)
    message = _message(all_instructions, fee_payer, freshness, version, tables)
    content = _with_empty_signatures(message)
    if len(content) > PACKET_BYTES:
        raise TooLargeError(len(content))
    signer_count = message.header.num_required_signatures
    return UnsignedTransaction(
        content=content,
        signers=tuple(Address(bytes(key)) for key in message.account_keys[:signer_count]),
        instructions=tuple(all_instructions),
        has_blockhash=freshness.blockhash is not None,
    )


def size_of(
    instructions: Sequence[Instruction],
    fee_payer: Address,
    *,
    version: MessageVersion = "legacy",
    tables: Sequence[LookupTable] = (),
) -> int:
    """Return how many bytes the transaction would have, even where no packet holds them.

    Errors: TransactionError for tables of a legacy one.
    """
    message = _message(instructions, fee_payer, Freshness(), version, tables)
    return len(_with_empty_signatures(message))


def _with_nonce(
    instructions: Sequence[Instruction], fee_payer: Address, freshness: Freshness
) -> list[Instruction]:
    if freshness.nonce is None:
        return list(instructions)
    authority = freshness.nonce_authority or fee_payer
    return [advance_nonce(nonce=freshness.nonce, authority=authority), *instructions]


def _message(
    instructions: Sequence[Instruction],
    fee_payer: Address,
    freshness: Freshness,
    version: MessageVersion,
    tables: Sequence[LookupTable],
) -> Message | MessageV0:
    payer, blockhash = Pubkey(fee_payer), Hash(freshness.blockhash or NO_BLOCKHASH)
    if version == "v0":
        looked_up = [
            AddressLookupTableAccount(Pubkey(table.address), [Pubkey(key) for key in table.entries])
            for table in tables
        ]
        return MessageV0.try_compile(payer, list(instructions), looked_up, blockhash)
    if tables:
        raise TransactionError("only a v0 transaction has lookup tables; leave them out")
    return Message.new_with_blockhash(list(instructions), payer, blockhash)


def _with_empty_signatures(message: Message | MessageV0) -> bytes:
    """Put the number of signatures, in one byte, and as many empty ones before the message."""
    count = message.header.num_required_signatures
    return bytes([count]) + bytes(SIGNATURE_BYTES * count) + to_bytes_versioned(message)
