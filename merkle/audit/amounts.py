"""Wallets, sums and sizes: what a deployment would stumble over, counted from the allocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np

from allocation.units import U64_MAX, exact_sum
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.bundle.columns import read_rows
from merkle.bundle.findings import BundleError, Finding, counted
from merkle.bundle.layout import MANIFEST, allocations_file
from merkle.program import PROFILES, depth_limit, leaf_limit, too_deep
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.round import Claim
    from merkle.audit.checks import Check
    from merkle.bundle.columns import Rows
    from merkle.bundle.manifest import TokenEntry
    from merkle.bundle.read import Bundle

WALLETS: Final = "wallets"
TOTALS: Final = "totals"
TRANSACTIONS: Final = "transactions"


def amounts_checks(bundle: Bundle | None, why: str, *, allow_deep: bool) -> list[Check]:
    """Make the three checks; `why` says why there is no bundle that could be opened."""
    if bundle is None:
        return [not_possible(name, why) for name in (WALLETS, TOTALS, TRANSACTIONS)]
    return [*_rows_checks(bundle), _transactions_check(bundle, allow_deep=allow_deep)]


def _rows_checks(bundle: Bundle) -> list[Check]:
    """Read the allocations of each token once, for two checks."""
    repeated: list[Finding] = []
    wrong: list[Finding] = []
    unreadable: list[Finding] = []
    count = 0
    for place, token in enumerate(bundle.manifest.tokens):
        wrong += [Finding(file=MANIFEST, problem=said) for said in _contradictions(place, token)]
        try:
            rows = read_rows(bundle, token)
        except BundleError as error:
            unreadable += findings_of(error)
            continue
        count += len(rows.texts)
        repeated += _repeated(token, rows)
        wrong += _wrong_total(token, rows)
    if unreadable:
        why = "not all allocations can be read"
        return [
            not_possible(WALLETS, why, [*unreadable, *repeated]),
            not_possible(TOTALS, why, [*unreadable, *wrong]),
        ]
    return [
        judged(
            WALLETS, f"{counted(count, 'allocation')}; no wallet stands twice for a mint", repeated
        ),
        judged(TOTALS, _totals_text(bundle), wrong),
    ]


def _totals_text(bundle: Bundle) -> str:
    if all(token.pool is None for token in bundle.manifest.tokens):
        return "the amounts add up to what the trees pay; there is no pool"
    return "the amounts, and what is left unallocated, add up to the pools"


def _repeated(token: TokenEntry, rows: Rows) -> Iterator[Finding]:
    """Find wallets that stand more than once."""
    texts, times = np.unique(rows.texts, return_counts=True)
    for place in np.flatnonzero(times > 1).tolist():
        yield Finding(
            file=allocations_file(token.symbol),
            problem=f"stands {times[place]:,} times",
            wallet=texts[place].decode("latin-1"),
        )


def _wrong_total(token: TokenEntry, rows: Rows) -> Iterator[Finding]:
    total = exact_sum(rows.unlocked) + exact_sum(rows.locked)
    if total != token.allocated:
        problem = f"adds up to {total}, {MANIFEST} has {token.allocated} allocated"
        yield Finding(file=allocations_file(token.symbol), problem=problem)


def _contradictions(place: int, token: TokenEntry) -> Iterator[str]:
    """Yield what does not add up in the manifest itself."""
    left = sum(token.unallocated.values())
    pool = token.allocated + left if token.pool is None else token.pool
    if token.allocated + left != pool:
        yield f"tokens[{place}].pool is {pool}, but {token.allocated} + {left} unallocated are not"
    paid = sum(tree.max_total_claim for tree in token.trees)
    if paid != token.allocated:
        yield f"tokens[{place}].allocated is {token.allocated}, but the trees pay {paid}"
    if paid > U64_MAX:
        yield f"tokens[{place}].trees pay {paid}, more than a token account can hold"


def _transactions_check(bundle: Bundle, *, allow_deep: bool) -> Check:
    """Find trees whose proofs are too long for the claim that they are made for."""
    findings, spans = [], []
    for token in bundle.manifest.tokens:
        profile, claim = PROFILES.get(token.program), cast("Claim", token.claim)
        if profile is not None and claim not in profile.depths:
            problem = f"{token.symbol}: {profile.name} has no claim of the kind {claim}"
            findings.append(Finding(file=MANIFEST, problem=problem))
            continue
        limit = depth_limit(profile, claim)
        sizes = [tree.max_num_nodes for tree in token.trees]
        deepest = depth_of(max(sizes, default=1))
        spans.append(f"{token.symbol} {deepest} of {limit}")
        if profile is not None and not allow_deep:
            findings += [
                Finding(
                    file=MANIFEST,
                    problem=f"{token.symbol}, tree {number}: {too_deep(profile, claim, size)}",
                )
                for number, size in enumerate(sizes)
                if size > leaf_limit(limit)
            ]
    allowed = " (deeper ones allowed)" if allow_deep else ""
    return judged(TRANSACTIONS, f"hashes per proof: {', '.join(spans)}{allowed}", findings)
