"""The stakers that the voter tool prints become opening balances or a day's stakes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from allocation.address import Address
from allocation.tables.importers import Origin
from tests.governance_exports import (
    GOVERN,
    LOCKER,
    VOTER,
    A,
    B,
    C,
    escrow_address,
    refusals,
    stakes_of,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_stakers_become_opening_balances_or_a_day(tmp_path: Path) -> None:
    rows = f"{escrow_address(B)},{B},0\n{escrow_address(A)},{A},9007199254740993\n"
    text = f"escrow,owner,amount\n{rows}"
    above = f'Wallet {A}\nProgram ID: "{VOTER}"\nFound 2 escrows\n'
    assert ["wallet,staked", f"{A},9007199254740993", f"{B},0"] == stakes_of(
        tmp_path, "stakers", above + text
    )
    assert [
        "date,wallet,staked",
        f"2025-07-01,{A},9007199254740993",
        f"2025-07-01,{B},0",
    ] == stakes_of(tmp_path, "stakers", text, day=date(2025, 7, 1))


def test_with_a_locker_every_escrow_has_to_be_its_own(tmp_path: Path) -> None:
    text = f"escrow,owner,amount\n{escrow_address(A)},{A},1\n{escrow_address(A)},{B},2\n{C},{C},3\n"
    findings = refusals(tmp_path, "stakers", text, origin=Origin(locker=Address(bytes(LOCKER))))
    assert [
        f"export:3: escrow '{escrow_address(A)}': the account of line 2 again; keep one of the two",
        (
            f"export:4: escrow '{C}': not the address that the program derives for locker and "
            "wallet; check --locker and --program, or export it again"
        ),
    ] == findings


def test_owner_and_escrow_under_one_name_are_refused(tmp_path: Path) -> None:
    text = f"wallet,wallet,amount\n{escrow_address(A)},{A},1\n"
    assert [
        "export:1: header 'wallet': stands twice; name the columns exactly: escrow, owner, amount"
    ] == refusals(tmp_path, "stakers", text)


def test_bad_stakers_are_refused_cell_by_cell(tmp_path: Path) -> None:
    text = f"escrow,owner,amount\n1,2,x\n{B},{A},1\n{C},{A},2\n"
    findings = refusals(tmp_path, "stakers", text)
    assert ["export:2: escrow '1'", "export:2: owner '2'", "export:2: amount 'x'"] == [
        finding[: finding.index("':") + 1] for finding in findings[:3]
    ]
    assert [f"export:4: wallet '{A}': the wallet of line 3 again; keep one of the two"] == findings[
        3:
    ]


def test_a_listing_of_the_other_tool_is_refused(tmp_path: Path) -> None:
    text = f'Program ID: "{GOVERN}"\nescrow,owner,amount\n{B},{A},1\n'
    assert [
        (
            f"export: Program ID '{GOVERN}': the listing says so, and {VOTER} is assumed; "
            "give its --program"
        )
    ] == refusals(tmp_path, "stakers", text)
