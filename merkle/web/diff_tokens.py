"""One token of the page: totals, groups, causes, how changes are spread, trees, largest changes."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from merkle.bundle.findings import counted
from merkle.diff.claims import claimed_alike, differing_trees, why_moved
from merkle.diff.figures import figures_of, groups_of
from merkle.diff.percent import percent_of
from merkle.diff.spread import bars_of
from merkle.web.markup import (
    NONE,
    Html,
    amount,
    bar,
    gain,
    joined,
    key,
    number,
    percent,
    table,
    text,
)

if TYPE_CHECKING:
    from merkle.diff import Change, Diff, TokenDiff, TreeSide
    from merkle.diff.figures import Figure

SHOWN_TREES: Final = 4


def anchor(token: TokenDiff) -> str:
    """Name the place of a token in the page."""
    return f"token-{format_address(token.mint)}"


def token_section(difference: Diff, token: TokenDiff) -> Html:
    """Return everything about one token that needs no script."""
    mint = key(format_address(token.mint))
    heading = Html(f'<h2 id="{text(anchor(token))}">{text(token.symbol)}</h2>\n<p>Mint {mint}</p>')
    if claimed_alike(token):
        return joined([heading, Html("<p>Both sides pay the same, from the same trees.</p>")])
    parts = [heading]
    if token.old is None or token.new is None:
        side = "new" if token.old is None else "old"
        parts.append(Html(f"<p>Only the {side} side pays this token.</p>"))
    parts += [_totals(token), _settings(token)]
    if len(token.changes):
        parts += [_groups(token), _causes(token), _spread(token), _movers(token)]
    else:
        parts.append(Html("<p>Wallets and amounts are the same.</p>"))
    return joined([*parts, _trees(difference, token)])


def _totals(token: TokenDiff) -> Html:
    rows = [
        _compared(figure)
        for figure in figures_of(token)
        if (figure.old, figure.new) != (None, None)
    ]
    columns = [("", "text"), ("Old", "number"), ("New", "number"), ("Difference", "number")]
    return table("Totals", columns, rows)


def _compared(figure: Figure) -> list[Html]:
    name, decimals, difference = figure.name, figure.decimals, figure.difference
    return [
        text(f"Unallocated: {name.replace('_', ' ')}" if figure.is_left else name.capitalize()),
        amount(figure.old, decimals),
        amount(figure.new, decimals),
        Html("") if difference is None else gain(difference, decimals),
    ]


def _settings(token: TokenDiff) -> Html:
    """Say how a token is claimed and cut otherwise; published trees say nothing of it."""
    old, new = (side.settings if side else {} for side in (token.old, token.new))
    rows = [
        [text(name.replace("_", " ")), text(old[name]), text(new[name])]
        for name in old
        if name in new and old[name] != new[name]
    ]
    columns = [("Setting", "text"), ("Old", "text"), ("New", "text")]
    return table("How it is claimed", columns, rows) if rows else Html("")


def _groups(token: TokenDiff) -> Html:
    rows = [
        [text(group.name), number(group.wallets), gain(group.difference, token.decimals)]
        for group in groups_of(token.changes)
    ]
    columns = [("Wallets", "text"), ("Count", "number"), ("Difference", "number")]
    return Html(f"<h3>Whose reward changes</h3>\n{table('Each wallet once', columns, rows)}")


def _causes(token: TokenDiff) -> Html:
    """Say what each cause did; a wallet with several stands under the first."""
    rows = [
        [
            text(one.cause),
            text(one.cause.meaning),
            number(one.wallets),
            gain(one.gained, token.decimals),
            gain(-one.lost, token.decimals),
            gain(one.difference, token.decimals),
        ]
        for one in token.changes.by_cause()
    ]
    columns = [
        *(("Cause", "text"), ("Meaning", "text"), ("Wallets", "number")),
        *(("Gains", "number"), ("Losses", "number"), ("Together", "number")),
    ]
    caption = "A wallet with several causes is counted under the most telling one"
    return Html(f"<h3>Why</h3>\n{table(caption, columns, rows)}")


def _spread(token: TokenDiff) -> Html:
    """Draw how many wallets change by how much; classes without any are left out."""
    bars = [one for one in bars_of(token.changes) if one.wallets]
    most = max(one.wallets for one in bars)
    rows = []
    for one in bars:
        kind = "gain" if one.difference > 0 else "loss" if one.difference else "same"
        drawn = bar(one.wallets, most, kind)
        cells = percent(one.name), number(one.wallets), drawn, gain(one.difference, token.decimals)
        rows.append(cells)
    columns = [("Change", "text"), ("Wallets", "number"), ("", "bar"), ("Difference", "number")]
    caption = "How many wallets change by how much, in percent of what they got before"
    return Html(f"<h3>How far</h3>\n{table(caption, columns, rows)}")


def _movers(token: TokenDiff) -> Html:
    rows = [_mover(change, token.decimals) for change in token.changes.movers()]
    columns = [
        *(("Wallet", "key"), ("Before", "number"), ("After", "number")),
        *(("Difference", "number"), ("Percent", "number"), ("Causes", "cause")),
    ]
    shown = table("The largest differences, either way", columns, rows)
    return Html(f'<h3>Largest changes</h3>\n<div class="movers scroll">{shown}</div>')


def _mover(change: Change, decimals: int) -> list[Html]:
    return [
        key(format_address(change.claimant)),
        _reward(change.before, change.locked_before, decimals),
        _reward(change.after, change.locked_after, decimals),
        gain(change.difference, decimals),
        percent(percent_of(change.difference, change.before or 0)),
        text(", ".join(map(str, change.causes))),
    ]


def _reward(units: int | None, locked: int | None, decimals: int) -> Html:
    shown = amount(units, decimals)
    if not locked:
        return shown
    return Html(f"<span>{shown} ({amount(locked, decimals)} locked)</span>")


def _trees(difference: Diff, token: TokenDiff) -> Html:
    """Show the trees that differ: the first few, the others folded away."""
    old, new = token.trees
    unequal = differing_trees(token)
    parts = [Html("<h3>Trees</h3>")]
    remark = f"{len(old):,} old, {len(new):,} new, {len(unequal):,} of them different."
    if len(token.moved):
        remark += (
            f" {counted(len(token.moved), 'wallet')} moved to a tree of another number: "
            f"{why_moved(difference, token)}."
        )
    parts.append(Html(f"<p>{text(remark)}</p>"))
    pairs = list(zip_longest(old, new))
    rows = [row for number in unequal for row in _tree_rows(number, *pairs[number], token.decimals)]
    first, rest = rows[: 2 * SHOWN_TREES], rows[2 * SHOWN_TREES :]
    if first:
        parts.append(table("Trees that differ", _TREE_COLUMNS, first))
    if rest:
        folded = table("The other trees that differ", _TREE_COLUMNS, rest)
        count = f"{len(rest) // 2:,} more"
        parts.append(Html(f"<details><summary>{count}</summary>\n{folded}</details>"))
    return joined(parts)


_TREE_COLUMNS: Final = (
    *(("Tree", "text"), ("Version", "number"), ("Leaves", "number"), ("Depth", "number")),
    *(("Total", "number"), ("Root", "key"), ("Distributor", "key")),
)


def _tree_rows(
    at: int, old: TreeSide | None, new: TreeSide | None, decimals: int
) -> list[list[Html]]:
    return [_tree(f"{at} old", old, decimals), _tree(f"{at} new", new, decimals)]


def _tree(name: str, tree: TreeSide | None, decimals: int) -> list[Html]:
    if tree is None:
        return [text(name), NONE, *[Html("")] * 5]
    return [
        text(name),
        number(tree.version),
        number(tree.leaves),
        number(tree.depth),
        amount(tree.total, decimals),
        key(tree.root.hex()),
        key(None if tree.distributor is None else format_address(tree.distributor)),
    ]
