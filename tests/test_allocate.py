"""A whole round: allocations, report, warnings and breakdown, from votes and from lists."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np
import pytest

from allocation.address import format_address, parse_address
from allocation.allocate import Allocations, TokenAllocations, allocate, allocations_of
from allocation.errors import AsrError, InputErrors, InvariantError
from allocation.round_file import load_round
from allocation.tables import Inputs
from allocation.units import U64_MAX
from tests.allocation_rounds import (
    DISTRIBUTOR,
    a_round,
    a_token,
    fill,
    fill_list,
    key,
    some_proposals,
)
from tests.reference import Vote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from allocation.round import Round

A, B, C, D, E = map(key, (2, 5, 6, 17, 30))
JUP: Final = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
WEN: Final = "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"


def allocated(
    votes: Sequence[Vote], the_round: Round, excluded: Sequence[bytes] = ()
) -> Allocations:
    db, wallets = fill(votes, the_round.proposals, excluded)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def listed(rows: Iterable[tuple[int, int, int, int]], the_round: Round) -> Allocations:
    db, wallets = fill_list(rows)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def inputs_of(wallets: Sequence[bytes], the_round: Round) -> Inputs:
    return Inputs(
        keys=np.frombuffer(b"".join(wallets), np.uint8).reshape(-1, 32),
        texts=np.array([format_address(wallet) for wallet in wallets], "S44"),
        proposals=the_round.proposals,
        sources=(),
        notes={"votes": {"identical_rows": 0}},
        inputs_sha256="0" * 64,
    )


def amounts(allocations: Allocations, token: int = 0) -> dict[bytes, tuple[int, int]]:
    """What every wallet gets, in leaf order: unlocked, locked."""
    found = allocations.tokens[token]
    return {
        allocations.keys[wallet].tobytes(): (int(unlocked), int(locked))
        for wallet, unlocked, locked in zip(
            found.wallets, found.unlocked, found.locked, strict=True
        )
    }


def breakdown(allocations: Allocations, folder: Path) -> list[tuple[Any, ...]]:
    allocations.write_breakdown(folder / "breakdown.parquet")
    return duckdb.execute(
        "SELECT * FROM read_parquet($path)", {"path": str(folder / "breakdown.parquet")}
    ).fetchall()


VOTES: Final = [
    *(Vote(A, 0, 6, "for"), Vote(B, 0, 3, "for"), Vote(C, 0, 1, "for"), Vote(D, 0, 4, "against")),
    *(Vote(A, 1, 0, "for"), Vote(B, 1, 8), Vote(E, 1, 100, "for")),
]
ROUND: Final = a_round(
    [a_token("JUP", 20), a_token("WEN", 7, decimals=5)],
    some_proposals([1, 1, "1/2"], P0=14, P1=100),
    minimum_vote=2,
    denominator="all",
    exclude_sides=["against", "abstain"],
)
# JUP: 20 over 2 : 2 : 1 is 8, 8, 4. P0: 8 over 6 : 3 : 1 is 4 rest 8, 2 rest 4, 0 rest 8: two
# units, to A and C. C lies below the minimum. P1: all to B. P2: nobody voted.
# WEN: 7 over 2 : 2 : 1 is 2 rest 4 twice, 1 rest 2: the two units to P0 and P1: 3, 3, 1.
# P0: 3 over 6 : 3 : 1 is 1 rest 8, 0 rest 9, 0 rest 3: two units, to B and A.


def test_a_round_worked_by_hand_down_to_its_report() -> None:
    allocations = allocated(VOTES, ROUND, excluded=[E])
    assert {A: (5, 0), B: (2 + 8, 0)} == amounts(allocations)
    assert {A: (2, 0), B: (1 + 3, 0)} == amounts(allocations, 1)
    counted_out = {
        "zero_power": {"rows": 1, "wallets": 1, "weight": "0"},
        "side": {"rows": 1, "wallets": 1, "weight": "4"},
        "excluded": {"rows": 1, "wallets": 1, "weight": "100"},
        "minimum_vote": {"rows": 1, "wallets": 1, "weight": "1"},
    }

    def kept(minimum_vote: int) -> dict[str, dict[str, object]]:
        return {
            cause: {**facts, "amount": str(minimum_vote if cause == "minimum_vote" else 0)}
            for cause, facts in counted_out.items()
        }

    expected = {
        "method": "per-proposal",
        "inputs": {"votes": {"identical_rows": 0}},
        "rules": {
            "minimum_vote": "2",
            "denominator": "all",
            "exclude_sides": ["against", "abstain"],
            "on_empty": "leave",
            "rounding": "largest-remainder",
        },
        "causes": counted_out,
        "proposals": [
            {
                "id": "P0",
                "title": "Proposal 0",
                "weight": "1",
                "votes": 4,
                "power": "14",
                "counted_votes": 2,
                "counted_power": "9",
                "published_total": "14",
                "difference": "0",
            },
            {
                "id": "P1",
                "title": "Proposal 1",
                "weight": "1",
                "votes": 3,
                "power": "108",
                "counted_votes": 1,
                "counted_power": "8",
                "published_total": "100",
                "difference": "8",
            },
            {
                "id": "P2",
                "title": "Proposal 2",
                "weight": "1/2",
                "votes": 0,
                "power": "0",
                "counted_votes": 0,
                "counted_power": "0",
                "published_total": None,
                "difference": None,
            },
        ],
        "tokens": [
            {
                "symbol": "JUP",
                "mint": format_address(ROUND.tokens[0].mint),
                "decimals": 6,
                "pool": "20",
                "allocated": "15",
                "unallocated": {"empty_proposal": "4", "minimum_vote": "1"},
                "wallets": 2,
                "zero_amounts": 0,
                "causes": kept(1),
                "proposals": [
                    {
                        "id": "P0",
                        "pool": "8",
                        "total_weight": "10",
                        "divisor": "1",
                        "floors": "6",
                        "left_over": "2",
                        "last_remainder": "8",
                    },
                    {
                        "id": "P1",
                        "pool": "8",
                        "total_weight": "8",
                        "divisor": "8",
                        "floors": "8",
                        "left_over": "0",
                        "last_remainder": None,
                    },
                    {
                        "id": "P2",
                        "pool": "4",
                        "total_weight": "0",
                        "divisor": "1",
                        "floors": "0",
                        "left_over": "0",
                        "last_remainder": None,
                    },
                ],
            },
            {
                "symbol": "WEN",
                "mint": format_address(ROUND.tokens[1].mint),
                "decimals": 5,
                "pool": "7",
                "allocated": "6",
                "unallocated": {"empty_proposal": "1"},
                "wallets": 2,
                "zero_amounts": 0,
                "causes": kept(0),
                "proposals": [
                    {
                        "id": "P0",
                        "pool": "3",
                        "total_weight": "10",
                        "divisor": "1",
                        "floors": "1",
                        "left_over": "2",
                        "last_remainder": "8",
                    },
                    {
                        "id": "P1",
                        "pool": "3",
                        "total_weight": "8",
                        "divisor": "8",
                        "floors": "3",
                        "left_over": "0",
                        "last_remainder": None,
                    },
                    {
                        "id": "P2",
                        "pool": "1",
                        "total_weight": "0",
                        "divisor": "1",
                        "floors": "0",
                        "left_over": "0",
                        "last_remainder": None,
                    },
                ],
            },
        ],
        "warnings": list(allocations.warnings),
    }
    # as text, so that the order of keys is held as well
    assert json.dumps(expected, indent=1) == json.dumps(allocations.report, indent=1)


def test_an_operator_is_warned_of_what_is_perhaps_not_meant() -> None:
    assert (
        (
            "proposal P1: the votes add up to 108, the published total is 100 (+8); votes may be "
            "missing"
        ),
        "proposal P2: no vote counts, so its part of each pool is left unallocated",
        "exclude_sides: no vote has the side 'abstain'; sides are compared letter by letter",
    ) == allocated(VOTES, ROUND, excluded=[E]).warnings


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


# --------------------------------------------------------------------------------------- lists

LIST: Final = [(17, 0, 5, 0), (2, 1, 9, 1), (2, 0, 1, 2), (5, 0, 0, 0)]


def test_a_list_is_taken_as_given_in_key_order() -> None:
    allocations = listed(LIST, a_round([a_token("JUP", None), a_token("WEN", None)]))
    assert [(A, (1, 2)), (B, (0, 0)), (D, (5, 0))] == list(amounts(allocations).items())
    assert {A: (9, 1)} == amounts(allocations, 1)
    assert [8, 10] == [token.allocated for token in allocations.tokens]
    assert ("token JUP: 1 amounts of 0 in the list are kept as given",) == allocations.warnings


def test_a_list_can_keep_the_order_of_its_rows() -> None:
    in_order = replace(DISTRIBUTOR, order="input")
    allocations = listed(LIST, a_round([a_token("JUP", None, distributor=in_order)]))
    assert [D, A, B] == list(amounts(allocations))


def test_amounts_of_0_can_be_dropped_from_a_list() -> None:
    allocations = listed(LIST, a_round([a_token("JUP", None)], zero_amounts="drop"))
    assert [A, D] == list(amounts(allocations))
    assert () == allocations.warnings
    report: Any = allocations.report["tokens"]
    assert 1 == report[0]["zero_amounts"]


def test_what_a_list_does_not_use_of_its_pool_is_unallocated() -> None:
    allocations = listed(LIST, a_round([a_token("JUP", 8), a_token("WEN", 12)]))
    assert [{}, {"pool_not_used": 2}] == [token.unallocated for token in allocations.tokens]


def test_a_list_above_its_pool_is_refused_naming_the_numbers() -> None:
    with pytest.raises(AsrError) as refusal:
        listed(LIST, a_round([a_token("JUP", 7)]))
    assert (
        "token JUP: the list adds up to 8 base units, 1 more than its pool of 7; correct the list "
        "or raise the pool"
    ) == str(refusal.value)


def test_a_list_above_2_to_the_64_is_refused_naming_the_total() -> None:
    with pytest.raises(AsrError) as refusal:
        listed([(1, 0, U64_MAX, 0), (2, 0, 0, 1)], a_round([a_token("JUP", None)]))
    assert (
        "token JUP: the list adds up to 18446744073709551616 base units, more than the "
        "18446744073709551615 that a token account can hold; lower the amounts or check the "
        "decimals"
    ) == str(refusal.value)


def test_a_list_of_exactly_2_to_the_64_less_1_is_paid() -> None:
    rows = [(1, 0, U64_MAX - 3, 1), (2, 0, 1, 1)]
    allocations = listed(rows, a_round([a_token("JUP", U64_MAX)]))
    assert U64_MAX == allocations.tokens[0].allocated


def test_a_wallet_twice_for_one_token_is_never_paid() -> None:
    with pytest.raises(InvariantError, match="a wallet stands twice"):
        listed([(1, 0, 1, 0), (1, 0, 2, 0)], a_round([a_token("JUP", None)]))


def test_the_report_of_a_list_counts_what_it_holds() -> None:
    allocations = listed(LIST, a_round([a_token("JUP", 9)]))
    expected = {
        "method": "list",
        "inputs": {"votes": {"identical_rows": 0}},
        "tokens": [
            {
                "symbol": "JUP",
                "mint": format_address(allocations.tokens[0].token.mint),
                "decimals": 6,
                "pool": "9",
                "allocated": "8",
                "unallocated": {"pool_not_used": "1"},
                "wallets": 3,
                "zero_amounts": 1,
                "unlocked": "6",
                "locked": "2",
            }
        ],
        "warnings": ["token JUP: 1 amounts of 0 in the list are kept as given"],
    }
    assert json.dumps(expected) == json.dumps(allocations.report)


def test_the_breakdown_of_a_list_has_one_row_per_wallet(tmp_path: Path) -> None:
    allocations = listed(LIST, a_round([a_token("JUP", None), a_token("WEN", None)]))
    a, b, d = map(format_address, (A, B, D))
    nothing = (None, None, None, None)
    assert [
        (a, *nothing, 3, None, 10, None),
        (b, *nothing, 0, None, 0, None),
        (d, *nothing, 5, None, 0, None),
    ] == breakdown(allocations, tmp_path)


def test_an_empty_list_pays_nobody() -> None:
    allocations = listed([], a_round([a_token("JUP", 5)]))
    assert {"pool_not_used": 5} == allocations.tokens[0].unallocated
    assert ("token JUP: nobody is paid",) == allocations.warnings


# -------------------------------------------------------------------------------- from files


def test_a_round_is_allocated_from_its_files(tmp_path: Path) -> None:
    (tmp_path / "round.toml").write_text(
        f"""
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
    )
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


def test_bad_rows_stop_the_round_before_anything_is_divided(tmp_path: Path) -> None:
    (tmp_path / "round.toml").write_text(
        f"""
        [round]
        name = "Bad"
        method = "list"
        [[tokens]]
        symbol = "WEN"
        mint = "{WEN}"
        decimals = 5
        [inputs]
        allocations = "list.csv"
        """
    )
    (tmp_path / "list.csv").write_text("pubkey,amount\nnobody,1\n")
    with (
        pytest.raises(InputErrors, match=r"list\.csv:2: pubkey 'nobody'"),
        allocations_of(load_round(tmp_path / "round.toml"), tmp_path),
    ):
        pytest.fail("a bad list was allocated")


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
