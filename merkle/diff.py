"""Two bundles side by side: whose reward differs, by how much, and which trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import Address, Keys, key_order, parse_addresses
from allocation.errors import AsrError, InvariantError
from allocation.units import exact_sum
from merkle.bundle.columns import Rows, read_rows
from merkle.bundle.consistency import contradictions
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST
from merkle.bundle.read import open_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.progress import Progress
    from allocation.units import Amounts
    from merkle.bundle.manifest import Manifest, TokenEntry
    from merkle.bundle.read import Bundle

MOVERS: Final = 10


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
        changes=changes_between(_rows(old, before), _rows(new, after)),
    )


def _entry(bundle: Bundle, mint: Address) -> TokenEntry | None:
    return next((token for token in bundle.manifest.tokens if token.mint == mint), None)


def _rows(bundle: Bundle, token: TokenEntry | None) -> Rows:
    """Read what a bundle pays of a token; nothing where it does not have it."""
    if token is not None:
        return read_rows(bundle, token)
    none = np.zeros(0, np.uint64)
    return Rows(texts=np.zeros(0, "S"), unlocked=none, locked=none)


def changes_between(old: Rows, new: Rows) -> Changes:
    """Set the rewards of both sides against each other, wallet by wallet.

    Wallets are compared as text: a key has one base58 text, and only those that differ are worth
    decoding.

    Errors: AsrError where a wallet stands twice on one side or is no address; InvariantError if
            the differences did not add up to that of the totals.
    """
    texts, place = _wallets(np.concatenate([old.texts, new.texts]))
    before, locked_before, was_there = _spread(old, place[: len(old.texts)], len(texts))
    after, locked_after, is_there = _spread(new, place[len(old.texts) :], len(texts))
    differs = (before != after) | (locked_before != locked_after) | (was_there != is_there)
    keys, order = _keys(texts[differs])
    changed = np.flatnonzero(differs)[order]
    changes = Changes(
        keys=keys[order],
        before=before[changed],
        after=after[changed],
        locked_before=locked_before[changed],
        locked_after=locked_after[changed],
        was_there=was_there[changed],
        is_there=is_there[changed],
    )
    check_sum(old, new, changes)
    return changes


def check_sum(old: Rows, new: Rows, changes: Changes) -> None:
    """Hold the sum of the wallets' differences to the difference of the totals.

    Errors: InvariantError.
    """
    before, after = (exact_sum(rows.unlocked) + exact_sum(rows.locked) for rows in (old, new))
    if after - before != changes.gained - changes.lost:
        raise InvariantError("the wallets' differences do not add up to that of the totals")


def _wallets(
    texts: npt.NDArray[np.bytes_],
) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.intp]]:
    """Return the distinct texts, sorted, and where each row's text stands among them.

    Shapes: (n,) -> (m,), (n,).
    """
    order = np.argsort(texts, kind="stable")  # merges sorted columns rather than sorting them
    rows = texts[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = rows[1:] != rows[:-1]
    place = np.empty(len(rows), np.intp)
    place[order] = np.cumsum(is_first) - 1
    return rows[is_first], place


def _keys(texts: npt.NDArray[np.bytes_]) -> tuple[Keys, npt.NDArray[np.intp]]:
    """Decode wallets, and return the order that sorts their keys."""
    wallets = [text.decode("latin-1") for text in texts.tolist()]
    keys, bad = parse_addresses(wallets)
    if bad:
        raise AsrError(f"{wallets[bad[0]]!a} is no address; `asr verify` says where it stands")
    return keys, key_order(keys)


def _spread(
    rows: Rows, place: npt.NDArray[np.intp], count: int
) -> tuple[Amounts, Amounts, npt.NDArray[np.bool_]]:
    """Lay amounts out over all wallets: totals, locked parts, and who is there at all."""
    totals, locked = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    there = np.zeros(count, np.bool_)
    totals[place] = rows.unlocked + rows.locked
    locked[place] = rows.locked
    there[place] = True
    if np.count_nonzero(there) != len(place):
        raise AsrError("a wallet stands twice among the allocations; `asr verify` says which one")
    return totals, locked, there
