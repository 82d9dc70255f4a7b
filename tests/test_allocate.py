"""A whole round of votes: allocations, warnings and breakdown."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np
import pytest

from allocation.address import format_address, parse_address
from allocation.allocate import TokenAllocations, allocate, allocations_of
from allocation.errors import AsrError, InvariantError
from allocation.round_file import load_round
from allocation.units import U64_MAX, BaseUnits
from tests.allocation_rounds import (
    a_round,
    a_token,
    allocated,
    amounts,
    breakdown,
    fill,
    inputs_of,
    key,
    some_proposals,
)
from tests.reference import Vote
from tests.test_allocate_report import ROUND, VOTES

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.round import Method

A, B, C, D, E = map(key, (2, 5, 6, 17, 30))
JUP: Final = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"


def test_every_vote_stands_in_the_breakdown_with_its_weight_cause_and_rewards(
    tmp_path: Path,
) -> None:
    a, b, c, d, e = map(format_address, (A, B, C, D, E))
    assert [
        (a, "P0", 6, 6, None, 5, None, 2, None),
        (a, "P1", 0, 0, "zero_power", 0, "zero_power", 0, "zero_power"),
        (b, "P0", 3, 3, None, 2, None, 1, None),
        (b, "P1", 8, 8, None, 8, None, 3, None),
        (c, "P0", 1, 1, "minimum_vote", 0, "minimum_vote", 0, "minimum_vote"),
        (d, "P0", 4, 4, "side", 0, "side", 0, "side"),
        (e, "P1", 100, 100, "excluded", 0, "excluded", 0, "excluded"),
    ] == breakdown(allocated(VOTES, ROUND, excluded=[E]), tmp_path)


def test_the_columns_of_the_breakdown_are_named_by_token(tmp_path: Path) -> None:
    breakdown(allocated(VOTES, ROUND, excluded=[E]), tmp_path)
    described = duckdb.execute(
        "SELECT name, type FROM parquet_schema($path) WHERE num_children IS NULL",
        {"path": str(tmp_path / "breakdown.parquet")},
    ).fetchall()
    text, number = "BYTE_ARRAY", "INT64"
    assert [
        ("wallet", text),
        ("proposal", text),
        ("power", number),
        ("weight", number),
        ("cause", text),
        ("JUP_reward", number),
        ("JUP_cause", text),
        ("WEN_reward", number),
        ("WEN_cause", text),
    ] == described


def many_votes(random: Random) -> list[Vote]:
    return [
        Vote(key(random.randrange(2**250)), proposal, random.randrange(10**13))
        for proposal in range(3)
        for _ in range(400)
    ]


def test_the_breakdown_adds_up_to_the_allocations_and_to_the_pools(tmp_path: Path) -> None:
    pools = {"JUP": 50_000_000_000_000, "WEN": 750_000_000_000}
    the_round = a_round(
        [a_token(symbol, pool) for symbol, pool in pools.items()], some_proposals([1, 1, "1/3"])
    )
    allocations = allocated(many_votes(Random(1)), the_round)  # noqa: S311 - a fixed example
    rows = breakdown(allocations, tmp_path)
    for token, (symbol, pool) in enumerate(pools.items()):
        by_wallet: dict[str, int] = {}
        by_proposal: dict[str, int] = {}
        for wallet, proposal, *rest in rows:
            reward = rest[3 + 2 * token]
            by_wallet[wallet] = by_wallet.get(wallet, 0) + reward
            by_proposal[proposal] = by_proposal.get(proposal, 0) + reward
        paid = {
            format_address(wallet): unlocked
            for wallet, (unlocked, _) in amounts(allocations, token).items()
        }
        assert paid == {wallet: amount for wallet, amount in by_wallet.items() if amount}
        report: Any = allocations.report["tokens"]
        assert {part["id"]: int(part["pool"]) for part in report[token]["proposals"]} == by_proposal
        assert pool == sum(by_proposal.values()), symbol


def test_neither_threads_nor_the_order_of_rows_change_a_byte(tmp_path: Path) -> None:
    random = Random(2)  # noqa: S311 - a fixed example
    votes = many_votes(random)
    the_round = a_round([a_token("JUP", 10**12)], some_proposals([1, 1, 1]), minimum_vote=10**9)
    outcomes = set()
    for threads in (1, 2, 5):
        random.shuffle(votes)
        db, wallets = fill(votes, the_round.proposals)
        db.execute(f"SET threads = {threads}")
        allocations = allocate(db, the_round, inputs_of(wallets, the_round))
        allocations.write_breakdown(tmp_path / "breakdown.parquet")
        outcomes.add(
            (
                (tmp_path / "breakdown.parquet").read_bytes(),
                json.dumps(allocations.report),
                allocations.tokens[0].wallets.tobytes(),
                allocations.tokens[0].unlocked.tobytes(),
            )
        )
    db.execute("SET threads = 1")
    assert 1 == len(outcomes)


def test_columns_have_the_types_that_trees_are_made_of() -> None:
    token = allocated(VOTES, ROUND).tokens[0]
    assert [np.uint32, np.uint64, np.uint64] == [
        column.dtype for column in (token.wallets, token.unlocked, token.locked)
    ]


def test_redistributed_pools_are_warned_of_as_such() -> None:
    the_round = a_round([a_token("JUP", 20)], some_proposals([1, 1]), on_empty="redistribute")
    assert (
        "proposal P1: no vote counts, so its part of each pool goes to the others",
    ) == allocated([Vote(A, 0, 1)], the_round).warnings


def test_a_token_that_pays_nobody_is_warned_of() -> None:
    allocations = allocated([Vote(A, 0, 0)], a_round([a_token("JUP", 20)], some_proposals([1])))
    assert "token JUP: nobody is paid" == allocations.warnings[-1]
    assert 0 == allocations.tokens[0].allocated


@pytest.mark.parametrize(("pool", "warned"), [(10**16, 0), (10**16 + 1, 1)])
def test_a_pool_above_everything_ever_minted_is_warned_of(pool: int, warned: int) -> None:
    the_round = a_round([a_token("JUP", pool, mint=parse_address(JUP))], some_proposals([1]))
    warnings = allocated([Vote(A, 0, 1)], the_round).warnings
    assert warned == len(warnings)
    expected = (
        "token JUP: the pool of 10000000000.000001 is 10000000000000001 base units, but only "
        "10000000000000000 were ever minted; check pool, mint and decimals"
    )
    assert all(expected == warning for warning in warnings)


# -------------------------------------------------------------------------------- from files


SMALL: Final = f"""
[round]
name = "Small"
method = "per-proposal"
[[tokens]]
symbol = "JUP"
mint = "{JUP}"
decimals = 6
pool = "0.00002"
[[proposals]]
id = "second"
[[proposals]]
id = "first"
[inputs]
votes = "votes.csv"
exclude = "exclude.csv"
"""


def test_a_round_is_allocated_from_its_files(tmp_path: Path) -> None:
    (tmp_path / "round.toml").write_text(SMALL)
    a, b, c = map(format_address, (A, B, C))
    (tmp_path / "votes.csv").write_text(
        f"proposal,wallet,voting_power\nsecond,{b},1\nfirst,{c},9\nfirst,{b},3\nfirst,{a},6\n"
    )
    (tmp_path / "exclude.csv").write_text(f"wallet,reason\n{c},team\n")
    told: list[tuple[str, int, int]] = []
    with allocations_of(
        load_round(tmp_path / "round.toml"),
        tmp_path / "scratch",
        threads=1,
        memory="1GB",
        progress=lambda *news: told.append(news),
    ) as allocations:
        assert {A: (7, 0), B: (3 + 10, 0)} == amounts(allocations)
        assert [
            (a, "first", 6, 6, None, 7, None),
            (b, "first", 3, 3, None, 3, None),
            (b, "second", 1, 1, None, 10, None),
            (c, "first", 9, 9, "excluded", 0, "excluded"),
        ] == breakdown(allocations, tmp_path)
        assert ["votes", "exclude"] == [source.kind for source in allocations.sources]
        assert 64 == len(allocations.inputs_sha256)
    assert ("reading the inputs", 0, 1) == told[0]
    assert ("dividing the pools", 1, 2) == told[-1]


def test_amounts_that_do_not_add_up_to_the_pool_cannot_be_held() -> None:
    with pytest.raises(InvariantError, match=r"token JUP: 5 allocated and \{'rounding': 1\}"):
        TokenAllocations(
            token=a_token("JUP", 7),
            wallets=np.zeros(1, np.uint32),
            unlocked=np.array([4], np.uint64),
            locked=np.array([1], np.uint64),
            unallocated={"rounding": 1},
        )


def test_a_sum_beyond_64_bits_does_not_wrap_around() -> None:
    token = TokenAllocations(
        token=a_token("JUP", None),
        wallets=np.arange(3, dtype=np.uint32),
        unlocked=np.full(3, U64_MAX, np.uint64),
        locked=np.zeros(3, np.uint64),
        unallocated={},
    )
    assert 3 * U64_MAX == token.allocated


@pytest.mark.parametrize(
    ("method", "limit", "reason"),
    [
        ("per-proposal", "maximum_payout", "would break the sums per proposal"),
        ("list", "maximum_payout", "a list has no minimum or maximum"),
        ("list", "minimum_payout", "a list has no minimum or maximum"),
    ],
)
def test_a_limit_that_would_change_nothing_is_refused(
    method: Method, limit: str, reason: str
) -> None:
    token = a_token("JUP", 20, **{limit: BaseUnits(1)})
    with pytest.raises(AsrError, match=f"^token JUP: .*{reason}"):
        allocated([Vote(A, 0, 1)], replace(ROUND, method=method, tokens=(token,)))
