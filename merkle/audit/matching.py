"""Published trees beside those that the list gives, tree by tree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.errors import AsrError
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.audit.claimed import NOWHERE, place_of_each
from merkle.audit.plans import plans_for
from merkle.bundle.findings import Finding, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.address import Address
    from merkle.audit.checks import Check
    from merkle.audit.claimed import ClaimedTree
    from merkle.audit.listed import Listed
    from merkle.audit.plans import Expected, Plan

ROOTS: Final = "roots"
SAME_PROOFS: Final = "rebuilt proofs"


def rebuilt_checks(
    listed: Listed, trees: Sequence[ClaimedTree], mint: Address, most: int | None
) -> list[Check]:
    """Build the trees of the list and compare roots, sizes and every proof."""
    try:
        plans = plans_for(listed, most, [len(tree.claimants) for tree in trees])
        rebuilt = _likeliest(plans, listed, trees, mint)
    except AsrError as error:
        found = findings_of(error)
        why = "the list gives no trees"
        return [not_possible(ROOTS, why, found), not_possible(SAME_PROOFS, why, found)]
    places = _places(rebuilt.roots, trees)
    roots = _other_versions(places, trees)
    proofs: list[Finding] = []
    for number, expected in enumerate(rebuilt.plan.trees(listed, mint)):
        tree = next((trees[at] for at, place in enumerate(places) if place == number), None)
        roots += _other_root(number, expected, tree)
        if tree is not None:
            proofs += _other_proofs(expected, tree, listed)
    roots += [
        tree.finding_of_all(f"the list gives no tree of the root {tree.root.hex()}")
        for tree, place in zip(trees, places, strict=True)
        if place is None
    ]
    leaves = sum(len(tree.claimants) for tree in trees)
    return [
        judged(
            ROOTS, f"{counted(len(trees), 'root')} made of the list by {rebuilt.plan.rule}", roots
        ),
        judged(SAME_PROOFS, f"{counted(leaves, 'proof')} made of the list, hash by hash", proofs),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rebuilt:
    """What a list gives by one rule."""

    plan: Plan
    roots: list[bytes]


def _likeliest(
    plans: Sequence[Plan], listed: Listed, trees: Sequence[ClaimedTree], mint: Address
) -> _Rebuilt:
    """Return the plan that makes most of the roots, the first of those that make as many."""
    wanted = {tree.root for tree in trees}

    def made(rebuilt: _Rebuilt) -> int:
        return len(wanted.intersection(rebuilt.roots))

    every = []
    for plan in plans:
        roots = [expected.tree.root for expected in plan.trees(listed, mint)]
        every.append(_Rebuilt(plan=plan, roots=roots))
        if wanted == set(roots):
            break
    return max(every, key=made)


def _places(roots: Sequence[bytes], trees: Sequence[ClaimedTree]) -> list[int | None]:
    """Return which tree of the list each published one has to be; None for one too many.

    Its root tells. Of those whose root is wrong the version does, or else their order.
    """
    free = {root: number for number, root in enumerate(roots)}
    places = [free.pop(tree.root, None) for tree in trees]
    first, rest = _first_version(places, trees), sorted(free.values())
    for at, tree in enumerate(trees):
        if places[at] is None and rest:
            number = None if tree.version is None else tree.version - first
            places[at] = rest.pop(rest.index(number) if number in rest else 0)
    return places


def _first_version(places: Sequence[int | None], trees: Sequence[ClaimedTree]) -> int:
    """Return the version that the first tree of the list has, as most of the known ones tell.

    Where they are at odds it is told by the lowest of all.
    """
    known = [
        (tree.version, place)
        for place, tree in zip(places, trees, strict=True)
        if place is not None and tree.version is not None
    ]
    if not known:
        return 0
    ((first, times),) = Counter(version - place for version, place in known).most_common(1)
    if first >= 0 and 2 * times > len(known):
        return first
    lowest = min(version for version, _ in known) - min(place for _, place in known)
    return max(lowest, 0)


def _other_versions(places: Sequence[int | None], trees: Sequence[ClaimedTree]) -> list[Finding]:
    first = _first_version(places, trees)
    return [
        tree.finding_of_all(f"has version {tree.version}, not {first + place}")
        for place, tree in zip(places, trees, strict=True)
        if place is not None and tree.version not in (None, first + place)
    ]


def _other_root(number: int, expected: Expected, tree: ClaimedTree | None) -> Iterator[Finding]:
    root, leaves = expected.tree.root, expected.tree.leaf_count
    if tree is None:
        problem = f"tree {number} of the list, with {leaves:,} leaves, is not among the files"
        yield Finding(file="", problem=f"{problem}: root {root.hex()}")
    elif tree.root != root:
        yield tree.finding_of_all(f"the root is {tree.root.hex()}, the list gives {root.hex()}")
    if tree is not None and len(tree.claimants) != leaves:
        yield tree.finding_of_all(f"has {len(tree.claimants):,} leaves, the list gives {leaves:,}")


def _other_proofs(expected: Expected, tree: ClaimedTree, listed: Listed) -> Iterator[Finding]:
    """Find proofs with another hash than the builder's; of another tree all are others."""
    if tree.root != expected.tree.root:
        count = len(tree.claimants)
        yield tree.finding_of_all(f"all {count:,} proofs are of another tree than the list gives")
        return
    places = tree.places_in(place_of_each(listed.keys[expected.leaves.wallets]))
    good = np.zeros(len(places), np.bool_)
    if tree.proofs.shape[1] == expected.tree.depth:
        good[tree.right] = True
        for height in range(expected.tree.depth):
            siblings = expected.tree.siblings(height, places[tree.right] >> height)
            good[tree.right] &= (siblings == tree.proofs[:, height]).all(axis=1)
    for row in np.flatnonzero(~good & (places != NOWHERE)).tolist():
        yield tree.finding(row, "its proof is not the one that the list gives")
