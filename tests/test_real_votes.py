"""A real round: 42,894 votes of a Solana token DAO, nine of its proposals, the pools of ASR #1."""

from __future__ import annotations

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from allocation.address import parse_address
from allocation.allocate import allocations_of
from allocation.round_file import load_round
from tests import reference
from tests.reference import Given, Vote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.allocate import Allocations

VOTES: Final = Path(__file__).parents[2] / "shared" / "data" / "pyth-dao-votes" / "votes.csv"
pytestmark = pytest.mark.skipif(
    not VOTES.exists(), reason="../shared/data/pyth-dao-votes/votes.csv is absent"
)

NORMAL: Final = (
    "FCL7LsNooG5y5xPSJAmgTh5jTRQVPnZieoJRzgmkfKRz",
    "7WRmpgAno6hYFeGkmub5N6XkhneAsfsAhycMoFMXgpNZ",
    "6inPh7rPeyQsn6QGcLzeXgtX7qBdkaTApyCWSddiMZF6",
    "HZ5cVfNTeW8KPDW8hkpzKdKWEoQUrHWEcTV6NQJwNWTW",
    "36J4qABqv2AJMijPuA1AmuyjymitVS6WbTR7iv9HyufE",
    "5wmeuCqpRdyC7HZXxDGGtmRgSfgcPcxnvUFw3ssWVhTn",
)
ELECTIONS: Final = (
    "5MbHq3LxPvxqnMnVVGoo1tLHu2LeuSXkppfUEMrBeQdY",
    "79RUmYEL2gwBq2W263BvdpqSzoeMpt1rG4UrQK1UitJ4",
    "G9dCVt2fVZGC4UXoTtqVajewUDfLjER73HP1FcobWCjK",
)
WEIGHTS: Final = dict.fromkeys(NORMAL, "1") | dict.fromkeys(ELECTIONS, "1/3")
TOKENS: Final = {
    "JUP": ("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", 6, "50000000"),
    "WEN": ("WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk", 5, "7500000"),
    "ZEUS": ("ZEUS1aR7aX8DFFJf5QjWj2ftDDdNTroMNGo8YoQm3Gq", 6, "750000"),
    "SHARK": ("SHARKSYJjqaNyxVfrpnBN9pjgkhwDhatnMyicWPnr1s", 6, "7500000000"),
    "UPT": ("UPTx1d24aBWuRgwxVnFmX4gNraj3QGFzL3QqBgxtWQG", 9, "750000"),
}
POOLS: Final = {symbol: int(pool) * 10**decimals for symbol, (_, decimals, pool) in TOKENS.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round file beside the votes as they were published, all ninety-one proposals of them."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "votes.csv").symlink_to(VOTES)
    lines = ['[round]\nname = "Real"\nmethod = "per-proposal"']
    lines += [
        f'[[tokens]]\nsymbol = "{symbol}"\nmint = "{mint}"\ndecimals = {decimals}\npool = "{pool}"'
        for symbol, (mint, decimals, pool) in TOKENS.items()
    ]
    lines += [f'[[proposals]]\nid = "{id_}"\nweight = "{part}"' for id_, part in WEIGHTS.items()]
    lines += ['[inputs]\nvotes = "votes.csv"\nother_proposals = "ignore"']
    (folder / "round.toml").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def allocations(folder: Path) -> Iterator[Allocations]:
    with allocations_of(load_round(folder / "round.toml"), folder) as allocations:
        yield allocations


@pytest.fixture(scope="module")
def votes() -> list[Vote]:
    """The votes of the nine proposals, read by nothing of ours but the base58 decoder."""
    in_order = sorted(WEIGHTS, key=parse_address)
    with VOTES.open(newline="") as file:
        return [
            Vote(
                parse_address(row["voter"]),
                in_order.index(row["proposal"]),
                int(row["voting_power"]),
            )
            for row in csv.DictReader(file)
            if row["proposal"] in WEIGHTS
        ]


def paid(allocations: Allocations, symbol: str) -> dict[bytes, int]:
    found = allocations.tokens[list(TOKENS).index(symbol)]
    return {
        allocations.keys[wallet].tobytes(): int(amount)
        for wallet, amount in zip(found.wallets, found.unlocked, strict=True)
    }


def test_the_round_has_the_size_that_its_source_says(
    allocations: Allocations, votes: list[Vote]
) -> None:
    with_power = [vote for vote in votes if vote.power]
    assert (16_666, 7_410) == (len(with_power), len({vote.wallet for vote in with_power}))
    assert len(votes) - 16_666 == allocations.report["causes"]["zero_power"]["rows"]  # type: ignore[index]


@pytest.mark.parametrize("symbol", TOKENS)
def test_every_token_sums_to_its_pool(allocations: Allocations, symbol: str) -> None:
    assert POOLS[symbol] == sum(paid(allocations, symbol).values())


@pytest.mark.parametrize("symbol", TOKENS)
def test_exact_fractions_give_every_wallet_the_same_amount(
    allocations: Allocations, votes: list[Vote], symbol: str
) -> None:
    in_order = sorted(WEIGHTS, key=parse_address)
    rules = Given(weights=[Fraction(WEIGHTS[id_]) for id_ in in_order])
    assert reference.per_proposal(POOLS[symbol], votes, rules).totals == paid(allocations, symbol)


def test_the_breakdown_sums_to_every_wallet_and_every_proposal(
    allocations: Allocations, votes: list[Vote], tmp_path: Path
) -> None:
    allocations.write_breakdown(tmp_path / "breakdown.parquet")
    rows = duckdb.execute(
        "SELECT wallet, proposal, power, JUP_reward FROM read_parquet($path)",
        {"path": str(tmp_path / "breakdown.parquet")},
    ).fetchall()
    places = [(parse_address(wallet), parse_address(proposal)) for wallet, proposal, _, _ in rows]
    assert sorted(places) == places
    assert len(votes) == len(rows)
    by_wallet, by_proposal = Counter[bytes](), Counter[str]()
    for (wallet, _), (_, proposal, _, reward) in zip(places, rows, strict=True):
        by_wallet[wallet] += reward
        by_proposal[proposal] += reward
    assert paid(allocations, "JUP") == {key: amount for key, amount in by_wallet.items() if amount}
    # 50,000,000 cut in seven: V1 of the worked vectors, ties by key
    assert {7_142_857_142_857} == {by_proposal[id_] for id_ in NORMAL}
    assert [2_380_952_380_952, 2_380_952_380_953, 2_380_952_380_953] == sorted(
        by_proposal[id_] for id_ in ELECTIONS
    )


@pytest.mark.parametrize(("symbol", "too_much"), [("JUP", 34), ("SHARK", 46)])
def test_rounding_half_up_would_have_paid_more_than_the_pool(
    votes: list[Vote], symbol: str, too_much: int
) -> None:
    in_order = sorted(WEIGHTS, key=parse_address)
    weights = {number: Fraction(WEIGHTS[id_]) for number, id_ in enumerate(in_order)}
    paid_out = 0
    for number, pool in reference.apportion(POOLS[symbol], reference.whole(weights)).items():
        powers = [vote.power for vote in votes if vote.proposal == number]
        total = sum(powers)
        paid_out += sum((2 * pool * power + total) // (2 * total) for power in powers)
    assert too_much == paid_out - POOLS[symbol]
