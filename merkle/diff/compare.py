"""Two sides, mint by mint: who gets what on each, from which trees, and why it differs."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import AsrError
from allocation.progress import counted
from merkle.bundle.layout import tree_file
from merkle.diff.attribution import attributed, causes_of
from merkle.diff.causes import bit
from merkle.diff.changes import changes_between
from merkle.diff.reasons import is_read_otherwise, is_same_rows
from merkle.diff.record import read_record
from merkle.diff.settings import differing_settings
from merkle.diff.sides import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from allocation.address import Address
    from allocation.progress import Progress
    from merkle.bundle.read import Bundle
    from merkle.diff.attribution import Attributed
    from merkle.diff.causes import Causes
    from merkle.diff.changes import Changes, Moved
    from merkle.diff.record import Record
    from merkle.diff.settings import Setting
    from merkle.diff.sides import Side, TokenSide, TreeSide


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDiff:
    """One mint on both sides, or on one of them; `claims` tells whether they are alike."""

    mint: Address
    symbol: str  # this and the next as on the new side, where it has the mint
    decimals: int
    old: TokenSide | None
    new: TokenSide | None
    changes: Changes
    moved: Moved

    @property
    def trees(self) -> tuple[tuple[TreeSide, ...], tuple[TreeSide, ...]]:
        """The trees of both sides; no tree of one that does not have the mint."""
        return self.old.trees if self.old else (), self.new.trees if self.new else ()

    @property
    def allocated(self) -> tuple[int, int]:
        """What both sides pay in all, in base units."""
        return self.old.allocated if self.old else 0, self.new.allocated if self.new else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything in which two sides differ, mint by mint in the order of the old one."""

    old: Side
    new: Side
    tokens: tuple[TokenDiff, ...]
    settings: tuple[Setting, ...]  # that the rounds say otherwise; empty without two bundles
    inputs: Mapping[str, tuple[str | None, str | None]]  # by kind, where the digests differ


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """What the comparison of the mints shares; `records` is None unless both are bundles."""

    old: Side
    new: Side
    records: tuple[Record, Record] | None


def compare(old: Side, new: Side, scratch: Path, progress: Progress | None = None) -> Diff:
    """Compare what two sides pay, mint by mint, and find why it differs.

    DuckDB works in `scratch` with what memory does not hold.

    Errors: BundleError for a bundle that contradicts itself or the digests it lists; InputErrors
            for a bad round file; AsrError for a breakdown that is none, a wallet that is none or
            stands twice, and lists that differ under one root.
    """
    records = _records(old, new)
    comparison = _Comparison(old=old, new=new, records=records)
    mints = list({token.mint: None for side in (old, new) for token in side.tokens})
    with _attributing(comparison, mints, scratch) as found:
        tokens = tuple(
            _compare_token(comparison, mint, found.get(mint))
            for mint in counted("comparing", mints, progress)
        )
    return Diff(
        old=old,
        new=new,
        tokens=tokens,
        settings=differing_settings(*(record.the_round for record in records)) if records else (),
        inputs=_differing_inputs(*records) if records else {},
    )


def _records(old: Side, new: Side) -> tuple[Record, Record] | None:
    if old.bundle is None or new.bundle is None:
        return None
    with ThreadPoolExecutor(2) as threads:
        before, after = threads.map(_record, (old.bundle, new.bundle))
    return before, after


def _record(bundle: Bundle) -> Record:
    with naming(bundle.path):
        return read_record(bundle)


def _differing_inputs(old: Record, new: Record) -> dict[str, tuple[str | None, str | None]]:
    pairs = {
        kind: (old.inputs.get(kind), new.inputs.get(kind)) for kind in {**old.inputs, **new.inputs}
    }
    return {kind: pair for kind, pair in pairs.items() if pair[0] != pair[1]}


@contextmanager
def _attributing(
    comparison: _Comparison, mints: Sequence[Address], scratch: Path
) -> Iterator[Mapping[Address, Future[Attributed]]]:
    """Look for causes on a thread of its own, mint by mint, while the lists are read.

    Only of mints whose pools both sides divided by one method.
    """
    records = comparison.records
    if records is None:
        yield {}
        return
    pairs = {mint: _divided(comparison, mint) for mint in mints}
    divided = {mint: pair for mint, pair in pairs.items() if pair}
    with closing(attributed(scratch, records, list(divided.values()))) as found:
        thread = ThreadPoolExecutor(1)
        try:
            yield {mint: thread.submit(next, found) for mint in divided}
        finally:
            thread.shutdown(cancel_futures=True)


def _compare_token(
    comparison: _Comparison, mint: Address, found: Future[Attributed] | None
) -> TokenDiff:
    """Compare one mint; the causes are looked for while its lists are read."""
    old, new = comparison.old.token(mint), comparison.new.token(mint)
    newest = new or old
    assert newest is not None, "the mint is one of theirs"  # noqa: S101 - by the caller
    changes, moved = changes_between(
        comparison.old.rows(mint),
        old.tree_numbers() if old else np.zeros(0, np.int64),
        comparison.new.rows(mint),
        new.tree_numbers() if new else np.zeros(0, np.int64),
    )
    if comparison.records is not None:
        _check_roots(old, new, changes)
        _check_proofs(comparison, old, new)
    causes = (
        causes_of(changes, found.result())
        if found
        else _plain_causes(comparison, changes, mint, on_both=None not in (old, new))
    )
    return TokenDiff(
        mint=mint,
        symbol=newest.symbol,
        decimals=newest.decimals,
        old=old,
        new=new,
        changes=changes.with_causes(causes),
        moved=moved,
    )


def _check_roots(old: TokenSide | None, new: TokenSide | None, changes: Changes) -> None:
    """Refuse lists that differ where both manifests name one root, which has one list.

    No root is computed here: `verify` does that.

    Errors: AsrError.
    """
    if old is None or new is None:
        return
    pairs = enumerate(zip(old.trees, new.trees, strict=False))
    same = [number for number, (before, after) in pairs if before.root == after.root]
    differing = np.isin(same, np.concatenate([changes.old_trees, changes.new_trees]))
    if differing.any():
        number = same[int(np.argmax(differing))]
        raise AsrError(
            f"{new.symbol}: tree {number} has one root on both sides, but other amounts; "
            "`asr verify` says which of the bundles is wrong"
        )


def _check_proofs(comparison: _Comparison, old: TokenSide | None, new: TokenSide | None) -> None:
    """Refuse other files of proofs where both manifests name one root at one distributor.

    No proof is read here: `verify` does that.

    Errors: AsrError.
    """
    one, other = comparison.old.bundle, comparison.new.bundle
    if old is None or new is None or one is None or other is None:
        return
    for number, (before, after) in enumerate(zip(old.trees, new.trees, strict=False)):
        if (before.root, before.distributor) != (after.root, after.distributor):
            continue
        digest = one.sums[tree_file(old.symbol, number)]
        if digest != other.sums[tree_file(new.symbol, number)]:
            raise AsrError(
                f"{new.symbol}: tree {number} has one root on both sides, but other proofs; "
                "`asr verify` says which of the bundles is wrong"
            )


def _divided(comparison: _Comparison, mint: Address) -> tuple[TokenSide, TokenSide] | None:
    """Return how both sides have a mint, where both divided its pool by one method."""
    old, new = comparison.old.token(mint), comparison.new.token(mint)
    methods = {record.the_round.method for record in comparison.records or ()}
    if old is None or new is None or len(methods) != 1 or methods == {"list"}:
        return None
    return old, new


def _plain_causes(
    comparison: _Comparison, changes: Changes, mint: Address, *, on_both: bool
) -> Causes:
    """Return the causes of changes that no division has to be looked at for, shape (n,)."""
    records = comparison.records
    if not on_both:
        return _all(changes, "token")
    if records is None:
        return _all(changes, "unrecorded")
    if records[0].the_round.method != records[1].the_round.method:
        return _all(changes, "method")
    if is_same_rows(*records):  # read otherwise, or in a mint of other decimals
        return _all(changes, "reading")
    causes = _all(changes, "row_changed")
    if is_read_otherwise(*records, mint):
        causes |= np.uint32(bit("reading"))
    causes[~changes.was_there] = bit("row_added")
    causes[~changes.is_there] = bit("row_removed")
    return causes


def _all(changes: Changes, name: str) -> Causes:
    return np.full(len(changes), bit(name), np.uint32)
