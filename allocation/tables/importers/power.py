"""The voting power of an escrow, in the integers of the program itself."""

from __future__ import annotations

from dataclasses import dataclass

from allocation.errors import AsrError, BadValueError
from allocation.units import U64_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What an escrow holds and until when; times are unix seconds."""

    amount: int  # base units; what is being unstaked in parts has left it already
    is_max_lock: bool
    started_at: int
    ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRule:
    """When power is asked for, and what the locker says about it."""

    at: int  # unix seconds; a vote on chain counts with the power at the end of voting
    max_stake_duration: int  # seconds; Jupiter's locker: 30 days
    multiplier: int = 1  # max_stake_vote_multiplier of the locker

    def __post_init__(self) -> None:
        for name, low, high in (
            ("at", 1, 2**63 - 1),
            ("max-stake-duration", 1, U64_MAX),
            ("multiplier", 1, 255),
        ):
            value = getattr(self, name.replace("-", "_"))
            if not low <= value <= high:
                raise AsrError(f"--{name} {value}: not from {low} to {high}")


def voting_power(lock: Lock, rule: PowerRule) -> int:
    """Return the power of `lock` by `rule`, rounded down as the program does.

    Under max lock all of the amount counts, times the multiplier. Otherwise it melts linearly:
    what is left of the lock, at most the longest possible, over the longest possible; nothing
    before the start and from the end on.

    Units:  base units.
    Errors: BadValueError where the program overflows too.
    Source: TeamRaccoons/WAGMI@c7dc581 programs/locked-voter/src/locker.rs, calculate_voter_power
    """
    full = lock.amount * rule.multiplier
    if full > U64_MAX:
        raise BadValueError("times the multiplier above 2^64 - 1", "correct --multiplier")
    if lock.is_max_lock:
        return full
    if lock.started_at == 0 or not lock.started_at <= rule.at < lock.ends_at:
        return 0
    remaining = min(lock.ends_at - rule.at, rule.max_stake_duration)
    return full * remaining // rule.max_stake_duration
