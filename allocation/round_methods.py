"""Which keys belong to which method, and which to which input: the rest is refused, saying why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.round import InputFiles, Method, Period, Proposal, Rules
    from allocation.strict_toml import Table

NO_RULES: Final = "no rule of allocation applies to a list: its amounts are given"
NO_CAP: Final = "a cap would break the sums per proposal, so only time-weighted has one"

_VOTES_ONLY: Final = "only for per-proposal: votes have no influence here"
_STAKES_ONLY: Final = "only for time-weighted"
_VOTES: Final = ("votes", "other_proposals")
_STAKES: Final = (
    *("stakes", "ignore_outside", "missing_day"),
    *("stake_events", "opening", "opening_at"),
)
_LIST: Final = ("allocations", "duplicates", "zero_amounts")
_PERIOD: Final = ("start", "end", "mode")

_REMOVE: Final = "remove it"
_OR_A_LIST: Final = 'remove it, or write method = "list"'
_OR_VOTES: Final = 'remove it, or write method = "per-proposal"'
_OR_STAKES: Final = 'remove it, or write method = "time-weighted"'

_MISPLACED: Final[Mapping[Method, tuple[tuple[str, tuple[str, ...], str, str], ...]]] = {
    "per-proposal": (
        ("round", _PERIOD, _STAKES_ONLY, _OR_STAKES),
        ("inputs", _LIST, "only for a list", _OR_A_LIST),
        ("inputs", _STAKES, _STAKES_ONLY, _OR_STAKES),
        ("rules", ("minimum_average", "count_cooling"), _STAKES_ONLY, _OR_STAKES),
    ),
    "time-weighted": (
        ("", ("proposals",), _VOTES_ONLY, _OR_VOTES),
        ("inputs", _LIST, "only for a list", _OR_A_LIST),
        ("inputs", _VOTES, _VOTES_ONLY, _OR_VOTES),
        ("rules", ("minimum_vote",), _VOTES_ONLY, "write minimum_average instead, or remove it"),
        ("rules", ("exclude_sides", "on_empty", "denominator"), _VOTES_ONLY, _OR_VOTES),
    ),
    "list": (
        ("", ("proposals",), "a list has no proposals", _REMOVE),
        ("round", _PERIOD, "a list has no period", _REMOVE),
        ("inputs", (*_VOTES, "decimals"), "a list has no votes", _REMOVE),
        ("inputs", _STAKES, "a list has no stakes", _REMOVE),
        ("inputs", ("exclude",), NO_RULES, "remove it, and the wallets from the list"),
        ("inputs", ("multipliers",), NO_RULES, "remove it, and multiply the amounts of the list"),
    ),
}


def refuse_misplaced(method: Method, tables: Mapping[str, Table]) -> None:
    """Refuse what is known but belongs to another method; `tables` are the top ones by name."""
    for name, keys, problem, remedy in _MISPLACED[method]:
        tables[name].forbid(keys, problem, remedy)
    if method == "list":
        tables["rules"].forbid(tables["rules"].keys(), NO_RULES, _REMOVE)


def refuse_limits(method: Method | None, table: Table) -> None:
    """Refuse the minimum and the maximum of a payout where the method cannot have them."""
    if method == "list":
        table.forbid(["minimum_payout", "maximum_payout"], NO_RULES, _REMOVE)
    if method == "per-proposal":
        table.forbid(["maximum_payout"], NO_CAP, _REMOVE)


def demand_input(method: Method, inputs: Table) -> None:
    """Refuse a round without its input, and what only the other kind of stakes has."""
    if method != "time-weighted":
        main = "allocations" if method == "list" else "votes"
        inputs.demand(main, f'write where the file is, e.g. {main} = "{main}.csv"')
    elif "stakes" in inputs and "stake_events" in inputs:
        problem = "stakes are given too, and each of the two says all that was staked"
        inputs.refuse("stake_events", problem, "remove one of the two")
    elif "stakes" in inputs:
        problem = "only with stake_events: a snapshot holds whole balances"
        inputs.forbid(["opening", "opening_at"], problem, _REMOVE)
    elif "stake_events" in inputs:
        problem = "only with stakes: between two events a balance stays as it is"
        inputs.forbid(["missing_day"], problem, _REMOVE)
        problem = "only with stakes: events outside the period need no permission"
        inputs.forbid(["ignore_outside"], problem, _REMOVE)
    else:
        remedy = (
            'write where the file is: stakes = "..." for daily balances, or stake_events = "..."'
        )
        inputs.demand("stakes", remedy)


def refuse_contradictions(
    tables: Mapping[str, Table], files: InputFiles, period: Period | None, rules: Rules
) -> None:
    """Refuse what is right by itself but not together with the kind of stakes and the period."""
    sources = {"stakes", "stake_events"}.intersection(tables["inputs"].keys())
    if sources == {"stakes"} and period and period.mode == "continuous":
        problem = "only with stake_events: daily snapshots say nothing of the seconds between"
        tables["round"].refuse("mode", problem, 'write "daily"')
    if sources == {"stake_events"} and not rules.count_cooling:
        problem = "only with stakes: events have no column cooling"
        tables["rules"].refuse("count_cooling", problem, _REMOVE)
    if period and files.opening_at is not None and files.opening_at > period.start:
        problem = "after the start: what was staked before it would be unknown"
        remedy = "write when the opening balances held, at the latest the start"
        tables["inputs"].refuse("opening_at", problem, remedy)


def demand_decimals(
    method: Method,
    inputs: Table,
    files: InputFiles,
    proposals: tuple[Proposal, ...],
    rules: Rules,
) -> None:
    """Refuse votes or stakes in tokens where nothing says how many decimals these have."""
    in_tokens = {
        'unit = "ui"': files.unit == "ui",
        "rules.minimum_vote": rules.minimum_vote is not None,
        "rules.minimum_average": rules.minimum_average is not None,
        "the totals of proposals": any(proposal.total is not None for proposal in proposals),
    }
    needing = [name for name, given in in_tokens.items() if given]
    if needing and method != "list" and "decimals" not in inputs:
        what = "votes" if method == "per-proposal" else "is staked"
        remedy = f"write the decimals of what {what}; they are never taken from [[tokens]]"
        inputs.refuse("decimals", f"missing, but needed for {', '.join(needing)}", remedy)
