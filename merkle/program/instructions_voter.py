"""The instructions of locked_voter, which keeps the stake accounts.

Source: instructions/*.rs and lib.rs of locked_voter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.program.encoding import (
    anchor_instruction,
    boolean,
    i64,
    paying_signer,
    readonly,
    signer,
    text,
    u8,
    u64,
    writable,
)
from merkle.program.ids import LOCKED_VOTER, SYSTEM_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from solders.instruction import AccountMeta, Instruction

    from allocation.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLocker:
    """What a locker is made of.

    Units: durations in seconds, votes in base units of `mint`.
    """

    base: Address  # signs for the locker's address
    locker: Address
    mint: Address
    governor: Address
    payer: Address
    multiplier: int
    min_stake_duration: int
    max_stake_duration: int
    proposal_activation_min_votes: int


def new_locker(arguments: NewLocker) -> Instruction:
    """Make the locker that all stake accounts of one governance belong to."""
    metas = [
        signer(arguments.base),
        writable(arguments.locker),
        readonly(arguments.mint),
        readonly(arguments.governor),
        paying_signer(arguments.payer),
        readonly(SYSTEM_PROGRAM),
    ]
    durations = u64(arguments.min_stake_duration) + u64(arguments.max_stake_duration)
    votes = u64(arguments.proposal_activation_min_votes)
    return _called("new_locker", metas, u8(arguments.multiplier) + durations + votes)


def new_escrow(*, locker: Address, escrow: Address, owner: Address, payer: Address) -> Instruction:
    """Make a stake account; anybody may make it for anybody. It fails where there is one."""
    metas = [
        writable(locker),
        writable(escrow),
        readonly(owner),
        paying_signer(payer),
        readonly(SYSTEM_PROGRAM),
    ]
    return _called("new_escrow", metas)


def increase_locked_amount(
    *,
    locker: Address,
    escrow: Address,
    escrow_tokens: Address,
    payer: Address,
    source: Address,
    amount: int,
) -> Instruction:
    """Stake: pay from `source`, an account of `payer`, into a stake account, whoever owns it."""
    metas = [
        writable(locker),
        writable(escrow),
        writable(escrow_tokens),
        signer(payer),
        writable(source),
        readonly(TOKEN_PROGRAM),
    ]
    return _called("increase_locked_amount", metas, u64(amount))


def toggle_max_lock(
    *, locker: Address, escrow: Address, owner: Address, is_max_lock: bool
) -> Instruction:
    """Turn max lock on, or off, which starts the countdown to the whole stake's end."""
    metas = [readonly(locker), writable(escrow), signer(owner)]
    return _called("toggle_max_lock", metas, boolean(is_max_lock))


def extend_lock_duration(
    *, locker: Address, escrow: Address, owner: Address, duration: int
) -> Instruction:
    """Lock a stake account for `duration` seconds from now on."""
    metas = [readonly(locker), writable(escrow), signer(owner)]
    return _called("extend_lock_duration", metas, i64(duration))


def open_partial_unstaking(
    *, locker: Address, escrow: Address, partial: Address, owner: Address, amount: int, memo: str
) -> Instruction:
    """Begin to unstake a part; `partial` is a fresh key that signs."""
    metas = [
        writable(locker),
        writable(escrow),
        paying_signer(partial),
        paying_signer(owner),
        readonly(SYSTEM_PROGRAM),
    ]
    return _called("open_partial_unstaking", metas, u64(amount) + text(memo))


def merge_partial_unstaking(
    *, locker: Address, escrow: Address, partial: Address, owner: Address
) -> Instruction:
    """Cancel the unstaking of a part: it is staked again."""
    metas = [writable(locker), writable(escrow), writable(partial), paying_signer(owner)]
    return _called("merge_partial_unstaking", metas)


def withdraw_partial_unstaking(
    *,
    locker: Address,
    escrow: Address,
    partial: Address,
    owner: Address,
    escrow_tokens: Address,
    destination: Address,
    payer: Address,
) -> Instruction:
    """Pay out a part whose unstaking is over; the rent of `partial` goes to `payer`."""
    metas = [
        writable(locker),
        writable(escrow),
        writable(partial),
        *_paid_out(owner, escrow_tokens, destination, payer),
    ]
    return _called("withdraw_partial_unstaking", metas)


def withdraw(
    *,
    locker: Address,
    escrow: Address,
    owner: Address,
    escrow_tokens: Address,
    destination: Address,
    payer: Address,
) -> Instruction:
    """Pay out everything once the lock is over, and close the stake account."""
    metas = [
        writable(locker),
        writable(escrow),
        *_paid_out(owner, escrow_tokens, destination, payer),
    ]
    return _called("withdraw", metas)


def _paid_out(
    owner: Address, escrow_tokens: Address, destination: Address, payer: Address
) -> list[AccountMeta]:
    return [
        signer(owner),
        writable(escrow_tokens),
        writable(destination),
        paying_signer(payer),
        readonly(TOKEN_PROGRAM),
    ]


def _called(name: str, metas: list[AccountMeta], arguments: bytes = b"") -> Instruction:
    return anchor_instruction(LOCKED_VOTER, name, metas, arguments)
