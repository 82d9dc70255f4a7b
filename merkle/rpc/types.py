"""What a node is asked for, as types: each answer is checked before it becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NewType, TypeAlias

if TYPE_CHECKING:
    from allocation.address import Address

Commitment: TypeAlias = Literal["processed", "confirmed", "finalized"]
"""How sure a node has to be of what it says, the least sure first."""

Signature = NewType("Signature", str)
"""The base58 text of a transaction's first signature: its name on the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSlice:
    """The part of each account's data that is wanted, in bytes."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as the node tells it; whether `owner` is the right program, the caller checks."""

    lamports: int
    owner: Address
    data: bytes
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Accounts in the order asked for, None where there is none.

    `slot` is the lowest at which one of them was read: more than 100 keys take several calls.
    """

    slot: int
    accounts: tuple[Account | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Which chain the node follows; every name but the public ones is "unknown"."""

    genesis_hash: str
    name: Literal["mainnet-beta", "devnet", "testnet", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blockhash:
    """A recent blockhash; a transaction with it can land up to a height of the chain."""

    slot: int
    hash: bytes
    last_valid_block_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The chain's clock: what the programs take for now, in seconds of unix time."""

    slot: int
    epoch: int
    unix_timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionError:
    """Why a transaction failed; `instruction` and `custom` where one of its programs refused."""

    text: str
    instruction: int | None = None
    custom: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a transaction would do now, without doing it.

    Logs hold whatever programs wrote: show each line through `printable`, here and below.
    """

    slot: int
    error: TransactionError | None
    logs: tuple[str, ...]
    units: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureStatus:
    """How far a transaction has come."""

    slot: int
    error: TransactionError | None
    commitment: Commitment


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReport:
    """What a transaction did, as its block tells; the fee in lamports."""

    slot: int
    error: TransactionError | None
    logs: tuple[str, ...]
    fee: int
    units: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a transaction that was sent.

    "expired" can never land any more; "undecided" may still: its time ran out, not its blockhash.
    """

    state: Literal["confirmed", "failed", "expired", "undecided"]
    slot: int | None = None  # where it landed; or a slot at which it had expired
    height: int | None = None  # of an undecided one: the last that the node told
    error: TransactionError | None = None
    logs: tuple[str, ...] = ()
