"""One token: its allocations, and the trees made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST, allocations_file, tree_file
from merkle.leaf import LEAF_FORMATS, leaf_hashes
from merkle.proof import depth_of
from merkle.tree import build_tree
from merkle.verify.allocations import AllocationReader
from merkle.verify.order import check_order
from merkle.verify.trees import ShardFacts, TreeCheck

if TYPE_CHECKING:
    from allocation.address import Keys
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.verify.allocations import Rows
    from merkle.verify.task import Task

LONGEST_ROW: Final = 100  # bytes of a line of allocations.csv
LONGEST_HEAD: Final = 300  # bytes of a leaf's line without its siblings
LONGEST_SIBLING: Final = 130


class TokenCheck:
    """Checks one token, reading each of its files once; what is wrong goes to the findings."""

    def __init__(self, task: Task, place: str, token: TokenEntry) -> None:
        self.wallets = 0  # rows of allocations.csv that belong to a tree
        self.trees = 0  # for which such rows were looked for
        self.proofs = 0  # that lead to the root
        self._task = task
        self._place = place  # of the token in the manifest
        self._token = token
        self._file = allocations_file(token.symbol)
        self._keys: list[Keys] = []
        self._good: list[npt.NDArray[np.bool_]] = []

    def run(self) -> None:
        """Check the token."""
        token, findings = self._token, self._task.findings
        limit = (token.wallets + 1) * LONGEST_ROW
        try:
            with open_file(self._task.root, self._file, limit=limit) as opened:
                reader = AllocationReader(opened, token.decimals, findings)
                for number, tree in enumerate(token.trees):
                    rows = reader.take(tree.max_num_nodes)
                    self.trees += 1
                    self._check_shard(number, tree, rows)
                self._check_count(reader.count_rest())
                findings.check_digest(self._task.sums, self._file, opened.sha256())
        except BundleError as error:
            findings.add_error(error)
        for number in range(self.trees, len(token.trees)):
            self._task.check_digest(tree_file(token.symbol, number))
        if self._keys:
            keys, good = np.concatenate(self._keys), np.concatenate(self._good)
            check_order(self._file, keys, good, token.order, findings)

    def _check_shard(self, number: int, tree: TreeEntry, rows: Rows) -> None:
        """Check the rows of one tree, the manifest's entry of it and its file."""
        self.wallets += len(rows.texts)
        self._keys.append(rows.keys)
        self._good.append(rows.good)
        self._check_claimable(rows)
        shard = self._facts(tree, rows)
        self._check_entry(f"{self._place}.trees[{number}]", shard)
        self._check_tree(tree_file(self._token.symbol, number), shard)
        if self._task.progress is not None:
            stage = f"{self._token.symbol}: proofs"
            self._task.progress(stage, self.wallets, self._token.wallets)

    def _facts(self, tree: TreeEntry, rows: Rows) -> ShardFacts:
        """Recompute leaves and root from allocations.csv."""
        leaf_format = LEAF_FORMATS[self._token.leaf]
        unlocked, locked = (np.array(column, np.uint64) for column in (rows.unlocked, rows.locked))
        leaves = leaf_hashes(leaf_format, self._token.mint, rows.keys, unlocked, locked)
        complete = len(leaves) == tree.max_num_nodes and bool(rows.good.all())
        root = build_tree(leaves, leaf_format.hash_name).root if complete else None
        return ShardFacts(
            tree=tree, rows=rows, leaves=leaves, root=root, hash_name=leaf_format.hash_name
        )

    def _check_entry(self, place: str, shard: ShardFacts) -> None:
        """Hold the manifest's entry of a tree to its allocations, where all could be read."""
        tree, rows, findings = shard.tree, shard.rows, self._task.findings
        if shard.root is None:
            return
        if shard.root != tree.root:
            actual = f"the allocations give {shard.root.hex()}"
            findings.add(MANIFEST, f"{place}.root is {tree.root.hex()}, {actual}")
        total = sum(rows.unlocked) + sum(rows.locked)
        if total != tree.max_total_claim:
            actual = f"the allocations add up to {total}"
            findings.add(MANIFEST, f"{place}.max_total_claim is {tree.max_total_claim}, {actual}")

    def _check_tree(self, file: str, shard: ShardFacts) -> None:
        depth = depth_of(shard.tree.max_num_nodes)
        limit = shard.tree.max_num_nodes * (LONGEST_HEAD + LONGEST_SIBLING * depth)
        try:
            with open_file(self._task.root, file, limit=limit) as opened:
                check = TreeCheck(opened, shard, self._task.findings)
                check.run()
                self.proofs += check.proofs
                self._task.findings.check_digest(self._task.sums, file, opened.sha256())
        except BundleError as error:
            self._task.findings.add_error(error)

    def _check_claimable(self, rows: Rows) -> None:
        """Find what could never be claimed where claims are staked."""
        if self._token.claim != "stake":
            return
        for place in np.flatnonzero(rows.good).tolist():
            if rows.locked[place] or not rows.unlocked[place]:
                amount = "a locked amount" if rows.locked[place] else "an amount of 0"
                problem = f"{amount} can't be claimed where claims are staked"
                wallet = rows.texts[place].decode()
                self._task.findings.add(self._file, problem, line=rows.line(place), wallet=wallet)

    def _check_count(self, rest: int) -> None:
        leaves, rows = sum(tree.max_num_nodes for tree in self._token.trees), self.wallets + rest
        if rows != leaves:
            problem = f"has {rows:,} rows, the manifest's trees have {leaves:,} leaves"
            self._task.findings.add(self._file, problem)
