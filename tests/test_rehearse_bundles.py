"""A bundle that lies: what the program refuses is reported, what contradicts itself is not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from merkle.bundle import BundleError
from tests.forging import edited, leaves_of, sound, with_leaves
from tests.plain_bundle import JUP, PlainToken, seal
from tests.rehearsals import rehearsed, rows


def test_a_proof_that_leads_nowhere_is_refused_by_the_program() -> None:
    leaves = leaves_of(sound(), "JUP/proofs/tree_1.json")
    leaves[2].fields["proof"][1][7] ^= 1
    forged = with_leaves(sound(), leaves)
    rehearsal = rehearsed(forged, symbol="JUP")
    assert not rehearsal.is_good
    (problem,) = rehearsal.problems
    assert ("JUP", 1, leaves[2].wallet, "claim") == (
        problem.symbol,
        problem.tree,
        problem.wallet,
        problem.step,
    )
    assert "jupiter: InvalidProof 6002" in problem.problem
    assert "Program DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R failed" in problem.logs[-1]
    left = rehearsal.tokens[0].trees[1].vault_left
    assert leaves[2].fields["amount"] == left


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("amount", 1, r"amount is 1, the bundle has \d+ elsewhere"),
        ("locked_amount", 1, "locked_amount is 1, the bundle has 0 elsewhere"),
        ("merkle_tree", JUP, "merkle_tree is 'JUP.*', the bundle has '.*' elsewhere"),
        ("proof", [], "the proof has 0 siblings, not 2"),
    ],
)
def test_a_line_that_contradicts_the_bundle_is_refused(name: str, value: object, said: str) -> None:
    leaves = leaves_of(sound())
    leaves[1].fields[name] = value
    with pytest.raises(BundleError, match=f"JUP/proofs/tree_1.json:3: {leaves[1].wallet}: {said}"):
        rehearsed(with_leaves(sound(), leaves), symbol="JUP")


def test_leaves_too_many_or_too_few_are_refused() -> None:
    leaves = leaves_of(sound())
    with pytest.raises(BundleError, match="has 3 leaves, the manifest 4"):
        rehearsed(with_leaves(sound(), leaves[:3]), symbol="JUP")
    more = [*leaves, replace(leaves[0], wallet=JUP)]
    with pytest.raises(BundleError, match="has more leaves than the manifest says"):
        rehearsed(with_leaves(sound(), more), symbol="JUP")


def test_files_that_are_not_as_this_tool_writes_them_are_refused() -> None:
    name = "JUP/proofs/tree_0.json"
    with pytest.raises(BundleError, match="does not begin with a brace"):
        rehearsed(seal(sound() | {name: sound()[name][2:]}), symbol="JUP")
    with pytest.raises(BundleError, match="does not end with a brace"):
        rehearsed(seal(sound() | {name: sound()[name][:-2]}), symbol="JUP")
    leaves = leaves_of(sound(), name)
    leaves[0].fields["proof"][0][0] ^= 1
    changed = with_leaves(sound(), leaves, name)[name]
    with pytest.raises(BundleError, match="its sha256 is"):
        rehearsed(sound() | {name: changed}, symbol="JUP")


def test_a_manifest_that_contradicts_itself_is_refused() -> None:
    forged = edited(sound(), "manifest.json", lambda it: it["tokens"][0].update(wallets=11))
    with pytest.raises(BundleError, match="wallets is 11, but the trees have 10 leaves"):
        rehearsed(forged)


def test_a_wallet_that_stands_twice_is_refused() -> None:
    (wallet, amount, locked), *others = rows(6)
    twice = [*others, (wallet, amount, locked), (wallet, amount, locked)]
    with pytest.raises(BundleError, match=r"JUP/allocations\.csv: a wallet stands twice"):
        rehearsed([PlainToken(rows=twice)])


def test_only_the_first_of_many_problems_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merkle.rehearse.part.MOST_PROBLEMS", 3)
    monkeypatch.setattr("merkle.rehearse.part.MOST_WITH_LOGS", 2)
    monkeypatch.setattr("merkle.rehearse.bundles.MOST_PROBLEMS", 5)
    forged = sound()
    for number in (0, 1):
        name = f"JUP/proofs/tree_{number}.json"
        leaves = leaves_of(sound(), name)
        for leaf in leaves:
            leaf.fields["proof"][0] = [0] * 32
        forged = with_leaves(forged, leaves, name)
    rehearsal = rehearsed(forged, symbol="JUP")
    assert (5, 3) == (len(rehearsal.problems), rehearsal.more_problems)
    assert [0, 0, 0, 1, 1] == [problem.tree for problem in rehearsal.problems]
    assert [True, True, False] == [bool(problem.logs) for problem in rehearsal.problems[:3]]
