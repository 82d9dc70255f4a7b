"""inputs_sha256: recomputed in plain Python, and blind to how the inputs were stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address, parse_address
from tests.allocation_rounds import DISTRIBUTOR, a_token, key
from tests.input_files import HEADER, A, B, C, InputFolder, Read, csv_of, objects_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.round import Token

JUP, WEN = a_token("JUP", None, 6), a_token("WEN", None, 5)
Rows: TypeAlias = "Sequence[tuple[str, ...]]"


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def hash_of(*lines: str) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def test_votes_and_exclusions_are_hashed_as_documented(folder: InputFolder) -> None:
    folder.proposals = ["b", 'a "x"']
    rows = f'b,{B},007,For\n"a ""x""",{A},5,"not\n""For"""\nb,{A},0,\nb,{A},0,\n'
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\n{rows.replace('007', '7')}")
    folder.write("exclude.csv", f"wallet,reason\n{C},team\n{A},cex\n")
    expected = hash_of(
        *("asr inputs 1", "wallets 3", A, B, C),
        *("proposals 2", quoted('a "x"'), quoted("b")),
        *("votes 3", '0,0,5,"not\n""For"""', '0,1,0,""', '1,1,7,"For"'),
        *("exclude 2", '0,"cex"', '2,"team"'),
    )
    assert expected == folder.read(exclude="exclude.csv").inputs.inputs_sha256


def test_votes_without_sides_are_hashed_as_documented(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P1,{A},5\n")
    expected = hash_of(
        *("asr inputs 1", "wallets 1", A, "proposals 2", '"P0"', '"P1"', "votes 1", "0,1,5,")
    )
    assert expected == folder.read().inputs.inputs_sha256


def in_input_order(token: Token) -> Token:
    return replace(token, distributor=replace(DISTRIBUTOR, order="input"))


def test_a_list_is_hashed_as_documented(folder: InputFolder) -> None:
    folder.tokens = (JUP, in_input_order(WEN))
    mints = [format_address(token.mint) for token in folder.tokens]
    rows = [(C, 1, 0), (B, 1, 1), (A, 0, 2), (B, 0, 3), (A, 1, 4)]
    text = "".join(f"{wallet},{mints[token]},{amount}\n" for wallet, token, amount in rows)
    folder.write("list.csv", f"pubkey,mint,amount\n{text}")
    expected = hash_of(
        *("asr inputs 1", "wallets 3", A, B, C, "proposals 0"),
        *(f"allocations {mints[0]} 2", "0,2,0", "1,3,0"),
        *(f"allocations {mints[1]} 3", "2,0,0", "1,1,0", "0,4,0"),
    )
    assert expected == folder.read(allocations="list.csv", unit="base").inputs.inputs_sha256


def test_the_order_of_a_list_counts_only_where_the_round_keeps_it(folder: InputFolder) -> None:
    texts = (f"pubkey,amount\n{A},1\n{B},2\n", f"pubkey,amount\n{B},2\n{A},1\n")
    for token, different in ((JUP, 1), (in_input_order(JUP), 2)):
        folder.tokens, hashes = (token,), set()
        for text in texts:
            folder.write("list.csv", text)
            hashes.add(folder.read(allocations="list.csv").inputs.inputs_sha256)
        assert different == len(hashes)


def test_an_empty_input_is_not_an_absent_one(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},5\n")
    folder.write("exclude.csv", "wallet,reason\n")
    absent, empty = folder.read(), folder.read(exclude="exclude.csv")
    assert absent.inputs.inputs_sha256 != empty.inputs.inputs_sha256


def test_each_value_counts(folder: InputFolder) -> None:
    rows = ["P0,{A},5,x", "P1,{A},5,x", "P0,{B},5,x", "P0,{A},6,x", "P0,{A},5,y", "P0,{A},5,"]
    hashes = set()
    for row in rows:
        folder.write("votes.csv", f"proposal,wallet,voting_power,side\n{row.format(A=A, B=B)}\n")
        hashes.add(folder.read().inputs.inputs_sha256)
    assert len(rows) == len(hashes)


def test_units_do_not_count(folder: InputFolder) -> None:
    folder.write("votes.csv", f"{HEADER}P0,{A},1500000\n")
    folder.write("tokens.csv", f"{HEADER}P0,{A},1.5\n")
    base = folder.read().inputs.inputs_sha256
    assert base == folder.read(votes="tokens.csv", unit="ui").inputs.inputs_sha256


def test_the_types_of_parquet_do_not_count(folder: InputFolder) -> None:
    folder.write("votes.csv", f"proposal,wallet,voting_power,side\nP0,{A},5,1\n")
    expected, hashes = folder.read().inputs.inputs_sha256, set()
    for kind in ("UTINYINT", "BIGINT", "DECIMAL(20, 0)", "VARCHAR"):
        query = f"SELECT 'P0' AS proposal, '{A}' AS wallet, 5::{kind} AS voting_power, 1 AS side"
        folder.parquet("votes.parquet", query)
        hashes.add(folder.read(votes="votes.parquet").inputs.inputs_sha256)
    folder.write("v.jsonl", f'{{"proposal":"P0","wallet":"{A}","voting_power":5,"side":1}}')
    hashes.add(folder.read(votes="v.jsonl").inputs.inputs_sha256)
    assert {expected} == hashes


wallets = st.integers(0, 5).map(lambda number: format_address(key(2 ** (50 * number))))
sides = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
votes = st.dictionaries(
    st.tuples(st.sampled_from(["P0", "\u00e9", 'a "b",\n']), wallets),
    st.tuples(st.integers(0, 2**64 - 1).map(str), sides),
    min_size=1,
    max_size=8,
).map(lambda rows: [(*row, *value) for row, value in rows.items()])
exclusions = st.dictionaries(wallets, sides.filter(bool), max_size=3).map(
    lambda rows: list(rows.items())
)


def write(folder: InputFolder, name: str, columns: tuple[str, ...], rows: Rows) -> None:
    if name.endswith("csv"):
        folder.write(name, csv_of(columns, rows))
    elif name.endswith("jsonl"):
        folder.lines(name, objects_of(columns, rows))
    else:
        folder.lines("rows.json", objects_of(columns, rows))
        named = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
        path = folder.path / "rows.json"
        source = f"read_json('{path}', columns = {{{named}}}, format = 'newline_delimited')"
        folder.parquet(name, f"FROM {source}")


def read_as(folder: InputFolder, ending: str, votes: Rows, exclude: Rows, threads: int) -> Read:
    write(folder, f"v.{ending}", ("proposal", "wallet", "voting_power", "side"), votes)
    write(folder, f"e.{ending}", ("wallet", "reason"), exclude)
    return folder.read(threads, votes=f"v.{ending}", exclude=f"e.{ending}")


@settings(max_examples=8, deadline=None)
@given(votes, exclusions, st.randoms())
def test_format_order_and_repetition_of_rows_do_not_count(
    tmp_path_factory: pytest.TempPathFactory, votes: Rows, exclude: Rows, random: Any
) -> None:
    folder = InputFolder(tmp_path_factory.getbasetemp())
    folder.proposals = ["P0", "\u00e9", 'a "b",\n']
    expected = sorted(
        ((proposal, wallet, int(power), side) for proposal, wallet, power, side in votes),
        key=lambda row: (parse_address(row[1]), row[0].encode()),
    )
    hashes = set()
    for ending in ("csv", "jsonl", "parquet"):
        repeated = [*votes, *random.choices(votes, k=2)]
        random.shuffle(repeated)
        read = read_as(folder, ending, repeated, exclude, random.choice([1, 2]))
        hashes.add(read.inputs.inputs_sha256)
        assert sorted(expected, key=str) == sorted(read.votes, key=str)
        by_wallet = [(parse_address(vote[1]), vote[0].encode()) for vote in read.votes]
        assert sorted(by_wallet) == by_wallet
        assert sorted(exclude) == sorted(read.excluded)
    assert 1 == len(hashes)


listed = st.lists(
    st.tuples(wallets, st.sampled_from(["0", "1.5", "12"]), st.sampled_from(["0", "2.000001"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=5, deadline=None)
@given(listed)
def test_the_format_of_a_list_does_not_count(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    folder = InputFolder(tmp_path_factory.getbasetemp(), (in_input_order(JUP),))
    found = []
    for ending in ("csv", "jsonl", "parquet"):
        write(folder, f"l.{ending}", ("recipient", "amount", "locked_amount"), rows)
        read = folder.read(allocations=f"l.{ending}", duplicates="sum")
        found.append((read.inputs.inputs_sha256, tuple(read.listed)))
    assert 1 == len(set(found))
    assert [*dict.fromkeys(wallet for wallet, *_ in rows)] == [row[1] for row in found[0][1]]


def test_threads_do_not_count(folder: InputFolder) -> None:
    wallets = [format_address(key(7**number % 2**255)) for number in range(2_000)]
    rows = [
        (f"P{number % 5}", wallet, str(number**6), f"side {number % 3}")
        for wallet in wallets
        for number in range(5)
    ]
    folder.proposals = [f"P{number}" for number in range(5)]
    first = read_as(folder, "jsonl", rows, [], 1)
    second = read_as(folder, "csv", rows[::-1], [], 2)
    assert first.votes == second.votes
    assert first.inputs.inputs_sha256 == second.inputs.inputs_sha256
    assert json.dumps(first.inputs.notes) == json.dumps(second.inputs.notes)
