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
    OnEmpty,
    Order,
    OtherProposals,
    Proposal,
    Rounding,
    Rules,
    Token,
    Unit,
    ZeroAmounts,
)
from allocation.round_values import (
    address_of,
    path_of,
    pool_of,
    symbol_of,
    title_of,
    tokens_of,
    weight_of,
)
from allocation.toml_values import integer_within, once, one_of, text_of, texts_of
from allocation.units import MAX_DECIMALS, U64_MAX

if TYPE_CHECKING:
    from allocation.strict_toml import Table

MOST_LEAVES: Final = 2**32 - 1  # of one tree, whatever program verifies it
NO_RULES: Final = "no rule of allocation applies to a list: its amounts are given"

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
    if order == "input" and method == "per-proposal":
        problem = "only for a list: the same votes in another order must give the same trees"
        table.refuse("order", problem, 'write "key"')
    first_version = table.get("first_version", integer_within(0, U64_MAX), 0)
    return replace(_overridden(table, _NOTHING_WRITTEN), first_version=first_version, order=order)


def _overridden(table: Table, default: Distributor) -> Distributor:
    """Read the keys that [distributor] and each token may have."""
    leaves = one_of(tuple(_PROGRAM_OF_LEAF))
    sizes = integer_within(1, MOST_LEAVES)
    return replace(
        default,
        program=table.get("program", text_of, default.program),
        base=table.get("base", address_of, default.base),
        locker_base=table.get("locker_base", address_of, default.locker_base),
        leaf=table.get("leaf", leaves, default.leaf),
        max_leaves_per_tree=table.get("max_leaves_per_tree", sizes, default.max_leaves_per_tree),
    )


def read_tokens(top: Table, method: Method | None, common: Distributor) -> tuple[Token, ...]:
    """Read every [[tokens]]; its own keys override those of `common`."""
    top.demand("tokens", "write one [[tokens]] for each mint")
    symbols: dict[object, str] = {}
    mints: dict[object, str] = {}
    return tuple(_token(table, method, common, symbols, mints) for table in top.tables("tokens"))


def _token(
    table: Table,
    method: Method | None,
    common: Distributor,
    symbols: dict[object, str],
    mints: dict[object, str],
) -> Token:
    if method == "list":
        table.forbid(["minimum_payout", "maximum_payout"], NO_RULES, "remove it")
    new_symbol = once(symbol_of, symbols, table.path_of("symbol"), same=str.lower)
    new_mint = once(address_of, mints, table.path_of("mint"))
    symbol = table.need("symbol", new_symbol, "", 'write its short name, e.g. "JUP"')
    mint = table.need("mint", new_mint, Address(bytes(KEY_BYTES)), "write the mint's address")
    decimals = table.need(
        "decimals", integer_within(0, MAX_DECIMALS), None, "write the mint's decimals, e.g. 6"
    )
    if method == "per-proposal":
        table.demand("pool", "write the tokens to be shared, as text")
    distributor = _overridden(table, common)
    program = distributor.program or _PROGRAM_OF_LEAF[distributor.leaf]
    return Token(
        symbol=symbol,
        mint=mint,
        decimals=decimals or 0,
        pool=table.get("pool", pool_of(decimals), None),
        claim=table.get("claim", one_of(get_args(Claim)), "transfer"),
        distributor=replace(distributor, program=program),
    )


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
    if method is not None:
        main = "allocations" if method == "list" else "votes"
        table.demand(main, f'write where the file is, e.g. {main} = "{main}.csv"')
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
    )


def read_rules(table: Table, decimals: int | None) -> Rules:
    """Read [rules]; the sides are a set, so their order is not kept."""
    sides = table.get("exclude_sides", texts_of, ())
    return Rules(
        minimum_vote=table.get("minimum_vote", tokens_of(decimals), None),
        exclude_sides=tuple(sorted(set(sides))),
        on_empty=table.get("on_empty", one_of(get_args(OnEmpty)), "leave"),
        denominator=table.get("denominator", one_of(get_args(Denominator)), "counted"),
        rounding=table.get("rounding", one_of(get_args(Rounding)), "largest-remainder"),
    )
