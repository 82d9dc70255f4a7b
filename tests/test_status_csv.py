"""`asr status --csv`: the wallets that have not claimed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from merkle.rpc.standing import AT_ONCE
from tests.claim_chain import Deployment, deployed
from tests.claim_rounds import JUP, Plan, built, first_tree, wallet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.server import Server

MANY = Plan(program="jito", claim="transfer", wallets=2 * AT_ONCE + 60, most=12_000)


def test_the_wallets_that_have_not_claimed_are_written(paying: Deployment, tmp_path: Path) -> None:
    paying.claimed(3)
    csv = tmp_path / "unclaimed.csv"
    done = paying.asr("status", "--csv", csv)
    assert 0 == done.code
    assert f"wrote {csv}" in done.stdout
    header, *rows = csv.read_text().splitlines()
    assert "wallet,mint,symbol,tree,amount,locked_amount" == header
    trees = {number: 0 if number in first_tree(paying.bundle.path) else 1 for number in range(1, 8)}
    expected = [
        f"{wallet(number)},{JUP},JUP,{trees[number]},{number}.000000,0.500000"
        for number in range(1, 8)
        if number != 3
    ]
    assert sorted(expected) == sorted(rows)
    assert [csv.name] == [path.name for path in tmp_path.iterdir()]


def test_a_file_is_replaced_only_by_force(paying: Deployment, tmp_path: Path) -> None:
    csv = tmp_path / "unclaimed.csv"
    csv.write_text("mine")
    refused = paying.asr("status", "--csv", csv)
    assert (1, "mine") == (refused.code, csv.read_text())
    assert "exists; choose another name, or replace it with --force" in refused.stderr
    assert 0 == sum(paying.server.calls.values())
    assert 0 == paying.asr("status", "--csv", csv, "--force").code
    assert 8 == len(csv.read_text().splitlines())


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "is a folder; name a file"), ("no/file.csv", "does not exist; make it first")],
)
def test_a_name_that_no_file_can_have_is_refused(
    paying: Deployment, tmp_path: Path, name: str, said: str
) -> None:
    done = paying.asr("status", "--csv", tmp_path / name)
    assert (1, "") == (done.code, done.stdout)
    assert said in done.stderr


def test_many_wallets_are_asked_for_over_several_connections(
    folder: Path, server: Server, tmp_path: Path
) -> None:
    deployment = deployed(built(folder, MANY), server)
    csv = tmp_path / "unclaimed.csv"
    before = server.calls["getMultipleAccounts"]
    assert 0 == deployment.asr("status", "--csv", csv, "--connections", "3").code
    assert 2 + 11 == server.calls["getMultipleAccounts"] - before
    wallets = [row.partition(",")[0] for row in csv.read_text().splitlines()[1:]]
    allocations = (deployment.bundle.path / "JUP/allocations.csv").read_text().splitlines()[1:]
    assert [row.partition(",")[0] for row in allocations] == wallets


def test_a_name_taken_meanwhile_is_left_alone(
    paying: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv = tmp_path / "unclaimed.csv"
    synced = os.fsync

    def fsync(descriptor: int) -> None:
        synced(descriptor)
        csv.write_text("mine")

    monkeypatch.setattr(os, "fsync", fsync)
    done = paying.asr("status", "--csv", csv)
    assert (1, "mine") == (done.code, csv.read_text())
    assert ["unclaimed.csv"] == [path.name for path in tmp_path.iterdir()]
