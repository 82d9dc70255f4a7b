"""Payouts side by side, for people: who is paid, and how that is spread."""

from typing import TYPE_CHECKING, Final

from merkle.cli.output import amount, counted, facts, gain, table
from merkle.cli.scenarios_view import WEIGHTS, share

if TYPE_CHECKING:
    from allocation.side_by_side import Outcome, TokenOutcomes
    from allocation.spread import Group, Overlap
    from merkle.cli.scenarios_view import View

_WHO: Final = ("kept", "dropped", "moved", "allocated", "unallocated")
_HOW: Final = ("top 1 %", "top 10 %", "smallest", "median", "largest")


def scenario_lines(view: "View") -> list[str]:
    """Lay out every token of one round under several rules."""
    the_round = view.rounds[0]
    lines = facts([("round", the_round.name), ("method", the_round.method)])
    for token in view.found.tokens:
        wallets = counted(token.outcomes[0].wallets, "wallet")
        heading = f"{token.token.symbol}  {wallets} with {WEIGHTS[the_round.method]}"
        if token.token.pool is not None:
            heading += f", a pool of {amount(token.token.pool, token.token.decimals)}"
        first = ", ".join(view.asked) or "rules"
        lines += ["", heading, *_tables(first, view.labels(token.token), token)]
    return lines


def comparison_lines(view: "View") -> list[str]:
    """Lay out every token that two rounds have."""
    names = [outcome.name for outcome in view.found.tokens[0].outcomes]
    rounds = zip(names, view.rounds, strict=True)
    lines = facts([(name, f"{the_round.name}, {the_round.method}") for name, the_round in rounds])
    for token in view.found.tokens:
        tables = _tables("round", view.labels(token.token), token)
        lines += ["", token.token.symbol, *tables, "", *_overlap_lines(token)]
    return lines


def _tables(first: str, labels: list[str], token: "TokenOutcomes") -> list[str]:
    decimals = token.token.decimals
    rows = list(zip(labels, token.outcomes, strict=True))
    who = [(label, *_who(outcome, decimals)) for label, outcome in rows]
    how = [(label, *_how(outcome, decimals)) for label, outcome in rows]
    return [*table((first, *_WHO), who, 2), "", *table((first, *_HOW), how, 2)]


def _who(outcome: "Outcome", decimals: int) -> tuple[str, ...]:
    return (
        f"{outcome.kept:,}",
        f"{outcome.dropped:,}",
        amount(outcome.moves.gained, decimals),
        amount(outcome.allocated, decimals),
        amount(sum(outcome.unallocated.values()), decimals),
    )


def _how(outcome: "Outcome", decimals: int) -> tuple[str, ...]:
    spread = outcome.spread
    rewards = (spread.smallest, spread.median, spread.largest)
    return (
        share(spread.top_1.amount, outcome.allocated),
        share(spread.top_10.amount, outcome.allocated),
        *("-" if reward is None else amount(reward, decimals) for reward in rewards),
    )


def _overlap_lines(token: "TokenOutcomes") -> list[str]:
    overlap, moves, decimals = token.overlap, token.outcomes[-1].moves, token.token.decimals
    assert overlap is not None, "two rounds overlap, if only in nobody"  # noqa: S101 - core's promise
    rows = [
        ("paid by both", *_group(overlap.both, decimals)),
        ("only by the first", *_group(overlap.only_before, decimals)),
        ("only by the second", *_group(overlap.only_after, decimals)),
        ("more by the second", f"{moves.gaining:,}", "", "", gain(moves.gained, decimals)),
        ("less by the second", f"{moves.losing:,}", "", "", gain(-moves.lost, decimals)),
    ]
    lines = table(("", "wallets", "first", "second", "difference"), rows, 2)
    return [*lines, f"  {_tops(overlap)}"]


def _group(group: "Group", decimals: int) -> tuple[str, ...]:
    before, after = group.before, group.after
    return (
        f"{group.wallets:,}",
        amount(before, decimals),
        amount(after, decimals),
        gain(after - before, decimals),
    )


def _tops(overlap: "Overlap") -> str:
    return (
        f"top 10 %: {counted(overlap.top_before, 'wallet')} of the first, {overlap.top_after:,} of "
        f"the second, {overlap.top_both:,} in both"
    )
