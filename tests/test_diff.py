"""The comparison of two bundles, held against plain dictionaries."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address, format_address
from allocation.errors import AsrError, InvariantError
from merkle.bundle import BundleError
from merkle.bundle.columns import Rows
from merkle.diff import Change, Changes, Diff, bundle_side, compare
from merkle.diff.changes import changes_between, check_sum
from merkle.diff.claims import all_alike, claimed_alike
from merkle.diff.figures import groups_of
from tests.building import build

Paid: TypeAlias = dict[bytes, tuple[int, int]]
"""Unlocked and locked amount by wallet."""

# leading zeros make texts of other lengths, and text order another than key order
KEYS = st.builds(
    lambda zeros, byte: bytes(zeros) + bytes([byte]) * (32 - zeros),
    st.sampled_from([0, 1, 2, 31]),
    st.integers(0, 255),
)
AMOUNTS = st.one_of(st.integers(0, 3), st.integers(0, 2**63 - 1))
PAID = st.dictionaries(KEYS, st.tuples(AMOUNTS, AMOUNTS), max_size=12)


BY_HAND = Path(__file__).parent.parent / "fixtures" / "by-hand"


def rewards(paid: Paid) -> Rows:
    texts = np.array([format_address(key).encode() for key in paid], "S44")
    amounts = np.array(list(paid.values()), np.uint64).reshape(-1, 2)
    return Rows(texts=texts, unlocked=amounts[:, 0], locked=amounts[:, 1])


def changes_of(old: Paid, new: Paid) -> Changes:
    """Compare amounts that all stand in tree 0."""
    return both_of(rewards(old), rewards(new))


def both_of(old: Rows, new: Rows) -> Changes:
    trees = [np.zeros(len(rows.texts), np.int64) for rows in (old, new)]
    return changes_between(old, trees[0], new, trees[1])[0]


def counts_of(changes: Changes) -> dict[str, int]:
    return {group.name: group.wallets for group in groups_of(changes)}


def expected_changes(old: Paid, new: Paid) -> list[Change]:
    return [
        Change(
            claimant=Address(key),
            before=sum(old[key]) if key in old else None,
            after=sum(new[key]) if key in new else None,
            locked_before=old[key][1] if key in old else None,
            locked_after=new[key][1] if key in new else None,
            old_tree=0 if key in old else None,
            new_tree=0 if key in new else None,
            causes=(),
        )
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


@given(PAID, PAID)
def test_every_wallet_that_differs_is_listed_in_key_order(old: Paid, new: Paid) -> None:
    changes = changes_of(old, new)
    assert expected_changes(old, new) == list(changes.each())
    both = [
        (sum(old[key]), sum(new[key])) for key in old.keys() & new.keys() if old[key] != new[key]
    ]
    assert {
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "raised": sum(before < after for before, after in both),
        "lowered": sum(before > after for before, after in both),
        "relocked": sum(before == after for before, after in both),
    } == counts_of(changes)


@given(PAID, PAID)
def test_the_differences_add_up_to_that_of_the_totals(old: Paid, new: Paid) -> None:
    changes = changes_of(old, new)
    totals = [sum(map(sum, paid.values())) for paid in (old, new)]
    assert totals[1] - totals[0] == changes.gained - changes.lost
    assert totals[1] - totals[0] == sum(change.difference for change in changes.each())


@given(PAID, PAID)
def test_the_largest_movers_come_first_and_equal_ones_by_key(old: Paid, new: Paid) -> None:
    ranked = sorted(
        expected_changes(old, new), key=lambda change: (-abs(change.difference), change.claimant)
    )
    assert ranked[:10] == changes_of(old, new).movers()


def test_a_reward_of_nothing_is_not_the_same_as_none() -> None:
    (change,) = changes_of({}, {bytes(32): (0, 0)}).each()
    assert (None, 0) == (change.before, change.after)


def test_an_amount_that_becomes_locked_is_a_change() -> None:
    key = bytes(32)
    (change,) = changes_of({key: (5, 0)}, {key: (3, 2)}).each()
    assert (5, 5, 0, 2) == (change.before, change.after, change.locked_before, change.locked_after)
    assert 0 == change.difference


def test_the_largest_amount_there_is_does_not_overflow() -> None:
    key, most = bytes(32), 2**64 - 1
    (change,) = changes_of({key: (most, 0)}, {key: (0, 0)}).movers()
    assert -most == change.difference


def test_differences_that_do_not_add_up_are_never_shown() -> None:
    one, two = rewards({bytes(32): (1, 0)}), rewards({bytes(32): (2, 0)})
    with pytest.raises(InvariantError, match="do not add up"):
        check_sum(one, one, both_of(one, two))


def test_a_wallet_twice_on_one_side_is_refused() -> None:
    once = rewards({bytes(32): (1, 0)})
    twice = Rows(
        texts=once.texts.repeat(2), unlocked=once.unlocked.repeat(2), locked=once.locked.repeat(2)
    )
    with pytest.raises(AsrError, match="a wallet stands twice"):
        both_of(once, twice)


def test_a_wallet_that_differs_and_is_no_address_is_refused() -> None:
    amounts = np.ones(1, np.uint64)
    strange = Rows(texts=np.array([b"\x1b[2J"]), unlocked=amounts, locked=amounts)
    with pytest.raises(AsrError, match="is no address"):
        both_of(rewards({}), strange)


def edited_round(folder: Path, file: str, old: str, new: str) -> Path:
    """Build the round that is worked by hand with one text in one of its files replaced."""
    shutil.copytree(BY_HAND, folder)
    text = (folder / file).read_text("utf-8")
    assert text != text.replace(old, new)
    (folder / file).write_text(text.replace(old, new), "utf-8")
    build(folder / "round.toml", folder / "bundle")
    return folder / "bundle"


def compared(old: Path, new: Path) -> Diff:
    return compare(bundle_side(old), bundle_side(new), old.parent)


def test_two_bundles_differ_by_what_an_excluded_wallet_gets(tmp_path: Path) -> None:
    build(BY_HAND / "round.toml", tmp_path / "bundle")
    included = edited_round(tmp_path / "included", "round.toml", 'exclude = "exclude.csv"', "")
    (token,) = compared(tmp_path / "bundle", included).tokens
    # first: 43 among A, B, C (1 each) and E (100). Floors: 0, 0, 0 and 41; of the two units left
    # one goes to E, whose remainder is the largest, and one to A, whose key is the lowest
    differences = {change.claimant[0]: change.difference for change in token.changes.each()}
    assert {0x02: 1 - 15, 0x05: 0 - 14, 0x06: 42, 0x11: 0 - 14} == differences
    assert {"added": 1, "removed": 0, "raised": 0, "lowered": 3, "relocked": 0} == counts_of(
        token.changes
    )
    assert not claimed_alike(token)


def test_a_title_makes_another_bundle_that_pays_the_same(tmp_path: Path) -> None:
    build(BY_HAND / "round.toml", tmp_path / "bundle")
    renamed = edited_round(tmp_path / "renamed", "round.toml", '"By hand"', '"Again"')
    result = compared(tmp_path / "bundle", renamed)
    assert all_alike(result)
    assert result.old.id != result.new.id
    assert ("By hand", "Again") == (result.old.facts["round"], result.new.facts["round"])


def test_progress_is_told_mint_by_mint(tmp_path: Path) -> None:
    build(BY_HAND / "round.toml", tmp_path / "bundle")
    side, said = bundle_side(tmp_path / "bundle"), []
    compare(side, side, tmp_path, lambda *one: said.append(one))
    count = len(side.tokens)
    assert [("comparing", number, count) for number in range(count)] == said


def test_a_manifest_that_contradicts_itself_is_not_compared(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    build(BY_HAND / "round.toml", bundle)
    honest = (bundle / "manifest.json").read_bytes()
    forged = honest.replace(b'"wallets": 3', b'"wallets": 4')
    sums = (bundle / "SHA256SUMS").read_bytes()
    before, after = (sha256(content).hexdigest().encode() for content in (honest, forged))
    (bundle / "manifest.json").write_bytes(forged)
    (bundle / "SHA256SUMS").write_bytes(sums.replace(before, after))
    with pytest.raises(BundleError, match="wallets is 4, but the trees have 3 leaves"):
        bundle_side(bundle)
