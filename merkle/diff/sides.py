"""One side of a comparison: a bundle, or trees that somebody has published."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from allocation.address import format_address, format_addresses
from allocation.errors import InputError, InputErrors
from allocation.round import NO_PROGRAM
from allocation.units import exact_sum
from merkle.bundle.columns import Rows, read_rows
from merkle.bundle.findings import BundleError
from merkle.bundle.sound import open_sound
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from allocation.address import Address
    from merkle.bundle.manifest import Manifest, TokenEntry
    from merkle.bundle.read import Bundle
    from merkle.codec import ImportedTrees
    from merkle.diff.changes import Trees


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSide:
    """One tree as one side has it; None where a published tree does not say it."""

    version: int | None
    distributor: Address | None
    root: bytes
    leaves: int
    total: int  # base units, locked amounts included
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSide:
    """One mint as one side has it.

    Units: pool, allocated and unallocated in base units.
    """

    symbol: str
    mint: Address
    decimals: int
    pool: int | None
    allocated: int
    unallocated: Mapping[str, int]  # by cause
    wallets: int
    trees: tuple[TreeSide, ...]
    settings: Mapping[str, str]  # how it is claimed and cut; empty of published trees

    def tree_numbers(self) -> Trees:
        """Return the number of each row's tree, shape (wallets,)."""
        return np.repeat(np.arange(len(self.trees)), [tree.leaves for tree in self.trees])


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side pays; `bundle` is None of published trees, whose rows are `listed`."""

    facts: Mapping[str, str]  # round, method, tool, format, digests; empty of published trees
    tokens: tuple[TokenSide, ...]
    bundle: Bundle | None = None
    listed: Rows | None = None

    @property
    def id(self) -> str | None:
        """The bundle id."""
        return None if self.bundle is None else self.bundle.id

    def token(self, mint: Address) -> TokenSide | None:
        """Return how this side has a mint."""
        return next((token for token in self.tokens if token.mint == mint), None)

    def rows(self, mint: Address) -> Rows:
        """Read what this side pays of a mint: nothing where it does not have it.

        Errors: BundleError for a list that contradicts the manifest or the list of digests.
        """
        if self.token(mint) is None:
            none = np.zeros(0, np.uint64)
            return Rows(texts=np.zeros(0, "S44"), unlocked=none, locked=none)
        if self.listed is not None:
            return self.listed
        assert self.bundle is not None, "a side is one or the other"  # noqa: S101 - see the class
        entry = next(entry for entry in self.bundle.manifest.tokens if entry.mint == mint)
        with naming(self.bundle.path):
            return read_rows(self.bundle, entry)


@contextmanager
def naming(bundle: Path) -> Iterator[None]:
    """Say of a bundle that can't be trusted which of the two it is.

    Errors: BundleError; InputErrors about its round file.
    """
    try:
        yield
    except BundleError as error:
        found = error.finding
        place = str(bundle / found.file)
        raise BundleError(place, found.problem, line=found.line, wallet=found.wallet) from error
    except InputErrors as errors:
        raise InputErrors([_within(bundle, error) for error in errors.findings]) from errors


def _within(bundle: Path, error: InputError) -> InputError:
    place = str(bundle / error.source)
    return InputError(
        place, error.line, error.column, error.value, error.problem, error.remedy, kind=error.kind
    )


def bundle_side(path: Path) -> Side:
    """Open a bundle as one side.

    Errors: AsrError where there is no folder; BundleError for a bundle that contradicts itself or
            the digests it lists.
    """
    with naming(path):
        bundle = open_sound(path)
    return Side(
        facts=_facts(bundle.manifest),
        tokens=tuple(map(_token_side, bundle.manifest.tokens)),
        bundle=bundle,
    )


def published_side(trees: ImportedTrees, mint: Address, symbol: str, decimals: int) -> Side:
    """Take published trees of one mint, whose proofs and roots hold, as one side."""
    listed = Rows(
        texts=np.array(format_addresses(trees.claimants), "S44"),
        unlocked=trees.unlocked,
        locked=trees.locked,
    )
    totals = [
        exact_sum(trees.unlocked[start:stop]) + exact_sum(trees.locked[start:stop])
        for start, stop in pairwise(trees.boundaries)
    ]
    described = zip(
        trees.roots, trees.versions, trees.distributors, pairwise(trees.boundaries), totals,
        strict=True,
    )  # fmt: skip
    token = TokenSide(
        symbol=symbol,
        mint=mint,
        decimals=decimals,
        pool=None,
        allocated=sum(totals),
        unallocated={},
        wallets=len(trees.claimants),
        trees=tuple(
            TreeSide(
                version=version,
                distributor=distributor,
                root=root,
                leaves=stop - start,
                total=total,
                depth=depth_of(stop - start),
            )
            for root, version, distributor, (start, stop), total in described
        ),
        settings={},
    )
    return Side(facts={}, tokens=(token,), listed=listed)


def _facts(manifest: Manifest) -> dict[str, str]:
    return {
        "round": manifest.round,
        "method": manifest.method,
        "tool": manifest.tool,
        "format": str(manifest.format),
        "rules_sha256": manifest.rules_sha256,
        "inputs_sha256": manifest.inputs_sha256,
    }


def _token_side(entry: TokenEntry) -> TokenSide:
    return TokenSide(
        symbol=entry.symbol,
        mint=entry.mint,
        decimals=entry.decimals,
        pool=entry.pool,
        allocated=entry.allocated,
        unallocated=entry.unallocated,
        wallets=entry.wallets,
        trees=tuple(
            TreeSide(
                version=tree.version,
                distributor=tree.distributor,
                root=tree.root,
                leaves=tree.max_num_nodes,
                total=tree.max_total_claim,
                depth=tree.depth,
            )
            for tree in entry.trees
        ),
        settings=_settings(entry),
    )


def _settings(entry: TokenEntry) -> dict[str, str]:
    base = None if entry.program == NO_PROGRAM else entry.base  # which nothing is derived from
    return {
        "symbol": entry.symbol,
        "decimals": str(entry.decimals),
        "claim": entry.claim,
        "program": entry.program,
        "base": "none" if base is None else format_address(base),
        "leaf": entry.leaf,
        "max_leaves_per_tree": str(entry.max_leaves_per_tree),
        "order": entry.order,
    }
