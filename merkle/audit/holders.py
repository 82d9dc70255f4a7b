"""The wallets of a list and those of the trees: missing, extra, twice, or with other amounts."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import format_address
from allocation.errors import AsrError
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.audit.claimed import NOWHERE, place_of_each
from merkle.audit.listed import merged, sums
from merkle.bundle.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from merkle.audit.checks import Check
    from merkle.audit.claimed import ClaimedTree
    from merkle.audit.listed import Listed

ONCE: Final = "one leaf each"
WALLETS: Final = "wallets"
AMOUNTS: Final = "amounts"


def once_check(trees: Sequence[ClaimedTree]) -> Check:
    """Find wallets that have several leaves: each of them can be claimed."""
    counts = Counter(chain.from_iterable(tree.wallets for tree in trees))
    places: dict[bytes, list[str]] = {wallet: [] for wallet, times in counts.items() if times > 1}
    for tree in trees if places else ():
        for wallet in tree.wallets:
            if wallet in places:
                places[wallet].append(tree.place)
    findings = [
        Finding(
            file="",
            wallet=format_address(wallet),
            problem=f"has a leaf in {', and in '.join(sources)}",
        )
        for wallet, sources in places.items()
    ]
    return judged(ONCE, f"{len(counts):,} wallets, none of them twice", findings)


def holder_checks(name: str, listed: Listed, trees: Sequence[ClaimedTree]) -> list[Check]:
    """Compare wallets and amounts of a list, read from the file `name`, with those of trees."""
    place_of = place_of_each(listed.keys)
    places = [tree.places_in(place_of) for tree in trees]
    return [
        _wallets_check(name, listed, trees, places),
        _amounts_check(name, listed, trees, np.concatenate(places)),
    ]


def _wallets_check(
    name: str, listed: Listed, trees: Sequence[ClaimedTree], places: Sequence[npt.NDArray[np.intp]]
) -> Check:
    """Find wallets that only the list, or only a tree has.

    Shapes: places, for each tree (n,): the row of `listed.keys` of each leaf, or NOWHERE.
    """
    there = np.zeros(len(listed.keys), np.bool_)
    findings = []
    for tree, rows in zip(trees, places, strict=True):
        there[rows[rows != NOWHERE]] = True
        findings += [
            tree.finding(row, "not in the list") for row in np.flatnonzero(rows == NOWHERE).tolist()
        ]
    missing = [
        Finding(
            file=name,
            wallet=format_address(listed.keys[row].tobytes()),
            problem="in the list, but in no tree",
        )
        for row in np.flatnonzero(~there).tolist()
    ]
    return judged(WALLETS, f"the same {len(there):,} wallets", [*missing, *findings])


def _amounts_check(
    name: str, listed: Listed, trees: Sequence[ClaimedTree], places: npt.NDArray[np.intp]
) -> Check:
    """Compare what list and trees give to each wallet that both have, over all rows and leaves.

    Shapes: places, (n,) of all leaves of all trees: the row of `listed.keys`, or NOWHERE.
    """
    try:
        findings = list(_other_amounts(name, listed, trees, places))
    except AsrError as error:
        return not_possible(AMOUNTS, "sums are beyond all measure", findings_of(error))
    return judged(AMOUNTS, "each wallet gets from the trees what the list says", findings)


def _other_amounts(
    name: str, listed: Listed, trees: Sequence[ClaimedTree], places: npt.NDArray[np.intp]
) -> Iterator[Finding]:
    known = places != NOWHERE
    whole = merged(listed, 0, len(listed.wallets))
    paid = [
        sums(np.concatenate(columns)[known], places[known], listed.keys)[whole.wallets]
        for columns in (
            [tree.unlocked for tree in trees],
            [tree.locked for tree in trees],
        )
    ]
    there = np.bincount(places[known], minlength=len(listed.keys))[whole.wallets] > 0
    differs = there & ((paid[0] != whole.unlocked) | (paid[1] != whole.locked))
    for row in np.flatnonzero(differs).tolist():
        wallet = format_address(listed.keys[whole.wallets[row]].tobytes())
        ours, theirs = (
            f"{unlocked[row]}"
            + (f" and {locked[row]} locked" if paid[1][row] or whole.locked[row] else "")
            for unlocked, locked in ((whole.unlocked, whole.locked), paid)
        )
        problem = f"{ours} base units in the list, {theirs} in the trees"
        yield Finding(file=name, wallet=wallet, problem=problem)
