# ruff: noqa: S608 - tests write their own queries
"""Parquet files as inputs: what is read, and what is said about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.input_files import A, B, InputFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


def rows(power: str, *more: str) -> str:
    """Two votes whose power is of some type; `more` columns come first."""
    columns = "".join(f"{column}, " for column in more)
    return (
        f"SELECT {columns}proposal, wallet, {power} AS voting_power "
        f"FROM (VALUES ('P0', '{A}', 5), ('P1', '{B}', 7)) AS votes(proposal, wallet, power)"
    )


TYPES = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    *("DECIMAL(3, 0)", "DECIMAL(9, 0)", "DECIMAL(18, 0)", "DECIMAL(38, 0)", "VARCHAR"),
)


@pytest.mark.parametrize("kind", TYPES)
def test_integers_and_text_are_read(folder: InputFolder, kind: str) -> None:
    folder.parquet("votes.parquet", rows(f"CAST(power AS {kind})"))
    assert [("P0", A, 5, None), ("P1", B, 7, None)] == folder.read(votes="votes.parquet").votes


@pytest.mark.parametrize(
    ("kind", "named", "problem"),
    [
        ("DOUBLE", "DOUBLE", "loses units of large amounts"),
        ("FLOAT", "FLOAT", "loses units of large amounts"),
        ("HUGEINT", "DOUBLE", "loses units of large amounts"),  # DuckDB writes it so
        ("DECIMAL(18, 1)", "DECIMAL(18,1)", "neither integer nor text"),
        ("BOOLEAN", "BOOLEAN", "neither integer nor text"),
    ],
)
def test_other_types_are_refused(folder: InputFolder, kind: str, named: str, problem: str) -> None:
    folder.parquet("votes.parquet", rows(f"CAST(power AS {kind})"))
    assert [
        (
            f"votes.parquet: voting_power '{named}': {problem}; write it as integer, DECIMAL(n, 0) "
            "or text"
        )
    ] == folder.errors(votes="votes.parquet")


def test_bytes_are_no_text(folder: InputFolder) -> None:
    folder.parquet("votes.parquet", rows("power", "CAST('x' AS BLOB) AS side"))
    assert [
        (
            "votes.parquet: side 'BLOB': neither integer nor text; write it as integer, DECIMAL(n, "
            "0) or text"
        )
    ] == folder.errors(votes="votes.parquet")


def test_other_columns_may_hold_anything(folder: InputFolder) -> None:
    more = ("{'wallet': 1, 'b': [2]} AS s", "[{'wallet': 1}] AS l", "1.5 AS f", "NULL AS n")
    folder.parquet("votes.parquet", rows("power", *more))
    read = folder.read(votes="votes.parquet")
    assert [("P0", A, 5, None), ("P1", B, 7, None)] == read.votes
    ignored = ["f", "l", "n", "s"]
    assert {"votes": {"ignored_columns": ignored, "identical_rows": 0}} == read.inputs.notes


def test_every_bad_cell_is_reported_by_its_row_from_1(folder: InputFolder) -> None:
    folder.parquet(
        "votes.parquet",
        "SELECT * FROM (VALUES "
        f"('P0', '{A}', 5::BIGINT, 'x'), ('P0', NULL, -5, NULL), ('P9', '0', 5, 'a' || chr(0))"
        ") AS votes(proposal, voter, voting_power, choice)",
    )
    assert [
        "votes.parquet:2: voter: NULL; write a value",
        "votes.parquet:2: choice: NULL; write a value",
        (
            "votes.parquet:2: voting_power '-5': negative; write base units as plain digits, e.g. "
            "1500000"
        ),
        (
            "votes.parquet:3: proposal 'P9': no proposal of the round; add it to the round file, "
            'or set other_proposals = "ignore"'
        ),
        "votes.parquet:3: voter '0': not base58; paste the whole base58 address",
        "votes.parquet:3: choice 'a\\x00': a NUL character; remove it",
    ] == folder.errors(votes="votes.parquet")


def test_a_repeated_row_is_named_by_row(folder: InputFolder) -> None:
    folder.parquet(
        "votes.parquet",
        f"SELECT 'P0' AS proposal, '{A}' AS wallet, unnest([5, 7]) AS voting_power",
    )
    assert [
        f"votes.parquet:2: wallet '{A}': already voted 5 on this proposal in row 1; keep one row"
    ] == folder.errors(votes="votes.parquet")


def test_a_missing_column_is_named(folder: InputFolder) -> None:
    folder.parquet("votes.parquet", f"SELECT 'P0' AS proposal, '{A}' AS Wallet")
    assert [
        (
            "votes.parquet: wallet: missing column; rename 'Wallet' to 'wallet': names are taken "
            "as they are"
        ),
        "votes.parquet: voting_power: missing column; add it; the file has proposal, Wallet",
    ] == folder.errors(votes="votes.parquet")


def renamed(folder: InputFolder, name: str, **names: str) -> None:
    """Give columns names that DuckDB would not write."""
    content = (folder.path / name).read_bytes()
    for old, new in names.items():
        content = content.replace(old.encode(), new.encode())
    folder.write(name, content)


def test_names_that_differ_by_case_are_two_columns(folder: InputFolder) -> None:
    folder.parquet("votes.parquet", rows("power", "'x' AS wolleT"))
    renamed(folder, "votes.parquet", wolleT="walleT")
    read = folder.read(votes="votes.parquet")
    assert [("P0", A, 5, None), ("P1", B, 7, None)] == read.votes
    folder.parquet("votes.parquet", rows("power", "'x' AS wollet"))
    renamed(folder, "votes.parquet", wollet="wallet")
    assert [
        "votes.parquet: wallet: this column stands twice; remove one of the two"
    ] == folder.errors(votes="votes.parquet")


def test_what_is_no_parquet_is_refused(folder: InputFolder) -> None:
    remedy = "write the file anew"
    folder.write("votes.parquet", "proposal,wallet,voting_power\n")
    assert [
        (
            "votes.parquet: file: cannot be read: Invalid Input Error: No magic bytes found at end "
            f"of file 'votes.parquet'; {remedy}"
        )
    ] == folder.errors(votes="votes.parquet")
    folder.write("votes.parquet", "")
    assert ["votes.parquet: file: empty; write what the round is about into it"] == folder.errors(
        votes="votes.parquet"
    )


def test_text_that_is_not_utf_8_is_refused(folder: InputFolder) -> None:
    folder.parquet("votes.parquet", rows("power", "'xyz' AS side"))
    content = (folder.path / "votes.parquet").read_bytes()
    folder.write("votes.parquet", content.replace(b"xyz", b"\xffyz"))
    found = folder.errors(votes="votes.parquet")
    assert 1 == len(found)
    assert found[0].startswith("votes.parquet: file: cannot be read: Invalid Input Error: Invalid")


def test_no_rows_are_refused(folder: InputFolder) -> None:
    folder.parquet("votes.parquet", f"{rows('power')} LIMIT 0")
    assert ["votes.parquet: file: no rows; write what the round is about into it"] == folder.errors(
        votes="votes.parquet"
    )


def test_a_folder_named_like_a_column_adds_none(folder: InputFolder) -> None:
    (folder.path / "side=x").mkdir()
    folder.parquet("side=x/votes.parquet", rows("power"))
    folder.write("side=x/votes.csv", f"proposal,wallet,voting_power\nP0,{A},5\n")
    folder.write("side=x/votes.jsonl", f'{{"proposal":"P0","wallet":"{A}","voting_power":5}}')
    for name in ("side=x/votes.csv", "side=x/votes.jsonl", "side=x/votes.parquet"):
        assert ("P0", A, 5, None) == folder.read(votes=name).votes[0]


def test_many_rows_keep_their_numbers_in_the_slow_reader(folder: InputFolder) -> None:
    folder.parquet(
        "votes.parquet",
        "SELECT 'P0' AS proposal, 'x' || i AS wallet, if(i = 25000, -1, i) AS voting_power "
        "FROM range(30000) AS rows(i)",
        ", ROW_GROUP_SIZE 2048",
    )
    found = folder.errors(votes="votes.parquet")
    assert 30_001 == len(found)
    assert (
        "votes.parquet:25001: voting_power '-1': negative; write base units as plain digits, "
        "e.g. 1500000"
    ) == found[25_001]
