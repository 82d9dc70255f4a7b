"""A bundle that contradicts itself is refused, however carefully its digests were forged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from tests.explanations import A, E, Files, by_hand, explained
from tests.plain_bundle import seal

if TYPE_CHECKING:
    from pathlib import Path

IN_ORDER: Final = "ORDER BY file_row_number"
ROWS: Final = "SELECT * EXCLUDE file_row_number FROM ROWS"


def with_breakdown(files: Files, folder: Path, query: str) -> Files:
    """Replace the breakdown by what a query makes of it, and seal again."""
    before, after = folder / "before.parquet", folder / "after.parquet"
    before.write_bytes(files["breakdown.parquet"])
    made = query.replace("FROM ROWS", f"FROM read_parquet('{before}', file_row_number = true)")
    duckdb.execute(f"COPY ({made}) TO '{after}' (FORMAT parquet)")
    return seal({**files, "breakdown.parquet": after.read_bytes()})


def changing(condition: str = f"wallet = '{A}' AND proposal = 'first'", **cells: str) -> str:
    """Write the query that changes cells of the rows that meet a condition."""
    changed = ", ".join(
        f'CASE WHEN {condition} THEN {value} ELSE "{column}" END AS "{column}"'
        for column, value in cells.items()
    )
    return f"SELECT * EXCLUDE file_row_number REPLACE ({changed}) FROM ROWS {IN_ORDER}"  # noqa: S608 - ours


def as_text(column: str, value: str) -> str:
    """Write the query that turns a column into text, with `value` in the first row of A."""
    return changing(**{column: value}).replace(f'ELSE "{column}"', f'ELSE "{column}"::VARCHAR')


def test_the_sound_bundle_is_explained() -> None:
    code, out, err = explained(by_hand(), A)
    assert (0, "") == (code, err)
    assert "sum          15 + 12 + 0 = 27\n" in out


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (
            changing(JUP_reward="16"),
            (
                "proposal first: its reward is 16, but weight 1, a total of 3 and a pool of 43 "
                "give 15"
            ),
        ),
        (changing(weight="2"), "proposal first: power 1 cannot have weight 2"),
        (changing(power="NULL"), "proposal first: power None cannot have weight 1"),
        (
            changing(cause="'excluded'"),
            "an excluded wallet has a vote that is not excluded",
        ),
        (
            changing(cause="'minimum_vote'"),
            "proposal first: the cause is 'minimum_vote', but by the rules 1 has None",
        ),
        (
            changing(cause="'side'"),
            "proposal first: the cause is 'side', but by the rules 1 has None",
        ),
        (
            changing(f"wallet = '{A}' AND proposal = 'third'", cause="NULL"),
            "proposal third: the cause is None, but by the rules 0 has 'zero_power'",
        ),
        (
            changing(JUP_cause="'excluded'"),
            "proposal first: its cause for JUP is 'excluded', but None follows from the rules",
        ),
        (
            changing(proposal="'fourth'"),
            "the rows are not votes on different proposals, in id order",
        ),
        (
            changing(proposal="'second'"),
            "the rows are not votes on different proposals, in id order",
        ),
        (
            changing(proposal="NULL"),
            "the rows are not votes on different proposals, in id order",
        ),
        (as_text("weight", "'1e3'"), "'1e3' is no whole number"),
        (as_text("weight", "'-1'"), "'-1' is no whole number"),
        (as_text("weight", "repeat('9', 101)"), f"'{'9' * 100}' is no whole number"),
        (changing(JUP_reward="NULL"), "None is no whole number"),
        (
            "SELECT * EXCLUDE (file_row_number, JUP_cause) FROM ROWS ORDER BY file_row_number",
            None,
        ),
        ("SELECT [1] AS wallet", None),
    ],
)
def test_a_forged_row_is_refused(query: str, problem: str | None, tmp_path: Path) -> None:
    code, out, err = explained(with_breakdown(by_hand(), tmp_path, query))
    assert (1, "") == (code, out)
    # where the columns are others, the rest is in the words of DuckDB
    expected = f"{problem}\n" if problem else "no breakdown of this round: Binder Error: "
    assert err.startswith(f"error: breakdown.parquet: {A}: {expected}")


@pytest.mark.parametrize(
    ("wallet", "query", "problem"),
    [
        (
            A,
            f"{ROWS} WHERE proposal != 'first' ORDER BY file_row_number",
            "the steps add up to 12, but the leaf of JUP has 27",
        ),
        (
            A,
            changing(
                f"wallet = '{A}' AND power > 0",
                cause="'excluded'",
                JUP_cause="'excluded'",
                JUP_reward="0",
            ),
            "the steps add up to 0, but the leaf of JUP has 27",
        ),
    ],
)
def test_rows_that_make_another_sum_than_the_leaf_are_refused(
    wallet: str, query: str, problem: str, tmp_path: Path
) -> None:
    code, out, err = explained(with_breakdown(by_hand(), tmp_path, query), wallet)
    assert (1, "", f"error: JUP/allocations.csv: {wallet}: {problem}\n") == (code, out, err)


def test_a_paid_wallet_without_a_row_is_refused(tmp_path: Path) -> None:
    forged = with_breakdown(by_hand(), tmp_path, f"{ROWS} WHERE wallet != '{A}'")
    assert (
        1,
        "",
        f"error: breakdown.parquet: {A}: has no row of it, but it is paid\n",
    ) == explained(forged)


def test_a_row_that_pays_a_wallet_without_a_leaf_is_refused(tmp_path: Path) -> None:
    query = changing(
        f"wallet = '{E}'", cause="NULL", JUP_cause="NULL", power="3", weight="3", JUP_reward="43"
    )
    code, _, err = explained(with_breakdown(by_hand(), tmp_path, query), E)
    problem = "the steps add up to 43, but the leaf of JUP has nothing"
    assert (1, f"error: JUP/allocations.csv: {E}: {problem}\n") == (code, err)


def test_what_is_no_parquet_is_refused() -> None:
    code, _, err = explained(seal({**by_hand(), "breakdown.parquet": b"PAR1 nothing PAR1"}))
    assert 1 == code
    assert err.startswith(f"error: breakdown.parquet: {A}: no breakdown of this round: ")
    assert 1 == err.count("\n")


def test_for_machines_a_refusal_is_a_finding(tmp_path: Path) -> None:
    code, out, err = explained(
        with_breakdown(by_hand(), tmp_path, changing(weight="2")), A, "--json"
    )
    assert (1, "") == (code, err)
    assert {
        "file": "breakdown.parquet",
        "problem": "proposal first: power 1 cannot have weight 2",
        "line": None,
        "wallet": A,
    } == json.loads(out)["findings"][0]
