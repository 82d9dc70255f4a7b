"""One token: its allocations, and the trees made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import allocations_file, tree_file
from merkle.verify.allocations import AllocationReader
from merkle.verify.order import check_order
from merkle.verify.shards import Shard, check_shard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Keys
    from merkle.bundle.manifest import TokenEntry
    from merkle.verify.shards import CheckedShard
    from merkle.verify.task import Task
    from merkle.verify.workers import Runner

LONGEST_ROW: Final = 100  # bytes of a line of allocations.csv


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
        self._unreadable: BundleError | None = None  # why there are no more rows

    def run(self, runner: Runner) -> None:
        """Check the token; `runner` checks its trees.

        Whoever does and in what order, findings come in one order: those of allocations.csv, then
        those of each tree.
        """
        token, findings = self._token, self._task.findings
        limit = (token.wallets + 1) * LONGEST_ROW
        checked: list[CheckedShard] = []
        try:
            with open_file(self._task.root, self._file, limit=limit) as opened:
                reader = AllocationReader(opened, token.decimals, findings)
                for shard in runner(check_shard, self._shards(reader)):
                    checked.append(shard)
                    self._count(shard)
                if self._unreadable is not None:
                    raise self._unreadable
                self._check_count(reader.count_rest())
                findings.check_digest(self._task.sums, self._file, opened.sha256())
        except BundleError as error:
            findings.add_error(error)
        for shard in sorted(checked, key=lambda shard: shard.number):
            findings.add_all(shard.findings)
        for number in range(self.trees, len(token.trees)):
            self._task.check_digest(tree_file(token.symbol, number))
        if self._keys:
            keys, good = np.concatenate(self._keys), np.concatenate(self._good)
            check_order(self._file, keys, good, token.order, findings)

    def _shards(self, reader: AllocationReader) -> Iterator[Shard]:
        """Yield the trees with their rows, as far as the rows can be read."""
        for number, tree in enumerate(self._token.trees):
            try:
                rows = reader.take(tree.max_num_nodes)
            except BundleError as error:
                self._unreadable = error
                return
            self.trees += 1
            self._keys.append(rows.keys)
            self._good.append(rows.good)
            file = tree_file(self._token.symbol, number)
            yield Shard(
                root=self._task.root,
                sums={file: self._task.sums[file]} if file in self._task.sums else {},
                place=self._place,
                token=self._token,
                number=number,
                rows=rows,
            )

    def _count(self, shard: CheckedShard) -> None:
        self.wallets += shard.rows
        self.proofs += shard.proofs
        if self._task.progress is not None:
            stage = f"{self._token.symbol}: proofs"
            self._task.progress(stage, self.wallets, self._token.wallets)

    def _check_count(self, rest: int) -> None:
        leaves, rows = sum(tree.max_num_nodes for tree in self._token.trees), self.wallets + rest
        if rows != leaves:
            problem = f"has {rows:,} rows, the manifest's trees have {leaves:,} leaves"
            self._task.findings.add(self._file, problem)
