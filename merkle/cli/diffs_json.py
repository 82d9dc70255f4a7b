"""Two sides compared, for machines: one JSON document, written as it is made.

Amounts are base units as text; locked amounts are contained in the totals.
"""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import json
from typing import TYPE_CHECKING

from merkle.cli.describing import bundle_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from merkle.diff import Change, Diff, Side, TokenDiff, TokenSide, TreeSide
    from merkle.diff.gates import Violation


def json_parts(difference: "Diff", violations: "Sequence[Violation] | None") -> "Iterator[str]":
    """Yield the text of the document in ASCII, all wallets of all tokens included."""
    from merkle.cli.diffs_columns import json_moved, json_rows

    yield json.dumps(_head(difference, violations))[:-1] + ', "tokens": ['
    for number, token in enumerate(difference.tokens):
        yield (", " if number else "") + json.dumps(_token(difference, token))[:-1]
        yield ', "wallets": ['
        yield from (part.decode("ascii") for part in json_rows(token.changes))
        yield '], "moved": ['
        yield from (part.decode("ascii") for part in json_moved(token.moved))
        yield "]}"
    yield "]}"


def _head(difference: "Diff", violations: "Sequence[Violation] | None") -> dict[str, object]:
    from merkle.diff.claims import all_alike

    head: dict[str, object] = {
        "equal": all_alike(difference),
        "old": _side(difference.old),
        "new": _side(difference.new),
        "settings": [
            {"name": setting.name, "old": setting.old, "new": setting.new}
            for setting in difference.settings
        ],
        "inputs": {
            kind: {"old": old, "new": new} for kind, (old, new) in difference.inputs.items()
        },
    }
    if violations is not None:
        head["violations"] = [violation.as_json() for violation in violations]
    return head


def _side(side: "Side") -> dict[str, object]:
    """Describe a side: a bundle by its manifest, published trees by what they say."""
    if side.bundle is not None:
        return bundle_document(side.bundle.id, side.bundle.manifest)
    return {"bundle_id": None}


def _token(difference: "Diff", token: "TokenDiff") -> dict[str, object]:
    from allocation.address import format_address
    from merkle.diff.claims import claimed_alike, why_moved
    from merkle.diff.figures import groups_of
    from merkle.diff.spread import bars_of

    changes = token.changes
    groups = groups_of(changes)
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "equal": claimed_alike(token),
        "old": _token_side(token.old),
        "new": _token_side(token.new),
        **{group.name: group.wallets for group in groups},
        "differences": {group.name: str(group.difference) for group in groups},
        "gained": str(changes.gained),
        "lost": str(changes.lost),
        "difference": str(changes.gained - changes.lost),
        "causes": _causes(token),
        "distribution": [
            {"name": bar.name, "wallets": bar.wallets, "difference": str(bar.difference)}
            for bar in bars_of(changes)
        ],
        "movers": [_change(change) for change in changes.movers()],
        "moved_count": len(token.moved),
        "moved_why": why_moved(difference, token) if len(token.moved) else None,
    }


def _token_side(side: "TokenSide | None") -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "symbol": side.symbol,
        "pool": _text(side.pool),
        "allocated": str(side.allocated),
        "unallocated": {cause: str(units) for cause, units in side.unallocated.items()},
        "wallets": side.wallets,
        "trees": [_tree(tree) for tree in side.trees],
    }


def _tree(tree: "TreeSide") -> dict[str, object]:
    from allocation.address import format_address

    return {
        "version": tree.version,
        "distributor": None if tree.distributor is None else format_address(tree.distributor),
        "root": tree.root.hex(),
        "leaves": tree.leaves,
        "total": str(tree.total),
        "depth": tree.depth,
    }


def _causes(token: "TokenDiff") -> list[dict[str, object]]:
    return [
        {
            "cause": one.cause.name,
            "meaning": one.cause.meaning,
            "wallets": one.wallets,
            "gained": str(one.gained),
            "lost": str(one.lost),
            "difference": str(one.difference),
        }
        for one in token.changes.by_cause()
    ]


def _change(change: "Change") -> dict[str, object]:
    from allocation.address import format_address

    return {
        "wallet": format_address(change.claimant),
        "before": _text(change.before),
        "after": _text(change.after),
        "locked_before": _text(change.locked_before),
        "locked_after": _text(change.locked_after),
        "difference": str(change.difference),
        "old_tree": change.old_tree,
        "new_tree": change.new_tree,
        "causes": [cause.name for cause in change.causes],
    }


def _text(units: int | None) -> str | None:
    return None if units is None else str(units)
