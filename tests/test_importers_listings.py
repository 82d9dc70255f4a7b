"""What the govern and voter tools print is read, and nothing about it is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from allocation.address import Address
from allocation.tables.importers import Origin
from tests.governance_exports import (
    GOVERN,
    OTHER_PROPOSAL,
    PROPOSAL,
    VOTER,
    A,
    B,
    C,
    refusals,
    vote_address,
    votes_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ABOVE = f'Wallet {A}\nProgram ID: "{GOVERN}"\nFound 2 escrows\n'
PRINTED = (
    "voter,side,voting_power\n"
    f"{vote_address(C)},{C},2,18446744073709551615\n"
    f"{vote_address(A)},{A},0,9007199254740993\n"
)
WRITTEN = [
    "proposal,wallet,voting_power,side",
    f"{PROPOSAL},{A},9007199254740993,0",
    f"{PROPOSAL},{C},18446744073709551615,2",
]


def votes(folder: Path, text: str) -> list[str]:
    return votes_of(folder, "govern-votes", text, proposal=str(PROPOSAL))


def wrong(folder: Path, text: str | bytes) -> list[str]:
    return refusals(folder, "govern-votes", text, proposal=str(PROPOSAL))


def test_the_tools_header_without_the_account_over_rows_with_it_is_read(tmp_path: Path) -> None:
    assert WRITTEN == votes(tmp_path, PRINTED)


def test_the_lines_that_the_tool_prints_above_may_stay(tmp_path: Path) -> None:
    assert WRITTEN == votes(tmp_path, ABOVE + PRINTED)


def test_the_same_header_over_rows_that_fit_it_is_read(tmp_path: Path) -> None:
    text = f"voter,side,voting_power\n{C},2,18446744073709551615\n{A},0,9007199254740993\n"
    assert WRITTEN == votes(tmp_path, text)


def test_a_header_that_names_the_account_is_read_in_any_order_of_columns(tmp_path: Path) -> None:
    text = f"side,vote,voting_power,voter\n2,{vote_address(C)},5,{C}\n"
    assert f"{PROPOSAL},{C},5,2" == votes(tmp_path, text)[1]


def test_a_listing_of_many_proposals_names_them_itself(tmp_path: Path) -> None:
    text = (
        "proposal,voter,side,voting_power\n"
        f"{PROPOSAL},{A},1,1\n{OTHER_PROPOSAL},{C},1,2\n{OTHER_PROPOSAL},{A},1,3\n"
    )
    assert (
        [  # 6tx... is smaller as bytes too
            f"{OTHER_PROPOSAL},{A},3,1",
            f"{OTHER_PROPOSAL},{C},2,1",
            f"{PROPOSAL},{A},1,1",
        ]
        == votes_of(tmp_path, "govern-votes", text)[1:]
    )


def test_bytes_decide_the_order_and_not_base58(tmp_path: Path) -> None:
    first, second = Pubkey(bytes((9,)) + bytes(31)), Pubkey(bytes((200,)) + bytes(31))
    assert str(first) > str(second)
    text = f"voter,side,voting_power\n{second},1,1\n{first},1,2\n"
    assert [f"{PROPOSAL},{first},2,1", f"{PROPOSAL},{second},1,1"] == votes(tmp_path, text)[1:]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_blank_lines_and_line_ends_change_nothing(
    tmp_path: Path, end: str
) -> None:
    text = "\ufeff" + (PRINTED + "\n").replace("\n", end)
    assert WRITTEN == votes(tmp_path, text)


def test_a_proposal_named_nowhere_or_twice_is_refused(tmp_path: Path) -> None:
    assert ["export:1: proposal: the file names no proposal; give it with --proposal"] == refusals(
        tmp_path, "govern-votes", PRINTED
    )
    text = f"proposal,voter,side,voting_power\n{PROPOSAL},{A},1,1\n"
    assert [
        (
            f"export:1: --proposal '{PROPOSAL}': the file names its proposals itself; "
            "leave --proposal out"
        )
    ] == wrong(tmp_path, text)


def test_a_wrong_proposal_is_found_by_the_accounts(tmp_path: Path) -> None:
    findings = refusals(tmp_path, "govern-votes", PRINTED, proposal=str(OTHER_PROPOSAL))
    assert [
        f"export:{line}: vote '{vote_address(voter)}': not the address that the program derives "
        "for proposal and wallet; check --proposal and --program, or export it again"
        for line, voter in ((2, C), (3, A))
    ] == findings


def test_a_proposal_that_is_no_address_is_refused_with_the_option(tmp_path: Path) -> None:
    (finding,) = refusals(tmp_path, "govern-votes", f"{PRINTED[:24]}{A},1,1\n", proposal="ASR 1")
    assert "export:2: --proposal 'ASR 1': not base58; paste the whole base58 address" == finding


def test_accounts_of_another_deployment_need_its_program(tmp_path: Path) -> None:
    account = vote_address(A, program=VOTER)
    text = f"voter,side,voting_power\n{account},{A},1,7\n"
    assert "not the address that the program derives" in wrong(tmp_path, text)[0]
    origin = Origin(program=Address(bytes(VOTER)))
    lines = votes_of(tmp_path, "govern-votes", text, proposal=str(PROPOSAL), origin=origin)
    assert f"{PROPOSAL},{A},7,1" == lines[1]


def test_a_listing_of_another_program_is_refused(tmp_path: Path) -> None:
    text = ABOVE.replace(str(GOVERN), str(VOTER)) + PRINTED
    assert [
        (
            f"export: Program ID '{VOTER}': the listing says so, and {GOVERN} is assumed; "
            "give its --program"
        )
    ] == wrong(tmp_path, text)


def test_fewer_rows_than_were_found_are_refused(tmp_path: Path) -> None:
    text = ABOVE.replace("Found 2", "Found 3") + PRINTED
    assert [
        "export: Found '3': rows were found, and 2 are here; save the whole output again"
    ] == wrong(tmp_path, text)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("voter,side,weight", "header 'weight': no column of this shape"),
        ("Voter,side,voting_power", "header 'Voter': no column of this shape"),
        ("wallet,wallet,voting_power", "header 'wallet': stands twice"),
        ("voter,voting_power", "header 'voter,voting_power': has no column side"),
        ("side,voting_power", "header 'side,voting_power': has no column voter"),
    ],
)
def test_a_header_that_is_not_known_to_the_letter_is_refused(
    tmp_path: Path, header: str, problem: str
) -> None:
    remedy = "name the columns exactly: proposal, vote, voter, side, voting_power"
    assert [f"export:1: {problem}; {remedy}"] == wrong(tmp_path, f"{header}\n{A},1,1\n")


@pytest.mark.parametrize("text", ["", "\n\n", ABOVE])
def test_a_file_without_a_header_is_refused(tmp_path: Path, text: str) -> None:
    assert ["export: header: none; export it again"] == wrong(tmp_path, text)


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    findings = wrong(tmp_path, "voter,side,voting_power\n")
    assert ["export: rows: none; export it again"] == findings


def test_rows_of_two_widths_are_refused(tmp_path: Path) -> None:
    text = f"{PRINTED}{B},1,1\n{vote_address(B)},{B},1,1,\n"
    assert [
        f"export:4: row '{B},1,1': 3 fields, not 4; mend or export it again",
        f"export:5: row '{vote_address(B)},{B},1,1,': 5 fields, not 4; mend or export it again",
    ] == wrong(tmp_path, text)


def test_every_bad_cell_of_every_row_is_reported_in_one_run(tmp_path: Path) -> None:
    text = (
        "voter,side,voting_power\n"
        "7xKX,256,-5\n"
        f"{A},1,1.5\n"
        f"{B},1,1e3\n"
        f"{B},-1,18446744073709551616\n"
        f"{C},1,0x10\n"
    )
    units = "write base units as plain digits, e.g. 1500000"
    assert [
        "export:2: voter '7xKX': 3 bytes, not 32; paste the whole base58 address",
        f"export:2: voting_power '-5': negative; {units}",
        "export:2: side '256': not known here; export it again: sides are 0 to 255",
        f"export:3: voting_power '1.5': a fraction; {units}",
        f"export:4: voting_power '1e3': an exponent; {units}",
        (
            "export:5: voting_power '18446744073709551616': above 2^64 - 1 base units; "
            "no token account can hold it; lower it"
        ),
        "export:5: side '-1': not known here; export it again: sides are 0 to 255",
        f"export:6: voting_power '0x10': hexadecimal; {units}",
    ] == wrong(tmp_path, text)


def test_a_second_vote_and_a_second_account_are_refused_naming_both_lines(tmp_path: Path) -> None:
    text = f"voter,side,voting_power\n{A},1,5\n{B},1,5\n{A},1,5\n"
    assert [
        f"export:4: wallet '{A}': the wallet and proposal of line 2 again; keep one of the two"
    ] == wrong(tmp_path, text)
    again = f"{PRINTED}{vote_address(C)},{C},2,18446744073709551615\n"
    assert [
        f"export:4: vote '{vote_address(C)}': the account of line 2 again; keep one of the two"
    ] == wrong(tmp_path, again)


def test_text_that_is_no_csv_ends_the_reading_at_its_line(tmp_path: Path) -> None:
    text = f'voter,side,voting_power\n{A},1,x\n"{B},1,1\n{C},1,1\n'
    bad, broken = wrong(tmp_path, text)
    assert bad.startswith("export:2: voting_power 'x'")
    assert "export:3: text: no CSV: unexpected end of data; mend or export it again" == broken


def test_bytes_that_are_no_text_are_refused_where_they_stand(tmp_path: Path) -> None:
    content = f"voter,side,voting_power\n{A},1,1\n".encode() + b"\xff\xfe,1,1\n"
    (finding,) = wrong(tmp_path, content)
    assert r"export:3: voter '\udcff\udcfe': not base58; paste the whole base58 address" == finding


@settings(max_examples=25)
@given(
    rows=st.dictionaries(
        st.binary(min_size=32, max_size=32),
        st.tuples(st.integers(0, 255), st.integers(0, 2**64 - 1)),
        min_size=1,
    ),
    data=st.data(),
)
def test_whatever_the_order_the_same_votes_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: dict[bytes, tuple[int, int]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("votes")
    shuffled = data.draw(st.permutations(list(rows)))
    lines = [
        f"{vote_address(Pubkey(wallet))},{Pubkey(wallet)},{rows[wallet][0]},{rows[wallet][1]}\n"
        for wallet in shuffled
    ]
    assert [
        f"{PROPOSAL},{Pubkey(wallet)},{rows[wallet][1]},{rows[wallet][0]}"
        for wallet in sorted(rows)
    ] == votes(folder, "voter,side,voting_power\n" + "".join(lines))[1:]
