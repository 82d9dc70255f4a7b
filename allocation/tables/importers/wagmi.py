"""Votes and stakes of the govern and locked-voter programs: their tools' listings, their accounts.

`govern-votes`: what `view-votes` of WAGMI's govern tool prints for one proposal. Its header is
`voter,side,voting_power`, but each row has four fields: the vote's account comes first. Both that
and a listing in which rows fit their header are read; columns go by name, and `vote` (that account)
and `proposal` may be among them. Where the account is there, it has to be the one that the program
derives for proposal and voter, which also proves that --proposal is the right one.

`stakers`: what `get-stakers` of its voter tool prints for one locker, `escrow,owner,amount`, in
base units without what is being unstaked. With --locker each escrow has to be the one that the
program derives for that locker and owner.

The lines that both tools print above the header may stay.

`vote-accounts` and `escrow-accounts`: see `accounts`.

Source: TeamRaccoons/WAGMI@c7dc581 cli/govern/src/main.rs, view_votes; cli/locked-voter/src/main.rs,
get_stakers
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from allocation.errors import BadValueError
from allocation.tables.importers.accounts import escrow_accounts, vote_accounts
from allocation.tables.importers.derived import GOVERN, LOCKED_VOTER, is_escrow, is_vote
from allocation.tables.importers.listing import Columns, open_listing
from allocation.tables.importers.power import voting_power
from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.address import Address
    from allocation.tables.importers.accounts import EscrowAccount
    from allocation.tables.importers.derived import Origin
    from allocation.tables.importers.listing import Listing
    from allocation.tables.importers.power import PowerRule
    from allocation.tables.importers.proposals import Proposals
    from allocation.tables.importers.rows import Rows

_PRINTED_HEADER: Final = ("voter", "side", "voting_power")
_VOTES: Final = Columns(
    names={name: (name,) for name in ("proposal", "vote", *_PRINTED_HEADER)},
    needed=frozenset(_PRINTED_HEADER),
    unnamed="vote",
    forgetful=_PRINTED_HEADER,
)
_STAKERS: Final = Columns(
    names={name: (name,) for name in ("escrow", "owner", "amount")},
    needed=frozenset({"escrow", "owner", "amount"}),
)
_SIDES: Final = {side: side for side in map(str, range(256))}  # one byte on chain


def read_govern_votes(path: Path, rows: Rows, proposals: Proposals, origin: Origin) -> None:
    """Read a listing of votes."""
    listing, program = open_listing(path, rows, _VOTES), origin.program or GOVERN
    if (
        listing is None
        or not proposals.settled(rows, listing.line, named="proposal" in listing.columns)
        or not _is_of_program(listing, rows, program)
    ):
        return
    for line, cells in listing.cells():
        proposal = proposals.group_of(rows, line, cells.get("proposal"))
        voter = rows.address(line, "voter", cells["voter"])
        power = rows.base_units(line, "voting_power", cells["voting_power"])
        side = rows.word(line, "side", cells["side"], _SIDES, "export it again: sides are 0 to 255")
        is_new, vote = True, None
        if "vote" in cells:
            vote = rows.address(line, "vote", cells["vote"])
            is_new = rows.is_new(line, "vote", vote)
        if not is_new or proposal is None or voter is None or power is None or side is None:
            continue
        if vote is None or is_vote(vote, proposal, voter, program):
            rows.keep(line, proposal, voter, power, side)
        else:
            _refuse_underived(rows, line, "vote", vote, "proposal")


def read_stakers(path: Path, rows: Rows, origin: Origin) -> None:
    """Read a listing of one locker's escrows."""
    listing, program = open_listing(path, rows, _STAKERS), origin.program or LOCKED_VOTER
    if listing is None or not _is_of_program(listing, rows, program):
        return
    for line, cells in listing.cells():
        escrow = rows.address(line, "escrow", cells["escrow"])
        owner = rows.address(line, "owner", cells["owner"])
        amount = rows.base_units(line, "amount", cells["amount"])
        if not rows.is_new(line, "escrow", escrow) or owner is None or amount is None:
            continue
        if escrow and origin.locker and not is_escrow(escrow, origin.locker, owner, program):
            _refuse_underived(rows, line, "escrow", escrow, "locker")
        else:
            rows.keep(line, b"", owner, amount, "")


def _refuse_underived(rows: Rows, line: int, column: str, account: Address, option: str) -> None:
    problem = f"not the address that the program derives for {option} and wallet"
    remedy = f"check --{option} and --program, or export it again"
    rows.refuse(line, BadCellError(column, format_address(account), problem, remedy))


def read_vote_accounts(path: Path, rows: Rows, proposals: Proposals, origin: Origin) -> None:
    """Read Vote accounts, of any number of proposals."""
    for number, vote in vote_accounts(path, origin.program or GOVERN, rows):
        proposal = proposals.group_of_key(vote.proposal)
        rows.keep(number, proposal, vote.voter, vote.voting_power, str(vote.side))


def read_escrow_votes(
    path: Path, rows: Rows, proposals: Proposals, origin: Origin, rule: PowerRule
) -> None:
    """Read Escrow accounts as votes for one proposal, each with the power that it has then."""
    proposal = proposals.group_of_any()
    for number, escrow in _of_one_locker(path, rows, origin):
        try:
            power = voting_power(escrow.lock, rule)
        except BadValueError as error:
            bad = BadCellError("amount", escrow.lock.amount, error.problem, error.remedy)
            rows.refuse(number, bad)
        else:
            rows.keep(number, proposal, escrow.owner, power, "")


def read_escrow_stakes(path: Path, rows: Rows, origin: Origin) -> None:
    """Read Escrow accounts as stakes; what is being unstaked in parts is no stake any more."""
    for number, escrow in _of_one_locker(path, rows, origin):
        cooling = not escrow.lock.is_max_lock
        rows.notes["wallets without max lock (cooling)"] += cooling
        rows.notes["wallets that unstake a part, which is left out"] += escrow.unstaking > 0
        last = "true" if cooling else "false"
        rows.keep(number, b"", escrow.owner, escrow.lock.amount, last)


def _of_one_locker(path: Path, rows: Rows, origin: Origin) -> Iterator[tuple[int, EscrowAccount]]:
    """Yield the escrows of the locker named, or of the only one there is."""
    locker: bytes | None = origin.locker
    for number, escrow in escrow_accounts(path, origin.program or LOCKED_VOTER, rows):
        locker = escrow.locker if locker is None else locker
        if escrow.locker == locker:
            yield number, escrow
        elif origin.locker is not None:
            rows.notes["escrows of other lockers left out"] += 1
        else:
            problem = f"another locker than {format_address(locker)} before"
            remedy = "name the one that counts with --locker"
            rows.refuse(
                number, BadCellError("locker", format_address(escrow.locker), problem, remedy)
            )


def _is_of_program(listing: Listing, rows: Rows, program: Address) -> bool:
    """Tell whether a listing names no other program than the one assumed; it is refused if so."""
    if listing.program in (None, format_address(program)):
        return True
    problem = f"the listing says so, and {format_address(program)} is assumed"
    remedy = "give its --program"
    rows.refuse(0, BadCellError("Program ID", listing.program, problem, remedy))
    return False
