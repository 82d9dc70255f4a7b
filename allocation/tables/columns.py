"""Which columns each input has, by which names, what they hold and what makes a row repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.address import format_address
from allocation.round import DAY
from allocation.tables.cells import OneOf, Text, Wallet, amount_kind, staked_kind
from allocation.tables.multipliers import refuse_denominators
from allocation.tables.stake_cells import Change, Day, Multiplier, Timestamp, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocation.round import Round
    from allocation.tables.cells import AmountByMint, BaseAmount, Kind, TokenAmount
    from allocation.tables.findings import Findings
    from allocation.tables.repeats import GoodRows

Shown: TypeAlias = "Mapping[str, str]"
"""The cells of a row by column, as people read them."""

Repeats: TypeAlias = Literal["identical", "refuse", "sum"]
"""Rows with the same key: the same row again is dropped; none may be; their amounts are added."""

KEEP_ONE: Final = "keep one row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `name` is what our SQL calls it, `names` what a file may."""

    name: str
    names: tuple[str, ...]  # the first is the documented one
    kind: Kind | AmountByMint
    required: bool = True
    absent: str = "NULL"  # its value in SQL where a file leaves it out
    types: tuple[str, ...] = ()  # DuckDB's, that Parquet or JSON may have there besides text


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Rows whose column holds another text are counted and left out."""

    column: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one input holds. A new input is one of these and one statement of SQL."""

    kind: str  # as the round file calls it, and the statement `read_<kind>`
    table: str  # that its rows end up in
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    repeats: Repeats
    repeated: Callable[[Shown, Shown], str]  # first row, repeating row -> problem
    remedy: str = KEEP_ONE
    together: tuple[str, ...] = ()  # amounts whose sum has to be a u64
    only: Only | None = None
    may_be_empty: bool = False
    check_all: Callable[[GoodRows, Findings], None] | None = None  # looks at all rows

    def column(self, name: str) -> Column:
        """Return a column by our name."""
        return next(column for column in self.columns if column.name == name)


def layouts_of(round_: Round) -> list[tuple[str, Layout]]:
    """Return the inputs that a round names, each as its file and its layout."""
    files = round_.inputs
    named = (
        (files.votes, _votes),
        (files.allocations, _allocations),
        (files.stakes, _stakes),
        (files.stake_events, _stake_events),
        (files.opening, _opening),
        (files.exclude, _exclude),
        (files.multipliers, _multipliers),
    )
    return [(name, make(round_)) for name, make in named if name is not None]


def _votes(round_: Round) -> Layout:
    ids = tuple(proposal.id for proposal in round_.proposals)
    files = round_.inputs
    ignore = files.other_proposals == "ignore"
    remedy = 'add it to the round file, or set other_proposals = "ignore"'
    known = OneOf(texts=ids, what="proposal", remedy=remedy)
    power = amount_kind(files.unit, {"": files.decimals or 0}, files.excess_decimals)
    return Layout(
        kind="votes",
        table="votes",
        columns=(
            Column(
                name="proposal",
                names=("proposal",),
                kind=Text(needed="write which proposal is meant") if ignore else known,
            ),
            Column(name="wallet", names=("wallet", "voter"), kind=Wallet()),
            Column(name="power", names=("voting_power",), kind=power),
            Column(name="side", names=("side", "choice"), kind=Text(), required=False),
        ),
        key=("wallet", "proposal"),
        repeats="identical",
        repeated=_voted,
        only=Only(column="proposal", texts=ids) if ignore else None,
    )


def _voted(first: Shown, row: Shown) -> str:
    said = f"with side {first['side']}" if first["power"] == row["power"] else first["power"]
    return f"already voted {said} on this proposal"


def _exclude(_: Round) -> Layout:
    reason = Text(needed="write why the wallet is excluded")
    return Layout(
        kind="exclude",
        table="excluded",
        columns=(
            Column(name="wallet", names=("wallet",), kind=Wallet()),
            Column(name="reason", names=("reason",), kind=reason),
        ),
        key=("wallet",),
        repeats="identical",
        repeated=lambda first, _: f"already excluded with reason {first['reason']}",
        may_be_empty=True,
    )


def _allocations(round_: Round) -> Layout:
    files = round_.inputs
    decimals = {format_address(token.mint): token.decimals for token in round_.tokens}
    amount = amount_kind(files.unit, decimals, files.excess_decimals)
    mint = OneOf(texts=tuple(decimals), what="mint", remedy="add its token to the round file")
    several = len(decimals) > 1
    return Layout(
        kind="allocations",
        table="list_rows",
        columns=(
            Column(name="wallet", names=("pubkey", "recipient", "wallet"), kind=Wallet()),
            Column(
                name="mint",
                names=("mint",),
                kind=mint,
                required=several,
                absent=f"'{next(iter(decimals))}'",
            ),
            Column(name="unlocked", names=("amount",), kind=amount),
            Column(
                name="locked",
                names=("locked_amount",),
                kind=amount,
                required=False,
                absent="CAST(0 AS UBIGINT)",
            ),
        ),
        key=("wallet", "mint"),
        repeats=files.duplicates,
        repeated=lambda *_: "already listed for this mint" if several else "already listed",
        remedy=f'{KEEP_ONE}, or set duplicates = "sum"',
        together=("unlocked", "locked"),
    )


def _stakes(round_: Round) -> Layout:
    files, period = round_.inputs, round_.period
    assert period is not None, "only a time-weighted round has stakes"  # noqa: S101 - round_file's
    first = date(1970, 1, 1) + timedelta(seconds=period.start)
    days = [first + timedelta(days=number) for number in range((period.end - period.start) // DAY)]
    day = Day(first=first, last=days[-1], outside=files.ignore_outside)
    return Layout(
        kind="stakes",
        table="staked",
        columns=(
            Column(name="date", names=("date",), kind=day, types=("DATE",)),
            Column(name="wallet", names=("wallet", "owner"), kind=Wallet()),
            Column(name="staked", names=("staked", "amount"), kind=_staked(round_)),
            Column(
                name="cooling",
                names=("cooling",),
                kind=Truth(),
                required=not round_.rules.count_cooling,
                absent="FALSE",
                types=("BOOLEAN",),
            ),
        ),
        key=("wallet", "date"),
        repeats="identical",
        repeated=_had_staked,
        only=Only(column="date", texts=tuple(map(str, days))) if files.ignore_outside else None,
    )


def _staked(round_: Round) -> BaseAmount | TokenAmount:
    files = round_.inputs
    return staked_kind(files.unit, files.decimals, files.excess_decimals)


def _had_staked(first: Shown, row: Shown) -> str:
    cooling = f"cooling {first.get('cooling')}"
    said = cooling if first["staked"] == row["staked"] else first["staked"]
    return f"already has {said} on {first['date']}"


def _stake_events(round_: Round) -> Layout:
    an_id = Text(needed="give every event its id, or leave the column out")
    return Layout(
        kind="stake_events",
        table="stake_events",
        columns=(
            Column(
                name="moment",
                names=("timestamp",),
                kind=Timestamp(earliest=round_.inputs.opening_at or 0),
            ),
            Column(name="wallet", names=("wallet",), kind=Wallet()),
            Column(
                name="delta",
                names=("delta",),
                kind=Change(amount=_staked(round_)),
                types=("BIGINT",),
            ),
            Column(name="id", names=("id",), kind=an_id, required=False),
        ),
        key=("id",),
        repeats="identical",
        repeated=lambda first, _: (
            f"already stands for {first['delta']} of {first['wallet']} at {first['moment']}"
        ),
    )


def _opening(round_: Round) -> Layout:
    return Layout(
        kind="opening",
        table="opening",
        columns=(
            Column(name="wallet", names=("wallet",), kind=Wallet()),
            Column(name="staked", names=("staked",), kind=_staked(round_)),
        ),
        key=("wallet",),
        repeats="identical",
        repeated=lambda first, _: f"already has {first['staked']}",
        may_be_empty=True,
    )


def _multipliers(_: Round) -> Layout:
    return Layout(
        kind="multipliers",
        table="multipliers",
        columns=(
            Column(name="wallet", names=("wallet",), kind=Wallet()),
            Column(name="multiplier", names=("multiplier",), kind=Multiplier()),
        ),
        key=("wallet",),
        repeats="identical",
        repeated=lambda first, _: f"already has {first['multiplier']}",
        may_be_empty=True,
        check_all=refuse_denominators,
    )
