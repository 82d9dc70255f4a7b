"""Accounts as a node hands them out: every byte is checked, and every address derived anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import Address
from allocation.tables.importers import Origin, import_votes
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
    vote_account,
    vote_address,
    vote_data,
    votes_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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


def test_an_account_that_stands_twice_is_refused_naming_both(tmp_path: Path) -> None:
    content = [vote_account(A, 5), vote_account(B, 5), vote_account(A, 5)]
    assert [
        f"export:3: pubkey '{vote_address(A)}': the account of entry 1 again; keep one of the two"
    ] == wrong(tmp_path, content)


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
