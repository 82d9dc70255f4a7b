"""How far a token has been claimed: every wallet's record on chain, tree by tree.

A tree's distributor is read before and after the records of its claims. Claims only ever come
in addition, so what is counted has to lie between the two readings of its counters.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from allocation.address import Address, format_address
from merkle.bundle.columns import read_distribution
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import allocations_file
from merkle.claim.amounts import tokens_text
from merkle.claim.standing import Payer, Standing, standing_of
from merkle.program.profiles import PROFILES
from merkle.rpc.claim_records import Leaf, read_records
from merkle.rpc.distributors import read_distributor, shortcomings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from allocation.progress import Progress
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle
    from merkle.claim.standing import LeafStanding
    from merkle.distribution import Distribution
    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.program.profiles import Profile
    from merkle.rpc.claim_records import FoundRecord
    from merkle.rpc.client import Client

AT_ONCE: Final = 500  # records that one connection asks for before they are judged
AHEAD: Final = 4  # blocks of records per connection that may wait for those before them
MOST_FINDINGS: Final = 20  # of one tree; a hostile node may give millions of reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A distributor's own counters at a slot; the amount in base units, without bonus."""

    slot: int
    wallets: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeStanding:
    """How far one tree has been claimed; with a `problem` nothing more is known than that.

    Units: base units.
    """

    number: int
    tree: TreeEntry
    problem: str = ""
    standing: Standing | None = None  # of the leaves whose records could be read
    before: Reading | None = None
    after: Reading | None = None
    is_clawed_back: bool = False
    findings: tuple[str, ...] = ()  # the first ones
    finding_count: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether the tree can be claimed and nothing on chain contradicts it."""
        return not self.problem and not self.finding_count


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStanding:
    """How far one token has been claimed."""

    token: TokenEntry
    trees: tuple[TreeStanding, ...]
    problem: str = ""  # why there is nothing on chain to look at

    @property
    def is_whole(self) -> bool:
        """Whether every tree could be looked up."""
        return not self.problem and not any(tree.problem for tree in self.trees)

    @property
    def is_sound(self) -> bool:
        """Whether every tree is."""
        return not self.problem and all(tree.is_sound for tree in self.trees)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who hears of what is found on the way.

    `unclaimed` is told of every leaf that is not claimed, in the order of the leaves.
    """

    progress: Progress | None = None
    unclaimed: Callable[[TokenEntry, int, Leaf], None] | None = None


def standing_of_token(
    clients: Sequence[Client], bundle: Bundle, token: TokenEntry, watcher: Watcher
) -> TokenStanding:
    """Look up every wallet of a token, over all connections at once.

    The trees are built from the allocations and held to the manifest's roots, so what is looked up
    is what the roots say.

    Errors: BundleError; RpcError.
    """
    profile = PROFILES.get(token.program)
    if profile is None:
        return _without(token, "it has no program, so nothing of it is claimed on a chain")
    if any(tree.distributor is None for tree in token.trees):
        return _without(token, "it has no distributor address: set base in the round file")
    distribution = read_distribution(bundle, token)
    look = _Look(clients=clients, profile=profile, distribution=distribution, watcher=watcher)
    trees = []
    for number in range(len(token.trees)):
        _check_root(token, distribution, number)
        trees.append(look.tree(token, number))
    return TokenStanding(token=token, trees=tuple(trees))


def _without(token: TokenEntry, problem: str) -> TokenStanding:
    return TokenStanding(token=token, trees=(), problem=problem)


def _check_root(token: TokenEntry, distribution: Distribution, number: int) -> None:
    root, expected = distribution.shard(number).tree.root, token.trees[number].root
    if root != expected:
        problem = f"tree {number} has the root {root.hex()}, the manifest {expected.hex()}"
        raise BundleError(allocations_file(token.symbol), problem)


@dataclass(slots=True, kw_only=True)
class _Notes:
    """What is found in one tree besides its sums."""

    findings: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, finding: str) -> None:
        self.count += 1
        if self.count <= MOST_FINDINGS:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Looks one token's trees up."""

    clients: Sequence[Client]
    profile: Profile
    distribution: Distribution
    watcher: Watcher

    def tree(self, token: TokenEntry, number: int) -> TreeStanding:
        """Look up one tree."""
        tree, notes = token.trees[number], _Notes()
        slot, found = read_distributor(self.clients[0], self.profile, token, tree)
        if found.account is None:
            return TreeStanding(number=number, tree=tree, problem=found.problem)
        before = _reading(slot, found.account)
        for shortcoming in shortcomings(token, tree, found.account):
            notes.add(shortcoming)
        payer = self._payer(token, tree, found.account)
        standing = standing_of(self.profile, self._leaves(token, number, payer, notes))
        slot, last = read_distributor(self.clients[0], self.profile, token, tree)
        if last.account is None:
            return TreeStanding(number=number, tree=tree, problem=last.problem)
        after = _reading(slot, last.account)
        closable = last.account.closable
        for difference in _differences(token, standing, before, after, closable=closable):
            notes.add(difference)
        return TreeStanding(
            number=number,
            tree=tree,
            standing=standing,
            before=before,
            after=after,
            is_clawed_back=last.account.clawed_back,
            findings=tuple(notes.findings),
            finding_count=notes.count,
        )

    def _payer(self, token: TokenEntry, tree: TreeEntry, account: DistributorAccount) -> Payer:
        assert tree.distributor is not None  # noqa: S101 - its account was read
        return Payer(
            profile=self.profile,
            distributor=tree.distributor,
            total_bonus=account.total_bonus,
            symbol=token.symbol,
            decimals=token.decimals,
        )

    def _leaves(
        self, token: TokenEntry, number: int, payer: Payer, notes: _Notes
    ) -> Iterator[LeafStanding]:
        """Yield how each leaf stands; one whose record cannot be read is only noted."""
        with closing(self._records(token, number, payer)) as records:
            for record in records:
                if record.contradiction:
                    notes.add(f"{format_address(record.leaf.claimant)}: {record.contradiction}")
                if record.standing is None:
                    continue
                if record.standing.record is None and self.watcher.unclaimed is not None:
                    self.watcher.unclaimed(token, number, record.leaf)
                yield record.standing

    def _records(
        self, token: TokenEntry, number: int, payer: Payer
    ) -> Generator[FoundRecord, None, None]:
        """Ask over all connections, not far ahead, and yield in the order of the leaves."""
        rows = self.distribution.rows_of(number)
        starts = iter(range(rows.start, rows.stop, AT_ONCE))
        free: SimpleQueue[Client] = SimpleQueue()
        for client in self.clients:
            free.put(client)

        def ask(start: int) -> list[FoundRecord]:
            client = free.get()
            try:
                return read_records(client, payer, self._block(start, rows.stop))
            finally:
                free.put(client)

        pool = ThreadPoolExecutor(max_workers=len(self.clients))
        try:
            ahead = islice(starts, AHEAD * len(self.clients))
            waiting = deque(pool.submit(ask, start) for start in ahead)
            done = rows.start
            while waiting:
                records = waiting.popleft().result()
                waiting.extend(pool.submit(ask, start) for start in islice(starts, 1))
                yield from records
                done += len(records)
                self._report(token, done)
        finally:
            pool.shutdown(cancel_futures=True)

    def _block(self, start: int, stop: int) -> list[Leaf]:
        at, columns = slice(start, min(start + AT_ONCE, stop)), self.distribution
        return [
            Leaf(claimant=Address(claimant.tobytes()), unlocked=unlocked, locked=locked)
            for claimant, unlocked, locked in zip(
                columns.claimants[at],
                columns.unlocked[at].tolist(),
                columns.locked[at].tolist(),
                strict=True,
            )
        ]

    def _report(self, token: TokenEntry, done: int) -> None:
        if self.watcher.progress is not None:
            stage = f"{token.symbol}: records of claims"
            self.watcher.progress(stage, done, len(self.distribution.unlocked))


def _reading(slot: int, account: DistributorAccount) -> Reading:
    amount = account.total_amount_claimed - account.total_claimed_bonus
    return Reading(slot=slot, wallets=account.num_nodes_claimed, amount=amount)


def _differences(
    token: TokenEntry, standing: Standing, before: Reading, after: Reading, *, closable: bool
) -> Iterator[str]:
    """Yield what was counted below what the distributor said before, or above what it says now."""
    tokens = partial(tokens_text, symbol=token.symbol, decimals=token.decimals)
    for words, counted, said, shown in (
        ("wallets have claimed", standing.claimed_wallets, (before.wallets, after.wallets), _whole),
        ("are paid", standing.claimed, (before.amount, after.amount), tokens),
    ):
        least, most = min(said), max(said)
        if not least <= counted <= most:
            told = shown(most) if least == most else f"{shown(least)} to {shown(most)}"
            reason = "; it is closable: whose record was closed can claim again" if closable else ""
            yield (
                f"{shown(counted)} {words} by their records, {told} by the distributor's own count "
                f"(slots {before.slot:,} to {after.slot:,}){reason}"
            )


def _whole(number: int) -> str:
    return f"{number:,}"
