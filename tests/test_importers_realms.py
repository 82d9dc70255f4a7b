"""Votes of Realms, as records of its SDK and flattened, with what they mean on chain."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest
from solders.pubkey import Pubkey

from allocation.tables.importers import import_votes
from tests.governance_exports import (
    OTHER_PROPOSAL,
    PROPOSAL,
    A,
    Account,
    B,
    C,
    refusals,
    saved,
    votes_of,
)

REAL: Final = Path(__file__).parent.parent.parent / "shared/data/pyth-dao-votes"
HEADER: Final = "proposal,voter,voting_power,choice,relinquished,vote_account\n"
THEIR_HEADER: Final = "proposal,governingTokenOwner,voterWeight,vote,isRelinquished,pubkey\n"
CURRENT: Final = "export it with a current @solana/spl-governance"
CHOICES: Final = {"0": "approve", "1": "deny"}
PROGRAM: Final = "GovER5Lthms3bLBqWub97yVrMmEogzX7xNjdXpPPCVZw"


def record(voter: Pubkey, weight: object, choice: object = 0, **changes: Any) -> Account:
    """Make a VoteRecordV2 as the SDK writes it; its address is as good as any."""
    inner = {
        "accountType": 12,
        "proposal": str(PROPOSAL),
        "governingTokenOwner": str(voter),
        "isRelinquished": False,
        "voterWeight": weight,
        "vote": {"voteType": choice, "deny": choice == 1},
    }
    address = Pubkey(bytes(31) + bytes(voter)[:1])
    return {"pubkey": str(address), "account": inner | changes, "owner": PROGRAM}


def first_version(voter: Pubkey, weights: object) -> Account:
    made = record(voter, None, accountType=7, voteWeight=weights)
    del made["account"]["voterWeight"], made["account"]["vote"]
    return made


def votes(folder: Path, content: object, **options: Any) -> list[str]:
    return votes_of(folder, "realms-votes", content, **options)[1:]


def wrong(folder: Path, content: object, **options: Any) -> list[str]:
    return refusals(folder, "realms-votes", content, **options)


def test_records_of_both_versions_are_read(tmp_path: Path) -> None:
    content = [
        record(C, "18446744073709551615", 1),
        record(A, 9_007_199_254_740_993, 2, proposal=str(OTHER_PROPOSAL)),
        first_version(A, {"yes": "7"}),
        first_version(B, {"yes": None, "no": "8"}),
    ]
    content[2]["pubkey"] = str(PROPOSAL)
    assert [
        f"{OTHER_PROPOSAL},{A},9007199254740993,abstain",
        f"{PROPOSAL},{A},7,approve",
        f"{PROPOSAL},{B},8,deny",
        f"{PROPOSAL},{C},18446744073709551615,deny",
    ] == votes(tmp_path, content)


@pytest.mark.parametrize("header", [HEADER, THEIR_HEADER])
def test_flattened_records_are_read_under_either_name(tmp_path: Path, header: str) -> None:
    text = f"{header}{PROPOSAL},{B},0,Deny,false,{B}\n{PROPOSAL},{A},5,0,1,{A}\n"
    assert [f"{PROPOSAL},{A},5,approve", f"{PROPOSAL},{B},0,deny"] == votes(tmp_path, text)


def test_only_voter_power_and_choice_have_to_be_there(tmp_path: Path) -> None:
    text = f"voter,voting_power,choice\n{A},5,approve\n"
    assert [f"{PROPOSAL},{A},5,approve"] == votes(tmp_path, text, proposal=str(PROPOSAL))
    assert ["export:1: proposal: the file names no proposal; give it with --proposal"] == wrong(
        tmp_path, text
    )
    assert "has no column voting_power" in wrong(tmp_path, "voter,choice\n")[0]


def test_records_name_their_proposals_themselves(tmp_path: Path) -> None:
    assert [
        (
            f"export: --proposal '{PROPOSAL}': the file names its proposals itself; "
            "leave --proposal out"
        )
    ] == wrong(tmp_path, [record(A, "5")], proposal=str(PROPOSAL))


def test_a_relinquished_vote_counts_and_a_veto_does_not(tmp_path: Path) -> None:
    veto = record(A, "1", 3)
    veto["pubkey"] = str(PROPOSAL)  # the same voter, in the council's name
    content = [record(A, "5", isRelinquished=True), veto, record(B, "6")]
    imported = import_votes("realms-votes", saved(tmp_path, content), tmp_path / "votes.csv")
    assert (2, 11) == (imported.rows, imported.total)
    assert {"relinquished votes, which count": 1, "vetoes left out": 1} == imported.notes


def test_two_names_of_one_column_are_refused(tmp_path: Path) -> None:
    text = f"proposal,voter,governingTokenOwner,voting_power,choice\n{PROPOSAL},{A},{A},1,0\n"
    assert wrong(tmp_path, text)[0].startswith(
        "export:1: header 'governingTokenOwner': a second name for the column voter; name the "
    )


def test_hexadecimal_weights_are_refused(tmp_path: Path) -> None:
    units = "write base units as plain digits, e.g. 1500000"
    assert [
        f"export:1: account.voterWeight '45d964b800': not a number; {units}",
        f"export:2: account.voterWeight '00': leading zeros; {units}",
    ] == wrong(tmp_path, [record(A, "45d964b800"), record(B, "00")])


@pytest.mark.parametrize(
    ("weight", "problem"),
    [("5.0", "a fraction"), ("5e0", "an exponent"), ("-5", "negative"), ("NaN", "not a number")],
)
def test_numbers_that_are_no_whole_base_units_are_refused(
    tmp_path: Path, weight: str, problem: str
) -> None:
    text = json.dumps([record(A, 4_711)]).replace("4711", weight)
    assert [f"export:1: account.voterWeight '{weight}': {problem}"] == [
        finding.split(";")[0] for finding in wrong(tmp_path, text)
    ]


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (7, f"account: no object with pubkey and account; {CURRENT}"),
        ({"account": []}, f"account: no object with pubkey and account; {CURRENT}"),
        (
            record(A, "5", accountType=14),
            (
                "account.accountType '14': neither a VoteRecordV2 with voterWeight nor a "
                f"VoteRecordV1 with voteWeight; {CURRENT}"
            ),
        ),
        (
            record(A, "5", voteWeight={"yes": "5"}),
            (
                "account.accountType '12': neither a VoteRecordV2 with voterWeight nor a "
                f"VoteRecordV1 with voteWeight; {CURRENT}"
            ),
        ),
        (
            first_version(A, {"yes": "5", "no": "5"}),
            f"account.voteWeight '{{...}}': neither yes nor no; {CURRENT}",
        ),
        (first_version(A, "5"), f"account.voteWeight '5': neither yes nor no; {CURRENT}"),
        (first_version(A, {"yes": None}), f"account.voteWeight.yes: missing; {CURRENT}"),
        (record(A, "5", vote="Approve"), f"account.vote.voteType: missing; {CURRENT}"),
        (record(A, ["5"]), f"account.voterWeight '[...]': missing; {CURRENT}"),
        (
            record(A, "5", 4),
            (
                "account.vote.voteType '4': not known here; write approve, deny, abstain or veto, "
                "or 0 to 3 for them"
            ),
        ),
        (
            record(A, "5", isRelinquished="no"),
            "account.isRelinquished 'no': not known here; write 0 or 1, or false or true",
        ),
        (
            record(A, "5", proposal="ASR"),
            "proposal 'ASR': 2 bytes, not 32; paste the whole base58 address",
        ),
        (
            record(A, "5") | {"pubkey": "1"},
            "pubkey '1': 1 bytes, not 32; paste the whole base58 address",
        ),
    ],
)
def test_what_is_no_record_of_a_vote_is_refused(
    tmp_path: Path, entry: object, finding: str
) -> None:
    assert [f"export:2: {finding}"] == wrong(tmp_path, [record(B, "1"), entry])


def test_a_record_or_a_vote_that_stands_twice_is_refused_naming_both(tmp_path: Path) -> None:
    other = record(A, "6")
    other["pubkey"] = str(PROPOSAL)
    address = Pubkey(bytes(31) + b"\1")
    assert [
        f"export:2: pubkey '{address}': the account of entry 1 again; keep one of the two",
        f"export:3: wallet '{A}': the wallet and proposal of entry 1 again; keep one of the two",
    ] == wrong(tmp_path, [record(A, "5"), record(A, "5"), other])


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/pyth-dao-votes is absent")
def test_the_votes_of_a_real_organisation_agree_with_its_totals_on_chain(tmp_path: Path) -> None:
    imported = import_votes("realms-votes", REAL / "votes.csv", tmp_path / "votes.csv")
    with (REAL / "votes.csv").open() as file:
        votes_in = list(csv.DictReader(file))
    relinquished = sum(vote["relinquished"] == "1" for vote in votes_in)
    assert len(votes_in) == imported.rows
    assert sum(vote["voting_power"] == "0" for vote in votes_in) == imported.zero
    assert {"relinquished votes, which count": relinquished} == imported.notes
    with (REAL / "proposals.csv").open() as file:
        totals = {row["proposal"]: int(row["onchain_total"]) for row in csv.DictReader(file)}
    found = {group.name: group.total for group in imported.groups}
    assert {proposal: totals[proposal] for proposal in found} == found


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/pyth-dao-votes is absent")
def test_real_votes_come_in_whole_and_sorted(tmp_path: Path) -> None:
    out = tmp_path / "votes.csv"
    import_votes("realms-votes", REAL / "votes.csv", out)
    with (REAL / "votes.csv").open() as file:
        rows = [
            (row["proposal"], row["voter"], row["voting_power"], CHOICES[row["choice"]])
            for row in csv.DictReader(file)
        ]
    rows.sort(key=lambda row: [bytes(Pubkey.from_string(text)) for text in row[:2]])
    with out.open() as file:
        assert ["proposal", "wallet", "voting_power", "side"] == next(reader := csv.reader(file))
        assert rows == [tuple(row) for row in reader]
