"""Exact decimal text <-> base units, judged by fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from allocation.units import (
    MAX_DECIMALS,
    U64_MAX,
    AmountError,
    ExcessDecimalsError,
    exact_sum,
    format_tokens,
    parse_base_units,
    parse_tokens,
    show_tokens,
)

amounts = st.integers(0, U64_MAX)
some_decimals = st.integers(0, MAX_DECIMALS)

GARBAGE = [
    ("", "empty"),
    (" ", "blank"),
    ("\u00a0", "blank"),
    (" 12 ", "blank before or after the number"),
    ("12\n", "blank before or after the number"),
    ("\u00a012", "blank before or after the number"),
    ("-1", "negative"),
    ("-0", "negative"),
    ("+5", "a sign"),
    ("0x10", "hexadecimal"),
    ("0X1F", "hexadecimal"),
    ("NaN", "not a number"),
    ("inf", "not a number"),
    ("Infinity", "not a number"),
    ("1e3", "an exponent"),
    ("1.5E-3", "an exponent"),
    ("1_000", "an underscore"),
    ("1_000.5_0", "an underscore"),
    ("1,000", "thousands separators"),
    ("1'000'000.5", "thousands separators"),
    ("1 000", "thousands separators"),
    ("1,5", "a decimal comma"),
    (",5", "a decimal comma"),
    ("00", "leading zeros"),
    ("007", "leading zeros"),
    ("00.5", "leading zeros"),
    ("1.", "no digit after the point"),
    (".5", "no digit before the point"),
    (".", "not a number"),
    ("1.2.3", "not a number"),
    ("\u0663", "not a number"),  # Arabic-Indic three: a digit to str.isdigit and to int()
    ("\uff11", "not a number"),  # fullwidth one
    ("\u00b2", "not a number"),  # superscript two
    ("\u22121", "not a number"),  # a minus that is no hyphen
    ("1\x00", "not a number"),
    ("one", "not a number"),
    ("1_" * 500_000 + "x", "far too long for a number"),  # must not take long either
]


@pytest.mark.parametrize(("text", "problem"), GARBAGE, ids=[repr(text)[:16] for text, _ in GARBAGE])
def test_garbage_is_refused_as_tokens_and_as_base_units_alike(text: str, problem: str) -> None:
    with pytest.raises(AmountError) as tokens:
        parse_tokens(text, 6, floor=True)
    with pytest.raises(AmountError) as base_units:
        parse_base_units(text)
    assert f"{problem}; write tokens as plain digits, e.g. 1.5" == str(tokens.value)
    assert f"{problem}; write base units as plain digits, e.g. 1500000" == str(base_units.value)


def test_a_fraction_of_a_base_unit_is_refused() -> None:
    with pytest.raises(AmountError, match=r"\Aa fraction; write base units as plain digits"):
        parse_base_units("1.5")


@given(amounts)
def test_base_units_are_their_digits(amount: int) -> None:
    assert amount == parse_base_units(str(amount))


@given(amounts, some_decimals)
@example(0, 0)
@example(U64_MAX, MAX_DECIMALS)
def test_tokens_and_base_units_round_trip_exactly(amount: int, decimals: int) -> None:
    text = format_tokens(amount, decimals)
    assert amount == parse_tokens(text, decimals)
    assert Fraction(amount, 10**decimals) == Fraction(text)
    assert decimals == -int(Decimal(text).as_tuple().exponent)


@pytest.mark.parametrize(
    ("amount", "decimals", "shown"),
    [
        (0, 6, "0.000000"),
        (1_500_000_000, 6, "1,500.000000"),
        (-1_234_567, 0, "-1,234,567"),
        (-1, 2, "-0.01"),
    ],
)
def test_people_read_amounts_with_separators_and_a_minus(
    amount: int, decimals: int, shown: str
) -> None:
    assert shown == show_tokens(amount, decimals)


@given(st.from_regex(r"(0|[1-9][0-9]{0,18})(\.[0-9]{1,30})?", fullmatch=True), some_decimals)
def test_tokens_are_read_as_exactly_the_number_they_write(text: str, decimals: int) -> None:
    base_units = Fraction(text) * 10**decimals
    assume(base_units <= U64_MAX)
    assert base_units // 1 == parse_tokens(text, decimals, floor=True)
    if base_units.denominator == 1:
        assert base_units == parse_tokens(text, decimals)
    else:
        with pytest.raises(ExcessDecimalsError):
            parse_tokens(text, decimals)


@given(st.text(max_size=6, alphabet="0123456789.,-+eExX_ '\u0663nN"))
def test_only_plain_digits_are_an_amount(text: str) -> None:
    whole, point, fraction = text.partition(".")
    is_whole = whole.isascii() and whole.isdigit() and str(int(whole)) == whole
    is_fraction = fraction.isascii() and fraction.isdigit()
    if is_whole and (is_fraction or not point):
        assert Fraction(text) * 10**6 == parse_tokens(text, 6)
    else:
        with pytest.raises(AmountError):
            parse_tokens(text, 6)


def test_excess_decimals_say_how_many_there_may_be() -> None:
    expected = 'more than 6 fraction digits; shorten it, or set excess_decimals = "floor"'
    with pytest.raises(ExcessDecimalsError) as refused:
        parse_tokens("1.0000001", 6)
    assert expected == str(refused.value)


def test_zeros_beyond_the_decimals_lose_nothing() -> None:
    assert 1_500_000 == parse_tokens("1.5" + "0" * 5_000, 6)


@pytest.mark.parametrize("text", [str(U64_MAX + 1), "1" * 21, "1" * 101, "1" * 5_000], ids=len)
def test_what_no_token_account_can_hold_is_refused(text: str) -> None:
    expected = "above 2^64 - 1 base units; no token account can hold it; lower it"
    with pytest.raises(AmountError) as tokens:
        parse_tokens(text, 0)
    with pytest.raises(AmountError) as base_units:
        parse_base_units(text)
    assert [expected, expected] == [str(tokens.value), str(base_units.value)]


def test_the_largest_amount_of_a_token_depends_on_its_decimals() -> None:
    assert U64_MAX == parse_tokens("18446744073709.551615", 6)
    with pytest.raises(AmountError, match="above 2"):
        parse_tokens("18446744073709.551616", 6)


@given(st.lists(amounts))
def test_sums_are_exact_beyond_64_bits(column: list[int]) -> None:
    assert sum(column) == exact_sum(np.array(column, np.uint64))
