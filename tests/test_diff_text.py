"""What `asr diff` tells people: nothing wider than a terminal, nothing that moves it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from merkle.cli.diffs_text import LONGEST_VALUE, SHOWN_SETTINGS, diff_lines
from merkle.cli.output import WIDTH
from merkle.diff import Setting
from tests.diffing import NEW, OLD, Paid, difference, side, tree


def test_large_amounts_are_stacked_rather_than_wide() -> None:
    old, new = {1: (2**63, 0)}, {1: (2**63 + 5, 0), 2: (10**17, 0)}
    lines = diff_lines(difference(old, new), None)
    assert "    gains       +1,000,000,000,000,000.05" in lines
    assert all(len(line) <= WIDTH for line in lines)
    assert any(line.startswith("  up to +0.01 %") for line in lines)
    wide: Paid = {0: (2**63, 0)}
    changed = side(wide, pool=2**63, symbol="LONG")
    assert "  pool" in diff_lines(difference(changed, side({0: (1, 0)}, pool=2**62)), None)


def test_equal_amounts_in_other_trees_are_said() -> None:
    lines = diff_lines(difference(side(OLD), side(OLD, trees=(tree(4, root=b"1" * 32),))), None)
    assert "  the same wallets and amounts" in lines
    assert "  1 -> 1 tree, 1 of them differs" in lines


def test_a_locked_part_is_shown_beside_the_reward() -> None:
    lines = diff_lines(difference({4: (1000, 0)}, {4: (0, 1000)}), None)
    assert any("10.00 -> 10.00 (10.00 locked)" in " ".join(line.split()) for line in lines)
    assert any("another part locked" in line for line in lines)


def test_many_and_long_settings_are_cut() -> None:
    many = tuple(
        Setting(name=f"rules.r{at}", old="none", new="\x1b" + "x" * 1000)
        for at in range(SHOWN_SETTINGS + 2)
    )
    lines = diff_lines(replace(difference(OLD, NEW), settings=many), None)
    assert "  ... and 2 more settings (--json lists all)" in lines
    assert not any("\x1b" in line for line in lines)
    assert all(len(line) <= LONGEST_VALUE + len("    new  ") for line in lines)


@pytest.mark.parametrize("fact", ["tool", "format"])
def test_a_tool_or_format_that_changed_is_named(fact: str) -> None:
    compared = difference(OLD, NEW)
    old, new = (
        replace(one, facts={fact: value})
        for one, value in ((compared.old, "1"), (compared.new, "2"))
    )
    assert f"{fact}  1 -> 2" in diff_lines(replace(compared, old=old, new=new), None)


def test_a_name_without_end_is_cut() -> None:
    setting = Setting(name=f"proposals[{'x' * 1000}].weight", old="1", new="2")
    lines = diff_lines(replace(difference(OLD, NEW), settings=(setting,)), None)
    assert all(len(line) <= LONGEST_VALUE + len("  ") for line in lines)


def test_more_trees_than_a_screen_holds_are_counted() -> None:
    old = side(dict.fromkeys(range(5), (1, 0)), trees=tuple(tree(1) for _ in range(5)))
    roots = tuple(tree(1, root=b"1" * 32, distributor=b"1" * 32) for _ in range(4))
    new = side(dict.fromkeys(range(4), (1, 0)), trees=roots)
    lines = diff_lines(difference(old, new), None)
    assert "  5 -> 4 trees, 5 of them differ" in lines
    assert "  ... and 2 more trees (--json and --csv list all)" in lines


def test_inputs_that_are_other_files_are_named_and_a_token_of_one_side_is_said_to_be() -> None:
    nothing = replace(side({}), tokens=())
    compared = replace(
        difference(nothing, OLD), inputs={"votes": ("00", "01"), "exclude": (None, "02")}
    )
    lines = diff_lines(compared, None)
    assert "inputs  other votes, exclude" in lines
    assert "  paid by the new side only" in lines
    assert "  paid by the old side only" in diff_lines(difference(OLD, nothing), None)


def test_how_a_token_is_claimed_is_said_once() -> None:
    old, new = (side(OLD, settings={"order": order, "base": "none"}) for order in ("key", "input"))
    compared = difference(old, new)
    assert "  order: key -> input" in diff_lines(compared, None)
    setting = Setting(name="tokens[JUP].distributor.order", old="key", new="input")
    assert "  order: key -> input" not in diff_lines(replace(compared, settings=(setting,)), None)
