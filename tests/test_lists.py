"""Method "list": the amounts are given."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation.address import format_address
from allocation.allocate import allocations_of
from allocation.errors import AsrError, InputErrors, InvariantError
from allocation.round_file import load_round
from allocation.units import U64_MAX
from tests.allocation_rounds import DISTRIBUTOR, a_round, a_token, amounts, breakdown, key, listed

if TYPE_CHECKING:
    from pathlib import Path

A, B, D = map(key, (2, 5, 17))
WEN: Final = "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"

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
