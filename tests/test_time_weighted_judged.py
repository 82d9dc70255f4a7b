"""Rounds by stake, under every rule: as the plain judge divides them, and what that promises."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.allocation_rounds import key
from tests.reference_payout import Payout, Terms, time_weighted
from tests.stake_rounds import by_terms, divided, paid

if TYPE_CHECKING:
    from random import Random

wallets: Final = st.integers(0, 11).map(key)
stakes: Final = st.one_of(st.integers(0, 12), st.integers(0, 10**4), st.integers(0, 8 * 10**22))
summed_stakes: Final = st.dictionaries(wallets, stakes, max_size=9)
fractions: Final = st.builds(Fraction, st.integers(1, 5), st.integers(1, 4))
pools_of_one: Final = st.one_of(st.integers(1, 60), st.integers(1, 10**6), st.integers(1, 10**13))
limits: Final = st.one_of(st.none(), st.integers(1, 30), st.integers(1, 10**6))
terms_of_one: Final = st.builds(
    Terms,
    excluded=st.sets(wallets, max_size=2),
    minimum_average=st.sampled_from([0, 0, 3, 10**9]),
    multipliers=st.dictionaries(wallets, fractions, max_size=4),
    minimum_payout=limits.map(lambda limit: limit or 0),
    maximum_payout=limits,
    floor=st.booleans(),
)
quick: Final = settings(deadline=None, max_examples=15)


def judged(
    summed: dict[bytes, int], pools: list[int], terms: list[Terms], length: int
) -> list[Payout]:
    return [
        time_weighted(pool, summed, length, of_token)
        for pool, of_token in zip(pools, terms, strict=True)
    ]


@settings(deadline=None, max_examples=50)
@given(
    summed_stakes,
    st.lists(st.tuples(pools_of_one, limits, limits), min_size=1, max_size=3),
    terms_of_one,
    st.sampled_from([1, 7, 92]),
    st.randoms(),
)
def test_every_round_is_divided_as_the_plain_judge_does(
    summed: dict[bytes, int],
    asked: list[tuple[int, int | None, int | None]],
    rules: Terms,
    length: int,
    random: Random,
) -> None:
    pools = [pool for pool, _, _ in asked]
    terms = [
        replace(rules, minimum_payout=least or 0, maximum_payout=most) for _, least, most in asked
    ]
    expected = judged(summed, pools, terms, length)
    shuffled = list(summed.items())
    random.shuffle(shuffled)  # the order of rows means nothing
    allocations = divided(dict(shuffled), by_terms(pools, terms, length), rules)
    found = paid(allocations)
    for number, (judgement, token) in enumerate(zip(expected, found, strict=True)):
        assert {w: amount for w, amount in judgement.rewards.items() if amount} == token.rewards
        kept = {
            "rounding": judgement.rounding,
            "nobody": judgement.nobody,
            "maximum_payout": judgement.maximum_payout,
        }
        assert {cause: amount for cause, amount in kept.items() if amount} == token.unallocated
        assert pools[number] == sum(token.rewards.values()) + sum(token.unallocated.values())
        at_most = {w for w, cause in token.causes.items() if cause == "maximum_payout"}
        assert all(token.rewards[wallet] == terms[number].maximum_payout for wallet in at_most)
        assert judgement.causes == {w: c for w, c in token.causes.items() if w not in at_most}
        moved = allocations.report["tokens"][number]["causes"].get("minimum_payout")  # type: ignore[index]  # JSON
        assert (len(judgement.dropped), str(sum(judgement.dropped.values()))) == (
            (moved["wallets"], moved["amount"]) if moved else (0, "0")
        )
    dropped_by_all = set.intersection(*(set(judgement.dropped) for judgement in expected))
    assert {
        wallet: cause
        for wallet, cause in expected[0].causes.items()
        if cause != "minimum_payout" or wallet in dropped_by_all
    } == found[0].row_causes


def payout_of(summed: dict[bytes, int], pool: int, terms: Terms) -> dict[bytes, int]:
    (token,) = paid(divided(summed, by_terms([pool], [terms]), terms))
    return token.rewards


@quick
@given(summed_stakes, pools_of_one, terms_of_one)
def test_more_weight_never_gets_less(summed: dict[bytes, int], pool: int, terms: Terms) -> None:
    allocations = divided(summed, by_terms([pool], [terms]), terms)
    rows = allocations.db.execute(
        f"SELECT weight::HUGEINT, T0_reward FROM ({allocations.breakdown}) "  # noqa: S608 - ours
        "WHERE cause IS NULL OR cause = 'minimum_payout' ORDER BY 1, 2"
    ).fetchall()
    rewards = [reward for _, reward in rows]
    assert sorted(rewards) == rewards
    by_weight: dict[int, set[int]] = {}
    for weight, reward in rows:
        by_weight.setdefault(weight, set()).add(reward)
    assert all(max(equal) - min(equal) <= 1 for equal in by_weight.values())


@quick
@given(summed_stakes, pools_of_one, terms_of_one, st.integers(1, 10**4), st.data())
def test_who_stakes_more_alone_never_gets_less_where_there_is_no_minimum_payout(
    summed: dict[bytes, int], pool: int, terms: Terms, more: int, data: st.DataObject
) -> None:
    assume(summed)
    terms = replace(terms, minimum_payout=0)
    wallet = data.draw(st.sampled_from(sorted(summed)))
    before = payout_of(summed, pool, terms).get(wallet, 0)
    after = payout_of(summed | {wallet: summed[wallet] + more}, pool, terms).get(wallet, 0)
    assert before <= after


@quick
@given(summed_stakes, pools_of_one, terms_of_one, st.integers(1, 10**4), st.data())
def test_who_stakes_more_alone_loses_at_most_one_base_unit_and_only_as_others_are_dropped(
    summed: dict[bytes, int], pool: int, terms: Terms, more: int, data: st.DataObject
) -> None:
    assume(summed)
    wallet = data.draw(st.sampled_from(sorted(summed)))
    raised = summed | {wallet: summed[wallet] + more}
    before, after = (
        paid(divided(stakes, by_terms([pool], [terms]), terms))[0] for stakes in (summed, raised)
    )
    assert after.causes.get(wallet) in {before.causes.get(wallet), None, "maximum_payout"} or (
        before.causes[wallet] in {"zero_power", "minimum_average"}
    )
    dropped = [
        {w for w, cause in found.causes.items() if cause == "minimum_payout"} - {wallet}
        for found in (before, after)
    ]
    assert dropped[0] <= dropped[1]
    tolerated = int(dropped[0] != dropped[1] and not terms.floor)
    assert before.rewards.get(wallet, 0) <= after.rewards.get(wallet, 0) + tolerated


@quick
@given(summed_stakes, pools_of_one, terms_of_one)
def test_an_excluded_wallet_changes_nothing_but_that_it_is_listed(
    summed: dict[bytes, int], pool: int, terms: Terms
) -> None:
    others = {w: stake for w, stake in summed.items() if w not in terms.excluded}
    (listed,) = paid(divided(summed, by_terms([pool], [terms]), terms))
    (absent,) = paid(divided(others, by_terms([pool], [terms]), terms))
    assert absent.rewards == listed.rewards
    assert absent.unallocated == listed.unallocated
    assert absent.causes == {
        wallet: cause for wallet, cause in listed.causes.items() if wallet not in terms.excluded
    }


@quick
@given(summed_stakes, pools_of_one, terms_of_one, st.sampled_from([2, 3, 2**40]))
def test_another_unit_of_stake_changes_nothing(
    summed: dict[bytes, int], pool: int, terms: Terms, times: int
) -> None:
    terms = replace(terms, minimum_average=0)
    scaled = {wallet: stake * times for wallet, stake in summed.items()}
    assert payout_of(summed, pool, terms) == payout_of(scaled, pool, terms)
