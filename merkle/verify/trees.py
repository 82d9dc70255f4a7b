"""One tree file against the allocations it belongs to: every leaf in it, every proof folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import format_address
from merkle.bundle.lines import HEADER_LINES
from merkle.proof import depth_of
from merkle.proof_columns import fold_many
from merkle.verify.leaves import UNREAD, read_leaves
from merkle.verify.tree_lines import leaf_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.bundle.files import HashedFile
    from merkle.bundle.manifest import TreeEntry
    from merkle.hashing import Hashes, HashName
    from merkle.verify.allocations import Rows
    from merkle.verify.findings import Findings
    from merkle.verify.leaves import Leaves

_NOBODY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFacts:
    """What a tree file is held to.

    Shapes: leaves (n, 32), one for each of the `rows`.
    """

    tree: TreeEntry
    rows: Rows
    leaves: Hashes  # recomputed from allocations.csv
    root: bytes | None  # recomputed from the leaves; None where a row could not be read
    hash_name: HashName


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folded:
    """Where some proofs lead.

    Shapes: lines, places (rows of the shard) (n,), roots (n, 32).
    """

    lines: npt.NDArray[np.intp]
    places: npt.NDArray[np.intp]
    roots: Hashes


class TreeCheck:
    """Reads one tree file; `proofs` counts those that lead to the root."""

    def __init__(self, file: HashedFile, shard: ShardFacts, findings: Findings) -> None:
        self.proofs = 0
        self._file = file
        self._shard = shard
        self._findings = findings
        self._depth = depth_of(shard.tree.max_num_nodes)
        self._times = np.zeros(len(shard.rows.texts), np.intp)  # that each row was met
        self._folded: list[_Folded] = []
        self._place_of: dict[bytes, int] | None = None

    def run(self) -> None:
        """Check the whole file.

        Errors: BundleError where the file can't be read on.
        """
        for first_line, lines in leaf_lines(self._file, self._findings):
            leaves = read_leaves(lines, self._depth, first_line - HEADER_LINES - 1)
            for at, problem in leaves.problems.items():
                self._add(problem, first_line + at, leaves.wallets[at])
            places = self._places(leaves.wallets, first_line)
            self._check_fields(leaves, places, first_line)
            self._fold(leaves, places, first_line)
        self._check_rows()
        self._check_roots()

    def _add(self, problem: str, line: int | None, wallet: bytes) -> None:
        text = wallet.decode() or None
        self._findings.add(self._file.file, problem, line=line, wallet=text)

    def _places(self, wallets: Sequence[bytes], first_line: int) -> npt.NDArray[np.intp]:
        """Return the row of each wallet in the shard, _NOBODY where it has none."""
        texts, start = self._shard.rows.texts, first_line - HEADER_LINES - 1
        if texts[start : start + len(wallets)] == list(wallets):
            self._times[start : start + len(wallets)] += 1
            return np.arange(start, start + len(wallets))
        places = self._search(wallets, first_line)
        np.add.at(self._times, places[places != _NOBODY], 1)
        return places

    def _search(self, wallets: Sequence[bytes], first_line: int) -> npt.NDArray[np.intp]:
        """Look wallets up that don't stand at their places."""
        if self._place_of is None:
            texts = self._shard.rows.texts
            self._place_of = {text: place for place, text in enumerate(texts) if text}
        places = [self._place_of.get(wallet, _NOBODY) for wallet in wallets]
        for line, (wallet, place) in enumerate(zip(wallets, places, strict=True), first_line):
            if wallet and place == _NOBODY:
                self._add("not among this tree's rows of allocations.csv", line, wallet)
            elif wallet and place != line - HEADER_LINES - 1:
                expected = place + HEADER_LINES + 1
                self._add(f"belongs to line {expected}, as in allocations.csv", line, wallet)
        return np.array(places, np.intp)

    def _check_fields(self, leaves: Leaves, places: npt.NDArray[np.intp], first_line: int) -> None:
        """Compare what stands beside the proofs with allocations.csv and the manifest."""
        rows, distributor = self._shard.rows, self._shard.tree.distributor
        address = b"" if distributor is None else format_address(distributor).encode()
        if leaves.distributors.count(address) == len(places) and self._same_amounts(leaves, places):
            return
        amounts = zip(places.tolist(), leaves.unlocked, leaves.locked, strict=True)
        for at, (place, *written) in enumerate(amounts):
            if place == _NOBODY or not rows.good[place] or written[0] == UNREAD:
                continue
            expected = [rows.unlocked[place], rows.locked[place]]
            if written != expected:
                problem = f"amount and locked amount are {written}, allocations.csv has {expected}"
                self._add(problem, first_line + at, leaves.wallets[at])
        for at, merkle_tree in enumerate(leaves.distributors):
            if merkle_tree != address and leaves.unlocked[at] != UNREAD:
                problem = f"merkle_tree is {_or_none(merkle_tree)}, not {_or_none(address)}"
                self._add(problem, first_line + at, leaves.wallets[at])

    def _same_amounts(self, leaves: Leaves, places: npt.NDArray[np.intp]) -> bool:
        """Tell quickly whether the amounts are those of as many rows in a row."""
        first, stop = int(places[0]), int(places[0]) + len(places)
        rows = self._shard.rows
        return (
            np.array_equal(places, np.arange(first, stop))
            and list(leaves.unlocked) == rows.unlocked[first:stop]
            and list(leaves.locked) == rows.locked[first:stop]
        )

    def _fold(self, leaves: Leaves, places: npt.NDArray[np.intp], first_line: int) -> None:
        able = places != _NOBODY
        able[list(leaves.problems)] = False
        able[able] = self._shard.rows.good[places[able]]
        known = places[able]
        if len(known):
            siblings = leaves.siblings[able]
            roots = fold_many(self._shard.leaves[known], siblings, self._shard.hash_name)
            lines = np.flatnonzero(able) + first_line
            self._folded.append(_Folded(lines=lines, places=known, roots=roots))

    def _check_rows(self) -> None:
        """Find rows of the shard without a line, or with several."""
        texts = self._shard.rows.texts
        for place in np.flatnonzero(self._times != 1).tolist():
            times = int(self._times[place])
            if texts[place]:
                problem = f"stands {times} times" if times else "has no line"
                self._add(problem, None, texts[place])

    def _check_roots(self) -> None:
        """Find proofs that lead elsewhere.

        Where none leads to the manifest's root but the allocations have another, it is the root
        that is wrong: said once, there, and the proofs are held to the other one.
        """
        shard = self._shard
        root = shard.tree.root
        if shard.root is not None and not any(_equal(part, root).any() for part in self._folded):
            root = shard.root
        for part in self._folded:
            right = _equal(part, root)
            self.proofs += int(np.count_nonzero(right))
            for at in np.flatnonzero(~right).tolist():
                problem = (
                    f"the proof leads to {part.roots[at].tobytes().hex()}, not to {root.hex()}"
                )
                self._add(problem, int(part.lines[at]), shard.rows.texts[int(part.places[at])])


def _equal(folded: _Folded, root: bytes) -> npt.NDArray[np.bool_]:
    equal: npt.NDArray[np.bool_] = (folded.roots == np.frombuffer(root, np.uint8)).all(axis=1)
    return equal


def _or_none(address: bytes) -> str:
    return address.decode() or "none"
