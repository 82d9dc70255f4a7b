"""Governance data in the shapes in which it comes, into the input files of a round.

Each shape is described where it is read: `wagmi` (govern-votes, stakers), `accounts`
(vote-accounts, escrow-accounts), `realms` (realms-votes). The shape is named, never guessed, and
whatever it leaves open is refused. Results are CSV in base units, sorted by proposal and wallet
(raw bytes), so the same data gives the same bytes in whatever order a node hands it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError
from allocation.tables.importers.derived import Origin
from allocation.tables.importers.power import PowerRule
from allocation.tables.importers.proposals import Proposals
from allocation.tables.importers.realms import read_realms_votes
from allocation.tables.importers.rows import Rows
from allocation.tables.importers.wagmi import (
    read_escrow_stakes,
    read_escrow_votes,
    read_govern_votes,
    read_stakers,
    read_vote_accounts,
)
from allocation.tables.importers.writing import Layout, check_target, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from allocation.progress import Progress
    from allocation.tables.importers.rows import Row

ANY_ORIGIN: Final = Origin()
VOTE_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "govern-votes": frozenset({"proposal", "program"}),
    "realms-votes": frozenset({"proposal"}),
    "vote-accounts": frozenset({"program"}),
    "escrow-accounts": frozenset({"proposal", "program", "locker", "at"}),
}
"""The shapes of votes, and which options each of them knows."""

STAKE_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "stakers": frozenset({"program", "locker"}),
    "escrow-accounts": frozenset({"program", "locker"}),
}
"""The same of stakes."""


__all__ = [
    "STAKE_OPTIONS",
    "VOTE_OPTIONS",
    "Group",
    "Imported",
    "Origin",
    "PowerRule",
    "import_stakes",
    "import_votes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was read of one proposal, or of all stakes."""

    name: str  # the proposal; empty for stakes
    rows: int
    total: int  # base units


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import has written."""

    rows: int
    wallets: int
    zero: int  # rows with an amount of 0
    total: int  # base units
    groups: tuple[Group, ...]  # in the order of the file
    notes: Mapping[str, int]  # what else the operator should know, with counts above 0


def import_votes(  # noqa: PLR0913 - one parameter per option
    shape: str,
    path: Path,
    out: Path,
    *,
    proposal: str | None = None,
    origin: Origin = ANY_ORIGIN,
    rule: PowerRule | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Write the votes of `path` as `proposal,wallet,voting_power` and, where known, `side`.

    `proposal` is for shapes that do not name it, `rule` says how escrows become power. Power 0 is
    kept: the round counts and drops it.

    Errors: InputErrors with everything that is wrong in the file, AsrError for wrong options.
    """
    _check_options(shape, VOTE_OPTIONS, origin, {"proposal": proposal, "at": rule})
    check_target(out, path, force=force)
    rows, proposals = Rows(path.name, progress), Proposals(proposal)
    match shape:
        case "govern-votes":
            read_govern_votes(path, rows, proposals, origin)
        case "realms-votes":
            read_realms_votes(path, rows, proposals)
        case "vote-accounts":
            read_vote_accounts(path, rows, proposals, origin)
        case _:
            if proposal is None or rule is None:
                raise AsrError("escrow-accounts hold no votes: give --proposal and --at")
            read_escrow_votes(path, rows, proposals, origin, rule)
    has_side = shape != "escrow-accounts"
    header = "proposal,wallet,voting_power" + (",side" if has_side else "")
    before = {group: f"{_quoted(text)}," for group, text in proposals.texts.items()}
    layout = Layout(header=header, before=before, has_last=has_side)
    return _written(out, rows, layout, proposals.texts, force=force)


def import_stakes(
    shape: str,
    path: Path,
    out: Path,
    *,
    day: date | None = None,
    origin: Origin = ANY_ORIGIN,
    force: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Write the stakes of `path` as `wallet,staked`, or with `day` as `date,wallet,staked`.

    With a day, escrow accounts also say whether they are `cooling`: not under max lock, so that a
    full unstake is under way or the lock ends by itself.

    Errors: InputErrors with everything that is wrong in the file, AsrError for wrong options.
    """
    _check_options(shape, STAKE_OPTIONS, origin, {})
    check_target(out, path, force=force)
    rows = Rows(path.name, progress)
    if shape == "stakers":
        read_stakers(path, rows, origin)
    else:
        read_escrow_stakes(path, rows, origin)
    is_cooling_known = shape == "escrow-accounts" and day is not None
    header = ("date," if day else "") + "wallet,staked" + (",cooling" if is_cooling_known else "")
    before = {b"": f"{day.isoformat()}," if day else ""}
    layout = Layout(header=header, before=before, has_last=is_cooling_known)
    return _written(out, rows, layout, {b"": ""}, force=force)


def _check_options(
    shape: str,
    known: Mapping[str, frozenset[str]],
    origin: Origin,
    others: Mapping[str, object],
) -> None:
    """Refuse an unknown shape, and an option that would do nothing."""
    options = {"program": origin.program, "locker": origin.locker, **others}
    if shape not in known:
        raise AsrError(f"{shape!r} is no shape; the shapes are {', '.join(known)}")
    for option, value in options.items():
        if value is not None and option not in known[shape]:
            raise AsrError(f"--{option} has no meaning for {shape}; leave it out")


def _quoted(text: str) -> str:
    """Write a cell of CSV; a proposal may be any text."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text


def _written(
    out: Path, rows: Rows, layout: Layout, names: Mapping[bytes, str], *, force: bool
) -> Imported:
    """Write the rows if all is well, and count them."""
    pair = "wallet" if b"" in names else "wallet and proposal"
    settled = rows.settle(pair)
    write_rows(out, settled, layout, force=force)
    return _counted(settled, names, rows.notes)


def _counted(rows: Sequence[Row], names: Mapping[bytes, str], notes: Mapping[str, int]) -> Imported:
    groups, zero = [], 0
    for group, members in groupby(rows, itemgetter(0)):
        amounts = [row[2] for row in members]
        groups.append(Group(name=names[group], rows=len(amounts), total=sum(amounts)))
        zero += amounts.count(0)
    return Imported(
        rows=len(rows),
        wallets=len({row[1] for row in rows}),
        zero=zero,
        total=sum(group.total for group in groups),
        groups=tuple(groups),
        notes={note: count for note, count in notes.items() if count},
    )
