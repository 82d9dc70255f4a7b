"""Causes of rounds by stake, of lists, of other methods and tokens, and of published trees."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocation.address import parse_address
from merkle.codec import read_trees
from merkle.diff import Diff, bundle_side, compare, published_side
from merkle.diff.claims import all_alike, differing_trees
from tests.allocation_rounds import key
from tests.building import build
from tests.diff_rounds import (
    SmallRound,
    SmallStakes,
    causes_in,
    difference,
    put,
    tokens_text,
    wallet_text,
)
from tests.round_files import JUP, WEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STAKES = SmallStakes(
    stakes={(wallet, day): 10**6 * wallet for wallet in range(1, 6) for day in range(2)}
)
VOTES = SmallRound(votes={(1, 0): 5, (2, 0): 7, (3, 0): 9, (2, 1): 3, (1, 2): 8})


def causes(old: SmallRound | SmallStakes, new: SmallRound | SmallStakes) -> dict[str, list[str]]:
    """Return the causes, which are the same both ways; wallets by text."""
    there, back = difference(old, new)
    mirrored = {"row_added": "row_removed", "row_removed": "row_added"}
    assert causes_in(there) == {
        wallet: [mirrored.get(name, name) for name in names]
        for wallet, names in causes_in(back).items()
    }
    return causes_in(there)


def first_causes(old: SmallRound | SmallStakes, new: SmallRound | SmallStakes) -> dict[int, str]:
    found = causes(old, new)
    numbers = {wallet_text(number): number for number in range(1, 10)}
    return {numbers[wallet]: names[0] for wallet, names in found.items()}


def test_another_stake_is_a_changed_row() -> None:
    new = replace(STAKES, stakes={**STAKES.stakes, (1, 1): 5 * 10**6})
    assert {1: "row_changed", 2: "total", 3: "total", 4: "total", 5: "total"} == first_causes(
        STAKES, new
    )


def test_another_minimum_average_is_named_for_those_between() -> None:
    found = first_causes(STAKES, replace(STAKES, minimum_average=2_500_000))
    assert {1: "minimum_average", 2: "minimum_average"} == {n: found[n] for n in (1, 2)}
    assert {"total"} == {found[number] for number in (3, 4, 5)}


def test_a_cap_is_named_for_those_at_it() -> None:
    found = first_causes(STAKES, replace(STAKES, maximum_payout=300_000))
    assert "maximum_payout" == found[5]
    # what the capped ones leave is shared by the others
    assert "maximum_payout" == found[1]


def test_a_wallet_that_reaches_an_unchanged_cap_has_the_total_as_its_cause() -> None:
    old = replace(STAKES, maximum_payout=300_000)
    new = replace(old, stakes={vote: 1 if vote[0] == 1 else s for vote, s in STAKES.stakes.items()})
    found = first_causes(old, new)
    assert "row_changed" == found[1]
    assert {"total"} == {name for wallet, name in found.items() if wallet != 1}


def test_a_minimum_payout_crossed_because_the_pool_changed_names_the_pool() -> None:
    old = replace(STAKES, minimum_payout=60_000)
    found = first_causes(old, replace(old, pool=800_000))
    assert "pool" == found[1]
    assert {"pool"} == set(found.values())


def test_another_period_over_the_same_inputs_is_another_reading() -> None:
    new = replace(STAKES, days=1)
    old = replace(STAKES, stakes={**STAKES.stakes, (1, 1): 7 * 10**6})
    found = first_causes(replace(old, days=2), replace(new, days=1, stakes=old.stakes))
    assert {"reading"} == set(found.values())


def test_another_multiplier_of_everybody_changes_nothing() -> None:
    everybody = {wallet: Fraction(1, 2) for wallet in (1, 2, 3)}
    assert {} == causes(VOTES, replace(VOTES, multipliers=everybody))


def test_another_side_of_a_vote_is_a_changed_row() -> None:
    old = replace(VOTES, exclude_sides=("abstain",))
    assert "row_changed" == first_causes(old, replace(old, sides={(1, 0): "abstain"}))[1]


def test_other_excluded_sides_are_named() -> None:
    old = replace(VOTES, sides={(1, 0): "abstain"})
    assert "exclude_sides" == first_causes(old, replace(old, exclude_sides=("abstain",)))[1]


def test_another_denominator_is_named() -> None:
    old = replace(VOTES, minimum_vote=6)
    found = first_causes(old, replace(old, denominator="all"))
    assert {2: "denominator", 3: "denominator"} == {n: found[n] for n in (2, 3)}


def test_what_becomes_of_an_empty_proposal_is_named() -> None:
    old = replace(VOTES, votes={(1, 0): 5, (2, 0): 7, (3, 1): 1})
    found = first_causes(old, replace(old, on_empty="redistribute"))
    assert {"on_empty"} == set(found.values())


def test_a_proposal_that_becomes_empty_changes_the_total_alone() -> None:
    old = replace(VOTES, on_empty="redistribute")
    new = replace(old, votes={vote: power for vote, power in VOTES.votes.items() if vote[1] != 1})
    found = first_causes(old, new)
    assert "row_removed" == found[2]
    assert {"total"} == {found[1], found[3]}


def test_several_rows_that_came_and_went_are_a_changed_row() -> None:
    new = {vote: power for vote, power in VOTES.votes.items() if vote != (2, 0)}
    assert "row_changed" == first_causes(VOTES, replace(VOTES, votes={**new, (2, 2): 4}))[2]


def test_other_methods_are_the_cause_of_everything() -> None:
    assert {"method"} == set(first_causes(VOTES, STAKES).values())


def listed(folder: Path, amounts: dict[int, int], mint: str = JUP, **settings: str) -> Path:
    """Build a list round; `settings` are of its inputs."""
    rows = [f"{wallet_text(wallet)},{units}" for wallet, units in amounts.items()]
    put(folder, "list.csv", ["pubkey,amount", *rows])
    inputs = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
    text = (
        f'[round]\nname = "<b>list</b>"\nmethod = "list"\n[[tokens]]\nsymbol = "T"\n'
        f'mint = "{mint}"\ndecimals = 6\n[inputs]\nallocations = "list.csv"\n{inputs}'
        '[distributor]\nprogram = "none"\nmax_leaves_per_tree = 2\n'
    )
    build(put(folder, "round.toml", [text]), folder / "bundle")
    return folder / "bundle"


@pytest.fixture
def lists(tmp_path: Path) -> Callable[..., Diff]:
    def diff(old: Path, new: Path) -> Diff:
        return compare(bundle_side(old), bundle_side(new), tmp_path)

    return diff


def test_rows_of_a_list_are_added_removed_and_changed(
    tmp_path: Path, lists: Callable[..., Diff]
) -> None:
    old = listed(tmp_path / "old", {1: 5, 2: 6, 3: 7, 4: 8}, unit="base")
    new = listed(tmp_path / "new", {2: 9, 3: 7, 4: 8, 5: 1}, unit="base")
    diff = lists(old, new)
    assert {1: "row_removed", 2: "row_changed", 5: "row_added"} == {
        number: causes_in(diff)[wallet_text(number)][0] for number in (1, 2, 5)
    }
    (token,) = diff.tokens
    # without wallet 1 everybody stands a row higher: 3 comes into the first tree
    assert [wallet_text(3).encode()] == token.moved.texts.tolist()
    assert ([1], [0]) == (token.moved.old_trees.tolist(), token.moved.new_trees.tolist())


def test_one_list_in_two_units_is_read_otherwise(
    tmp_path: Path, lists: Callable[..., Diff]
) -> None:
    old = listed(tmp_path / "old", {1: 5}, unit="base")
    assert {wallet_text(1): ["reading"]} == causes_in(
        lists(old, listed(tmp_path / "new", {1: 5}, unit="ui"))
    )


def test_a_token_of_one_side_only_is_the_cause(tmp_path: Path, lists: Callable[..., Diff]) -> None:
    diff = lists(listed(tmp_path / "old", {1: 5}), listed(tmp_path / "new", {1: 5}, WEN))
    assert [["token"], ["token"]] == [
        [cause.name for cause in change.causes]
        for token in diff.tokens
        for change in token.changes.each()
    ]
    assert [0, 0] == [len(token.moved) for token in diff.tokens]
    assert [[0], [0]] == [differing_trees(token) for token in diff.tokens]
    assert ("tokens[T].mint", JUP, WEN) in [(s.name, s.old, s.new) for s in diff.settings]


def test_a_published_tree_says_nothing_of_causes(tmp_path: Path) -> None:
    bundle = listed(tmp_path / "old", {1: 5, 2: 6, 3: 7}, unit="base")
    other = listed(tmp_path / "new", {1: 5, 2: 9, 3: 7}, unit="base")
    mint = parse_address(JUP)
    files = sorted((other / "T" / "proofs").iterdir())
    trees = read_trees([(file.name, file.read_bytes()) for file in files], mint)
    published = published_side(trees, mint, "T", 6)
    diff = compare(bundle_side(bundle), published, tmp_path)
    assert {wallet_text(2): ["unrecorded"]} == causes_in(diff)
    assert (None, (), {}) == (published.id, diff.settings, diff.inputs)
    (token,) = published.tokens
    manifest = bundle_side(other).tokens[0]
    assert [tree.root for tree in manifest.trees] == [tree.root for tree in token.trees]
    assert [tree.total for tree in manifest.trees] == [tree.total for tree in token.trees]
    assert all_alike(compare(published, published, tmp_path))


def test_rows_of_a_token_that_a_side_lacks_are_none(tmp_path: Path) -> None:
    side = bundle_side(listed(tmp_path / "old", {1: 5}))
    assert 0 == len(side.rows(key(1)).texts)
    assert np.array_equal([0], side.tokens[0].tree_numbers())


def test_weights_that_fit_only_when_divided_are_compared_as_they_were_divided() -> None:
    whale = {(1, 0): 3 * 2**62, (2, 0): 2**62, (3, 0): 2**62, (3, 1): 2**62}
    old = SmallRound(votes=whale, pool=2**62)
    found = first_causes(old, replace(old, votes={**whale, (2, 0): 2**63}))
    assert {1: "total", 2: "row_changed", 3: "total"} == found


def test_amounts_are_written_as_tokens() -> None:
    assert "1.000003" == tokens_text(1_000_003)
