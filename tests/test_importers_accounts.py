"""Accounts as a node hands them out: every byte is checked, and every address derived anew."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from allocation.address import Address
from allocation.errors import AsrError
from allocation.tables.importers import Origin, PowerRule, import_stakes, import_votes
from tests.governance_exports import (
    GOVERN,
    LOCKER,
    OTHER_PROPOSAL,
    PROPOSAL,
    VOTER,
    A,
    Account,
    B,
    C,
    account,
    discriminator,
    escrow_account,
    escrow_address,
    escrow_data,
    refusals,
    saved,
    stakes_of,
    vote_account,
    vote_address,
    vote_data,
    votes_of,
)

if TYPE_CHECKING:
    from pathlib import Path

START = 1_700_000_000
MONTH = 30 * 86_400
RULE = PowerRule(at=START + 5 * 86_400, max_stake_duration=MONTH)
ENCODING = "ask the node for encoding base64 without dataSlice"


def votes(folder: Path, content: object) -> list[str]:
    return votes_of(folder, "vote-accounts", content)


def wrong(folder: Path, content: object) -> list[str]:
    return refusals(folder, "vote-accounts", content)


def wrong_stakes(folder: Path, content: object) -> list[str]:
    return refusals(folder, "escrow-accounts", content, stakes=True)


def spoilt(entry: Account, **changes: Any) -> Account:
    """Change what stands in `account`; a change to ... removes it."""
    inner = {key: value for key, value in (entry["account"] | changes).items() if value is not ...}
    return {**entry, "account": inner}


def test_vote_accounts_become_votes_of_all_their_proposals(tmp_path: Path) -> None:
    accounts = [
        vote_account(C, 2**64 - 1, 0),
        vote_account(A, 0, 255, claimed=1),
        vote_account(A, 9_007_199_254_740_993, 2, proposal=OTHER_PROPOSAL),
    ]
    assert [
        "proposal,wallet,voting_power,side",
        f"{OTHER_PROPOSAL},{A},9007199254740993,2",
        f"{PROPOSAL},{A},0,255",
        f"{PROPOSAL},{C},18446744073709551615,0",
    ] == votes(tmp_path, accounts)


@pytest.mark.parametrize(
    "wrap",
    [
        '{"jsonrpc":"2.0","result":%s,"id":1}',
        '{"jsonrpc":"2.0","result":{"context":{"slot":1},"value":%s},"id":1}',
        '{"context": {"apiVersion": "1.18.4", "slot": 266}, "value": %s}',
        '\ufeff \r\n{ "id" : 1 , "result" :\t%s }\n',
        "  %s  ",
    ],
)
def test_the_array_is_found_in_every_form_of_an_answer(tmp_path: Path, wrap: str) -> None:
    text = wrap % json.dumps([vote_account(A, 7)], indent=1)
    assert [f"{PROPOSAL},{A},7,1"] == votes(tmp_path, text)[1:]


def test_an_account_may_come_without_owner_and_with_numbers_that_do_not_matter(
    tmp_path: Path,
) -> None:
    entry = spoilt(vote_account(A, 7), owner=...)
    text = json.dumps([entry]).replace("18446744073709551615", "1.8446744073709552e+19")
    assert "e+19" in text
    assert [f"{PROPOSAL},{A},7,1"] == votes(tmp_path, text)[1:]


def test_escrows_become_opening_balances_without_what_is_being_unstaked(tmp_path: Path) -> None:
    content = [
        escrow_account(B, 2**64 - 1, unstaking=5),
        escrow_account(A, 10, max_lock=0, times=(START, START + MONTH)),
    ]
    lines = stakes_of(tmp_path, "escrow-accounts", content)
    assert ["wallet,staked", f"{A},10", f"{B},18446744073709551615"] == lines
    imported = import_stakes("escrow-accounts", saved(tmp_path, content), tmp_path / "counted")
    assert {
        "wallets without max lock (cooling)": 1,
        "wallets that unstake a part, which is left out": 1,
    } == imported.notes


def test_escrows_of_a_day_say_which_are_cooling(tmp_path: Path) -> None:
    content = [escrow_account(B, 5), escrow_account(A, 10, max_lock=0)]
    lines = stakes_of(tmp_path, "escrow-accounts", content, day=date(2025, 7, 1))
    assert [
        "date,wallet,staked,cooling",
        f"2025-07-01,{A},10,true",
        f"2025-07-01,{B},5,false",
    ] == lines


def test_escrows_become_votes_with_the_power_of_a_time(tmp_path: Path) -> None:
    content = [
        escrow_account(C, 1_000_000_000),
        escrow_account(A, 1_000_000_000, max_lock=0, times=(START, START + MONTH)),
        escrow_account(B, 1_000_000_000, max_lock=0),
    ]
    lines = votes_of(tmp_path, "escrow-accounts", content, proposal="July, all", rule=RULE)
    assert [
        "proposal,wallet,voting_power",
        f'"July, all",{A},833333333',
        f'"July, all",{B},0',
        f'"July, all",{C},1000000000',
    ] == lines


def test_a_proposal_may_be_an_address_or_any_text_that_can_be_read(tmp_path: Path) -> None:
    content = [escrow_account(A, 5)]

    def line(proposal: str) -> str:
        return votes_of(tmp_path, "escrow-accounts", content, proposal=proposal, rule=RULE)[1]

    assert f"{PROPOSAL},{A},5" == line(str(PROPOSAL))
    assert f'"a ""b""",{A},5' == line('a "b"')
    for bad in ("", " x", "x\n"):
        with pytest.raises(AsrError, match="empty or not printable; give the proposal's id"):
            line(bad)


def test_power_that_overflows_is_refused(tmp_path: Path) -> None:
    rule = PowerRule(at=START, max_stake_duration=MONTH, multiplier=2)
    content = [escrow_account(A, 2**63)]
    assert [
        f"export:1: amount '{2**63}': times the multiplier above 2^64 - 1; correct --multiplier"
    ] == refusals(tmp_path, "escrow-accounts", content, proposal="p", rule=rule)


def test_escrows_of_several_lockers_need_one_to_be_named(tmp_path: Path) -> None:
    content = [escrow_account(A, 1), escrow_account(B, 2, locker=C), escrow_account(A, 3, locker=C)]
    remedy = "name the one that counts with --locker"
    assert [
        f"export:{entry}: locker '{C}': another locker than {LOCKER} before; {remedy}"
        for entry in (2, 3)
    ] == wrong_stakes(tmp_path, content)
    origin = Origin(locker=Address(bytes(C)))
    assert [f"{A},3", f"{B},2"] == stakes_of(tmp_path, "escrow-accounts", content, origin=origin)[
        1:
    ]
    imported = import_stakes(
        "escrow-accounts", saved(tmp_path, content), tmp_path / "counted", origin=origin
    )
    assert {"escrows of other lockers left out": 1} == imported.notes


def test_an_altered_account_is_refused(tmp_path: Path) -> None:
    other_voter = account(vote_address(A), vote_data(B, 5), GOVERN)
    other_proposal = account(vote_address(A), vote_data(A, 5, proposal=OTHER_PROPOSAL), GOVERN)
    bump = bytearray(vote_data(A, 5))
    bump[72] -= 1
    other_bump = account(vote_address(A), bytes(bump), GOVERN)
    assert [
        f"export:{entry}: pubkey '{vote_address(A)}': not the address that the program derives "
        "for its voter and proposal; fetch it again, or give its --program"
        for entry in (1, 2, 3)
    ] == wrong(tmp_path, [other_voter, other_proposal, other_bump])
    other_owner = account(escrow_address(A), escrow_data(B, 5), VOTER)
    assert [
        (
            f"export:1: pubkey '{escrow_address(A)}': not the address that the program derives "
            "for its owner and locker; fetch it again, or give its --program"
        )
    ] == wrong_stakes(tmp_path, [other_owner])


def test_accounts_of_another_program_are_refused_unless_it_is_named(tmp_path: Path) -> None:
    content = [vote_account(A, 5, program=VOTER)]
    assert [
        (
            f"export:1: account.owner '{VOTER}': another program than {GOVERN}; "
            "fetch the right ones, or give its --program"
        )
    ] == wrong(tmp_path, content)
    assert "not the address" in wrong(tmp_path, [spoilt(content[0], owner=...)])[0]
    origin = Origin(program=Address(bytes(VOTER)))
    assert [f"{PROPOSAL},{A},5,1"] == votes_of(tmp_path, "vote-accounts", content, origin=origin)[
        1:
    ]


def test_accounts_of_another_kind_or_length_are_refused(tmp_path: Path) -> None:
    short = account(vote_address(A), vote_data(A, 5)[:-1], GOVERN)
    locker = account(LOCKER, discriminator("Locker") + bytes(657), GOVERN)
    unknown = account(A, bytes(115), GOVERN)
    nothing = account(B, b"", GOVERN)
    remedy = "ask the node for accounts of 115 bytes that begin with it"
    assert [
        f"export:1: account.data: 114 bytes, not 115; {ENCODING}",
        f"export:2: discriminator '4af60671f9e44ba9': that of Locker, not of Vote; {remedy}",
        "export:3: discriminator '0000000000000000': that of no known account, not of Vote; "
        + remedy,
        f"export:4: discriminator: that of no known account, not of Vote; {remedy}",
    ] == wrong(tmp_path, [short, locker, unknown, nothing])
    vote = account(A, vote_data(A, 5), VOTER)
    assert "that of Vote, not of Escrow" in wrong_stakes(tmp_path, [vote])[0]


def test_flags_are_0_or_1(tmp_path: Path) -> None:
    assert ["export:1: claimed '2': neither 0 nor 1; fetch the account again"] == wrong(
        tmp_path, [vote_account(A, 5, claimed=2)]
    )
    assert [
        "export:1: is_max_lock '255': neither 0 nor 1; fetch the account again"
    ] == wrong_stakes(tmp_path, [escrow_account(A, 5, max_lock=255)])


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (7, f"account: no object with pubkey and account; {ENCODING}"),
        ({"pubkey": str(A)}, f"account: no object with pubkey and account; {ENCODING}"),
        ({"pubkey": 5, "account": {}}, f"pubkey '5': no address; {ENCODING}"),
        ({"account": {}}, f"pubkey: no address; {ENCODING}"),
        (
            {"pubkey": "7xKX", "account": {}},
            "pubkey '7xKX': 3 bytes, not 32; paste the whole base58 address",
        ),
        (
            {"pubkey": str(A), "account": {"owner": None}},
            (
                f"account.owner: another program than {GOVERN}; "
                "fetch the right ones, or give its --program"
            ),
        ),
        ({"pubkey": str(A), "account": {}}, 'account.data: not ["...", "base64"]; ' + ENCODING),
        (
            {"pubkey": str(A), "account": {"data": "2R9j"}},
            'account.data \'2R9j\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["KLUv/Q==", "base64+zstd"]}},
            'account.data \'[...]\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": {"program": "x"}}},
            'account.data \'{...}\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["AA=A", "base64"]}},
            "account.data 'AA=A': no base64: Discontinuous padding not allowed; " + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["\u00e9", "base64"]}},
            "account.data 'é': no base64: string argument should contain only ASCII characters; "
            + ENCODING,
        ),
    ],
)
def test_what_is_no_account_is_refused(tmp_path: Path, entry: object, finding: str) -> None:
    assert [f"export:2: {finding}"] == wrong(tmp_path, [vote_account(B, 1), entry])


def test_an_account_that_stands_twice_is_refused_naming_both(tmp_path: Path) -> None:
    content = [vote_account(A, 5), vote_account(B, 5), vote_account(A, 5)]
    assert [
        f"export:3: pubkey '{vote_address(A)}': the account of entry 1 again; keep one of the two"
    ] == wrong(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "line 1: no array of accounts"),
        ("7", "line 1: no array of accounts"),
        ("\n{}", "line 2: no JSON: Expecting value"),
        ('{"id":1}', "line 1: an object without result or value"),
        ('{"result":{"slot":1}}', "line 1: an object without value"),
        ('{"result":{"value":{"value":[]}}}', "line 1: no array of accounts"),
        ('{"result":[],"value":[]}', "line 1: two arrays, the second one as 'value'"),
        ('{"result":[],"result":[]}', "line 1: two arrays, the second one as 'result'"),
        ("[] []", "line 1: text after the end"),
        ("[", "line 1: no JSON: Expecting value"),
        ('[{"a":1}', "line 1: no ']' where one has to stand"),
        ('{"result":[]', "line 1: no '}' where one has to stand"),
        ('{"result" []}', "line 1: no ':' where one has to stand"),
        ('[\n{"a":1,"a":2}]', "line 2: no JSON of accounts: a key stands twice in one object"),
        ("[" + "9" * 5_000 + "]", "line 1: no JSON of accounts: Exceeds the limit"),
        ("[" * 100_000, "line 1: no JSON of accounts: maximum recursion depth exceeded"),
        (b'[\n"\xff"]', "line 2: not UTF-8"),
    ],
)
def test_text_that_is_no_such_json_is_refused(
    tmp_path: Path, text: str | bytes, finding: str
) -> None:
    assert wrong(tmp_path, text)[0].startswith(f"export: {finding}")


def test_an_error_of_the_node_is_no_empty_list(tmp_path: Path) -> None:
    text = '{"jsonrpc":"2.0","error":{"code":-32010,"message":"excluded"},"id":1}'
    assert ["export: line 1: an error of the node in place of accounts; ask it again"] == wrong(
        tmp_path, text
    )


def test_an_answer_that_was_cut_off_is_refused_with_all_that_was_wrong_before(
    tmp_path: Path,
) -> None:
    text = json.dumps([7, vote_account(A, 5)])[:-9]
    findings = wrong(tmp_path, text)
    assert 2 == len(findings)
    assert findings[0].startswith("export: line 1: no JSON: ")
    assert findings[1].startswith("export:1: account: ")


def test_an_empty_array_is_refused(tmp_path: Path) -> None:
    assert ["export: rows: none; export it again"] == wrong(tmp_path, "[]")


def test_the_result_counts_what_was_read(tmp_path: Path) -> None:
    content = [
        vote_account(A, 5),
        vote_account(B, 0),
        vote_account(A, 7, proposal=OTHER_PROPOSAL),
    ]
    imported = import_votes("vote-accounts", saved(tmp_path, content), tmp_path / "votes.csv")
    assert (3, 2, 1, 12) == (imported.rows, imported.wallets, imported.zero, imported.total)
    assert [(str(OTHER_PROPOSAL), 1, 7), (str(PROPOSAL), 2, 5)] == [
        (group.name, group.rows, group.total) for group in imported.groups
    ]
    assert {} == imported.notes


@settings(max_examples=25)
@given(
    stakes=st.dictionaries(
        st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1), min_size=1, max_size=8
    )
)
def test_every_amount_and_owner_comes_back(
    tmp_path_factory: pytest.TempPathFactory, stakes: dict[bytes, int]
) -> None:
    content = [escrow_account(Pubkey(owner), amount) for owner, amount in stakes.items()]
    lines = stakes_of(tmp_path_factory.mktemp("stakes"), "escrow-accounts", content)
    assert [f"{Pubkey(owner)},{stakes[owner]}" for owner in sorted(stakes)] == lines[1:]


@settings(max_examples=60)
@given(at=st.integers(0, 114), flip=st.integers(1, 255))
def test_a_changed_byte_of_who_or_what_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    data = bytearray(vote_data(A, 5))
    data[at] ^= flip
    content = [account(vote_address(A), bytes(data), GOVERN)]
    if at < 73 or (at == 82 and flip > 1):  # all but side, power, claimed and the unused rest
        assert wrong(folder, content)
    else:
        assert votes(folder, content)


@settings(max_examples=40)
@given(content=st.binary(max_size=60))
def test_no_bytes_make_it_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    entry = account(A, content, GOVERN)
    assert wrong(folder, content)
    assert wrong(folder, [entry])
    entry["account"]["data"][0] = base64.b85encode(content).decode()
    assert wrong(folder, [entry])
