"""Escrow accounts become stakes, or the voting power of a time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from allocation.address import Address
from allocation.errors import AsrError
from allocation.tables.importers import Origin, PowerRule, import_stakes
from tests.governance_exports import (
    LOCKER,
    PROPOSAL,
    A,
    B,
    C,
    escrow_account,
    refusals,
    saved,
    stakes_of,
    votes_of,
)

if TYPE_CHECKING:
    from pathlib import Path

START = 1_700_000_000
MONTH = 30 * 86_400
RULE = PowerRule(at=START + 5 * 86_400, max_stake_duration=MONTH)


def wrong_stakes(folder: Path, content: object) -> list[str]:
    return refusals(folder, "escrow-accounts", content, stakes=True)


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
