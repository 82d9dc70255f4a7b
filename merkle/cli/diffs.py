"""`asr diff`: two dry runs side by side."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import JsonFlag, app, example
from merkle.cli.describing import bundle_document
from merkle.cli.output import (
    amount,
    counted,
    facts,
    gain,
    print_json,
    print_lines,
    printable,
    progress,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.diff import Change, Diff, TokenDiff

SHOWN_TREES: Final = 10
_NOTES: Final = ("round", "method", "tool", "rules_sha256", "inputs_sha256")
_SETTINGS: Final = (
    *("symbol", "decimals", "claim", "program", "base", "leaf", "max_leaves_per_tree", "order"),
)


@app.command(epilog=example("asr diff bundle-monday bundle-tuesday"))
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A bundle.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The bundle compared with it.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Compare what two bundles pay, to whom, from which trees.

    Exit 0: the same can be claimed from both, whatever else differs. Exit 1: it can't.
    """
    from merkle.diff import compare

    with progress() as report:
        difference = compare(old, new, report)
    if as_json:
        print_json(_document(difference))
    else:
        print_lines(_lines(difference))
    raise typer.Exit(0 if difference.equal else 1)


def _lines(difference: "Diff") -> list[str]:
    lines = facts([("old bundle id", difference.old_id), ("new bundle id", difference.new_id)])
    if difference.old_id == difference.new_id:
        return [*lines, "", "The bundles are the same, byte for byte."]
    lines += _unequal(_NOTES, difference.old, difference.new)
    for token in difference.tokens:
        lines += ["", *_token_lines(token)]
    verdict = "Both bundles pay the same." if difference.equal else "The bundles pay differently."
    return [*lines, "", verdict]


def _unequal(names: "Sequence[str]", old: object, new: object) -> list[str]:
    """Show what of some attributes differs."""
    pairs = [(name, _shown(getattr(old, name)), _shown(getattr(new, name))) for name in names]
    return [f"{name}: {before} -> {after}" for name, before, after in pairs if before != after]


def _shown(value: object) -> str:
    from allocation.address import format_address

    if value is None:
        return "none"
    return format_address(value) if isinstance(value, bytes) else printable(value)


def _token_lines(token: "TokenDiff") -> list[str]:
    from allocation.address import format_address

    heading = f"{token.symbol}  {format_address(token.mint)}"
    if token.old is not None and token.equal:
        paid = amount(token.old.allocated, token.decimals)
        return [heading, f"  the same: {paid} to {counted(token.old.wallets, 'wallet')}"]
    if token.old is None or token.new is None:
        lines = [f"only in the {'new' if token.old is None else 'old'} bundle"]
    else:
        lines = _unequal(_SETTINGS, token.old, token.new)
        lines += _money_table(token.old, token.new, token.decimals)
        lines += _tree_lines(token.old, token.new)
    return [heading, *(f"  {line}" for line in [*lines, *_wallet_lines(token)])]


def _money_table(old: "TokenEntry", new: "TokenEntry", decimals: int) -> list[str]:
    """Set totals against each other."""
    rows = [
        *([("pool", old.pool or 0, new.pool or 0)] if (old.pool, new.pool) != (None, None) else []),
        ("allocated", old.allocated, new.allocated),
        *(
            (cause.replace("_", " "), old.unallocated.get(cause, 0), new.unallocated.get(cause, 0))
            for cause in {**old.unallocated, **new.unallocated}
        ),
    ]
    cells = [_compared(*row, decimals) for row in rows]
    cells.append(_compared("wallets", old.wallets, new.wallets, 0))
    return table(("", "old", "new", "difference"), cells)


def _compared(name: str, before: int, after: int, decimals: int) -> tuple[str, ...]:
    return name, amount(before, decimals), amount(after, decimals), gain(after - before, decimals)


def _tree_lines(old: "TokenEntry", new: "TokenEntry") -> list[str]:
    """Show the trees that differ, the first few in full."""
    pairs = enumerate(zip_longest(old.trees, new.trees))
    unequal = [(number, before, after) for number, (before, after) in pairs if before != after]
    lines = [] if unequal else ["the same trees"]
    for number, before, after in unequal[:SHOWN_TREES]:
        lines += [f"tree {number}", f"  old  {_tree_text(before)}", f"  new  {_tree_text(after)}"]
    if len(unequal) > SHOWN_TREES:
        more = counted(len(unequal) - SHOWN_TREES, "more tree")
        lines.append(f"... and {more} (--json lists all)")
    return lines


def _tree_text(tree: "TreeEntry | None") -> str:
    if tree is None:
        return "none"
    text = f"version {tree.version}, {counted(tree.max_num_nodes, 'leaf')}, root {tree.root.hex()}"
    return text if tree.distributor is None else f"{text}, at {_shown(tree.distributor)}"


def _wallet_lines(token: "TokenDiff") -> list[str]:
    """Say how many wallets differ and show the largest differences."""
    from allocation.address import format_address

    changes, decimals = token.changes, token.decimals
    if not len(changes):
        return ["the same wallets and amounts"]
    kinds = ("added", changes.added), ("removed", changes.removed), ("changed", changes.changed)
    sums = f"gains {gain(changes.gained, decimals)}, losses {gain(-changes.lost, decimals)}"
    movers = [
        (
            format_address(change.claimant),
            _reward(change.before, change.locked_before, decimals),
            _reward(change.after, change.locked_after, decimals),
            gain(change.difference, decimals),
        )
        for change in changes.movers()
    ]
    return [
        f"wallets: {', '.join(f'{count:,} {kind}' for kind, count in kinds)}; {sums}",
        *table(("largest differences", "old", "new", "difference"), movers),
    ]


def _reward(total: int | None, locked: int | None, decimals: int) -> str:
    if total is None:
        return "-"
    return amount(total, decimals) + (f" ({amount(locked, decimals)} locked)" if locked else "")


def _document(difference: "Diff") -> dict[str, object]:
    """Lay out everything for machines; amounts are base units as text, locked ones contained."""
    return {
        "equal": difference.equal,
        "old": bundle_document(difference.old_id, difference.old),
        "new": bundle_document(difference.new_id, difference.new),
        "tokens": [_token_document(token) for token in difference.tokens],
    }


def _token_document(token: "TokenDiff") -> dict[str, object]:
    from allocation.address import format_address

    changes = token.changes
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "equal": token.equal,
        "added": changes.added,
        "removed": changes.removed,
        "changed": changes.changed,
        "difference": str(changes.gained - changes.lost),
        "movers": [_change_document(change) for change in changes.movers()],
        "wallets": [_change_document(change) for change in changes.each()],
    }


def _change_document(change: "Change") -> dict[str, object]:
    from allocation.address import format_address

    amounts = {
        "before": change.before,
        "after": change.after,
        "locked_before": change.locked_before,
        "locked_after": change.locked_after,
        "difference": change.difference,
    }
    texts = {name: None if units is None else str(units) for name, units in amounts.items()}
    return {"wallet": format_address(change.claimant), **texts}
