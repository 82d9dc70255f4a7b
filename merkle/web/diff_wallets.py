"""The wallets of the page: embedded as columns, shown by its script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.diff.causes import CAUSES
from merkle.web.markup import Html, joined, text
from merkle.web.page import data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from merkle.diff import Diff, TokenDiff


def wallets_section(difference: Diff, most: int) -> Html:
    """Return the table's place and its data: of every token the wallets that change most."""
    document = {
        "causes": [[cause.bit, str(cause)] for cause in CAUSES.values()],
        "tokens": [_columns(token, most) for token in difference.tokens],
    }
    cuts = [
        f"{token.symbol}: the {most:,} largest of {len(token.changes):,} changes"
        for token in difference.tokens
        if len(token.changes) > most
    ]
    remark = f"Cut: {'; '.join(cuts)}. --csv writes all." if cuts else ""
    return joined(
        [
            Html('<h2 id="wallets-section">Wallets</h2>'),
            Html(f"<p>{text(remark)}</p>" if remark else "<p>Every reward that changes.</p>"),
            Html(
                "<noscript><p>Without JavaScript this table cannot be searched and is left out; "
                "the largest changes of each token stand above.</p></noscript>"
            ),
            Html('<div id="wallets"></div>'),
            data("wallets-data", document),
        ]
    )


def _columns(token: TokenDiff, most: int) -> dict[str, object]:
    """Lay the wallets out column by column, the largest difference first; null where absent.

    `count` is how many there are: the page may not have them all.

    Units: base units, as text: a number of JavaScript does not hold them.
    """
    changes = token.changes
    rows = changes.by_size(most)
    there = changes.was_there[rows].tolist(), changes.is_there[rows].tolist()
    columns: dict[str, object] = {
        "symbol": token.symbol,
        "decimals": token.decimals,
        "count": len(changes),
        "wallet": [wallet.decode("ascii") for wallet in changes.texts[rows].tolist()],
        "before": _there(map(str, changes.before[rows].tolist()), there[0]),
        "after": _there(map(str, changes.after[rows].tolist()), there[1]),
        "old_tree": _there(changes.old_trees[rows].tolist(), there[0]),
        "new_tree": _there(changes.new_trees[rows].tolist(), there[1]),
        "causes": changes.causes[rows].tolist(),
    }
    if changes.locked_before.any() or changes.locked_after.any():
        columns["locked_before"] = list(map(str, changes.locked_before[rows].tolist()))
        columns["locked_after"] = list(map(str, changes.locked_after[rows].tolist()))
    return columns


def _there(values: Iterable[object], there: list[bool]) -> list[object]:
    return [value if one else None for value, one in zip(values, there, strict=True)]
