"""Which columns each input has, by which names, what they hold and what makes a row repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.address import format_address
from allocation.tables.cells import OneOf, Text, Wallet, amount_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocation.round import Round
    from allocation.tables.cells import AmountByMint, Kind

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


def layouts_of(round_: Round) -> list[tuple[str, Layout]]:
    """Return the inputs that a round names, each as its file and its layout."""
    files = round_.inputs
    named = ((files.votes, _votes), (files.allocations, _allocations), (files.exclude, _exclude))
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
