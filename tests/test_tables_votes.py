"""Votes and exclusions: what a row means, and which rows may stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocation.address import format_address, format_addresses
from allocation.units import U64_MAX
from tests.allocation_rounds import key
from tests.input_files import HEADER, A, B, C, D, InputFolder

if TYPE_CHECKING:
    from pathlib import Path

SIDES = "proposal,wallet,voting_power,side\n"
BASE = "write base units as plain digits, e.g. 1500000"
TOKENS = "write tokens as plain digits, e.g. 1.5"
ADDRESS = "paste the whole base58 address"


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


def test_votes_stand_by_wallet_and_proposal(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P1,{B},1\nP0,{B},2\nP1,{A},3\nP0,{C},0\n")
    with folder.open() as (db, inputs):
        votes = db.execute("SELECT * FROM votes ORDER BY rowid").fetchall()
        wallets = db.execute("SELECT * FROM wallets ORDER BY rowid").fetchall()
        proposals = db.execute("SELECT * FROM proposals ORDER BY rowid").fetchall()
    assert [(0, 1, 3, None), (1, 0, 2, None), (1, 1, 1, None), (2, 0, 0, None)] == votes
    assert [(0, A), (1, B), (2, C)] == wallets
    assert [(0, "P0"), (1, "P1")] == proposals
    assert [A, B, C] == format_addresses(inputs.keys) == inputs.texts.astype(str).tolist()
    assert np.dtype("S44") == inputs.texts.dtype


def test_wallets_are_numbered_by_raw_bytes_and_not_by_text(folder: InputFolder) -> None:
    numbers = [1, 57, 58, 2**200, 2**247, 2**248 - 1, 2**248, 2**256 - 1]
    texts = [format_address(key(number)) for number in numbers]
    assert texts != sorted(texts)
    folder.write("votes.csv", HEADER + "".join(f"P0,{text},1\n" for text in reversed(texts)))
    assert [text.encode() for text in texts] == folder.read().inputs.texts.tolist()


def test_proposals_that_are_all_keys_go_by_raw_bytes_and_else_by_utf_8(
    folder: InputFolder,
) -> None:
    keys = [format_address(key(number)) for number in (5, 2**200, 57)]
    folder.proposals = keys
    folder.write("votes.csv", f"{HEADER}{keys[0]},{A},1\n")
    ids = [proposal.id for proposal in folder.read().inputs.proposals]
    assert [keys[0], keys[2], keys[1]] == ids
    folder.proposals = [*keys, "\U0001f600", "\uff00", "P10", "P9"]
    ids = [proposal.id for proposal in folder.read().inputs.proposals]
    assert sorted(folder.proposals, key=str.encode) == ids
    assert ids[-2:] == ["\uff00", "\U0001f600"]


def test_an_id_may_hold_anything_that_a_cell_can(folder: InputFolder) -> None:
    folder.proposals = ["it's; DROP TABLE votes", 'a "b", c', "x"]
    folder.write("votes.csv", f'{HEADER}it\'s; DROP TABLE votes,{A},1\n"a ""b"", c",{B},2\n')
    assert [("it's; DROP TABLE votes", A, 1, None), ('a "b", c', B, 2, None)] == folder.read().votes


def test_identical_rows_are_dropped_and_counted(folder: InputFolder) -> None:
    row = f"P0,{A},5,For\n"
    folder.write("votes.csv", f"{SIDES}{row}P0,{B},5,For\n{row}{row}")
    read = folder.read()
    assert [("P0", A, 5, "For"), ("P0", B, 5, "For")] == read.votes
    assert {"votes": {"ignored_columns": [], "identical_rows": 2}} == read.inputs.notes
    assert 4 == read.inputs.sources[0].rows


def test_equal_amounts_written_differently_are_identical(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},1.5\nP0,{A},1.500000\n")
    assert [("P0", A, 1_500_000, None)] == folder.read(unit="ui").votes


def test_rows_that_contradict_are_refused_naming_both_lines(folder: InputFolder) -> None:
    folder.write(
        "votes.csv",
        f"{SIDES}P1,{A},9,\nP0,{B},9,For\nP0,{A},12,For\n\nP0,{A},12,For\nP0,{A},13,For\n"
        f"P0,{A},12,Against\nP0,{A},14,For\n",
    )
    assert [
        f"votes.csv:7: wallet '{A}': already voted 12 on this proposal in line 4; keep one row",
        (
            f"votes.csv:8: wallet '{A}': already voted with side 'For' on this proposal in line 4; "
            "keep one row"
        ),
        f"votes.csv:9: wallet '{A}': already voted 12 on this proposal in line 4; keep one row",
    ] == folder.errors()


def test_a_contradiction_in_tokens_is_shown_in_tokens(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},1.5\nP0,{A},1.6\n")
    assert [
        (
            f"votes.csv:3: wallet '{A}': already voted 1.500000 on this proposal in line 2; keep "
            "one row"
        )
    ] == folder.errors(unit="ui")


def test_a_bad_row_contradicts_nothing(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},x\nP0,{A},1\nP0,{A},1\n")
    assert [f"votes.csv:2: voting_power 'x': not a number; {BASE}"] == folder.errors()


AMOUNTS = {
    "": f": empty; {BASE}",
    " ": f" ' ': blank; {BASE}",
    " 12": f" ' 12': blank before or after the number; {BASE}",
    "12 ": f" '12 ': blank before or after the number; {BASE}",
    "-1": f" '-1': negative; {BASE}",
    "+1": f" '+1': a sign; {BASE}",
    "0x10": f" '0x10': hexadecimal; {BASE}",
    "1e3": f" '1e3': an exponent; {BASE}",
    "1_000": f" '1_000': an underscore; {BASE}",
    '"1,000"': f" '1,000': thousands separators; {BASE}",
    "NaN": f" 'NaN': not a number; {BASE}",
    "007": f" '007': leading zeros; {BASE}",
    "1.0": f" '1.0': a fraction; {BASE}",
    "\u0661": f" '\u0661': not a number; {BASE}",
    "\x1b[31m1": f" '\\x1b[31m1': not a number; {BASE}",
    "18446744073709551616": (
        " '18446744073709551616': above 2^64 - 1 base units; no token account can hold it; lower it"
    ),
    "9" * 200: f" '{'9' * 100}'... (200 characters): above 2^64 - 1 base units; no token account "
    "can hold it; lower it",
    "true": f" 'true': not a number; {BASE}",
    "NULL": f" 'NULL': not a number; {BASE}",
}


@pytest.mark.parametrize(("cell", "expected"), AMOUNTS.items(), ids=AMOUNTS)
def test_an_amount_in_base_units_is_plain_digits(
    folder: InputFolder, cell: str, expected: str
) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},{cell}\n")
    assert [f"votes.csv:2: voting_power{expected}"] == folder.errors()


TOKEN_AMOUNTS = {
    "1.": f" '1.': no digit after the point; {TOKENS}",
    ".5": f" '.5': no digit before the point; {TOKENS}",
    "1.5e3": f" '1.5e3': an exponent; {TOKENS}",
    "01.5": f" '01.5': leading zeros; {TOKENS}",
    "1.5.5": f" '1.5.5': not a number; {TOKENS}",
    '"1,5"': f" '1,5': a decimal comma; {TOKENS}",
    "1.0000001": (
        " '1.0000001': more than 6 fraction digits; shorten it, or set excess_decimals = \"floor\""
    ),
    "18446744073709.551616": (
        " '18446744073709.551616': above 2^64 - 1 base units; no token account can hold it; lower "
        "it"
    ),
}


@pytest.mark.parametrize(("cell", "expected"), TOKEN_AMOUNTS.items(), ids=TOKEN_AMOUNTS)
def test_an_amount_of_tokens_is_exact_decimal_text(
    folder: InputFolder, cell: str, expected: str
) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},{cell}\n")
    assert [f"votes.csv:2: voting_power{expected}"] == folder.errors(unit="ui")


def test_tokens_become_base_units_exactly(folder: InputFolder) -> None:
    rows = f"P0,{A},18446744073709.551615\nP0,{B},0.00000100000\nP0,{C},0\nP0,{D},0.5\n"
    folder.write("votes.csv", HEADER + rows)
    powers = [power for _, _, power, _ in folder.read(unit="ui").votes]
    assert [U64_MAX, 1, 0, 500_000] == powers


@pytest.mark.parametrize(("decimals", "expected"), [(0, [12, 7]), (19, [10**19, 5])])
def test_any_number_of_decimals_works(
    folder: InputFolder, decimals: int, expected: list[int]
) -> None:
    cells = ("12", "7.0") if decimals == 0 else ("1.0", "0.0000000000000000005")
    folder.write("votes.csv", f"{HEADER}P0,{A},{cells[0]}\nP0,{B},{cells[1]}\n")
    read = folder.read(unit="ui", decimals=decimals)
    assert expected == [power for _, _, power, _ in read.votes]


def test_digits_beyond_the_decimals_are_dropped_if_the_round_says_so(folder: InputFolder) -> None:
    rows = f"P0,{A},0.0000019\nP0,{B},1.0000000\nP0,{C},2.00000001\n"
    folder.write("votes.csv", HEADER + rows)
    read = folder.read(unit="ui", excess_decimals="floor")
    assert [1, 1_000_000, 2_000_000] == [power for _, _, power, _ in read.votes]
    assert {"ignored_columns": [], "identical_rows": 0, "floored_amounts": 2} == (
        read.inputs.notes["votes"]
    )
    folder.write("votes.csv", f"{HEADER}P0,{A},1.0000001\nP0,{A},x\n")
    assert [f"votes.csv:3: voting_power 'x': not a number; {TOKENS}"] == folder.errors(
        unit="ui", excess_decimals="floor"
    )


WALLETS = {
    "": f": empty; {ADDRESS}",
    "7xKX": f" '7xKX': 3 bytes, not 32; {ADDRESS}",
    f"1{A}": f" '1{A}': 33 bytes, not 32; {ADDRESS}",
    f"{A} ": f" '{A} ': blank before or after the address; {ADDRESS}",
    A.replace("2", "0"): f" '{A.replace('2', '0')}': not base58; {ADDRESS}",
    "x" * 200: f" '{'x' * 100}'... (200 characters): far too long for a key; {ADDRESS}",
}


@pytest.mark.parametrize(("cell", "expected"), WALLETS.items(), ids=WALLETS)
def test_a_wallet_is_a_key(folder: InputFolder, cell: str, expected: str) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},1\nP0,{cell},1\n")
    folder.write("exclude.csv", f"wallet,reason\n{cell},x\n")
    assert [
        f"votes.csv:3: wallet{expected}",
        f"exclude.csv:2: wallet{expected}",
    ] == folder.errors(exclude="exclude.csv")


PROPOSALS = {
    "P9": " 'P9': no proposal of the round; add it to the round file, or set other_proposals = "
    '"ignore"',
    "P0 ": " 'P0 ': blank before or after it; remove the blanks",
    "p0": " 'p0': no proposal of the round; add it to the round file, or set other_proposals = "
    '"ignore"',
    "": ": empty; write which proposal is meant",
}


@pytest.mark.parametrize(("cell", "expected"), PROPOSALS.items(), ids=PROPOSALS)
def test_an_unknown_proposal_is_refused(folder: InputFolder, cell: str, expected: str) -> None:
    folder.write("votes.csv", f"{HEADER}{cell},{A},1\n")
    assert [f"votes.csv:2: proposal{expected}"] == folder.errors()


def test_other_proposals_are_ignored_and_counted_if_the_round_says_so(folder: InputFolder) -> None:
    rows = f"P0,{A},1\nP9,{A},1\nP9,{A},2\nx,{B},3\n"
    folder.write("votes.csv", HEADER + rows)
    read = folder.read(other_proposals="ignore")
    assert [("P0", A, 1, None)] == read.votes
    assert [A.encode()] == read.inputs.texts.tolist()
    assert {"ignored_columns": [], "identical_rows": 0, "other_proposals": 3} == (
        read.inputs.notes["votes"]
    )


def test_rows_of_other_proposals_still_have_to_be_good(folder: InputFolder) -> None:
    rows = f"P9,{A},1\nP9,{A},2\nP9,x,-1\n,{A},1\nP0,{A},1\nP0,{A},2\n"
    folder.write("votes.csv", HEADER + rows)
    assert [
        f"votes.csv:4: wallet 'x': 1 bytes, not 32; {ADDRESS}",
        f"votes.csv:4: voting_power '-1': negative; {BASE}",
        "votes.csv:5: proposal: empty; write which proposal is meant",
        f"votes.csv:7: wallet '{A}': already voted 1 on this proposal in line 6; keep one row",
    ] == folder.errors(other_proposals="ignore")


def test_exclusions_stand_by_wallet_with_their_reasons(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{B},1\n")
    folder.write("exclude.csv", f'reason,wallet,x\n"the, team",{C},\ncex,{A},\ncex,{A},1\n')
    read = folder.read(exclude="exclude.csv")
    assert [(A, "cex"), (C, "the, team")] == read.excluded
    assert [A, B, C] == format_addresses(read.inputs.keys)
    assert {"ignored_columns": ["x"], "identical_rows": 1} == read.inputs.notes["exclude"]


def test_nobody_need_be_excluded(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{B},1\n")
    folder.write("exclude.csv", "wallet,reason\n")
    assert [] == folder.read(exclude="exclude.csv").excluded


def test_an_exclusion_needs_one_reason(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{B},1\n")
    folder.write("exclude.csv", f"wallet,reason\n{A},cex\n{A},team\n{B},\n")
    assert [
        f"exclude.csv:3: wallet '{A}': already excluded with reason 'cex' in line 2; keep one row",
        "exclude.csv:4: reason: empty; write why the wallet is excluded",
    ] == folder.errors(exclude="exclude.csv")


def test_all_inputs_are_checked_before_any_is_refused(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},1\nP0,{A},2\n")
    folder.write("exclude.csv", "wallet,why\n")
    found = folder.errors(exclude="exclude.csv")
    assert ["votes.csv:3", "exclude.csv:1"] == [message.split(": ")[0] for message in found]
    assert ["none.csv: file: no such file or directory; check the path in the round file"] == (
        folder.errors(votes="none.csv", exclude=None)
    )


def test_votes_may_all_be_about_other_proposals(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P9,{A},1\n")
    read = folder.read(other_proposals="ignore")
    assert ([], (0, 32), 0) == (read.votes, read.inputs.keys.shape, len(read.inputs.texts))
