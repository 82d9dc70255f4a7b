"""A list of allocations: amounts are given, by one token or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocation.address import format_address
from allocation.units import U64_MAX
from tests.allocation_rounds import a_token
from tests.input_files import A, B, C, InputFolder

if TYPE_CHECKING:
    from pathlib import Path

JUP, WEN, ZEUS = a_token("JUP", None, 6), a_token("WEN", None, 5), a_token("ZEUS", None, 6)
JUP_MINT, WEN_MINT, ZEUS_MINT = (format_address(token.mint) for token in (JUP, WEN, ZEUS))
LOWER = "no token account can hold it; lower it"
BOTH = "amount and locked_amount together are above 2^64 - 1 base units"


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path, (JUP,))


def read_list(folder: InputFolder, text: str, **files: Any) -> list[tuple[int, str, int, int, int]]:
    folder.write("list.csv", text)
    return folder.read(allocations="list.csv", **files).listed


def errors_of(folder: InputFolder, text: str, **files: Any) -> list[str]:
    folder.write("list.csv", text)
    return folder.errors(allocations="list.csv", **files)


@pytest.mark.parametrize("name", ["pubkey", "recipient", "wallet"])
def test_amounts_are_tokens_in_input_order(folder: InputFolder, name: str) -> None:
    expected = [(0, C, 0, 1_500_000, 0), (1, A, 0, 1, 0)]
    assert expected == read_list(folder, f"{name},amount\n{C},1.5\n{A},0.000001\n")


def test_amounts_may_be_base_units_and_partly_locked(folder: InputFolder) -> None:
    text = f"recipient,amount,locked_amount\n{A},15,7\n{B},0,{U64_MAX}\n"
    assert [(0, A, 0, 15, 7), (1, B, 0, 0, U64_MAX)] == read_list(folder, text, unit="base")


def test_a_round_of_one_token_may_name_its_mint(folder: InputFolder) -> None:
    text = f"pubkey,amount,mint\n{A},1,{JUP_MINT}\n"
    assert [(0, A, 0, 1_000_000, 0)] == read_list(folder, text)
    assert [
        f"list.csv:2: mint '{WEN_MINT}': no mint of the round; add its token to the round file"
    ] == errors_of(folder, text.replace(JUP_MINT, WEN_MINT))


def test_several_tokens_have_their_own_decimals(folder: InputFolder) -> None:
    folder.tokens = (JUP, WEN)
    text = f"mint,pubkey,amount,locked_amount\n{WEN_MINT},{A},1.5,1\n{JUP_MINT},{A},1.5,0\n"
    assert [(0, A, 1, 150_000, 100_000), (1, A, 0, 1_500_000, 0)] == read_list(folder, text)


def test_several_tokens_may_have_the_same_decimals(folder: InputFolder) -> None:
    folder.tokens = (JUP, ZEUS)
    text = f"mint,pubkey,amount\n{ZEUS_MINT},{A},1.5\n{JUP_MINT},{A},2\n"
    assert [(0, A, 1, 1_500_000, 0), (1, A, 0, 2_000_000, 0)] == read_list(folder, text)


def test_with_several_tokens_the_mint_is_needed(folder: InputFolder) -> None:
    folder.tokens = (JUP, WEN)
    assert ["list.csv:1: mint: missing column; add it; the file has pubkey, amount"] == errors_of(
        folder, f"pubkey,amount\n{A},1\n"
    )
    text = (
        f"pubkey,amount,mint\n{A},1.000001,{WEN_MINT}\n{B},1.000001,{JUP_MINT}\n"
        f"{C},x,{ZEUS_MINT}\n{C},x,{JUP_MINT}\n{C},1,\n"
    )
    assert [
        (
            "list.csv:2: amount '1.000001': more than 5 fraction digits; shorten it, or set "
            'excess_decimals = "floor"'
        ),
        f"list.csv:4: mint '{ZEUS_MINT}': no mint of the round; add its token to the round file",
        "list.csv:5: amount 'x': not a number; write tokens as plain digits, e.g. 1.5",
        "list.csv:6: mint: empty; write which mint is meant",
    ] == errors_of(folder, text)


def test_excess_digits_are_dropped_by_token(folder: InputFolder) -> None:
    folder.tokens = (JUP, WEN)
    folder.write(
        "list.csv",
        f"pubkey,amount,mint,locked_amount\n{A},1.000001,{WEN_MINT},0.000019\n"
        f"{B},1.000001,{JUP_MINT},1\n",
    )
    read = folder.read(allocations="list.csv", excess_decimals="floor")
    assert [(0, A, 1, 100_000, 1), (1, B, 0, 1_000_001, 1_000_000)] == read.listed
    assert {
        "ignored_columns": [],
        "summed_rows": 0,
        "zero_amounts": 0,
        "floored_amounts": 2,
    } == read.inputs.notes["allocations"]


def test_a_wallet_twice_is_refused_naming_both_lines(folder: InputFolder) -> None:
    text = f"recipient,amount\n{A},1\n{B},2\n{A},1\n{A},3\n"
    remedy = 'keep one row, or set duplicates = "sum"'
    assert [
        f"list.csv:4: recipient '{A}': already listed in line 2; {remedy}",
        f"list.csv:5: recipient '{A}': already listed in line 2; {remedy}",
    ] == errors_of(folder, text)


def test_a_wallet_may_stand_once_per_mint(folder: InputFolder) -> None:
    folder.tokens = (JUP, WEN)
    text = f"pubkey,amount,mint\n{A},1,{JUP_MINT}\n{A},1,{WEN_MINT}\n"
    assert 2 == len(read_list(folder, text))
    assert [
        (
            f"list.csv:4: pubkey '{A}': already listed for this mint in line 2; keep one row, or "
            'set duplicates = "sum"'
        )
    ] == errors_of(folder, f"{text}{A},2,{JUP_MINT}\n")


def test_rows_of_a_wallet_are_added_up_at_the_first_if_the_round_says_so(
    folder: InputFolder,
) -> None:
    folder.write(
        "list.csv", f"pubkey,amount,locked_amount\n{B},1,0\n{A},2,1\n{C},0,0\n{B},4,2\n{A},8,4\n"
    )
    read = folder.read(allocations="list.csv", duplicates="sum", unit="base")
    assert [(0, B, 0, 5, 2), (1, A, 0, 10, 5), (2, C, 0, 0, 0)] == read.listed
    assert {"ignored_columns": [], "summed_rows": 2, "zero_amounts": 1} == (
        read.inputs.notes["allocations"]
    )


@pytest.mark.parametrize("duplicates", ["refuse", "sum"])
def test_an_amount_and_what_is_locked_of_it_fit_a_u64_together(
    folder: InputFolder, duplicates: str
) -> None:
    text = f"pubkey,amount,locked_amount\n{A},{U64_MAX},0\n{B},{U64_MAX},1\n"
    assert [f"list.csv:3: locked_amount '1': {BOTH}; {LOWER}"] == errors_of(
        folder, text, unit="base", duplicates=duplicates
    )


def test_a_sum_has_to_fit_a_u64_too(folder: InputFolder) -> None:
    text = f"pubkey,amount,locked_amount\n{B},1,1\n{A},{U64_MAX - 1},0\n{B},1,1\n{A},1,1\n"
    assert [
        f"list.csv:3: pubkey '{A}': its 2 rows add up to more than 2^64 - 1 base units; {LOWER}"
    ] == errors_of(folder, text, unit="base", duplicates="sum")


def test_zero_amounts_stay_and_are_counted(folder: InputFolder) -> None:
    text = f"pubkey,amount\n{A},0\n{B},1\n{C},0.0\n"
    for zero_amounts in ("keep", "drop"):
        folder.write("list.csv", text)
        read = folder.read(allocations="list.csv", zero_amounts=zero_amounts)
        assert [A, B, C] == [wallet for _, wallet, *_ in read.listed]
        assert {"ignored_columns": [], "summed_rows": 0, "zero_amounts": 2} == (
            read.inputs.notes["allocations"]
        )
