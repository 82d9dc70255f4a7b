"""What a claim is paid on top, where a distributor was made with a bonus.

Source: state/merkle_distributor.rs of master, 2024 and asr (merkle.program says which commits),
        get_bonus_for_a_claimaint. No binary of theirs was at hand to execute it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.program.errors import ProgramError

if TYPE_CHECKING:
    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.program.profiles import Profile


class BonusError(ProgramError):
    """A distributor's bonus cannot be computed, so no claim works."""


def bonus_of(profile: Profile, distributor: DistributorAccount, unlocked: int, point: int) -> int:
    """Return the bonus of a claim that is made at `point`, a slot or unix seconds.

    It grows evenly from the activation on until its vesting is over; the rest is forfeited.

    Units:  base units.
    Errors: BonusError where the program divides by zero, even without any bonus.
    """
    if not profile.has_bonus:
        return 0
    without_bonus = distributor.max_total_claim - distributor.total_bonus
    if without_bonus <= 0:
        raise BonusError("the distributor was made without amounts: every claim of it fails")
    most = unlocked * distributor.total_bonus // without_bonus
    waited = point - distributor.activation_point
    if waited < 0:
        return 0
    if waited >= distributor.bonus_vesting:
        return most
    return waited * most // distributor.bonus_vesting
