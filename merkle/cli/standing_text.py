"""`asr status` for people: one table per token, what is wrong, and what was written."""

from typing import TYPE_CHECKING, Final

from merkle.cli.output import amount, counted, facts, network_text, printable, table
from merkle.cli.standing_view import Sums, percent, sums_of, token_sums

if TYPE_CHECKING:
    from merkle.cli.standing_view import View
    from merkle.rpc.standing import TokenStanding, TreeStanding

HEADER: Final = ("tree", "claimed", "unclaimed", "%", "paid", "not claimed", "%")


def lines(view: "View") -> list[str]:
    """Lay out how every token stands."""
    shown = facts([("network", network_text(view.network)), ("node", view.node)])
    for standing in view.standings:
        shown += ["", *_token_lines(standing)]
    count = sum(tree.finding_count for one in view.standings for tree in one.trees)
    verdict = [f"{counted(count, 'finding')}: the chain contradicts the bundle."] if count else []
    if view.written is not None:
        verdict.append(f"wrote {printable(view.written)}")
    if view.is_unwritten:
        verdict.append("No CSV was written: not every wallet could be looked up.")
    return [*shown, *([""] if verdict else []), *verdict]


def _token_lines(standing: "TokenStanding") -> list[str]:
    if standing.problem:
        return [standing.token.symbol, f"  {standing.problem}"]
    decimals = standing.token.decimals
    sums = [(tree, sums_of(tree)) for tree in standing.trees]
    rows = [_row(str(tree.number), one, decimals) for tree, one in sums if one is not None]
    if len(rows) > 1:
        rows.append(_row("all", token_sums(standing), decimals))
    shown = [standing.token.symbol, *(table(HEADER, rows, 2) if rows else [])]
    shown += _rest_lines(token_sums(standing), decimals)
    for tree in standing.trees:
        shown += _tree_lines(tree)
    return shown


def _row(name: str, sums: Sums, decimals: int) -> tuple[str, ...]:
    return (
        name,
        f"{sums.claimed_wallets:,}",
        f"{sums.unclaimed_wallets:,}",
        percent(sums.claimed_wallets, sums.wallets),
        amount(sums.claimed, decimals),
        amount(sums.unclaimed, decimals),
        percent(sums.claimed, sums.amount),
    )


def _rest_lines(sums: Sums, decimals: int) -> list[str]:
    """Say what is neither paid nor unclaimed."""
    rows = [
        (sums.locked, "locked, of wallets that have claimed: paid as it is released"),
        (sums.bonus, "of bonus paid on top"),
        (sums.unclear, f"of {counted(sums.unclear_wallets, 'wallet')} whose record is unreadable"),
    ]
    return [f"  {amount(units, decimals)} {words}" for units, words in rows if units]


def _tree_lines(tree: "TreeStanding") -> list[str]:
    shown = [f"  tree {tree.number}: {printable(tree.problem)}"] if tree.problem else []
    if tree.is_clawed_back:
        shown.append(f"  tree {tree.number}: clawed back, nothing can be claimed any more")
    shown += [f"  tree {tree.number}: {printable(finding)}" for finding in tree.findings]
    more = tree.finding_count - len(tree.findings)
    return [*shown, *([f"  tree {tree.number}: {counted(more, 'more finding')}"] if more else [])]
