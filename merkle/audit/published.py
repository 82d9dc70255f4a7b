"""A list and trees that others published: built again from the list, and compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError
from allocation.units import U64_MAX, exact_sum
from merkle.audit.checks import Audit, findings_of, judged, not_possible
from merkle.audit.claimed import claimed_tree
from merkle.audit.holders import AMOUNTS, ONCE, WALLETS, holder_checks, once_check
from merkle.audit.listed import read_list
from merkle.audit.matching import ROOTS, SAME_PROOFS, rebuilt_checks
from merkle.bundle.findings import Finding, counted
from merkle.codec.unproven import read_unproven
from merkle.program import PROFILES, leaf_limit
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from allocation.address import Address
    from allocation.round import Unit
    from merkle.audit.checks import Check
    from merkle.audit.claimed import ClaimedTree
    from merkle.audit.listed import Listed
    from merkle.audit.rebuilding import Effort
    from merkle.codec.unproven import UnprovenTrees

LIST: Final = "list"
FILES: Final = "tree files"
COUNTS: Final = "counts"
PROOFS: Final = "proofs"
TOTALS: Final = "totals"
TRANSACTIONS: Final = "transactions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a list and trees do not say themselves."""

    mint: Address
    decimals: int
    most: int | None = None  # rows, or by our own rule wallets, per tree; None: told from the trees
    unit: Unit = "ui"  # of the list's amounts
    program: str | None = None  # whose claims the trees are for


def audit_published(
    path: Path, files: Iterable[tuple[str, bytes]], terms: Terms, effort: Effort
) -> Audit:
    """Audit the list at `path` and the trees in files given as (name, content).

    The trees are built again by the rule of Jupiter's builder, by which the list is cut into
    pieces before duplicates are merged, and by our own, which merges first; that which makes most
    of the roots is taken to be meant.

    Errors: AsrError where the disk or the memory is not enough.
    """
    read = read_unproven(files)
    trees = [claimed_tree(tree, terms.mint) for tree in read.trees]
    list_check, listed = _read(path, terms, effort)
    return Audit(
        checks=(
            list_check,
            _files_check(read),
            *(
                [_counts_check(read), _proofs_check(trees), once_check(trees)]
                if trees
                else [
                    not_possible(name, "no tree could be read") for name in (COUNTS, PROOFS, ONCE)
                ]
            ),
            *_compared(path.name, listed, trees, terms),
            _transactions_check(trees, terms),
        )
    )


def _read(path: Path, terms: Terms, effort: Effort) -> tuple[Check, Listed | None]:
    try:
        listed = read_list(path, terms.mint, terms.decimals, terms.unit, effort)
    except AsrError as error:
        return not_possible(LIST, "it can't be read", findings_of(error)), None
    rows, wallets = len(listed.wallets), len(listed.keys)
    holds = f"{counted(rows, 'row')} of {counted(wallets, 'wallet')}"
    return judged(LIST, holds, []), listed


def _files_check(read: UnprovenTrees) -> Check:
    findings = [finding for error in read.unreadable for finding in findings_of(error)]
    times = Counter(tree.version for tree in read.trees)
    findings += [
        Finding(
            file=tree.source, problem=f"{times[tree.version]} trees have version {tree.version}"
        )
        for tree in read.trees
        if tree.version is not None and times[tree.version] > 1
    ]
    if not read.trees and not findings:
        findings = [Finding(file="", problem="no tree was given")]
    return judged(
        FILES, f"{counted(len(read.trees), 'tree')} in {counted(read.files, 'file')}", findings
    )


def _counts_check(read: UnprovenTrees) -> Check:
    findings = [finding for error in read.sums for finding in findings_of(error)]
    return judged(COUNTS, "each tree has as many leaves, and pays as much, as it says", findings)


def _proofs_check(trees: Sequence[ClaimedTree]) -> Check:
    findings = [finding for tree in trees for finding in tree.wrong_proofs()]
    leaves = sum(len(tree.claimants) for tree in trees)
    return judged(PROOFS, f"{leaves:,} proofs lead to the roots of their trees", findings)


def _compared(
    name: str, listed: Listed | None, trees: Sequence[ClaimedTree], terms: Terms
) -> list[Check]:
    """Compare the list with the trees, as far as there are both."""
    names = (ROOTS, SAME_PROOFS, WALLETS, AMOUNTS, TOTALS)
    if listed is None or not trees:
        why = "the list can't be read" if listed is None else "no tree could be read"
        return [not_possible(check, why) for check in names]
    return [
        *rebuilt_checks(listed, trees, terms.mint, terms.most),
        *holder_checks(name, listed, trees),
        _totals_check(name, listed, trees),
    ]


def _totals_check(name: str, listed: Listed, trees: Sequence[ClaimedTree]) -> Check:
    total = exact_sum(listed.unlocked) + exact_sum(listed.locked)
    paid = sum(exact_sum(tree.unlocked) + exact_sum(tree.locked) for tree in trees)
    problems = [f"adds up to {total} base units, the trees pay {paid}"] if total != paid else []
    if total > U64_MAX:
        problems.append(f"adds up to {total} base units, more than a token account can hold")
    findings = [Finding(file=name, problem=problem) for problem in problems]
    return judged(TOTALS, f"list and trees pay {total} base units", findings)


def _transactions_check(trees: Sequence[ClaimedTree], terms: Terms) -> Check:
    """Find trees too deep for the tightest claim of the program, if one is named."""
    if not trees:
        return not_possible(TRANSACTIONS, "no tree could be read")
    deepest = max(depth_of(len(tree.claimants)) for tree in trees)
    profile = PROFILES.get(terms.program or "")
    if profile is None:
        return judged(TRANSACTIONS, f"hashes per proof: {deepest}; no program to compare with", [])
    limit = min(profile.depths.values())
    findings = [
        tree.finding_of_all(
            f"{len(tree.claimants):,} leaves need {depth_of(len(tree.claimants))} hashes "
            f"per proof, a claim of {profile.name} has room for {limit}",
        )
        for tree in trees
        if len(tree.claimants) > leaf_limit(limit)
    ]
    return judged(TRANSACTIONS, f"hashes per proof: {deepest} of {limit}", findings)
