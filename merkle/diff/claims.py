"""Whether the same can be claimed from both sides, as far as published trees say it at all."""

from __future__ import annotations

from itertools import zip_longest
from operator import eq
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from merkle.diff.compare import Diff, TokenDiff
    from merkle.diff.sides import TokenSide, TreeSide

_CUTTING: Final = ("max_leaves_per_tree", "tree_sizes", "order")


def claimed_alike(token: TokenDiff) -> bool:
    """Tell whether both sides pay the same of a mint, from the same trees.

    Published trees say nothing of pools and settings: there only what can be claimed counts.
    """
    if token.old is None or token.new is None or len(token.changes) or differing_trees(token):
        return False
    return _published(token) or token.old == token.new


def all_alike(difference: Diff) -> bool:
    """Tell whether the same can be claimed from both sides, of every mint."""
    return all(map(claimed_alike, difference.tokens))


def differing_trees(token: TokenDiff) -> list[int]:
    """Return the numbers of the trees that differ in what both sides say of them."""
    old, new = token.trees
    alike = _agree if _published(token) else eq
    pairs = enumerate(zip_longest(old, new))
    return [number for number, pair in pairs if not alike(*pair)]


def why_moved(difference: Diff, token: TokenDiff) -> str:
    """Say why wallets stand in trees of other numbers, as far as the rounds tell."""
    if _published(token):
        return "the two sides are cut into trees otherwise, or list wallets in another order"
    changed = [
        name
        for name in _CUTTING
        if _setting(token.old, name) != _setting(token.new, name)
        or any(
            one.name.endswith(f"].{name}") and _is_of(one.name, token)
            for one in difference.settings
        )
    ]
    if changed:
        return f"{' and '.join(changed)} changed"
    if _setting(token.new, "order") == "input":
        return "rows before them were added or removed, or the input has another order"
    return "rows before them were added or removed"


def _published(token: TokenDiff) -> bool:
    """Tell whether a side is published trees, which have no settings."""
    return any(side is not None and not side.settings for side in (token.old, token.new))


def _agree(old: TreeSide | None, new: TreeSide | None) -> bool:
    """Hold two trees to each other in everything that both of them say."""
    if old is None or new is None:
        return False
    if (old.root, old.leaves, old.total) != (new.root, new.leaves, new.total):
        return False
    told = (old.version, new.version), (old.distributor, new.distributor)
    return all(None in pair or pair[0] == pair[1] for pair in told)


def _setting(side: TokenSide | None, name: str) -> str | None:
    return None if side is None else side.settings.get(name)


def _is_of(name: str, token: TokenDiff) -> bool:
    symbols = {side.symbol for side in (token.old, token.new) if side is not None}
    return any(name.startswith(f"tokens[{symbol}].") for symbol in symbols)
