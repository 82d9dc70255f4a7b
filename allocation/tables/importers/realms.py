"""Votes of Realms (the SPL governance program), as JSON of its SDK or flattened to CSV.

JSON: the list that `getGovernanceAccounts(..., VoteRecord, ...)` of @solana/spl-governance gives,
with the big numbers as decimal text (left to itself, BN writes hexadecimal; that is refused where
it shows a letter or a leading zero):

    {"pubkey": "...", "account": {"accountType": 12, "proposal": "...", "governingTokenOwner":
     "...", "isRelinquished": false, "voterWeight": "1000000", "vote": {"voteType": 0, ...}}, ...}

Records of the first version (accountType 7) say {"voteWeight": {"yes": "..."}} or "no" instead.

CSV: the same flattened, one vote per line, such as
`proposal,voter,voting_power,choice,relinquished,vote_account`; the record's own names do as well.

Choices are 0 approve, 1 deny, 2 abstain, 3 veto. A relinquished vote counts: while voting goes on,
relinquishing deletes the record; afterwards it only releases the tokens. (66 of 66 proposals of
one real organisation agree with their totals on chain with these votes, 5 without.) A veto is left
out: the holders of the other mint cast it, so its weight cannot be added to that of votes.

Source: solana-labs/solana-program-library governance/program/src/state/vote_record.rs and
processor/process_relinquish_vote.rs; solana-labs/oyster@6505a16
packages/governance-sdk/src/governance/{accounts,instructions}.ts; mashiat0808/realmsData@4fda79e
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.tables.importers.json_entries import entries_of
from allocation.tables.importers.listing import Columns, open_listing
from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.tables.importers.proposals import Proposals
    from allocation.tables.importers.rows import Rows

_COLUMNS: Final = Columns(
    names={
        "proposal": ("proposal",),
        "voter": ("voter", "governingTokenOwner"),
        "voting_power": ("voting_power", "voterWeight"),
        "choice": ("choice", "vote"),
        "relinquished": ("relinquished", "isRelinquished"),
        "vote_account": ("vote_account", "pubkey"),
    },
    needed=frozenset({"voter", "voting_power", "choice"}),
)
_CHOICES: Final = {
    written: choice
    for number, choice in enumerate(("approve", "deny", "abstain", "veto"))
    for written in (str(number), choice, choice.capitalize())
}
_FLAGS: Final = {"0": False, "1": True, "false": False, "true": True}
_CHOICE_WORDS: Final = "write approve, deny, abstain or veto, or 0 to 3 for them"
_FLAG_WORDS: Final = "write 0 or 1, or false or true"
_FIRST_VERSION, _SECOND_VERSION = 7, 12  # GovernanceAccountType
_UNKNOWN_RECORD: Final = "export it with a current @solana/spl-governance"


def read_realms_votes(path: Path, rows: Rows, proposals: Proposals) -> None:
    """Read the votes of a file into `rows`; JSON begins with a bracket or a brace."""
    with path.open("rb") as file:
        beginning = file.read(1_000).removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning[:1] in (b"[", b"{"):
        _read_json(path, rows, proposals)
    else:
        _read_listing(path, rows, proposals)


def _read_listing(path: Path, rows: Rows, proposals: Proposals) -> None:
    listing = open_listing(path, rows, _COLUMNS)
    if listing and proposals.settled(rows, listing.line, named="proposal" in listing.columns):
        for line, cells in listing.cells():
            _read_vote(line, cells, listing.columns, rows, proposals)


def _read_json(path: Path, rows: Rows, proposals: Proposals) -> None:
    if not proposals.settled(rows, 0, named=True):
        return
    for number, entry in entries_of(path, rows):
        try:
            columns, values = _record_in(entry)
            cells = {name: _text_in(columns[name], value) for name, value in values.items()}
        except BadCellError as bad:
            rows.refuse(number, bad)
        else:
            _read_vote(number, cells, columns, rows, proposals)


def _record_in(entry: object) -> tuple[dict[str, str], dict[str, object]]:
    """Return where a record's values stand, and these, by our names for them."""
    account = entry.get("account") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(account, dict):
        raise BadCellError("account", None, "no object with pubkey and account", _UNKNOWN_RECORD)
    found = account.get("accountType"), "voterWeight" in account, "voteWeight" in account
    if found == (_SECOND_VERSION, True, False):
        vote = account.get("vote")
        choice = vote.get("voteType") if isinstance(vote, dict) else None
        weight, places = account["voterWeight"], ("voterWeight", "vote.voteType")
    elif found == (_FIRST_VERSION, False, True):
        choice, weight, side = _first_version(account["voteWeight"])
        places = f"voteWeight.{side}", "voteWeight"
    else:
        problem = "neither a VoteRecordV2 with voterWeight nor a VoteRecordV1 with voteWeight"
        raise BadCellError("account.accountType", found[0], problem, _UNKNOWN_RECORD)
    columns = {
        "proposal": "account.proposal",
        "voter": "account.governingTokenOwner",
        "voting_power": f"account.{places[0]}",
        "choice": f"account.{places[1]}",
        "relinquished": "account.isRelinquished",
        "vote_account": "pubkey",
    }
    values = [account.get("proposal"), account.get("governingTokenOwner"), weight, choice]
    values += [account.get("isRelinquished"), entry.get("pubkey")]
    return columns, dict(zip(columns, values, strict=True))


def _first_version(weights: object) -> tuple[str, object, str]:
    """Return the choice of a VoteRecordV1, its weight and the key that holds it."""
    match weights:
        case {"yes": weight, **others} if not any(others.values()):
            return "approve", weight, "yes"
        case {"no": weight, **others} if not any(others.values()):
            return "deny", weight, "no"
    raise BadCellError("account.voteWeight", weights, "neither yes nor no", _UNKNOWN_RECORD)


def _text_in(column: str, value: object) -> str:
    """Return a value as the text that the same cell has in CSV."""
    match value:
        case bool():
            return str(value).lower()
        case int() | str():
            return str(value)
    raise BadCellError(column, value, "missing", _UNKNOWN_RECORD)


def _read_vote(
    number: int,
    cells: Mapping[str, str],
    columns: Mapping[str, str],
    rows: Rows,
    proposals: Proposals,
) -> None:
    is_new = True
    if "vote_account" in cells:
        account = rows.address(number, columns["vote_account"], cells["vote_account"])
        is_new = rows.is_new(number, columns["vote_account"], account)
    voter = rows.address(number, columns["voter"], cells["voter"])
    power = rows.base_units(number, columns["voting_power"], cells["voting_power"])
    choice = rows.word(number, columns["choice"], cells["choice"], _CHOICES, _CHOICE_WORDS)
    relinquished: bool | None = False
    if "relinquished" in cells:
        column, text = columns["relinquished"], cells["relinquished"]
        relinquished = rows.word(number, column, text, _FLAGS, _FLAG_WORDS)
    proposal = proposals.group_of(rows, number, cells.get("proposal"))
    if not is_new or voter is None or power is None or choice is None or proposal is None:
        return
    if choice == "veto":
        rows.notes["vetoes left out"] += 1
    elif relinquished is not None:
        rows.notes["relinquished votes, which count"] += relinquished
        rows.keep(number, proposal, voter, power, choice)
