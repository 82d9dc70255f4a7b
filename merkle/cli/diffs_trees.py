"""The trees of two sides, for people."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from merkle.cli.output import amount, counted, facts

if TYPE_CHECKING:
    from merkle.diff import TokenDiff, TreeSide

SHOWN_TREES: Final = 3


def tree_lines(token: "TokenDiff") -> list[str]:
    """Count the trees and show the first that differ, each with both roots in full."""
    from merkle.diff.claims import differing_trees

    old, new = token.trees
    unequal = differing_trees(token)
    counts = f"{len(old):,} -> {counted(len(new), 'tree')}"
    if not unequal:
        return [f"  the same {counted(len(new), 'tree')}"]
    lines = [f"  {counts}, {len(unequal):,} of them differ{'' if len(unequal) > 1 else 's'}"]
    pairs = list(zip_longest(old, new))
    for number in unequal[:SHOWN_TREES]:
        lines += [f"  tree {number}", *_tree_lines(*pairs[number], token.decimals)]
    if len(unequal) > SHOWN_TREES:
        more = counted(len(unequal) - SHOWN_TREES, "more tree")
        lines.append(f"  ... and {more} (--json and --csv list all)")
    return lines


def _tree_lines(old: "TreeSide | None", new: "TreeSide | None", decimals: int) -> list[str]:
    """Show one tree of both sides; what both have is said once."""
    rows = [(name, _fact(old, name, decimals), _fact(new, name, decimals)) for name in _FACTS]
    lines = []
    for name, before, after in rows:
        if before == after and before:
            lines.append((name, before))
        elif max(len(before), len(after)) > _LONG:
            lines += [(name, before or "none"), ("  now", after or "none")]
        elif before or after:
            lines.append((name, f"{before or 'none'} -> {after or 'none'}"))
    return facts(lines, 4)


_FACTS: Final = ("version", "leaves", "depth", "total", "root", "at")
_LONG: Final = 30  # characters; two of them and their name do not fit a line


def _fact(tree: "TreeSide | None", name: str, decimals: int) -> str:
    from allocation.address import format_address

    if tree is None:
        return ""
    if name == "root":
        return tree.root.hex()
    if name == "at":
        return "" if tree.distributor is None else format_address(tree.distributor)
    if name == "total":
        return amount(tree.total, decimals)
    number: int | None = getattr(tree, name)
    return "" if number is None else f"{number:,}"
