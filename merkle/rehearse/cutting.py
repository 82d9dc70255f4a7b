"""A bundle's trees, read once from first to last and cut into what one machine executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.address import format_address
from merkle.bundle.columns import read_distribution
from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError, quoted
from merkle.bundle.layout import allocations_file, tree_file
from merkle.bundle.lines import HEADER_LINES
from merkle.rehearse.part import Part
from merkle.verify.findings import Findings
from merkle.verify.leaves import read_leaves
from merkle.verify.shards import LONGEST_HEAD, LONGEST_SIBLING
from merkle.verify.tree_lines import leaf_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from merkle.bundle.files import HashedFile
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle
    from merkle.distribution import Distribution
    from merkle.hashing import Hashes
    from merkle.rehearse.part import Target
    from merkle.verify.leaves import Leaves

MOST_CLAIMS: Final = 12_000  # of one machine: a tree of the usual size is executed whole
FORGED_LEAVES: Final = 5  # of every tree


def spread(count: int, most: int) -> npt.NDArray[np.intp]:
    """Return at most so many places among `count`, evenly spread, the first and last among them."""
    if most >= count:
        return np.arange(count)
    if most == 1:
        return np.zeros(1, np.intp)
    return np.arange(most) * (count - 1) // (most - 1)


def parts_of(bundle: Bundle, token: TokenEntry, target: Target, most: int | None) -> Iterator[Part]:
    """Yield the claims of a token, tree by tree; of each tree at most so many.

    Errors: BundleError for what is not as this tool writes it, or not what the bundle says
            elsewhere. A proof that leads nowhere is none: the program has to refuse it.
    """
    distribution = read_distribution(bundle, token)
    if len(np.unique(distribution.claimants, axis=0)) != token.wallets:
        raise BundleError(allocations_file(token.symbol), "a wallet stands twice")
    for number in range(len(token.trees)):
        yield from _Tree(bundle, token, target, distribution, number).parts(most)


class _Tree:
    """One tree: what allocations.csv says of it, and the proofs in its file."""

    def __init__(
        self,
        bundle: Bundle,
        token: TokenEntry,
        target: Target,
        distribution: Distribution,
        number: int,
    ) -> None:
        self._bundle = bundle
        self._token = token
        self._target = target
        self._distribution = distribution
        self._number = number
        self._entry: TreeEntry = token.trees[number]
        self._first = distribution.boundaries[number]  # row of allocations.csv
        self._file = tree_file(token.symbol, number)

    def parts(self, most: int | None) -> Iterator[Part]:
        """Yield all claims of the tree, or at most so many; its digest is compared at the end."""
        count = self._entry.max_num_nodes
        places = spread(count, count if most is None else most)
        forged = frozenset(places[spread(len(places), FORGED_LEAVES)].tolist())
        claimed = paid = 0
        limit = count * (LONGEST_HEAD + LONGEST_SIBLING * self._entry.depth)
        with open_file(self._bundle.path, self._file, limit=limit) as opened:
            for chosen, siblings in _gathered(self._proofs(opened, places)):
                part = self._part(chosen, siblings, forged, claimed, paid)
                yield part
                claimed += len(chosen)
                paid += part.total
            self._bundle.check_digest(self._file, opened.sha256())

    def _proofs(
        self, file: HashedFile, places: npt.NDArray[np.intp]
    ) -> Iterator[tuple[npt.NDArray[np.intp], Hashes]]:
        """Yield places and their proofs as they come."""
        findings, read = Findings(), 0
        for first_line, lines in leaf_lines(file, findings):
            _refuse(findings)
            first = first_line - HEADER_LINES - 1
            leaves = read_leaves(lines, self._entry.depth, first)
            self._check(leaves, first, len(lines))
            read = first + len(lines)
            chosen = places[(places >= first) & (places < read)]
            if len(chosen):
                yield chosen, leaves.siblings[chosen - first]
        _refuse(findings)
        if read != self._entry.max_num_nodes:
            problem = f"has {read:,} leaves, the manifest {self._entry.max_num_nodes:,}"
            raise BundleError(self._file, problem)

    def _check(self, leaves: Leaves, first: int, count: int) -> None:
        """Refuse lines that can't be read, or are not those of allocations.csv and manifest."""
        for place, problem in leaves.problems.items():
            self._raise(leaves, first, place, problem)
        start = self._first + first
        rows = slice(start, min(start + count, self._first + self._entry.max_num_nodes))
        address = self._entry.distributor
        distributor = b"" if address is None else format_address(address).encode()
        columns: tuple[tuple[str, Sequence[object], Sequence[object]], ...] = (
            ("wallet", leaves.wallets, self._distribution.texts[rows].tolist()),
            ("amount", leaves.unlocked, self._distribution.unlocked[rows].tolist()),
            ("locked_amount", leaves.locked, self._distribution.locked[rows].tolist()),
            ("merkle_tree", leaves.distributors, [distributor] * count),
        )
        for name, ours, theirs in columns:
            if list(ours) == list(theirs):
                continue
            for place, (our, their) in enumerate(zip(ours, theirs, strict=False)):
                if our != their:
                    problem = f"{name} is {quoted(our)}, the bundle has {quoted(their)} elsewhere"
                    self._raise(leaves, first, place, problem)
            raise BundleError(self._file, "has more leaves than the manifest says")

    def _raise(self, leaves: Leaves, first: int, place: int, problem: str) -> None:
        wallet = leaves.wallets[place].decode() or None
        line = first + place + HEADER_LINES + 1
        raise BundleError(self._file, problem, line=line, wallet=wallet)

    def _part(
        self,
        places: npt.NDArray[np.intp],
        siblings: Hashes,
        forged: frozenset[int],
        claimed: int,
        paid: int,
    ) -> Part:
        rows, distribution = places + self._first, self._distribution
        return Part(
            target=self._target,
            symbol=self._token.symbol,
            number=self._number,
            tree=self._entry,
            places=places,
            claimants=distribution.claimants[rows],
            unlocked=distribution.unlocked[rows],
            locked=distribution.locked[rows],
            siblings=siblings,
            forged=forged & frozenset(places.tolist()),
            claimed_before=claimed,
            paid_before=paid,
        )


def _gathered(
    proofs: Iterator[tuple[npt.NDArray[np.intp], Hashes]],
) -> Iterator[tuple[npt.NDArray[np.intp], Hashes]]:
    """Put together what was read until there is enough for one machine."""
    waiting: list[tuple[npt.NDArray[np.intp], Hashes]] = []
    for places, siblings in proofs:
        waiting.append((places, siblings))
        while sum(len(places) for places, _ in waiting) >= MOST_CLAIMS:
            joined, nodes = _joined(waiting)
            yield joined[:MOST_CLAIMS], nodes[:MOST_CLAIMS]
            rest = joined[MOST_CLAIMS:], nodes[MOST_CLAIMS:]
            waiting = [rest] if len(rest[0]) else []
    if waiting:
        yield _joined(waiting)


def _joined(
    waiting: Sequence[tuple[npt.NDArray[np.intp], Hashes]],
) -> tuple[npt.NDArray[np.intp], Hashes]:
    return (
        np.concatenate([places for places, _ in waiting]),
        np.concatenate([siblings for _, siblings in waiting]),
    )


def _refuse(findings: Findings) -> None:
    for found in findings.all():
        raise BundleError(found.file, found.problem, line=found.line, wallet=found.wallet)
