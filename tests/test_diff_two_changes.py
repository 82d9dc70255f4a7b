"""Two things that changed at once: each is named where it played a part, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from merkle.diff import bundle_side, compare
from tests.building import build
from tests.diff_rounds import (
    SmallRound,
    SmallStakes,
    causes_in,
    difference,
    put,
    wallet_text,
)
from tests.round_files import JUP

if TYPE_CHECKING:
    from pathlib import Path

ROUND = SmallRound(votes={(1, 0): 5, (2, 0): 7, (3, 0): 9, (2, 1): 3, (1, 2): 8})


def causes_of(
    wallet: int, old: SmallRound | SmallStakes, new: SmallRound | SmallStakes
) -> list[str]:
    """Return one wallet's causes, which are the same both ways."""
    there, back = difference(old, new)
    assert causes_in(there)[wallet_text(wallet)] == causes_in(back)[wallet_text(wallet)]
    return causes_in(there)[wallet_text(wallet)]


def every_cause(old: SmallRound, new: SmallRound) -> set[str]:
    there, _ = difference(old, new)
    return {name for names in causes_in(there).values() for name in names}


def with_power(old: SmallRound, power: int) -> SmallRound:
    return replace(old, votes={**old.votes, (3, 0): power})


def test_an_excluded_wallet_is_named_as_such_though_its_vote_changed_too() -> None:
    new = replace(with_power(ROUND, 90), excluded=frozenset({3}))
    assert ["row_changed", "exclusion"] == causes_of(3, ROUND, new)


def test_a_wallet_that_both_sides_exclude_has_no_exclusion_as_a_cause() -> None:
    old = replace(ROUND, excluded=frozenset({3}))
    assert "exclusion" not in every_cause(old, with_power(old, 90))


def test_a_multiplier_is_named_though_the_vote_changed_too() -> None:
    new = replace(with_power(ROUND, 90), multipliers={3: Fraction(1, 2)})
    assert ["row_changed", "multiplier"] == causes_of(3, ROUND, new)


def test_a_multiplier_of_others_is_none_of_a_changed_vote() -> None:
    new = replace(with_power(ROUND, 90), multipliers={1: Fraction(1, 2)})
    assert ["row_changed"] == causes_of(3, ROUND, new)


def test_a_pool_is_named_beside_the_minimum_payout_that_changed_too() -> None:
    old = replace(ROUND, votes={(1, 0): 1, (2, 0): 999}, minimum_payout=400)
    new = replace(old, pool=500_003, minimum_payout=401)
    assert ["minimum_payout", "pool"] == causes_of(1, old, new)


def test_a_pool_is_named_beside_the_maximum_payout_that_changed_too() -> None:
    old = SmallStakes(stakes={(wallet, day): wallet for wallet in (1, 2) for day in range(2)})
    new = replace(old, pool=900_000, maximum_payout=500_000)
    assert ["maximum_payout", "pool"] == causes_of(2, old, new)


def test_what_becomes_of_empty_proposals_is_no_cause_where_none_is_empty() -> None:
    new = replace(ROUND, on_empty="redistribute", pool=2_000_003)
    assert "pool" in every_cause(ROUND, new)
    assert "on_empty" not in every_cause(ROUND, new)


def test_whose_votes_divide_a_pool_is_no_cause_where_all_votes_count() -> None:
    new = replace(with_power(ROUND, 90), denominator="all")
    assert "total" in every_cause(ROUND, new)
    assert "denominator" not in every_cause(ROUND, new)


def test_stakes_of_another_period_are_perhaps_only_read_otherwise() -> None:
    old = SmallStakes(stakes={(wallet, day): wallet for wallet in (1, 2) for day in range(2)})
    new = replace(old, stakes={**old.stakes, (1, 0): 5}, days=1)
    assert ["row_changed", "reading"] == causes_of(2, old, new)


def listed(folder: Path, amounts: str, unit: str, decimals: int = 6) -> Path:
    """Build a list round of one row, wallet 1, for each amount."""
    rows = [f"{wallet_text(at)},{amount}" for at, amount in enumerate(amounts.split(), 1)]
    put(folder, "list.csv", ["pubkey,amount", *rows])
    text = (
        f'[round]\nname = "list"\nmethod = "list"\n[[tokens]]\nsymbol = "T"\n'
        f'mint = "{JUP}"\ndecimals = {decimals}\n'
        f'[inputs]\nallocations = "list.csv"\nunit = "{unit}"\n[distributor]\nprogram = "none"\n'
    )
    build(put(folder, "round.toml", [text]), folder / "bundle")
    return folder / "bundle"


@pytest.mark.parametrize(
    ("expected", "amounts", "unit", "decimals"),
    [
        (["reading"], "1 2", "ui", 5),
        (["row_changed", "reading"], "1 3", "ui", 5),
        (["row_changed", "reading"], "1 3", "base", 6),
        (["row_changed"], "2 3", "ui", 6),
    ],
)
def test_a_list_in_another_unit_is_read_otherwise(
    tmp_path: Path, expected: list[str], amounts: str, unit: str, decimals: int
) -> None:
    old = listed(tmp_path / "old", "1 2", "ui")
    new = listed(tmp_path / "new", amounts, unit, decimals)
    diff = compare(bundle_side(old), bundle_side(new), tmp_path)
    assert expected == causes_in(diff)[wallet_text(1)]
