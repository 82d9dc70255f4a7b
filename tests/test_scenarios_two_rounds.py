"""Two rounds side by side, over all wallets of both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.allocate import allocations_of
from allocation.errors import AsrError
from allocation.scenarios import scenarios_of
from allocation.side_by_side import run_scenarios
from allocation.two_rounds import compare_rounds
from tests.allocation_rounds import a_token, key
from tests.input_files import HEADER, A, B, C, D, InputFolder
from tests.stake_files import STAKES, StakeFolder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.round import Round
    from allocation.side_by_side import SideBySide

TOKENS: Final = (a_token("JUP", 60), a_token("WEN", 7, decimals=5))
paid: Final = st.dictionaries(st.integers(0, 300), st.integers(0, 9), min_size=1, max_size=12)


@pytest.fixture
def rounds(tmp_path: Path) -> tuple[Round, Round]:
    """A and B voted, B and C had staked, D both but too little."""
    votes = InputFolder(tmp_path / "votes", TOKENS)
    stakes = StakeFolder(tmp_path / "stakes", TOKENS[:1], days=1)
    for folder in (votes, stakes):
        folder.path.mkdir()
    votes.write("votes.csv", f"{HEADER}P0,{A},1\nP0,{B},3\nP1,{D},0\n")
    stakes.write("stakes.csv", f"{STAKES}2025-07-01,{B},1\n2025-07-01,{C},1\n2025-07-01,{D},0\n")
    return votes.round(), stakes.round(stakes="stakes.csv")


def compare(first: Round, second: Round, folder: Path, symbol: str | None = None) -> SideBySide:
    return compare_rounds(first, second, folder / "scratch", symbol)


def test_the_same_wallets_are_paid_by_votes_and_by_stakes(
    rounds: tuple[Round, Round], tmp_path: Path
) -> None:
    (token,) = compare(*rounds, tmp_path).tokens
    by_votes, by_stakes = token.outcomes
    assert ("first", 2, 2, 30) == (
        by_votes.name,
        by_votes.wallets,
        by_votes.kept,
        by_votes.allocated,
    )
    assert ("second", 2, 2, 60) == (
        by_stakes.name,
        by_stakes.wallets,
        by_stakes.kept,
        by_stakes.allocated,
    )
    assert (2, 38, 1, 8) == (
        by_stakes.moves.gaining,  # B 30 after 22, C 30 after none
        by_stakes.moves.gained,
        by_stakes.moves.losing,  # A none after 8
        by_stakes.moves.lost,
    )
    assert token.overlap is not None
    assert (1, 22, 30) == (
        token.overlap.both.wallets,
        token.overlap.both.before,
        token.overlap.both.after,
    )
    assert (1, 1) == (token.overlap.only_before.wallets, token.overlap.only_after.wallets)


def test_warnings_name_the_round_and_the_tokens_left_out(
    rounds: tuple[Round, Round], tmp_path: Path
) -> None:
    assert (
        "token WEN: only in the first round, so left out",
        "first round: proposal P1: no vote counts, so its part of each pool is left unallocated",
    ) == compare(*rounds, tmp_path).warnings
    assert ["JUP"] == [token.token.symbol for token in compare(*rounds[::-1], tmp_path).tokens]


def test_other_pools_are_warned_of(rounds: tuple[Round, Round], tmp_path: Path) -> None:
    poorer = replace(rounds[1], tokens=(a_token("JUP", 6),))
    warnings = compare(rounds[0], poorer, tmp_path, "JUP").warnings
    assert "token JUP: the pools differ, and so all amounts" == warnings[0]


def test_rounds_without_a_common_token_are_refused(
    rounds: tuple[Round, Round], tmp_path: Path
) -> None:
    with pytest.raises(AsrError, match="no token in common; tokens are compared by their mint"):
        compare(*rounds, tmp_path, "WEN")


def test_tokens_that_differ_in_decimals_are_refused(
    rounds: tuple[Round, Round], tmp_path: Path
) -> None:
    other = replace(rounds[1], tokens=(a_token("JUP", 60, decimals=9),))
    with pytest.raises(AsrError, match="token JUP: 6 decimals in the first round, 9 in the second"):
        compare(rounds[0], other, tmp_path)


def a_list(folder: Path, name: str, amounts: Mapping[int, int]) -> Round:
    """A list of two tokens: JUP as given, and one of WEN for a wallet that has no JUP."""
    files = InputFolder(folder, (a_token("JUP", None, decimals=0), a_token("WEN", None)))
    mints = [format_address(token.mint) for token in files.tokens]
    rows = [
        f"{format_address(key(wallet))},{amount},{mints[0]}" for wallet, amount in amounts.items()
    ]
    rows.append(f"{format_address(key(999))},1,{mints[1]}")
    files.write(name, "pubkey,amount,mint\n" + "\n".join(rows) + "\n")
    return files.round(allocations=name)


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(paid, paid)
def test_two_lists_are_compared_wallet_by_wallet(
    tmp_path: Path, before: dict[int, int], after: dict[int, int]
) -> None:
    first, second = a_list(tmp_path, "a.csv", before), a_list(tmp_path, "b.csv", after)
    (token,) = compare(first, second, tmp_path, "JUP").tokens
    gains = [after.get(wallet, 0) - before.get(wallet, 0) for wallet in {*before, *after}]
    moves = token.outcomes[1].moves
    assert (sum(g for g in gains if g > 0), -sum(g for g in gains if g < 0)) == (
        moves.gained,
        moves.lost,
    )
    in_first, in_second = ({w for w, n in side.items() if n} for side in (before, after))
    assert token.overlap is not None
    assert (len(in_first & in_second), len(in_first - in_second), len(in_second - in_first)) == (
        token.overlap.both.wallets,
        token.overlap.only_before.wallets,
        token.overlap.only_after.wallets,
    )
    assert [0, 0] == [outcome.dropped for outcome in token.outcomes]


def test_inputs_are_read_once_and_the_first_scenario_is_what_build_pays(
    rounds: tuple[Round, Round], tmp_path: Path
) -> None:
    told = list[str]()
    scenarios = scenarios_of(rounds[0], {"minimum": ["0.000002", "none"]}, "WEN")
    found = run_scenarios(
        scenarios,
        tmp_path,
        "WEN",
        progress=lambda *step: told.append("{}: {} of {}".format(*step)),
    )
    with allocations_of(rounds[0], tmp_path) as built:
        assert built.tokens[1].allocated == found.tokens[0].outcomes[0].allocated
    assert [2, 1, 2] == [outcome.kept for outcome in found.tokens[0].outcomes]
    assert [f"dividing the pools: {done} of 3" for done in range(3)] == told
