"""One tree: the rows it is made of, the manifest's entry of it, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST, allocations_file, tree_file
from merkle.leaf import LEAF_FORMATS, leaf_hashes
from merkle.proof import depth_of
from merkle.tree import build_tree
from merkle.verify.findings import Findings
from merkle.verify.trees import ShardFacts, TreeCheck

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from merkle.bundle.manifest import TokenEntry
    from merkle.verify.allocations import Rows

LONGEST_HEAD: Final = 300  # bytes of a leaf's line without its siblings
LONGEST_SIBLING: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What is said of one tree, to be checked by whatever process is free."""

    root: Path  # of the bundle
    sums: Mapping[str, str]  # of its file, where the bundle has it
    place: str  # of the token in the manifest
    token: TokenEntry
    number: int
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedShard:
    """What came of it."""

    number: int
    findings: Findings
    rows: int
    proofs: int  # that lead to the root


def check_shard(shard: Shard) -> CheckedShard:
    """Check the rows of one tree, the manifest's entry of it and its file."""
    findings = Findings()
    _check_claimable(shard, findings)
    facts = _facts(shard)
    _check_entry(shard, facts, findings)
    proofs = _check_tree(shard, facts, findings)
    return CheckedShard(
        number=shard.number, findings=findings, rows=len(shard.rows.texts), proofs=proofs
    )


def _check_claimable(shard: Shard, findings: Findings) -> None:
    """Find what could never be claimed where claims are staked."""
    rows = shard.rows
    if shard.token.claim != "stake":
        return
    for place in np.flatnonzero(rows.good).tolist():
        if rows.locked[place] or not rows.unlocked[place]:
            amount = "a locked amount" if rows.locked[place] else "an amount of 0"
            problem = f"{amount} can't be claimed where claims are staked"
            file, wallet = allocations_file(shard.token.symbol), rows.texts[place].decode()
            findings.add(file, problem, line=rows.line(place), wallet=wallet)


def _facts(shard: Shard) -> ShardFacts:
    """Recompute leaves and root from allocations.csv."""
    leaf_format, rows = LEAF_FORMATS[shard.token.leaf], shard.rows
    tree = shard.token.trees[shard.number]
    unlocked, locked = (np.array(column, np.uint64) for column in (rows.unlocked, rows.locked))
    leaves = leaf_hashes(leaf_format, shard.token.mint, rows.keys, unlocked, locked)
    complete = len(leaves) == tree.max_num_nodes and bool(rows.good.all())
    root = build_tree(leaves, leaf_format.hash_name).root if complete else None
    return ShardFacts(
        tree=tree, rows=rows, leaves=leaves, root=root, hash_name=leaf_format.hash_name
    )


def _check_entry(shard: Shard, facts: ShardFacts, findings: Findings) -> None:
    """Hold the manifest's entry of a tree to its allocations, where all could be read."""
    tree, rows, place = facts.tree, facts.rows, f"{shard.place}.trees[{shard.number}]"
    if facts.root is None:
        return
    if facts.root != tree.root:
        actual = f"the allocations give {facts.root.hex()}"
        findings.add(MANIFEST, f"{place}.root is {tree.root.hex()}, {actual}")
    total = sum(rows.unlocked) + sum(rows.locked)
    if total != tree.max_total_claim:
        actual = f"the allocations add up to {total}"
        findings.add(MANIFEST, f"{place}.max_total_claim is {tree.max_total_claim}, {actual}")


def _check_tree(shard: Shard, facts: ShardFacts, findings: Findings) -> int:
    """Check the file of a tree, and return how many of its proofs lead to the root."""
    file = tree_file(shard.token.symbol, shard.number)
    leaves = facts.tree.max_num_nodes
    limit = leaves * (LONGEST_HEAD + LONGEST_SIBLING * depth_of(leaves))
    proofs = 0
    try:
        with open_file(shard.root, file, limit=limit) as opened:
            check = TreeCheck(opened, facts, findings)
            check.run()
            proofs = check.proofs
            findings.check_digest(shard.sums, file, opened.sha256())
    except BundleError as error:
        findings.add_error(error)
    return proofs
