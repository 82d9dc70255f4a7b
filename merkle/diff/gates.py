"""What a diff was expected to be, and every way in which it is something else.

Nothing here decides what is right: whoever runs a distribution says how far two dry runs may be
apart, and each violation says by how much they are further.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from merkle.bundle.findings import counted
from merkle.diff.causes import CAUSES, bit
from merkle.diff.claims import differing_trees
from merkle.diff.figures import groups_of
from merkle.diff.limits import exceeds
from merkle.diff.spread import exceeding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from merkle.diff.compare import Diff, TokenDiff
    from merkle.diff.limits import Limit

SHOWN_WALLETS: Final = 3
_UNEXPLAINED: Final = ("unexplained", "unrecorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What one token may differ in; None is not set and lets everything pass."""

    allow_added: int | None = None  # wallets, as are the next five
    allow_removed: int | None = None
    allow_raised: int | None = None
    allow_lowered: int | None = None
    allow_relocked: int | None = None
    allow_moved: int | None = None
    max_change: Limit | None = None  # of each wallet that both sides pay
    max_total_change: Limit | None = None  # of what is allocated
    no_unexplained: bool | None = None
    allow_cause: tuple[str, ...] | None = None  # names of CAUSES
    same_roots: bool | None = None

    @property
    def are_set(self) -> bool:
        """Say whether anything is held to them."""
        values = [getattr(self, field.name) for field in fields(self)]
        return any(value is not None and value is not False for value in values)

    def over(self, others: Gates) -> Gates:
        """Return these gates, and where one of them is not set that of the others."""
        unset = {
            field.name: getattr(others, field.name)
            for field in fields(self)
            if getattr(self, field.name) is None
        }
        return replace(self, **unset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a whole diff is held to; `tokens` go before `every`, key by key."""

    every: Gates
    tokens: Mapping[str, Gates]  # by symbol
    same_rules: bool = False
    same_inputs: bool = False

    @property
    def is_anything(self) -> bool:
        """Say whether anything is expected."""
        gates = [self.every, *self.tokens.values()]
        return self.same_rules or self.same_inputs or any(own.are_set for own in gates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that is not as expected."""

    gate: str  # the name of a key of the file of expectations
    token: str | None  # its symbol; None where the whole diff is meant
    problem: str
    wallets: tuple[str, ...] = ()  # the first few

    def __str__(self) -> str:
        """Return the line that people read."""
        place = "" if self.token is None else f"{self.token}: "
        return f"{place}{self.problem} ({self.gate})"

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "gate": self.gate,
            "token": self.token,
            "problem": self.problem,
            "wallets": list(self.wallets),
        }


def violations_of(difference: Diff, expected: Expected) -> tuple[Violation, ...]:
    """Return everything that is not as expected, that of the whole diff first."""
    found = [*_of_rules(difference, expected)]
    for token in difference.tokens:
        own = expected.tokens.get(token.symbol, Gates())
        found += _of_token(token, own.over(expected.every))
    return tuple(found)


def _of_rules(difference: Diff, expected: Expected) -> Iterator[Violation]:
    recorded = difference.old.bundle is not None and difference.new.bundle is not None
    for gate, is_asked, noun, changed in (
        ("same_rules", expected.same_rules, "setting", len(difference.settings)),
        ("same_inputs", expected.same_inputs, "input", len(difference.inputs)),
    ):
        if is_asked and not recorded:
            problem = f"published trees do not say their {noun}s"
            yield Violation(gate=gate, token=None, problem=problem)
        elif is_asked and changed:
            yield Violation(gate=gate, token=None, problem=f"{counted(changed, noun)} changed")


def _of_token(token: TokenDiff, gates: Gates) -> Iterator[Violation]:
    yield from _of_counts(token, gates)
    yield from _of_amounts(token, gates)
    yield from _of_causes(token, gates)
    trees = differing_trees(token) if gates.same_roots else []
    if trees:
        verb = "differs" if len(trees) == 1 else "differ"
        yield _violation(token, "same_roots", f"{counted(len(trees), 'tree')} {verb}")


def _of_counts(token: TokenDiff, gates: Gates) -> Iterator[Violation]:
    counts = {group.name: group.wallets for group in groups_of(token.changes)}
    counts["moved"] = len(token.moved)
    for name, count in counts.items():
        allowed: int | None = getattr(gates, f"allow_{name}")
        if allowed is not None and count > allowed:
            problem = f"{counted(count, 'wallet')} {name}, expected at most {allowed:,}"
            yield _violation(token, f"allow_{name}", problem)


def _of_amounts(token: TokenDiff, gates: Gates) -> Iterator[Violation]:
    before, after = token.allocated
    total, change = gates.max_total_change, gates.max_change
    if total is not None and exceeds(abs(after - before), before, token.decimals, total):
        problem = f"the total changed by more than {total}"
        yield _violation(token, "max_total_change", problem)
    if change is not None:
        rows = list(exceeding(token.changes, change.amount))
        if rows:
            problem = f"{counted(len(rows), 'wallet')} changed by more than {change}"
            yield _violation(token, "max_change", problem, rows)


def _of_causes(token: TokenDiff, gates: Gates) -> Iterator[Violation]:
    causes = token.changes.causes
    for name, cause in CAUSES.items():
        gate = ""
        if gates.no_unexplained and name in _UNEXPLAINED:
            gate = "no_unexplained"
        elif gates.allow_cause is not None and name not in gates.allow_cause:
            gate = "allow_cause"
        rows = np.flatnonzero(causes & np.uint32(bit(name))).tolist() if gate else []
        if rows:
            yield _violation(token, gate, f"{counted(len(rows), 'wallet')} by {cause}", rows)


def _violation(
    token: TokenDiff, gate: str, problem: str, rows: list[int] | None = None
) -> Violation:
    shown = token.changes.texts[(rows or [])[:SHOWN_WALLETS]].tolist()
    wallets = tuple(wallet.decode("ascii") for wallet in shown)
    return Violation(gate=gate, token=token.symbol, problem=problem, wallets=wallets)
