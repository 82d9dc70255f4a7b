"""Two dry runs, or a dry run and what was published: what differs, for whom, and why."""

from merkle.diff.causes import CAUSES, Cause
from merkle.diff.changes import Change, Changes, Moved
from merkle.diff.compare import Diff, TokenDiff, compare
from merkle.diff.settings import Setting
from merkle.diff.sides import Side, TokenSide, TreeSide, bundle_side, published_side

__all__ = [
    "CAUSES",
    "Cause",
    "Change",
    "Changes",
    "Diff",
    "Moved",
    "Setting",
    "Side",
    "TokenDiff",
    "TokenSide",
    "TreeSide",
    "bundle_side",
    "compare",
    "published_side",
]
