"""What a diff is held to: each gate lets through what it names and nothing beyond."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from allocation.errors import BadValueError, InputErrors
from merkle.diff import Setting, bundle_side
from merkle.diff.gates import Expected, Gates, violations_of
from merkle.diff.gates_file import cause_of, merged, parse_expected
from merkle.diff.limits import exceeds, percent_of_old, percent_or_tokens
from tests.diffing import NEW, OLD, Paid, difference, side, tree, wallet

if TYPE_CHECKING:
    from pathlib import Path


def found(gates: Gates, old: Paid = OLD, new: Paid = NEW) -> list[str]:
    expected = Expected(every=gates, tokens={})
    return [str(one) for one in violations_of(difference(old, new), expected)]


@pytest.mark.parametrize("name", ["added", "removed", "raised", "lowered", "relocked"])
def test_a_count_is_a_violation_above_what_is_allowed(name: str) -> None:
    gate = f"allow_{name}"
    assert [] == found(Gates(**{gate: 1}))  # type: ignore[arg-type]
    assert [f"JUP: 1 wallet {name}, expected at most 0 ({gate})"] == found(Gates(**{gate: 0}))  # type: ignore[arg-type]


def test_wallets_that_move_to_another_tree_are_counted() -> None:
    old, new = (side({1: (1, 0), 2: (1, 0)}, trees=(tree(1), tree(1))) for _ in range(2))
    moved = side({2: (1, 0), 1: (1, 0)}, trees=(tree(1), tree(1)))
    expected = Expected(every=Gates(allow_moved=1), tokens={})
    assert () == violations_of(difference(old, new), expected)
    (one,) = violations_of(difference(old, moved), expected)
    assert "JUP: 2 wallets moved, expected at most 1 (allow_moved)" == str(one)


@pytest.mark.parametrize(("most", "wallets"), [("10%", 0), ("9.999999999 %", 1), ("0.4", 2)])
def test_a_wallet_of_both_sides_may_change_by_so_much_and_not_a_unit_more(
    most: str, wallets: int
) -> None:
    compared = difference(OLD, NEW)
    gates = Gates(max_change=percent_of_old(most))
    violations = violations_of(compared, Expected(every=gates, tokens={}))
    assert wallets == sum(len(one.wallets) for one in violations)
    assert wallets == 0 or wallet(2) in violations[0].wallets


@pytest.mark.parametrize(
    ("limit", "exceeded"),
    [("22.45%", False), ("22.4%", True), ("8.98", False), ("8.97", True), ("0", True)],
)
def test_a_total_may_change_by_percent_or_tokens(limit: str, exceeded: bool) -> None:
    # 4000 -> 3102 base units of two decimals: 8.98 tokens, 22.45 %
    gates = Gates(max_total_change=percent_or_tokens(limit))
    assert exceeded == bool(found(gates))


def test_the_limit_is_named_as_it_was_written() -> None:
    gates = Gates(max_total_change=percent_or_tokens("1.50"), max_change=percent_of_old("1"))
    assert [
        "JUP: the total changed by more than 1.50 tokens (max_total_change)",
        "JUP: 1 wallet changed by more than 1 % (max_change)",
    ] == found(gates)


def test_against_published_trees_every_change_is_unexplained() -> None:
    assert ["JUP: 5 wallets by unrecorded (no_unexplained)"] == found(Gates(no_unexplained=True))
    assert ["JUP: 5 wallets by unrecorded (allow_cause)"] == found(Gates(allow_cause=("pool",)))
    assert [] == found(Gates(allow_cause=("unrecorded",)))


def test_the_first_wallets_of_a_violation_are_named() -> None:
    (one,) = violations_of(
        difference(OLD, NEW), Expected(every=Gates(no_unexplained=True), tokens={})
    )
    assert {
        "gate": "no_unexplained",
        "token": "JUP",
        "problem": "5 wallets by unrecorded",
        "wallets": list(one.wallets),
    } == one.as_json()
    assert 3 == len(one.wallets)


def test_other_roots_are_a_violation() -> None:
    gates = Expected(every=Gates(same_roots=True), tokens={})
    same = difference(side(OLD), side(OLD))
    other = difference(side(OLD), side(OLD, trees=(tree(4, root=b"1" * 32),)))
    assert () == violations_of(same, gates)
    assert ["JUP: 1 tree differs (same_roots)"] == [str(one) for one in violations_of(other, gates)]


def test_published_trees_cannot_have_the_same_rules_or_inputs() -> None:
    expected = Expected(every=Gates(), tokens={}, same_rules=True, same_inputs=True)
    assert [
        "published trees do not say their settings (same_rules)",
        "published trees do not say their inputs (same_inputs)",
    ] == [str(one) for one in violations_of(difference(OLD, NEW), expected)]


def test_gates_of_a_token_go_before_those_of_all_even_to_allow_nothing() -> None:
    every = Gates(allow_added=5, no_unexplained=True)
    own = Gates(allow_added=0, no_unexplained=False)
    assert Gates(allow_added=0, no_unexplained=False) == own.over(every)
    expected = Expected(every=every, tokens={"JUP": own})
    assert ["allow_added"] == [one.gate for one in violations_of(difference(OLD, NEW), expected)]


EXPECTATIONS = """
same_rules = true
allow_removed = 0
max_change = "10%"
allow_cause = ["pool", "row added"]

[tokens.JUP]
allow_removed = 5
max_total_change = "1500.25"
no_unexplained = true
"""


def test_a_file_says_what_every_token_and_what_one_token_is_held_to() -> None:
    expected = parse_expected("expected.toml", EXPECTATIONS, ["JUP", "WEN"])
    assert (True, False) == (expected.same_rules, expected.same_inputs)
    assert 0 == expected.every.allow_removed
    assert ("pool", "row_added") == expected.every.allow_cause
    own = expected.tokens["JUP"].over(expected.every)
    assert (5, True, percent_of_old("10%")) == (
        own.allow_removed,
        own.no_unexplained,
        own.max_change,
    )
    assert Fraction(6001, 4) == (own.max_total_change or percent_of_old("1")).amount


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("alow_added = 1", "e.toml:1: alow_added '1': unknown key; did you mean \"allow_added\"?"),
        ("[tokens.JPU]", "e.toml:1: tokens.JPU: a token of neither side; known: JUP"),
        ("[tokens.JUP]\nsame_rules = true", "unknown key"),
        ('allow_cause = ["pol"]', "no cause of a change; did you mean pool?"),
        ("max_change = 10.5", "a float, not text"),
        ('max_change = "ten"', 'no percent; write digits, e.g. "10%" or "0.5%"'),
        ('max_total_change = "1e3"', "neither percent nor tokens"),
        ("allow_moved = -1", "out of range"),
        ("allow_moved = 1 1", "correct the TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_its_line(text: str, finding: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_expected("e.toml", text, ["JUP"])
    assert finding in str(caught.value)


def test_a_cause_that_nothing_is_like_is_answered_with_all_of_them() -> None:
    with pytest.raises(BadValueError, match="known: unexplained, unrecorded, token"):
        cause_of("zzz")


def test_the_command_line_goes_before_the_top_of_the_file() -> None:
    in_file = Expected(every=Gates(allow_added=1, allow_moved=2), tokens={"JUP": Gates()})
    asked = Expected(every=Gates(allow_added=0), tokens={}, same_inputs=True)
    assert Expected(
        every=Gates(allow_added=0, allow_moved=2), tokens={"JUP": Gates()}, same_inputs=True
    ) == merged(in_file, asked)


@pytest.mark.parametrize("text", ["", "+1%", "01%", "1,5%", "\u0661%", "1%%", "1" * 19, "-1"])
def test_percent_are_plain_digits(text: str) -> None:
    with pytest.raises(BadValueError):
        percent_of_old(text)


def test_a_change_from_nothing_exceeds_every_percentage() -> None:
    assert exceeds(1, 0, 6, percent_of_old("1000"))
    assert not exceeds(0, 0, 6, percent_of_old("0"))


def test_counts_of_settings_agree_with_their_noun(fixture_bundle: Path) -> None:
    compared = difference(bundle_side(fixture_bundle), bundle_side(fixture_bundle))
    expected = Expected(every=Gates(), tokens={}, same_rules=True, same_inputs=True)
    assert () == violations_of(compared, expected)
    one = Setting(name="name", old="a", new="b")
    changed = replace(compared, settings=(one,), inputs={"votes": ("a", "b"), "x": (None, "c")})
    assert ["1 setting changed (same_rules)", "2 inputs changed (same_inputs)"] == [
        str(violation) for violation in violations_of(changed, expected)
    ]
