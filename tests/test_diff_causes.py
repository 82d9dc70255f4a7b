"""Whatever was changed on purpose, the comparison names it, for the right wallets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from merkle.diff.claims import all_alike
from merkle.diff.figures import groups_of
from tests.diff_rounds import SmallRound, causes_in, difference, wallet_text

if TYPE_CHECKING:
    from merkle.diff import Diff

Floors = dict[str, dict[int, int]]

WALLETS = range(1, 9)
VOTES = st.fixed_dictionaries(
    {(1, 0): st.integers(1, 10**6), (2, 0): st.integers(1, 10**6)},
    optional={
        (wallet, proposal): st.integers(1, 10**6)
        for wallet in WALLETS
        for proposal in range(3)
        if proposal or wallet not in (1, 2)
    },
)
ROUNDS = st.builds(
    SmallRound,
    votes=VOTES,
    pool=st.integers(1, 10**7),
    on_empty=st.sampled_from(["leave", "redistribute"]),
)
MIRRORED = {"row_added": "row_removed", "row_removed": "row_added"}

# every example builds two bundles, so there are few and none is made smaller
few = settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def checked(old: SmallRound, new: SmallRound) -> Diff:
    """Compare both ways; hold one way to the other and the sums to each other."""
    there, back = difference(old, new)
    causes, mirrored = causes_in(there), causes_in(back)
    assert causes == {
        wallet: [MIRRORED.get(name, name) for name in names] for wallet, names in mirrored.items()
    }
    (forth,), (reverse,) = there.tokens, back.tokens
    counts, mirrored_counts = (
        {group.name: group.wallets for group in groups_of(token.changes)}
        for token in (forth, reverse)
    )
    assert (counts["added"], counts["raised"]) == (
        mirrored_counts["removed"],
        mirrored_counts["lowered"],
    )
    assert forth.old is not None
    assert forth.new is not None
    total = forth.new.allocated - forth.old.allocated
    assert total == sum(change.difference for change in forth.changes.each())
    assert total == -sum(change.difference for change in reverse.changes.each())
    assert total == sum(found.difference for found in forth.changes.by_cause())
    return there


def assert_only(diff: Diff, old: SmallRound, new: SmallRound, named: dict[int, str]) -> None:
    """Hold the causes to: `named` of those wallets, and of others only the total or rounding."""
    floors, texts = (
        (old.floors(), new.floors()),
        {wallet_text(n): name for n, name in named.items()},
    )
    for wallet, causes in causes_in(diff).items():
        if wallet in texts:
            assert texts[wallet] in causes
            assert causes[0] in (texts[wallet], "row_changed")
        else:
            assert causes[0] in only_by(floors, wallet, "total")


def only_by(floors: tuple[Floors, Floors], wallet: str, cause: str) -> set[str]:
    """Return what may be the cause: where no share rounded down differs, only rounding."""
    same = floors[0].get(wallet) == floors[1].get(wallet)
    return {"rounding"} if same else {cause, "rounding"}


@few
@given(ROUNDS, st.integers(1, 10**6))
def test_a_changed_row_is_named_for_its_wallet(old: SmallRound, power: int) -> None:
    new = replace(old, votes={**old.votes, (1, 0): old.votes[1, 0] + power})
    assert_only(checked(old, new), old, new, {1: "row_changed"})


@few
@given(ROUNDS)
def test_a_removed_row_is_named_for_its_wallet(old: SmallRound) -> None:
    new = replace(old, votes={vote: power for vote, power in old.votes.items() if vote != (1, 0)})
    diff = checked(old, new)
    for wallet, causes in causes_in(diff).items():
        expected = ("row_removed",) if wallet == wallet_text(1) else ("total", "rounding")
        assert causes[0] in expected


@few
@given(ROUNDS)
def test_an_excluded_wallet_is_named(old: SmallRound) -> None:
    new = replace(old, excluded=frozenset({1}))
    diff = checked(replace(old, on_empty="leave"), replace(new, on_empty="leave"))
    assert_only(diff, old, new, {1: "exclusion"})


@few
@given(ROUNDS, st.fractions(Fraction(1, 4), 4, max_denominator=6))
def test_a_multiplier_is_named_for_its_wallet(old: SmallRound, multiplier: Fraction) -> None:
    new = replace(old, multipliers={1: multiplier})
    assert_only(checked(old, new), old, new, {1: "multiplier"})


@few
@given(ROUNDS, st.integers(1, 10**6))
def test_a_minimum_vote_is_named_for_those_between(old: SmallRound, minimum: int) -> None:
    diff = checked(old, replace(old, minimum_vote=minimum))
    between = {wallet_text(w) for (w, _), power in old.votes.items() if power < minimum}
    (token,) = diff.tokens
    for change in token.changes.each():
        names = [cause.name for cause in change.causes]
        named = "minimum_vote" in names
        assert not named or format_address(change.claimant) in between
        assert named or change.after is not None
        assert {"minimum_vote", "total", "rounding"} >= set(names)


@few
@given(ROUNDS, st.integers(1, 10**6))
def test_a_minimum_payout_is_named_for_those_below(old: SmallRound, minimum: int) -> None:
    diff = checked(old, replace(old, minimum_payout=minimum))
    (token,) = diff.tokens
    for change in token.changes.each():
        names = [cause.name for cause in change.causes]
        dropped = change.after is None
        assert ("minimum_payout" in names) == dropped
        assert dropped or {"total", "rounding"} >= set(names)


@few
@given(ROUNDS, st.integers(1, 10**7))
def test_a_pool_is_named_for_everybody(old: SmallRound, more: int) -> None:
    new = replace(old, pool=old.pool + more)
    floors = old.floors(), new.floors()
    for wallet, causes in causes_in(checked(old, new)).items():
        assert causes[0] in only_by(floors, wallet, "pool")


@few
@given(ROUNDS, st.sampled_from([Fraction(1, 2), Fraction(2), Fraction(5)]))
def test_the_weight_of_a_proposal_is_named(old: SmallRound, weight: Fraction) -> None:
    new = replace(old, weights=(weight, *old.weights[1:]))
    for causes in causes_in(checked(old, new)).values():
        assert {"proposals", "rounding"} >= set(causes)


@few
@given(ROUNDS)
def test_a_proposal_that_is_left_out_is_named(old: SmallRound) -> None:
    new = replace(
        old,
        weights=old.weights[:2],
        votes={vote: power for vote, power in old.votes.items() if vote[1] != 2},
    )
    for causes in causes_in(checked(old, new)).values():
        assert {"proposals", "rounding"} >= set(causes)


@few
@given(ROUNDS)
def test_the_rule_for_left_over_units_is_named(old: SmallRound) -> None:
    diff = checked(old, replace(old, rounding="floor"))
    assert all(causes == ["rounding_rule"] for causes in causes_in(diff).values())


@few
@given(ROUNDS)
def test_the_order_of_the_rows_changes_nothing(old: SmallRound) -> None:
    diff = checked(old, replace(old, backwards=True))
    assert all_alike(diff)
    assert {} == causes_in(diff)


@few
@given(ROUNDS)
def test_other_tree_sizes_move_wallets_and_change_no_amount(old: SmallRound) -> None:
    diff = checked(old, replace(old, leaves=2))
    (token,) = diff.tokens
    assert {} == causes_in(diff)
    assert token.old is not None
    moved = sum(place // 3 != place // 2 for place in range(token.old.wallets))
    assert moved == len(token.moved)
