"""Two bundles side by side: whose reward differs, by how much, and which trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import KEY_BYTES, Address, Keys, key_order
from allocation.errors import AsrError, InvariantError
from merkle.bundle.columns import read_distribution
from merkle.bundle.consistency import contradictions
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST
from merkle.bundle.read import open_bundle
from merkle.distribution import exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.progress import Progress
    from allocation.units import Amounts
    from merkle.bundle.manifest import Manifest, TokenEntry
    from merkle.bundle.read import Bundle

MOVERS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """What one bundle pays of one mint, a row per wallet, in any order.

    Shapes: keys (n, 32), unlocked and locked (n,).
    Units:  base units.
    """

    keys: Keys
    unlocked: Amounts
    locked: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One wallet whose reward differs; None on the side where it has none."""

    claimant: Address
    before: int | None
    after: int | None
    locked_before: int | None  # contained in `before`
    locked_after: int | None  # contained in `after`

    @property
    def difference(self) -> int:
        """What the wallet gets more; negative where it gets less."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The wallets whose rewards of one mint differ, in key order; 0 where a side has none.

    Shapes: keys (n, 32), all others (n,).
    """

    keys: Keys
    before: Amounts
    after: Amounts
    locked_before: Amounts
    locked_after: Amounts
    was_there: npt.NDArray[np.bool_]
    is_there: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """How many wallets differ."""
        return len(self.keys)

    @property
    def added(self) -> int:
        """How many wallets only the new bundle has."""
        return int(np.count_nonzero(~self.was_there))

    @property
    def removed(self) -> int:
        """How many wallets only the old bundle has."""
        return int(np.count_nonzero(~self.is_there))

    @property
    def changed(self) -> int:
        """How many wallets both have, with other amounts."""
        return len(self) - self.added - self.removed

    @property
    def gained(self) -> int:
        """What wallets get more than before, in all."""
        return exact_sum((self.after - self.before)[self.after > self.before])

    @property
    def lost(self) -> int:
        """What wallets get less than before, in all."""
        return exact_sum((self.before - self.after)[self.after < self.before])

    def each(self) -> Iterator[Change]:
        """Yield the changes one by one."""
        return map(self._row, range(len(self)))

    def movers(self) -> list[Change]:
        """Return the largest differences, either way; of equal ones those of the lower keys."""
        sizes = np.where(
            self.after > self.before, self.after - self.before, self.before - self.after
        )
        largest = np.argsort(~sizes, kind="stable")[:MOVERS]  # ~ turns the order of u64 around
        return [self._row(row) for row in largest.tolist()]

    def _row(self, row: int) -> Change:
        was_there, is_there = bool(self.was_there[row]), bool(self.is_there[row])
        return Change(
            claimant=Address(self.keys[row].tobytes()),
            before=int(self.before[row]) if was_there else None,
            after=int(self.after[row]) if is_there else None,
            locked_before=int(self.locked_before[row]) if was_there else None,
            locked_after=int(self.locked_after[row]) if is_there else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDiff:
    """One mint in both bundles, or in one of them."""

    mint: Address
    symbol: str  # this and the next as in the new bundle, where it has the mint
    decimals: int
    old: TokenEntry | None
    new: TokenEntry | None
    changes: Changes

    @property
    def equal(self) -> bool:
        """Whether both bundles pay the same, from the same trees, at the same addresses."""
        return self.old is not None and self.old == self.new and not len(self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything in which two bundles differ, mint by mint in the order of the old one."""

    old: Manifest
    new: Manifest
    old_id: str
    new_id: str
    tokens: tuple[TokenDiff, ...]

    @property
    def equal(self) -> bool:
        """Whether the same can be claimed from both."""
        return all(token.equal for token in self.tokens)


def compare(old: Path, new: Path, progress: Progress | None = None) -> Diff:
    """Compare what two bundles pay, mint by mint.

    Errors: BundleError for a bundle that contradicts itself or the digests it lists.
    """
    before, after = _opened(old), _opened(new)
    mints = {token.mint: None for bundle in (before, after) for token in bundle.manifest.tokens}
    tokens = []
    for number, mint in enumerate(mints):
        if progress is not None:
            progress("comparing", number, len(mints))
        tokens.append(_compare_token(mint, before, after))
    return Diff(
        old=before.manifest,
        new=after.manifest,
        old_id=before.id,
        new_id=after.id,
        tokens=tuple(tokens),
    )


def _opened(path: Path) -> Bundle:
    bundle = open_bundle(path)
    for problem in contradictions(bundle.manifest):
        raise BundleError(MANIFEST, problem)
    return bundle


def _compare_token(mint: Address, old: Bundle, new: Bundle) -> TokenDiff:
    before, after = _entry(old, mint), _entry(new, mint)
    newest = after or before
    assert newest is not None, "the mint is one of theirs"  # noqa: S101 - by the caller
    return TokenDiff(
        mint=mint,
        symbol=newest.symbol,
        decimals=newest.decimals,
        old=before,
        new=after,
        changes=changes_between(_rewards(old, before), _rewards(new, after)),
    )


def _entry(bundle: Bundle, mint: Address) -> TokenEntry | None:
    return next((token for token in bundle.manifest.tokens if token.mint == mint), None)


def _rewards(bundle: Bundle, token: TokenEntry | None) -> Rewards:
    """Read what a bundle pays of a token; nothing where it does not have it."""
    if token is None:
        none = np.zeros(0, np.uint64)
        return Rewards(keys=np.zeros((0, KEY_BYTES), np.uint8), unlocked=none, locked=none)
    read = read_distribution(bundle, token)
    return Rewards(keys=read.claimants, unlocked=read.unlocked, locked=read.locked)


def changes_between(old: Rewards, new: Rewards) -> Changes:
    """Set the rewards of both sides against each other, wallet by wallet.

    Errors: AsrError where a wallet stands twice on one side; InvariantError if the differences
            did not add up to that of the totals.
    """
    keys, place = _wallets(np.concatenate([old.keys, new.keys]))
    before, locked_before, was_there = _spread(old, place[: len(old.keys)], len(keys))
    after, locked_after, is_there = _spread(new, place[len(old.keys) :], len(keys))
    differs = (before != after) | (locked_before != locked_after) | (was_there != is_there)
    changes = Changes(
        keys=keys[differs],
        before=before[differs],
        after=after[differs],
        locked_before=locked_before[differs],
        locked_after=locked_after[differs],
        was_there=was_there[differs],
        is_there=is_there[differs],
    )
    check_sum(old, new, changes)
    return changes


def check_sum(old: Rewards, new: Rewards, changes: Changes) -> None:
    """Hold the sum of the wallets' differences to the difference of the totals.

    Errors: InvariantError.
    """
    before, after = (exact_sum(paid.unlocked) + exact_sum(paid.locked) for paid in (old, new))
    if after - before != changes.gained - changes.lost:
        raise InvariantError("the wallets' differences do not add up to that of the totals")


def _wallets(keys: Keys) -> tuple[Keys, npt.NDArray[np.intp]]:
    """Return the distinct keys in order, and where each row's key stands among them.

    Shapes: (n, 32) -> (m, 32), (n,).
    """
    order = _quick_key_order(keys)
    rows = keys[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    place = np.empty(len(rows), np.intp)
    place[order] = np.cumsum(is_first) - 1
    return rows[is_first], place


def _quick_key_order(keys: Keys) -> npt.NDArray[np.intp]:
    """Return what `key_order` does, at the price of one word where that is enough.

    Two sorted columns, one after the other, are merged rather than sorted. Different keys with
    the same first eight bytes do not happen by chance.
    """
    words = np.ascontiguousarray(keys).view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0], kind="stable")
    rows = words[order]
    same_start = rows[1:, 0] == rows[:-1, 0]
    if (rows[1:][same_start] != rows[:-1][same_start]).any():
        return key_order(keys)
    return order


def _spread(
    rewards: Rewards, place: npt.NDArray[np.intp], count: int
) -> tuple[Amounts, Amounts, npt.NDArray[np.bool_]]:
    """Lay amounts out over all wallets: totals, locked parts, and who is there at all."""
    totals, locked = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    there = np.zeros(count, np.bool_)
    totals[place] = rewards.unlocked + rewards.locked
    locked[place] = rewards.locked
    there[place] = True
    if np.count_nonzero(there) != len(place):
        raise AsrError("a wallet stands twice among the allocations; `asr verify` says which one")
    return totals, locked, there
