"""Who has claimed and who has not: leaves held against the records on chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.address import format_address
from merkle.claim.amounts import tokens_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from allocation.address import Address
    from merkle.program.layouts_distributor import ClaimStatusAccount
    from merkle.program.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The distributor whose claims are looked at.

    Units: base units.
    """

    profile: Profile
    distributor: Address
    total_bonus: int  # of all claims; no record can hold more
    symbol: str
    decimals: int

    def shown(self, units: int) -> str:
        """Write an amount for people."""
        return tokens_text(units, self.symbol, self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafStanding:
    """One leaf and the record of its claim, which exists once it is claimed.

    Units: base units.
    """

    claimant: Address
    unlocked: int
    locked: int
    record: ClaimStatusAccount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the claims of a tree, or of several, have come.

    Units: base units.
    """

    wallets: int
    claimed_wallets: int
    total: int  # of all leaves, locked amounts included
    claimed: int  # unlocked amounts of claimed leaves, and what was withdrawn of the locked ones
    bonus: int  # paid on top, as far as records say
    still_locked: int  # locked amounts of claimed leaves that have not been withdrawn
    others: tuple[Address, ...]  # wallets whose record is of another leaf

    @property
    def unclaimed_wallets(self) -> int:
        """How many have not claimed."""
        return self.wallets - self.claimed_wallets

    @property
    def unclaimed(self) -> int:
        """What the leaves that are not claimed hold."""
        return self.total - self.claimed - self.still_locked


def standing_of(profile: Profile, leaves: Iterable[LeafStanding]) -> Standing:
    """Add up who has claimed.

    A record of another leaf counts with the amounts of the leaf that it stands for here, and is
    listed: nothing that anybody writes on chain makes more be claimed than the tree holds.
    """
    wallets = claimed_wallets = total = claimed = bonus = still_locked = 0
    others = []
    for leaf in leaves:
        wallets += 1
        total += leaf.unlocked + leaf.locked
        if leaf.record is None:
            continue
        withdrawn = min(leaf.record.locked_withdrawn, leaf.locked)
        claimed_wallets += 1
        claimed += leaf.unlocked + withdrawn
        still_locked += leaf.locked - withdrawn
        bonus += _bonus(profile, leaf, leaf.record)
        if is_of_another(profile, leaf, leaf.record):
            others.append(leaf.claimant)
    return Standing(
        wallets=wallets,
        claimed_wallets=claimed_wallets,
        total=total,
        claimed=claimed,
        bonus=bonus,
        still_locked=still_locked,
        others=tuple(others),
    )


def contradictions(payer: Payer, leaf: LeafStanding, record: ClaimStatusAccount) -> Iterator[str]:
    """Yield what the record of a claim says that cannot be, if it is of this leaf."""
    if is_of_another(payer.profile, leaf, record):
        said = f"{payer.shown(record.unlocked)} and {payer.shown(record.locked)} locked"
        own = f"{payer.shown(leaf.unlocked)} and {payer.shown(leaf.locked)} locked"
        if record.claimant != leaf.claimant:
            said = f"{format_address(record.claimant)}, {said}"
        yield f"its record is of another leaf: {said}, not {own}"
    if record.distributor not in (None, payer.distributor):
        yield "its record is of another distributor"
    if record.locked_withdrawn > leaf.locked:
        withdrawn, locked = payer.shown(record.locked_withdrawn), payer.shown(leaf.locked)
        yield f"its record says {withdrawn} withdrawn of {locked} locked"
    inside = record.unlocked - leaf.unlocked if payer.profile.records_bonus_as_unlocked else 0
    bonus = record.bonus + max(inside, 0)
    if bonus > payer.total_bonus:
        said, most = payer.shown(bonus), payer.shown(payer.total_bonus)
        yield f"its record says a bonus of {said}, and all bonuses are {most}"


def is_of_another(profile: Profile, leaf: LeafStanding, record: ClaimStatusAccount) -> bool:
    """Say whether a record is of another leaf, so that the tree on chain cannot be this one."""
    if (record.claimant, record.locked) != (leaf.claimant, leaf.locked):
        return True
    return record.unlocked - leaf.unlocked != _bonus(profile, leaf, record) * (
        profile.records_bonus_as_unlocked
    )


def _bonus(profile: Profile, leaf: LeafStanding, record: ClaimStatusAccount) -> int:
    """Return what was paid on top; asr's records do not say it."""
    if profile.records_bonus_as_unlocked:
        return max(record.unlocked - leaf.unlocked, 0)
    return record.bonus
