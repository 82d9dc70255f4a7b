"""`asr import votes` and `asr import stakes` parse, call and print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest
import typer
from typer.testing import CliRunner

from allocation.tables.importers import STAKE_OPTIONS, VOTE_OPTIONS
from merkle.cli.app import OneHandler
from merkle.cli.importing_inputs import StakeShape, VoteShape, register
from tests.governance_exports import (
    LOCKER,
    PROPOSAL,
    VOTER,
    A,
    B,
    escrow_account,
    escrow_address,
    saved,
    vote_account,
    vote_address,
)

if TYPE_CHECKING:
    from pathlib import Path

GROUP = typer.Typer(cls=OneHandler, pretty_exceptions_enable=False, rich_markup_mode=None)
register(GROUP)


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(GROUP, [str(argument) for argument in arguments])
    assert code == result.exit_code, result.output
    return result.output


def test_the_shapes_offered_are_those_there_are() -> None:
    assert list(VOTE_OPTIONS) == list(get_args(VoteShape))
    assert list(STAKE_OPTIONS) == list(get_args(StakeShape))


def test_votes_are_written_and_counted(tmp_path: Path) -> None:
    listing = (
        f"voter,side,voting_power\n{vote_address(A)},{A},1,1500000\n{vote_address(B)},{B},0,0\n"
    )
    path, out = saved(tmp_path, listing), tmp_path / "votes.csv"
    command = "votes", "--from", "govern-votes", path, "--proposal", PROPOSAL, "--out", out
    assert [
        f"written        {out}",
        "votes          2",
        "wallets        2",
        "without power  1",
        "in all         1,500,000 base units",
        "",
        f"proposal{' ' * 36}  votes  base units",
        f"{PROPOSAL}      2   1,500,000",
    ] == run(*command).splitlines()
    assert f"error: {out} exists; choose" in run(*command, code=1)
    document = json.loads(run(*command, "--force", "--json"))
    assert {
        "written": str(out),
        "rows": 2,
        "wallets": 2,
        "zero": 1,
        "total": "1500000",
        "notes": {},
        "groups": [{"proposal": str(PROPOSAL), "rows": 2, "total": "1500000"}],
    } == document


def test_escrows_are_given_the_power_of_a_time(tmp_path: Path) -> None:
    path = saved(tmp_path, [escrow_account(A, 7), escrow_account(B, 8, locker=A)])
    out = tmp_path / "votes.csv"
    command = ["votes", "--from", "escrow-accounts", path, "--out", out, "--proposal", "all"]
    rule = ["--at", 1, "--max-stake-duration", 9, "--multiplier", 2]
    assert "escrows of other lockers left out  1" in run(*command, *rule, "--locker", LOCKER)
    assert f"proposal,wallet,voting_power\nall,{A},14\n" == out.read_text()
    for half in (rule[:2], rule[2:4], rule[4:]):
        assert "give both --at and --max-stake-duration, or" in run(*command, *half, code=2)


def test_stakes_are_written_and_counted(tmp_path: Path) -> None:
    path = saved(tmp_path, f"escrow,owner,amount\n{escrow_address(A)},{A},5\n")
    out = tmp_path / "opening.csv"
    command = ["stakes", "--from", "stakers", path, "--out", out, "--locker", LOCKER]
    command += ["--program", VOTER]
    assert [
        f"written        {out}",
        "stakes         1",
        "wallets        1",
        "without stake  0",
        "in all         5 base units",
    ] == run(*command).splitlines()
    assert f"wallet,staked\n{A},5\n" == out.read_text()
    document = json.loads(run(*command, "--date", "2025-07-01", "--force", "--json"))
    assert [{"proposal": None, "rows": 1, "total": "5"}] == document["groups"]
    assert f"date,wallet,staked\n2025-07-01,{A},5\n" == out.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "somewhere"),
        ("--from", "vote-accounts", "--program", "7xKX"),
        ("--from", "vote-accounts", "--at", "0"),
        ("--from", "vote-accounts", "--multiplier", "0"),
    ],
)
def test_a_command_line_that_is_wrong_is_misuse(tmp_path: Path, arguments: tuple[str]) -> None:
    path = saved(tmp_path, [vote_account(A, 5)])
    run("votes", path, "--out", tmp_path / "votes.csv", *arguments, code=2)
    assert [path] == list(tmp_path.iterdir())


def test_a_day_that_is_none_is_misuse(tmp_path: Path) -> None:
    path = saved(tmp_path, [escrow_account(A, 5)])
    command = "stakes", "--from", "escrow-accounts", path, "--out", tmp_path / "out.csv"
    run(*command, "--date", "2025-02-30", code=2)
    run(*command, "--date", "20250701", code=2)


def test_everything_wrong_with_a_file_is_printed(tmp_path: Path) -> None:
    path = saved(tmp_path, f"voter,side,voting_power\n{A},1,x\n{B},2,-1\n")
    command = "votes", "--from", "govern-votes", path, "--proposal", PROPOSAL
    printed = run(*command, "--out", tmp_path / "votes.csv", code=1)
    assert "error: export:2: voting_power 'x': not a number;" in printed
    assert "export:3: voting_power '-1': negative;" in printed
    document = json.loads(run(*command, "--out", tmp_path / "votes.csv", "--json", code=1))
    assert [2, 3] == [finding["line"] for finding in document["findings"]]


@pytest.mark.parametrize("command", ["votes", "stakes"])
def test_help_shows_an_example(command: str) -> None:
    assert f"asr import {command} --from" in run(command, "--help")
