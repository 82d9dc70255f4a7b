"""A breakdown that is none of its round is refused, at once, before its rows are matched."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.diff import breakdown, bundle_side, compare
from tests.building import build
from tests.diff_rounds import SmallRound, SmallStakes, causes_in, difference, wallet_text
from tests.test_diff_records import with_breakdown

if TYPE_CHECKING:
    from pathlib import Path

VOTES = SmallRound(votes={(1, 0): 5, (2, 0): 7, (3, 0): 9, (2, 1): 3})
STAKES = SmallStakes(stakes={(wallet, day): 10**6 * wallet for wallet in (1, 2) for day in (0, 1)})

ONE_ROW = "SELECT * FROM (FROM {rows} LIMIT 1), range(100_000)"
EACH_TWICE = "SELECT * FROM (SELECT *, row_number() OVER () AS n FROM {rows}), range(2) ORDER BY n"
BACKWARDS = "SELECT *, row_number() OVER () AS n FROM {rows} ORDER BY n DESC"
TWICE = "a wallet has two rows for one proposal"
UNSORTED = "its rows are not sorted by wallet key, or one stands twice"


def bundles(folder: Path, one: SmallRound | SmallStakes) -> tuple[Path, Path]:
    for name in ("old", "new"):
        build(one.write(folder / name), folder / name / "bundle")
    return folder / "old" / "bundle", folder / "new" / "bundle"


@pytest.fixture(scope="module")
def by_votes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return bundles(tmp_path_factory.mktemp("votes"), VOTES)


@pytest.fixture(scope="module")
def by_stakes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return bundles(tmp_path_factory.mktemp("stakes"), STAKES)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (ONE_ROW, TWICE),
        (EACH_TWICE, TWICE),
        (BACKWARDS, UNSORTED),
        ("SELECT * REPLACE (repeat(wallet, 2) AS wallet) FROM {rows}", "a wallet is no address"),
        (
            "SELECT * REPLACE (nullif(wallet, min(wallet) OVER ()) AS wallet) FROM {rows}",
            "a wallet is no address",
        ),
        ("SELECT * REPLACE ('P9' AS proposal) FROM {rows}", "a row has no part"),
        ("SELECT * REPLACE ('lazy' AS cause) FROM {rows}", "a row has no cause"),
        ("SELECT * REPLACE ('lazy' AS JUP_cause) FROM {rows}", "a row has no token_cause"),
        ("SELECT * REPLACE (NULL::UBIGINT AS JUP_reward) FROM {rows}", "a row has no reward"),
        ("SELECT * REPLACE (NULL::UBIGINT AS power) FROM {rows}", "a row has no power"),
        ("SELECT * REPLACE (-1 AS weight) FROM {rows}", "out of range"),
        ("SELECT * REPLACE ('many' AS weight) FROM {rows}", "Could not convert"),
        (
            "SELECT * REPLACE (9_223_372_036_854_775_808::UBIGINT AS JUP_reward) FROM {rows}",
            r"the rewards of a wallet add up to more than 2\^64 - 1",
        ),
    ],
)
def test_a_breakdown_of_votes_that_is_none_is_refused(
    by_votes: tuple[Path, Path], tmp_path: Path, query: str, problem: str
) -> None:
    forged = with_breakdown(by_votes[1], tmp_path, query)
    message = f"{forged}/breakdown.parquet: no breakdown of this round: .*{problem}"
    for old, new in ((by_votes[0], forged), (forged, by_votes[0])):
        with pytest.raises(AsrError, match=message):
            compare(bundle_side(old), bundle_side(new), tmp_path)


@pytest.mark.parametrize("query", [ONE_ROW, EACH_TWICE, BACKWARDS])
def test_a_breakdown_of_stakes_has_each_wallet_once_in_key_order(
    by_stakes: tuple[Path, Path], tmp_path: Path, query: str
) -> None:
    forged = with_breakdown(by_stakes[1], tmp_path, query)
    with pytest.raises(AsrError, match=UNSORTED):
        compare(bundle_side(by_stakes[0]), bundle_side(forged), tmp_path)


def test_two_breakdowns_of_one_row_many_times_are_refused_at_once(
    by_votes: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    old = with_breakdown(by_votes[0], tmp_path / "other", ONE_ROW)
    new = with_breakdown(by_votes[1], tmp_path, ONE_ROW)
    with pytest.raises(AsrError, match=f"{old}/breakdown.parquet: .*: {TWICE}"):
        compare(bundle_side(old), bundle_side(new), tmp_path)  # there would be 10^10 pairs


def test_a_wallet_whose_rows_are_read_piece_by_piece_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = {(wallet, proposal): wallet + proposal for wallet in (1, 2) for proposal in (0, 1)}
    for name, pool in (("old", 1_000), ("new", 2_000)):
        build(SmallRound(votes=votes, pool=pool).write(tmp_path / name), tmp_path / name / "bundle")
    old, new = (bundle_side(tmp_path / name / "bundle") for name in ("old", "new"))
    in_one = causes_in(compare(old, new, tmp_path))
    assert {wallet_text(1): ["pool"], wallet_text(2): ["pool"]} == in_one
    monkeypatch.setattr(breakdown, "ROW_GROUP", 1)  # three proposals: three rows at a time
    assert in_one == causes_in(compare(old, new, tmp_path))


def test_weights_beyond_64_bits_are_compared_in_full() -> None:
    part = Fraction(999_982, 999_983)
    votes = {(1, 0): 2**62, (2, 0): 2**62 + 1, (3, 0): 2**62}
    old = SmallRound(votes=votes, pool=2**40, multipliers={3: part})
    there, _ = difference(old, replace(old, pool=2**40 + 2**20))
    assert [["pool"]] * 3 == list(causes_in(there).values())
    # this weight is smaller by 2^62 x 4, so that its last 64 bits are the same
    there, _ = difference(old, replace(old, multipliers={3: part - Fraction(4, 999_983)}))
    assert ["multiplier"] == causes_in(there)[wallet_text(3)]
