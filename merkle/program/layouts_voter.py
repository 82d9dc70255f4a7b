"""The accounts of locked_voter: lockers, stake accounts and parts that are being unstaked.

Source: state.rs of locked_voter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from merkle.program.layouts import AccountError, anchor_layout

if TYPE_CHECKING:
    from allocation.address import Address

LOCKER_BYTES: Final = 665
ESCROW_BYTES: Final = 322
PARTIAL_UNSTAKING_BYTES: Final = 156  # and the memo


@dataclass(frozen=True, slots=True, kw_only=True)
class Locker:
    """What all stake accounts of one governance belong to.

    Units: base units of `mint`; durations in seconds.
    """

    base: Address
    bump: int
    mint: Address
    locked_supply: int
    total_escrow: int  # how many stake accounts there are
    governor: Address
    multiplier: int
    min_stake_duration: int
    max_stake_duration: int
    proposal_activation_min_votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrow:
    """A wallet's stake account.

    Units: base units of the locker's mint; times are unix seconds.
    """

    locker: Address
    owner: Address
    bump: int
    tokens: Address  # its token account
    amount: int  # without what is being unstaked
    started_at: int
    ends_at: int  # 0 while it was never locked; counts only without max lock
    vote_delegate: Address
    is_max_lock: bool
    partial_unstaking_amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialUnstaking:
    """A part of a stake that is being unstaked.

    Units: base units of the locker's mint; unix seconds.
    """

    escrow: Address
    amount: int
    expiration: int  # it can be withdrawn from then on
    memo: str


def decode_locker(content: bytes) -> Locker:
    """Read a locker.

    Errors: AccountError.
    """
    return Locker(**_LOCKER.decode(content))


def encode_locker(locker: Locker) -> bytes:
    """Write a locker as the program stores it."""
    return _LOCKER.encode(asdict(locker))


def decode_escrow(content: bytes) -> Escrow:
    """Read a stake account.

    Errors: AccountError.
    """
    return Escrow(**_ESCROW.decode(content))


def encode_escrow(escrow: Escrow) -> bytes:
    """Write a stake account as the program stores it."""
    return _ESCROW.encode(asdict(escrow))


def decode_partial_unstaking(content: bytes) -> PartialUnstaking:
    """Read a part that is being unstaked.

    Errors: AccountError.
    """
    values = _PARTIAL.decode(content, may_be_longer=True)
    memo = content[PARTIAL_UNSTAKING_BYTES:]
    if values.pop("memo_bytes") != len(memo):
        raise AccountError(_PARTIAL.kind, f"its memo has {len(memo):,} bytes and says otherwise")
    try:
        return PartialUnstaking(memo=memo.decode(), **values)
    except UnicodeDecodeError as error:
        raise AccountError(_PARTIAL.kind, "its memo is no text") from error


def encode_partial_unstaking(partial: PartialUnstaking) -> bytes:
    """Write a part that is being unstaked as the program stores it."""
    memo = partial.memo.encode()
    return _PARTIAL.encode({**asdict(partial), "memo_bytes": len(memo)}) + memo


_LOCKER: Final = anchor_layout(
    "Locker",
    "locked_voter",
    LOCKER_BYTES,
    ("base", 8, "key"),
    ("bump", 40, "u8"),
    ("mint", 41, "key"),
    ("locked_supply", 73, "u64"),
    ("total_escrow", 81, "u64"),
    ("governor", 89, "key"),
    ("multiplier", 121, "u8"),
    ("min_stake_duration", 122, "u64"),
    ("max_stake_duration", 130, "u64"),
    ("proposal_activation_min_votes", 138, "u64"),
)
_ESCROW: Final = anchor_layout(
    "Escrow",
    "locked_voter",
    ESCROW_BYTES,
    ("locker", 8, "key"),
    ("owner", 40, "key"),
    ("bump", 72, "u8"),
    ("tokens", 73, "key"),
    ("amount", 105, "u64"),
    ("started_at", 113, "i64"),
    ("ends_at", 121, "i64"),
    ("vote_delegate", 129, "key"),
    ("is_max_lock", 161, "bool"),
    ("partial_unstaking_amount", 162, "u64"),
)
_PARTIAL: Final = anchor_layout(
    "PartialUnstaking",
    "locked_voter",
    PARTIAL_UNSTAKING_BYTES,
    ("escrow", 8, "key"),
    ("amount", 40, "u64"),
    ("expiration", 48, "i64"),
    ("memo_bytes", 152, "u32"),
)
