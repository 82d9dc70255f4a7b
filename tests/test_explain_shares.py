"""One weight's share: the floor, what it lost, the left-over unit; and divisions nobody has."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.explain_share import (
    ContradictionError,
    Division,
    Share,
    Standing,
    quotient_text,
    share_of,
    shares_of,
)
from tests import reference

if TYPE_CHECKING:
    from allocation.round import Rounding

pools = st.one_of(st.integers(0, 60), st.integers(0, 10**16))
weight_lists = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 10**20)), max_size=9)


def nobody(remainder: int) -> Standing:
    raise AssertionError(f"asked about {remainder}, which ties with nothing")


def amounts(shares: tuple[Share, ...]) -> dict[int, int]:
    return {at: share.amount for at, share in enumerate(shares)}


@given(pools, weight_lists)
def test_a_few_shares_are_those_of_the_plain_judge(pool: int, weights: list[int]) -> None:
    expected = reference.apportion(pool, dict(enumerate(weights)))
    assert expected == amounts(shares_of(pool, weights, "largest-remainder"))


@given(pools, weight_lists)
def test_rounded_down_no_share_has_a_left_over_unit(pool: int, weights: list[int]) -> None:
    floors, left_over = reference.rounded_down(pool, dict(enumerate(weights)))
    shares = shares_of(pool, weights, "floor")
    assert floors == amounts(shares)
    assert not any(weights) or {left_over} == {share.left_over for share in shares}


@given(pools, weight_lists.filter(any), st.sampled_from(["largest-remainder", "floor"]))
def test_a_share_follows_from_its_weight_and_the_division_alone(
    pool: int, weights: list[int], rounding: Rounding
) -> None:
    shares = shares_of(pool, weights, rounding)
    divisor = gcd(*weights)
    last = shares[0].last_remainder
    division = Division(
        pool=pool,
        total=sum(weights),
        divisor=divisor,
        floors=sum(share.floor for share in shares),
        left_over=shares[0].left_over,
        last_remainder=None if last is None else last // divisor,
    )
    division.check("here", rounding)
    for share in shares:

        def standing(remainder: int, tied: Share = share) -> Standing:
            assert tied.remainder == remainder * divisor
            assert tied.standing is not None
            return tied.standing

        assert share == share_of(division, share.weight, standing)


def test_the_third_proposal_of_asr_1_gets_a_left_over_unit_by_its_key() -> None:
    # 50,000,000 JUP in seven: V1 of the worked vectors; the thirds lost 8/21, the others 3/21
    shares = shares_of(50_000_000_000_000, [3, 3, 1, 3, 1, 3, 3, 1, 3], "largest-remainder")
    assert [1, 1, 0] == [shares[at].extra for at in (2, 4, 7)]
    assert [Standing(larger=0, equal_before=at) for at in range(3)] == [
        shares[at].standing for at in (2, 4, 7)
    ]
    assert (2_380_952_380_952, 8, 2, 8) == (
        shares[7].floor,
        shares[7].remainder,
        shares[7].left_over,
        shares[7].last_remainder,
    )


def a_division(**changes: int | None) -> Division:
    # 43 over 3, 4 and 4: 11 remainder 8, twice 15 remainder 7; two left over
    values = {"pool": 43, "total": 22, "divisor": 2, "floors": 41, "left_over": 2}
    return Division(**{"last_remainder": 7, **values, **changes})  # type: ignore[arg-type]


def test_only_a_tie_asks_who_stands_before() -> None:
    assert 12 == share_of(a_division(), 6, nobody).amount
    served = Standing(larger=1, equal_before=0)
    assert 16 == share_of(a_division(), 8, lambda _: served).amount
    assert 15 == share_of(a_division(), 8, lambda _: Standing(larger=1, equal_before=1)).amount
    assert served == share_of(a_division(), 8, lambda _: served).standing


@pytest.mark.parametrize("weight", [7, 24])
def test_a_weight_that_took_no_part_is_refused(weight: int) -> None:
    with pytest.raises(ContradictionError, match=f"the weight {weight} is none of those"):
        share_of(a_division(), weight, nobody)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"floors": 42}, "42 and 2 left over are not 43"),
        ({"total": 0}, "41 and 2 left over are not 0"),
        ({"divisor": 3}, "total_weight 22 is no multiple of divisor 3"),
        ({"divisor": 0}, "total_weight 22 is no multiple of divisor 0"),
        ({"last_remainder": None}, "last_remainder does not fit 2 left over"),
        ({"floors": 43, "left_over": 0}, "last_remainder does not fit 0 left over"),
        ({"last_remainder": 11}, "last_remainder 11 is no remainder of 11"),
    ],
)
def test_a_division_that_no_weights_have_is_refused(
    changes: dict[str, int | None], problem: str
) -> None:
    with pytest.raises(ContradictionError) as refusal:
        a_division(**changes).check("tokens[0].proposals[1]", "largest-remainder")
    assert str(refusal.value).startswith(f"tokens[0].proposals[1]: {problem}")


def test_a_round_that_rounds_down_gives_no_unit_to_a_last_one() -> None:
    with pytest.raises(ContradictionError, match="does not fit 2 left over, rounding floor"):
        a_division().check("here", "floor")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (0, 7, "0"),
        (14, 7, "2"),
        (1, 4, "0.25"),
        (43, 3, "14.3333333333..."),
        (1, 3_000_000, "0.000000333333333333..."),
        (1, 10**20, "0.00000000000000000001"),
        (5 * 10**15, 3, "1666666666666666.66..."),
        (7_142_857_142_857, 122_844_673_327_698, "0.0581454364228..."),
    ],
)
def test_a_rate_is_written_with_twelve_digits(
    numerator: int, denominator: int, expected: str
) -> None:
    assert expected == quotient_text(numerator, denominator)


@given(st.integers(0, 10**30), st.integers(1, 10**30))
def test_a_written_quotient_is_cut_never_rounded(numerator: int, denominator: int) -> None:
    text = quotient_text(numerator, denominator)
    written, exact = Fraction(text.removesuffix("...")), Fraction(numerator, denominator)
    if text.endswith("..."):
        assert written < exact
        assert exact - written < exact / 10**11 or exact - written < Fraction(1, 100)
    else:
        assert written == exact
