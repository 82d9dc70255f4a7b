"""One mint's shards: versions, rows, roots, totals; a tree is built when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import AsrError
from allocation.units import U64_MAX, exact_sum, format_tokens
from merkle.leaf import LEAF_FORMATS, LeafFormat, leaf_hashes
from merkle.program import (
    PROFILES,
    Profile,
    depth_limit,
    distributor_address,
    leaf_limit,
    too_deep,
)
from merkle.tree import Tree, build_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocation.address import Address, Keys
    from allocation.allocations import TokenAllocations
    from allocation.round import Claim, Token
    from allocation.units import Amounts


class DistributionError(AsrError):
    """A token's allocations cannot be claimed as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One tree of a distribution and the distributor that pays from it."""

    number: int  # position among the distribution's shards; names its file
    version: int  # part of the distributor's address
    rows: slice  # of the distribution, in leaf order
    tree: Tree
    distributor: Address | None  # None while there is no program or no base key
    total_unlocked: int
    total_locked: int

    @property
    def max_total_claim(self) -> int:
        """What the vault has to hold for everybody to claim, in base units."""
        return self.total_unlocked + self.total_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What every claimant of one mint may claim, cut into shards; rows are in leaf order.

    Shapes: claimants (n, 32), texts, unlocked and locked (n,).
    Units:  base units of `mint`.
    """

    symbol: str
    mint: Address
    decimals: int
    leaf_format: LeafFormat
    profile: Profile | None  # None: no program
    base: Address | None
    claim: Claim
    claimants: Keys
    texts: npt.NDArray[np.bytes_]  # claimants as base58
    unlocked: Amounts
    locked: Amounts
    boundaries: tuple[int, ...]  # shard i holds the rows from boundaries[i] to boundaries[i + 1]
    versions: tuple[int, ...]  # one per shard

    def __post_init__(self) -> None:
        total = self.total
        if total > U64_MAX:
            raise DistributionError(
                f"{self.symbol}: {format_tokens(total, self.decimals)} tokens in all are above "
                f"2^64 - 1 base units ({total:,}); no token account can hold it; lower the amounts"
            )

    @property
    def total(self) -> int:
        """Everything that can be claimed, locked amounts included."""
        return exact_sum(self.unlocked) + exact_sum(self.locked)

    @property
    def shard_count(self) -> int:
        """How many trees there are; none where nobody is paid."""
        return len(self.versions)

    def rows_of(self, number: int) -> slice:
        """Return the rows of one shard."""
        return slice(self.boundaries[number], self.boundaries[number + 1])

    def shard_of(self, row: int) -> int:
        """Return the number of the shard that holds a row."""
        return int(np.searchsorted(self.boundaries, row, side="right")) - 1

    def address(self, number: int) -> Address | None:
        """Return the address of one shard's distributor; None without a program or its base."""
        return distributor_address(self.profile, self.base, self.mint, self.versions[number])

    def shard(self, number: int) -> Shard:
        """Build one shard: hash its leaves and its tree, derive its address."""
        rows = self.rows_of(number)
        unlocked, locked = self.unlocked[rows], self.locked[rows]
        leaves = leaf_hashes(self.leaf_format, self.mint, self.claimants[rows], unlocked, locked)
        return Shard(
            number=number,
            version=self.versions[number],
            rows=rows,
            tree=build_tree(leaves, self.leaf_format.hash_name),
            distributor=self.address(number),
            total_unlocked=exact_sum(unlocked),
            total_locked=exact_sum(locked),
        )

    def shards(self) -> Iterator[Shard]:
        """Build the shards one after the other; memory holds only those that the caller keeps."""
        return map(self.shard, range(self.shard_count))


def distribution_of(
    allocations: TokenAllocations,
    keys: Keys,
    texts: npt.NDArray[np.bytes_],
    *,
    allow_deep: bool = False,
) -> Distribution:
    """Lay one token's allocations out as trees of the sizes that its plan says.

    Shapes: keys (m, 32) and texts (m,) are the wallet table that `allocations.wallets` points to.
    Errors: DistributionError for what nobody could claim, naming token and wallet.
    """
    token, wallets = allocations.token, allocations.wallets
    plan = token.distributor
    _refuse_repeats(token, wallets, texts)
    boundaries = _cut(token, len(wallets))
    distribution = Distribution(
        symbol=token.symbol,
        mint=token.mint,
        decimals=token.decimals,
        leaf_format=LEAF_FORMATS[plan.leaf],
        profile=PROFILES.get(plan.program),
        base=plan.base,
        claim=token.claim,
        claimants=keys[wallets],
        texts=texts[wallets],
        unlocked=allocations.unlocked,
        locked=allocations.locked,
        boundaries=boundaries,
        versions=tuple(range(plan.first_version, plan.first_version + len(boundaries) - 1)),
    )
    check_distribution(distribution, allow_deep=allow_deep)
    return distribution


def check_distribution(distribution: Distribution, *, allow_deep: bool = False) -> None:
    """Refuse what no claimer could be paid.

    Errors: DistributionError naming the token, and the first wallet it is about.
    """
    _check_depth(distribution, allow_deep=allow_deep)
    _check_versions(distribution)
    if distribution.claim == "stake":
        problem = "an amount of 0 cannot be staked, so nothing of it could ever be claimed"
        remedy = 'leave the wallet out, or set zero_amounts = "drop"'
        _refuse_rows(distribution, distribution.unlocked == 0, problem, remedy)
        problem = "a locked amount has no place in a staking tree"
        remedy = "set it to 0, or pay it from a tree that transfers"
        _refuse_rows(distribution, distribution.locked > 0, problem, remedy)


def _cut(token: Token, count: int) -> tuple[int, ...]:
    """Cut `count` rows into one slice per tree."""
    plan = token.distributor
    sizes = [plan.size_of(tree, count) for tree in range(plan.tree_count(count))]
    if sum(sizes) != count:
        raise DistributionError(
            f"{token.symbol}: tree_sizes add up to {sum(sizes):,}, but {count:,} wallets are paid; "
            "correct tree_sizes, or write max_leaves_per_tree instead"
        )
    return (0, *accumulate(sizes))


def _check_depth(distribution: Distribution, *, allow_deep: bool) -> None:
    profile, claim = distribution.profile, distribution.claim
    largest = max(np.diff(distribution.boundaries).tolist(), default=0)
    if profile is None or allow_deep or largest <= leaf_limit(depth_limit(profile, claim)):
        return
    problem = too_deep(profile, claim, largest)
    raise DistributionError(f"{distribution.symbol}: {problem}; lower max_leaves_per_tree")


def _check_versions(distribution: Distribution) -> None:
    if distribution.versions and max(distribution.versions) > U64_MAX:
        raise DistributionError(
            f"{distribution.symbol}: version {max(distribution.versions)} is above 2^64 - 1; "
            "lower first_version"
        )


def _refuse_repeats(
    token: Token, wallets: npt.NDArray[np.uint32], texts: npt.NDArray[np.bytes_]
) -> None:
    counts = np.bincount(wallets, minlength=1)
    if counts.max() > 1:
        repeated = int(counts.argmax())
        first, second, *_ = np.flatnonzero(wallets == repeated).tolist()
        raise DistributionError(
            f"{token.symbol}: {texts[repeated].decode()} has two leaves, {first} and {second}; "
            "a wallet stands once per token"
        )


def _refuse_rows(
    distribution: Distribution, bad: npt.NDArray[np.bool_], problem: str, remedy: str
) -> None:
    count = int(np.count_nonzero(bad))
    if count:
        wallet = distribution.texts[int(bad.argmax())].decode()
        others = f" (and {count - 1:,} more)" if count > 1 else ""
        raise DistributionError(f"{distribution.symbol}: {wallet}{others}: {problem}; {remedy}")
