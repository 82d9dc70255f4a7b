"""What a diff is counted into: percent, groups, trees that differ, settings as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from merkle.diff import Setting
from merkle.diff.claims import all_alike, claimed_alike, differing_trees, why_moved
from merkle.diff.figures import groups_of
from merkle.diff.percent import percent_of
from merkle.diff.wording import readable
from tests.diffing import difference, only_token, side, tree

PAID = {1: (5, 0)}
CUT = {"max_leaves_per_tree": "3", "order": "key"}


@pytest.mark.parametrize(
    ("expected", "change", "before"),
    [
        ("+10.00 %", 1, 10),
        ("-100.00 %", -10, 10),
        ("+0.01 %", 1, 20_000),  # exactly half a hundredth goes away from zero
        ("+<0.01 %", 1, 20_001),
        ("-<0.01 %", -1, 2**64),
        ("0.00 %", 0, 10),
        ("+123,400.00 %", 1234, 1),
        ("-", 5, 0),
    ],
)
def test_percent_are_exact_and_never_show_something_as_nothing(
    expected: str, change: int, before: int
) -> None:
    assert expected == percent_of(change, before)


def test_every_wallet_is_in_one_group() -> None:
    old = {1: (5, 0), 2: (5, 0), 3: (5, 0), 4: (5, 0)}
    new = {2: (9, 0), 3: (3, 0), 4: (0, 5), 5: (7, 0)}
    groups = groups_of(only_token(old, new).changes)
    assert {
        "added": (1, 7),
        "removed": (1, -5),
        "raised": (1, 4),
        "lowered": (1, -2),
        "relocked": (1, 0),
    } == {group.name: (group.wallets, group.difference) for group in groups}


def test_a_bundle_is_claimed_like_its_published_trees() -> None:
    bundle = side(PAID, pool=9, settings=CUT)
    token = only_token(bundle, side(PAID, trees=(tree(version=None),)))
    assert token.old != token.new
    assert claimed_alike(token)


def test_bundles_of_other_settings_are_not_claimed_alike() -> None:
    assert not all_alike(difference(side(PAID, settings=CUT), side(PAID, settings={"order": "x"})))


@pytest.mark.parametrize(
    "other",
    [
        (tree(root=b"1" * 32),),
        (tree(version=1),),
        (tree(distributor=b"1" * 32),),
        (tree(distributor=b"2" * 32), tree(0)),
    ],
)
def test_what_published_trees_do_say_has_to_agree(other: tuple[object, ...]) -> None:
    mine = side(PAID, trees=(tree(distributor=b"2" * 32),))
    token = only_token(mine, side(PAID, trees=other))  # type: ignore[arg-type]
    assert not claimed_alike(token)
    assert [len(other) - 1] == differing_trees(token)


def test_a_token_of_one_side_is_not_claimed_alike() -> None:
    nothing = replace(side({}), tokens=())
    assert not all_alike(difference(nothing, side(PAID)))


@pytest.mark.parametrize(
    ("why", "old", "new"),
    [
        ("rows before them were added or removed", CUT, CUT),
        ("max_leaves_per_tree changed", CUT, CUT | {"max_leaves_per_tree": "4"}),
        ("max_leaves_per_tree and order changed", CUT, {"max_leaves_per_tree": "4", "order": "x"}),
        (
            "rows before them were added or removed, or the input has another order",
            CUT | {"order": "input"},
            CUT | {"order": "input"},
        ),
        (
            "the two sides are cut into trees otherwise, or list wallets in another order",
            CUT,
            {},
        ),
    ],
)
def test_why_wallets_moved_is_said(why: str, old: dict[str, str], new: dict[str, str]) -> None:
    compared = difference(side(PAID, settings=old), side(PAID, settings=new))
    assert why == why_moved(compared, compared.tokens[0])


def test_sizes_of_trees_that_only_the_round_says_are_a_reason_too() -> None:
    compared = difference(side(PAID, settings=CUT), side(PAID, settings=CUT))
    mine = Setting(name="tokens[JUP].tree_sizes", old="3, 4", new="4, 3")
    others = Setting(name="tokens[WEN].order", old="key", new="input")
    compared = replace(compared, settings=(others, mine))
    assert "tree_sizes changed" == why_moved(compared, compared.tokens[0])


def test_a_proposal_of_one_side_is_one_entry() -> None:
    settings = [
        Setting(name="name", old="a", new="b"),
        Setting(name="proposals[P].id", old="none", new="P"),
        Setting(name="proposals[P].title", old="none", new="A title"),
        Setting(name="proposals[P].weight", old="none", new="1/3"),
        Setting(name="proposals[Q].weight", old="1", new="1/3"),
    ]
    assert (
        settings[0],
        Setting(name="proposals[P]", old="none", new="title A title, weight 1/3"),
        settings[4],
    ) == readable(settings)
