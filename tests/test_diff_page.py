"""The page of a diff: self-contained, the same every time, and deaf to what strangers wrote."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from merkle.diff import Setting, bundle_side
from merkle.diff.gates import Violation
from merkle.web.diff_page import diff_page
from merkle.web.markup import LONGEST_TEXT, amount, bar, gain, number, percent, text
from merkle.web.page import data
from tests.diffing import NEW, OLD, difference, side, tree, wallet

if TYPE_CHECKING:
    from pathlib import Path

    from merkle.diff import Diff

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(1)">&\u2028\u202e\x1b'


class Elements(HTMLParser):
    """Every element with its attributes, and the text of scripts and styles by number."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style") and data.strip():
            self.raw.append((self.found[-1][0], data))
        else:
            self.texts.append(data)


def page(compared: Diff | None = None, *, most: int = 100, **said: Any) -> str:
    compared = compared or difference(OLD, NEW)
    return diff_page(compared, said.get("violations"), most).decode("utf-8")


def embedded(content: str) -> dict[str, Any]:
    raw = Elements(content).raw
    (document,) = [text for tag, text in raw if tag == "script" and text.startswith("{")]
    found: dict[str, Any] = json.loads(document)
    return found


def hostile() -> Diff:
    compared = difference(OLD, NEW)
    setting = Setting(name=f"proposals[{HOSTILE}].title", old="none", new=HOSTILE)
    return replace(compared, settings=(setting,), inputs={"votes": ("00", None)})


def as_bundles(compared: Diff, bundle: Path) -> Diff:
    """Say that both sides are bundles whose rounds have a hostile name."""
    opened = bundle_side(bundle)
    facts = dict(opened.facts) | {"round": HOSTILE}
    old = replace(compared.old, facts=facts, bundle=opened.bundle)
    new = replace(compared.new, facts=facts | {"tool": "other"}, bundle=opened.bundle)
    return replace(compared, old=old, new=new)


def test_nothing_outside_the_page_is_named_or_may_be_asked_for() -> None:
    content = page()
    elements = Elements(content)
    assert not re.search(r"https?:|//[a-z]", content.replace("// ", ""))
    for _, attributes in elements.found:
        assert not attributes.keys() & {"src", "action", "style", "onclick", "onload"}
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]


def test_the_policy_lets_the_style_and_the_script_of_the_page_run_and_nothing_else() -> None:
    elements = Elements(page())
    policy = next(
        attributes["content"]
        for tag, attributes in elements.found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    ((_, style),) = [one for one in elements.raw if one[0] == "style"]
    script = elements.raw[-1][1]
    hashes = [b64encode(sha256(code.encode()).digest()).decode() for code in (style, script)]
    assert (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    ) == policy


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert page() == page()


def test_a_hostile_text_stays_text(fixture_bundle: Path) -> None:
    violation = Violation(gate="x", token=HOSTILE, problem=HOSTILE)
    plain = page(as_bundles(difference(OLD, NEW), fixture_bundle), violations=[violation])
    content = page(as_bundles(hostile(), fixture_bundle), violations=[violation])
    assert "img" not in [tag for tag, _ in Elements(content).found]
    scripts = [tag for tag, _ in Elements(plain).found].count("script")
    assert scripts == [tag for tag, _ in Elements(content).found].count("script")
    for sign in ("\u2028", "\u202e", "\x1b"):
        assert sign not in content
    assert r"&amp;\u2028\u202e\x1b" in content


def test_embedded_data_cannot_leave_its_element_and_means_the_same() -> None:
    element = data("x", {"a": HOSTILE})
    inside = element.removeprefix('<script type="application/json" id="x">')
    inside = inside.removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inside)
    assert {"a": HOSTILE} == json.loads(inside)


def test_every_change_is_embedded_the_largest_first() -> None:
    (token,) = embedded(page())["tokens"]
    assert [wallet(1), wallet(2), wallet(5), wallet(3), wallet(4)] == token["wallet"]
    assert ["1000", "1000", None, "1000", "1000"] == token["before"]
    assert [None, "1100", "7", "995", "1000"] == token["after"]
    assert ["0", "0", "0", "0", "1000"] == token["locked_after"]
    assert [None, 0, 0, 0, 0] == token["new_tree"]


def test_a_page_that_is_cut_keeps_the_largest_changes_and_says_so() -> None:
    content = page(most=2)
    assert [wallet(1), wallet(2)] == embedded(content)["tokens"][0]["wallet"]
    assert 5 == embedded(content)["tokens"][0]["count"]  # by which a search knows what it lacks
    assert "Cut: JUP: the 2 largest of 5 changes." in content
    assert "Cut:" not in page()


def test_without_a_script_the_numbers_are_there() -> None:
    seen = " ".join("".join(Elements(page()).texts).split())
    for said in (
        "The sides pay differently: 5 rewards of 1 token change.",
        "unrecorded",
        "one side is a published tree, which says nothing of inputs and rules",
        wallet(1),
        "+1.00",
        "\u221210.00",
        "\u2212100.00 %",
        "(10.00 locked)",
        "One side is published trees, which say nothing of rules and inputs.",
    ):
        assert said in seen


def test_one_reward_that_changes_is_said_in_the_singular() -> None:
    said = "The sides pay differently: 1 reward of 1 token changes."
    assert said in page(difference({1: (5, 0)}, {1: (6, 0)}))


def test_violations_stand_at_the_top() -> None:
    two = [
        Violation(gate="allow_added", token="JUP", problem="2 wallets added"),  # noqa: S106 - a symbol
        Violation(gate="same_rules", token=None, problem="1 setting changed"),
    ]
    content = page(violations=two)
    assert "2 violations of what was expected" in content
    assert "<li>JUP: 2 wallets added (allow_added)</li>" in content
    assert "1 violation of what was expected" in page(violations=two[:1])
    assert "Everything is as expected." in page(violations=[])


def test_equal_sides_make_a_short_page() -> None:
    content = page(difference(OLD, OLD))
    assert "Both sides pay the same, from the same trees." in content
    assert "Largest changes" not in content


def test_a_token_of_one_side_is_said_to_be_one() -> None:
    nothing = replace(side({}), tokens=())
    assert "Only the new side pays this token." in page(difference(nothing, OLD))
    removed = page(difference(OLD, nothing))
    assert "Only the old side pays this token." in removed


def test_pools_settings_trees_and_moves_are_shown() -> None:
    cut = {"max_leaves_per_tree": "3", "order": "key"}
    roots = tuple(tree(1, root=bytes([at]) * 32, distributor=bytes([at]) * 32) for at in range(6))
    order = dict.fromkeys(range(6), (1, 0))
    other = dict(sorted(order.items(), reverse=True))
    old = side(order, pool=700, settings=cut, trees=roots)
    old = replace(old, tokens=(replace(old.tokens[0], unallocated={"on_empty": 94}),))
    new = side(other, settings=cut | {"order": "input"}, trees=(*roots[1:], roots[0]))
    content = page(difference(old, new))
    for said in (
        "Unallocated: on empty",
        "6 old, 6 new, 6 of them different. 6 wallets moved to a tree of another number: order",
        "<summary>2 more</summary>",
        "Wallets and amounts are the same.",
        "How it is claimed",
    ):
        assert said in content


def test_one_tree_less_and_one_wallet_moved_are_said_in_the_singular() -> None:
    two = side({1: (1, 0), 2: (1, 0)}, trees=(tree(1), tree(1)))
    one = side({1: (1, 0), 2: (1, 0)}, trees=(tree(2),))
    assert "2 old, 1 new, 2 of them different. 1 wallet moved" in page(difference(two, one))


def test_rules_and_inputs_of_bundles_are_compared(fixture_bundle: Path) -> None:
    compared = as_bundles(hostile(), fixture_bundle)
    content = page(compared)
    assert '<span class="none">none</span>' in content
    assert "Inputs that are other files" in content
    same = difference(bundle_side(fixture_bundle), bundle_side(fixture_bundle))
    content = page(same)
    assert "All settings of the two rounds are the same." in content
    assert "The inputs are the same files, byte for byte." in content


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ('<span class="amount">1,000<span class="fraction">.05</span></span>', amount(100_005, 2)),
        ('<span class="amount">7</span>', amount(7, 0)),
        ('<span class="loss">&minus;7</span>', gain(-7, 0)),
        ('<span class="same">0</span>', gain(0, 0)),
        ('<span class="none">none</span>', gain(None, 0)),
        ('<span class="none">none</span>', number(None)),
        ("&minus;&lt;0.01 %", percent("-<0.01 %")),
        ("", percent("-")),
    ],
)
def test_figures_are_shown_with_separators_and_signs(expected: str, shown: str) -> None:
    assert expected == shown


def test_the_smallest_bar_can_be_seen_and_none_is_none() -> None:
    assert 'width="0.5%"' in bar(1, 10**9, "gain")
    assert 'width="0.0%"' in bar(0, 10**9, "gain")


def test_a_long_text_is_cut() -> None:
    assert LONGEST_TEXT == len(text("x" * 1_000_000))
