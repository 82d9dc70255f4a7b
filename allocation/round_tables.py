"""Each table of a round file -> its type: one line per key."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, get_args

from allocation.address import KEY_BYTES, Address
from allocation.round import (
    DEFAULT_MAX_LEAVES,
    NO_PROGRAM,
    Claim,
    Denominator,
    Distributor,
    Duplicates,
    ExcessDecimals,
    InputFiles,
    Method,
    MissingDay,
    Mode,
    OnEmpty,
    Order,
    OtherProposals,
    Period,
    Proposal,
    Rounding,
    Rules,
    Token,
    Unit,
    ZeroAmounts,
)
from allocation.round_methods import refuse_limits
from allocation.round_values import (
    above_zero,
    address_of,
    midnight_of,
    minimum_of,
    moment_of,
    path_of,
    pool_of,
    symbol_of,
    title_of,
    tokens_of,
    weight_of,
)
from allocation.toml_values import (
    boolean_of,
    integer_within,
    list_of,
    once,
    one_of,
    text_of,
    texts_of,
)
from allocation.units import MAX_DECIMALS, U64_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.strict_toml import Table
    from allocation.units import BaseUnits

MOST_LEAVES: Final = 2**32 - 1  # of one tree, whatever program verifies it

_PROGRAM_OF_LEAF: Final = {"jupiter": "jupiter", "mint-bound": NO_PROGRAM}
_NOTHING_WRITTEN: Final = Distributor(
    program="",  # then it follows from the leaf
    base=None,
    locker_base=None,
    leaf="jupiter",
    max_leaves_per_tree=DEFAULT_MAX_LEAVES,
    first_version=0,
    order="key",
)


def read_distributor(table: Table, method: Method | None) -> Distributor:
    """Read [distributor]: what every token has unless it says otherwise."""
    order: Order = table.get("order", one_of(get_args(Order)), "key")
    if order == "input" and method not in ("list", None):
        problem = "only for a list: the same rows in another order must give the same trees"
        table.refuse("order", problem, 'write "key"')
    first_version = table.get("first_version", integer_within(0, U64_MAX), 0)
    common = _overridden(table, _NOTHING_WRITTEN, method)
    return replace(common, first_version=first_version, order=order)


def _overridden(table: Table, default: Distributor, method: Method | None) -> Distributor:
    """Read the keys that [distributor] and each token may have."""
    leaves = one_of(tuple(_PROGRAM_OF_LEAF))
    most, sizes = _sizes(table, default, method)
    return replace(
        default,
        program=table.get("program", text_of, default.program),
        base=table.get("base", address_of, default.base),
        locker_base=table.get("locker_base", address_of, default.locker_base),
        leaf=table.get("leaf", leaves, default.leaf),
        max_leaves_per_tree=most,
        tree_sizes=sizes,
    )


def _sizes(
    table: Table, default: Distributor, method: Method | None
) -> tuple[int, tuple[int, ...] | None]:
    """Read how many leaves a tree has at most and, for a list, how many each one has."""
    if method not in ("list", None):
        problem = "only for a list: how many wallets are paid is known when the pools are divided"
        table.forbid(["tree_sizes"], problem, "write max_leaves_per_tree")
    size = integer_within(1, MOST_LEAVES)
    sizes = table.get("tree_sizes", list_of(size), default.tree_sizes)
    if "tree_sizes" in table:
        table.forbid(["max_leaves_per_tree"], "tree_sizes says it", "remove one of the two")
    elif "max_leaves_per_tree" in table:
        sizes = None
    usual = default.max_leaves_per_tree if sizes is None else max(sizes)
    return table.get("max_leaves_per_tree", size, usual), sizes


def read_tokens(
    top: Table, rules: Table, method: Method | None, common: Distributor
) -> tuple[Token, ...]:
    """Read every [[tokens]]; its own keys override those of `common`.

    The limits of a payout stand there too or, where there is one token, in `rules`.
    """
    top.demand("tokens", "write one [[tokens]] for each mint")
    tables = top.tables("tokens")
    refuse_limits(method, rules)
    if len(tables) > 1:
        problem = "the round has several tokens, and each counts in its own"
        rules.forbid(["minimum_payout", "maximum_payout"], problem, "write it under [[tokens]]")
    if not tables:  # which is refused; still the keys are known
        _limits(rules, rules, None)
    symbols: dict[object, str] = {}
    mints: dict[object, str] = {}
    return tuple(_token(table, rules, method, common, symbols, mints) for table in tables)


def _token(
    table: Table,
    rules: Table,
    method: Method | None,
    common: Distributor,
    symbols: dict[object, str],
    mints: dict[object, str],
) -> Token:
    refuse_limits(method, table)
    new_symbol = once(symbol_of, symbols, table.path_of("symbol"), same=str.lower)
    new_mint = once(address_of, mints, table.path_of("mint"))
    symbol = table.need("symbol", new_symbol, "", 'write its short name, e.g. "JUP"')
    mint = table.need("mint", new_mint, Address(bytes(KEY_BYTES)), "write the mint's address")
    decimals = table.need(
        "decimals", integer_within(0, MAX_DECIMALS), None, "write the mint's decimals, e.g. 6"
    )
    if method not in ("list", None):
        table.demand("pool", "write the tokens to be shared, as text")
    distributor = _overridden(table, common, method)
    program = distributor.program or _PROGRAM_OF_LEAF[distributor.leaf]
    minimum, maximum = _limits(table, rules, decimals)
    return Token(
        symbol=symbol,
        mint=mint,
        decimals=decimals or 0,
        pool=table.get("pool", pool_of(decimals), None),
        claim=table.get("claim", one_of(get_args(Claim)), "transfer"),
        distributor=replace(distributor, program=program),
        minimum_payout=minimum,
        maximum_payout=maximum,
    )


def _limits(
    table: Table, rules: Table, decimals: int | None
) -> tuple[BaseUnits | None, BaseUnits | None]:
    """Read the least and the most a wallet gets of a token, wherever they stand."""
    maximum_of = above_zero(decimals, "maximum", "write what a wallet gets at most, or remove it")
    minimum = _limit("minimum_payout", minimum_of(decimals), table, rules)
    maximum = _limit("maximum_payout", maximum_of, table, rules)
    if minimum is not None and maximum is not None and maximum < minimum:
        place = rules if "maximum_payout" in rules else table
        place.refuse("maximum_payout", "below minimum_payout", "raise it, or lower the minimum")
    return minimum, maximum


def _limit(
    key: str, parse: Callable[[object], BaseUnits], table: Table, rules: Table
) -> BaseUnits | None:
    common = rules.get(key, parse, None)
    if key in table and key in rules and table is not rules:
        table.refuse(key, "also under [rules]", "write it in one of the two places")
    return table.get(key, parse, common)


def read_period(table: Table, method: Method | None) -> Period | None:
    """Read the period of stakes, whose keys stand in [round]."""
    if method == "time-weighted":
        table.demand("start", "write when the period begins, e.g. 2025-07-01")
        table.demand("end", "write when it ends, e.g. 2025-10-01, the day after its last day")
    usual: Mode | None = None if "mode" in table else "daily"
    mode = table.get("mode", one_of(get_args(Mode)), usual)
    boundary_of = midnight_of if mode == "daily" else moment_of
    start, end = (table.get(key, boundary_of, None) for key in ("start", "end"))
    if start is None or end is None or mode is None:
        return None
    if end <= start:
        remedy = "write when the period ends: the first moment that no longer belongs to it"
        table.refuse("end", "not after the start", remedy)
    return Period(start=start, end=end, mode=mode)


def read_proposals(top: Table, method: Method | None, decimals: int | None) -> tuple[Proposal, ...]:
    """Read every [[proposals]]; `decimals` are those of what votes."""
    if method == "per-proposal":
        top.demand("proposals", "write one [[proposals]] for each proposal")
    ids: dict[object, str] = {}
    return tuple(_proposal(table, decimals, ids) for table in top.tables("proposals"))


def _proposal(table: Table, decimals: int | None, ids: dict[object, str]) -> Proposal:
    new_id = once(text_of, ids, table.path_of("id"))
    return Proposal(
        id=table.need("id", new_id, "", "write the proposal's address, or what votes call it"),
        title=table.get("title", title_of, ""),
        weight=table.get("weight", weight_of, Fraction(1)),
        total=table.get("total", tokens_of(decimals), None),
    )


def read_inputs(table: Table, method: Method | None) -> InputFiles:
    """Read [inputs]."""
    usual: Unit = "ui" if method == "list" else "base"
    return InputFiles(
        votes=table.get("votes", path_of, None),
        allocations=table.get("allocations", path_of, None),
        exclude=table.get("exclude", path_of, None),
        decimals=table.get("decimals", integer_within(0, MAX_DECIMALS), None),
        unit=table.get("unit", one_of(get_args(Unit)), usual),
        other_proposals=table.get("other_proposals", one_of(get_args(OtherProposals)), "refuse"),
        duplicates=table.get("duplicates", one_of(get_args(Duplicates)), "refuse"),
        excess_decimals=table.get("excess_decimals", one_of(get_args(ExcessDecimals)), "refuse"),
        zero_amounts=table.get("zero_amounts", one_of(get_args(ZeroAmounts)), "keep"),
        stakes=table.get("stakes", path_of, None),
        stake_events=table.get("stake_events", path_of, None),
        opening=table.get("opening", path_of, None),
        opening_at=table.get("opening_at", moment_of, None),
        ignore_outside=table.get("ignore_outside", boolean_of, default=False),
        missing_day=table.get("missing_day", one_of(get_args(MissingDay)), "refuse"),
        multipliers=table.get("multipliers", path_of, None),
    )


def read_rules(table: Table, decimals: int | None) -> Rules:
    """Read [rules]; the sides are a set, so their order is not kept."""
    sides = table.get("exclude_sides", texts_of, ())
    return Rules(
        minimum_vote=table.get("minimum_vote", minimum_of(decimals), None),
        exclude_sides=tuple(sorted(set(sides))),
        on_empty=table.get("on_empty", one_of(get_args(OnEmpty)), "leave"),
        denominator=table.get("denominator", one_of(get_args(Denominator)), "counted"),
        rounding=table.get("rounding", one_of(get_args(Rounding)), "largest-remainder"),
        minimum_average=table.get("minimum_average", minimum_of(decimals), None),
        count_cooling=table.get("count_cooling", boolean_of, default=True),
    )
