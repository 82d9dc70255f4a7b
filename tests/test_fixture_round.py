"""The fixture round: made as it says, and the published figures of ASR #1 come out of it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from allocation.address import format_address, parse_address
from allocation.units import format_tokens
from tests.building import build
from tests.reference import Given, Vote, per_proposal
from tests.reference_tree import jupiter_leaf, reference_tree

FIXTURES: Final = Path(__file__).parent.parent / "fixtures"
FOLDER: Final = FIXTURES / "asr-2024-q1"
STAKED_JUP: Final = 260_000_000

# As published for ASR #1: pool, a proposal's part of it, a Trial Working Group proposal's part.
PUBLISHED: Final = {
    "JUP": ("50,000,000", "7,142,857.14", "2,380,952.38"),
    "WEN": ("7,500,000", "1,071,428.57", "357,142.86"),
    "ZEUS": ("750,000", "107,142.86", "35,714.29"),
    "SHARK": ("7,500,000,000", "1,071,428,571.43", "357,142,857.14"),
    "UPT": ("750,000", "107,142.86", "35,714.29"),
}
ROUND: Final = tomllib.loads((FOLDER / "round.toml").read_text("utf-8"))
DECIMALS: Final = {token["symbol"]: token["decimals"] for token in ROUND["tokens"]}


def paid_per_proposal(bundle: Path, symbol: str) -> dict[str, int]:
    """Add up what the breakdown pays on each proposal, in base units."""
    rows = duckdb.execute(
        f"SELECT proposal, sum({symbol}_reward)::VARCHAR FROM read_parquet($path) GROUP BY ALL",  # noqa: S608 - a symbol of ours
        {"path": str(bundle / "breakdown.parquet")},
    ).fetchall()
    return {proposal: int(total) for proposal, total in rows}


def to_the_cent(amount: int, decimals: int) -> str:
    """Write base units as tokens with two digits, half a cent upwards."""
    cents = (amount * 100 * 2 + 10**decimals) // (2 * 10**decimals)
    return f"{cents // 100:,}.{cents % 100:02}"


@pytest.mark.parametrize("symbol", PUBLISHED)
def test_the_published_pool_of_every_proposal_comes_out(fixture_bundle: Path, symbol: str) -> None:
    _, normal, trial = PUBLISHED[symbol]
    assert {
        proposal["id"]: normal if proposal["weight"] == "1" else trial
        for proposal in ROUND["proposals"]
    } == {
        proposal: to_the_cent(paid, DECIMALS[symbol])
        for proposal, paid in paid_per_proposal(fixture_bundle, symbol).items()
    }


@pytest.mark.parametrize("symbol", PUBLISHED)
def test_a_pool_is_paid_out_to_the_last_base_unit(fixture_bundle: Path, symbol: str) -> None:
    pool = int(PUBLISHED[symbol][0].replace(",", "")) * 10 ** DECIMALS[symbol]
    with (fixture_bundle / symbol / "allocations.csv").open(newline="") as file:
        amounts = [row["amount"] for row in csv.DictReader(file)]
    assert pool == sum(int(amount.replace(".", "")) for amount in amounts)
    assert pool == sum(paid_per_proposal(fixture_bundle, symbol).values())


@pytest.mark.parametrize("token", ROUND["tokens"], ids=lambda token: token["symbol"])
def test_plain_judges_come_to_the_same_rewards_and_root(
    fixture_bundle: Path, token: dict[str, Any]
) -> None:
    decimals, symbol = token["decimals"], token["symbol"]
    totals = plain_rewards(int(token["pool"]) * 10**decimals)
    with (fixture_bundle / symbol / "allocations.csv").open(newline="") as file:
        assert [
            {"pubkey": format_address(key), "amount": format_tokens(total, decimals)}
            for key, total in totals.items()
        ] == [{"pubkey": row["pubkey"], "amount": row["amount"]} for row in csv.DictReader(file)]
    leaves = [jupiter_leaf(key, total, 0) for key, total in totals.items()]
    manifest = json.loads((fixture_bundle / "manifest.json").read_bytes())
    (tree,) = next(entry for entry in manifest["tokens"] if entry["symbol"] == symbol)["trees"]
    assert reference_tree("sha256", leaves).root.hex() == tree["root"]


def plain_rewards(pool: int) -> dict[bytes, int]:
    """Divide a pool as the definitions say, on exact fractions, in key order."""
    weights = {
        parse_address(proposal["id"]): Fraction(proposal["weight"])
        for proposal in ROUND["proposals"]
    }
    places = {key: place for place, key in enumerate(sorted(weights))}
    lines = dict.fromkeys((FOLDER / "votes.csv").read_text("utf-8").splitlines()[1:])
    votes = [
        Vote(parse_address(wallet), places[parse_address(proposal)], int(power))
        for proposal, wallet, power, _ in (line.split(",") for line in lines)
    ]
    return per_proposal(pool, votes, Given(weights=[weights[key] for key in places])).totals


def test_the_generator_writes_the_committed_votes_byte_for_byte() -> None:
    command = [sys.executable, str(FOLDER / "generate.py")]
    generated = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - ours
    assert (FOLDER / "votes.csv").read_bytes() == generated


def test_turnout_lies_in_the_span_of_the_real_round() -> None:
    power: dict[str, int] = {}
    seen = set()
    for line in (FOLDER / "votes.csv").read_text("utf-8").splitlines()[1:]:
        if line not in seen:
            proposal, _, voting_power, _ = line.split(",")
            power[proposal] = power.get(proposal, 0) + int(voting_power)
            seen.add(line)
    assert {proposal["id"] for proposal in ROUND["proposals"]} == set(power)
    # the last voter may carry a proposal a little above its mark
    assert all(38 <= 100 * total / 10**6 / STAKED_JUP < 52 for total in power.values())


def test_repetitions_and_votes_without_power_are_counted(fixture_bundle: Path) -> None:
    lines = (FOLDER / "votes.csv").read_text("utf-8").splitlines()[1:]
    report = json.loads((fixture_bundle / "report.json").read_bytes())
    powerless = sum(",0," in line for line in set(lines))
    assert powerless == report["causes"]["zero_power"]["rows"]
    assert len(set(lines)) == sum(proposal["votes"] for proposal in report["proposals"])
    assert len(set(lines)) < len(lines)


def test_the_round_worked_by_hand_comes_out(tmp_path: Path) -> None:
    build(FIXTURES / "by-hand" / "round.toml", tmp_path / "bundle")
    expected = (FIXTURES / "by-hand" / "JUP-allocations.csv").read_text("utf-8")
    assert expected == (tmp_path / "bundle" / "JUP" / "allocations.csv").read_text("utf-8")
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_bytes())
    assert printed_root() == manifest["tokens"][0]["trees"][0]["root"]


def test_the_root_worked_by_hand_is_what_its_script_prints() -> None:
    (script,) = re.findall(r"```python\n(.*?)```", text_of_readme(), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - ours
    assert printed_root() == done.stdout.decode().strip()


def test_the_keys_worked_by_hand_are_the_bytes_that_stand_there() -> None:
    rows = (FIXTURES / "by-hand" / "JUP-allocations.csv").read_text("utf-8").splitlines()[1:]
    keys = [parse_address(row.split(",")[0]) for row in rows]
    assert [bytes([byte]) * 32 for byte in (0x02, 0x05, 0x11)] == keys


def text_of_readme() -> str:
    return (FIXTURES / "README.md").read_text("utf-8")


def printed_root() -> str:
    (root,) = re.findall(r"```\n([0-9a-f]{64})\n```", text_of_readme())
    return str(root)
