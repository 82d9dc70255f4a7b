"""Settings that contradict each other, or ask for what a claim program cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.round import DAY
from merkle.deployment.moments import show_time
from merkle.program import PROFILES

if TYPE_CHECKING:
    from allocation.strict_toml import Table
    from merkle.deployment.settings import Settings
    from merkle.deployment.tokens import Token
    from merkle.program import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the settings of one token are written: in its own table, or above for all."""

    top: Table
    own: Table

    def says(self, key: str) -> bool:
        """Say whether the key is written anywhere."""
        return key in self.own or key in self.top

    def refuse(self, key: str, problem: str, remedy: str) -> None:
        """Record a refusal where the key is written; what is not written stands above."""
        (self.own if key in self.own else self.top).refuse(key, problem, remedy)


def check_settings(where: Where, token: Token, settings: Settings) -> None:
    """Record every refusal of one token's settings."""
    _check_times(where, token, settings)
    profile = PROFILES.get(token.program)
    if profile is not None:
        _check_abilities(where, token, settings, profile)
        _check_activation(where, token, settings, profile)


_LATEST_END: Final = "the programs want a whole day from end_vesting to clawback_start"


def _check_times(where: Where, token: Token, settings: Settings) -> None:
    start, end, clawback = settings.start_vesting, settings.end_vesting, settings.clawback_start
    if start >= end:
        problem = f"{token.symbol}: not before end_vesting, {show_time(end)}"
        where.refuse("start_vesting", problem, "write an earlier moment, or leave it out")
    if clawback < end + DAY:
        problem = f"{token.symbol}: less than a day after end_vesting, {show_time(end)}"
        where.refuse("clawback_start", problem, _LATEST_END)
    if settings.activation.is_time and settings.activation.point >= clawback:
        problem = f"{token.symbol}: not before clawback_start, {show_time(clawback)}"
        where.refuse("activation", problem, "nobody could claim; write an earlier moment")
    for key in ("start_vesting", "end_vesting"):
        if token.has_locked and not where.says(key):
            problem = f"{token.symbol}: missing, and it has locked amounts, which vest in this time"
            where.refuse(key, problem, "write both start_vesting and end_vesting")


def _check_abilities(where: Where, token: Token, settings: Settings, profile: Profile) -> None:
    if settings.operator is not None and not profile.has_operator:
        problem = f"{token.symbol}: {profile.name} knows no operator"
        where.refuse("operator", problem, _without("operator", token))
    if settings.closable and not profile.has_closable:
        problem = f"{token.symbol}: nothing of {profile.name} can be closed"
        where.refuse("closable", problem, f"write closable = false under [tokens.{token.symbol}]")


def _check_activation(where: Where, token: Token, settings: Settings, profile: Profile) -> None:
    if not settings.activation.point or profile.activation == "point":
        return
    if profile.activation == "none":
        problem = f"{token.symbol}: claims of {profile.name} begin with the distributor"
        where.refuse("activation", problem, _without("activation", token))
    elif settings.activation.is_time:
        problem = f"{token.symbol}: claims of {profile.name} begin with a slot, not at a time"
        remedy = f"write the number of a slot under [tokens.{token.symbol}]"
        where.refuse("activation", problem, remedy)


def _without(key: str, token: Token) -> str:
    return f'leave it out, or write {key} = "none" under [tokens.{token.symbol}]'
