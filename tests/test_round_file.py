"""round.toml -> Round: what a good file means."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from allocation.address import parse_address
from allocation.round import Distributor, InputFiles, Period, Proposal, Rules, Token
from allocation.round_file import load_round
from allocation.units import U64_MAX, BaseUnits
from tests.round_files import (
    A_LIST,
    FIRST,
    JUP,
    LOCKER_BASE,
    PER_PROPOSAL,
    SIGNER,
    TIME_WEIGHTED,
    TRIAL,
    WEN,
    load,
)


def test_a_round_is_its_file_its_name_and_its_method(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    path.write_text(PER_PROPOSAL, encoding="utf-8")
    loaded = load_round(path)
    assert (path, PER_PROPOSAL.encode()) == (loaded.path, loaded.content)
    assert ("ASR 2024 Q1", "per-proposal") == (loaded.name, loaded.method)


def test_tokens_are_read_in_full_with_what_they_have_in_common() -> None:
    distributor = Distributor(
        program="jupiter",
        base=parse_address(SIGNER),
        locker_base=parse_address(LOCKER_BASE),
        leaf="jupiter",
        max_leaves_per_tree=12_000,
        first_version=0,
        order="key",
    )
    jup = Token(
        symbol="JUP",
        mint=parse_address(JUP),
        decimals=6,
        pool=BaseUnits(50_000_000_000_000),
        claim="stake",
        distributor=distributor,
    )
    wen = Token(
        symbol="WEN",
        mint=parse_address(WEN),
        decimals=5,
        pool=BaseUnits(750_000_050_000),
        claim="transfer",
        distributor=distributor,
    )
    assert (jup, wen) == load(PER_PROPOSAL).tokens


def test_proposals_are_read_in_full_in_the_order_of_the_file() -> None:
    first = Proposal(id=FIRST, title="A grant", weight=Fraction(1), total=BaseUnits(1_000_500_000))
    trial = Proposal(id=TRIAL, title="", weight=Fraction(1, 3), total=None)
    assert (first, trial) == load(PER_PROPOSAL).proposals


def test_what_is_not_written_has_the_safe_default() -> None:
    loaded = load(PER_PROPOSAL)
    assert loaded.inputs == InputFiles(
        votes="votes.csv",
        allocations=None,
        exclude=None,
        decimals=6,
        unit="base",
        other_proposals="refuse",
        duplicates="refuse",
        excess_decimals="refuse",
        zero_amounts="keep",
    )
    assert loaded.rules == Rules(
        minimum_vote=BaseUnits(10_000_000),
        exclude_sides=(),
        on_empty="leave",
        denominator="counted",
        rounding="largest-remainder",
    )


def test_a_time_weighted_round_is_read_in_full() -> None:
    loaded = load(TIME_WEIGHTED)
    assert ("time-weighted", ()) == (loaded.method, loaded.proposals)
    assert Period(start=1_751_328_000, end=1_759_276_800, mode="daily") == loaded.period
    assert [(BaseUnits(1_000_000), BaseUnits(1_000_000_000))] == [
        (token.minimum_payout, token.maximum_payout) for token in loaded.tokens
    ]
    assert loaded.inputs == replace(
        load(PER_PROPOSAL).inputs,
        votes=None,
        stake_events="events.csv",
        opening="opening.csv",
        opening_at=1_751_241_600,
    )
    assert loaded.rules == replace(
        load(PER_PROPOSAL).rules, minimum_vote=None, minimum_average=BaseUnits(50_000_000)
    )


def test_every_option_of_daily_stakes_can_be_written() -> None:
    events = 'stake_events = "events.csv"\nopening = "opening.csv"\nopening_at = 1751241600\n'
    stakes = (
        'stakes = "stakes.csv"\nignore_outside = true\nmissing_day = "previous"\n'
        'multipliers = "multipliers.csv"\nexclude = "exclude.csv"\n'
    )
    rules = "[rules]\ncount_cooling = false\n"
    loaded = load(TIME_WEIGHTED.replace(events, stakes).replace("[rules]\n", rules))
    assert ("stakes.csv", True, "previous", "multipliers.csv", "exclude.csv") == (
        loaded.inputs.stakes,
        loaded.inputs.ignore_outside,
        loaded.inputs.missing_day,
        loaded.inputs.multipliers,
        loaded.inputs.exclude,
    )
    assert not loaded.rules.count_cooling


def test_defaults_of_stakes_can_be_written_wherever_they_belong() -> None:
    written = TIME_WEIGHTED.replace("[rules]\n", "[rules]\ncount_cooling = true\n").replace(
        "start =", 'mode = "daily"\nstart ='
    )
    assert replace(load(TIME_WEIGHTED), path=Path(), content=b"") == replace(
        load(written), path=Path(), content=b""
    )


@pytest.mark.parametrize(
    "written",
    [
        *("2025-07-01", "2025-07-01T00:00:00Z", "2025-07-01 00:00:00.000Z", "1751328000"),
        *("2025-07-01T02:00:00+02:00", "2025-06-30T19:00:00-05:00"),
    ],
)
def test_a_moment_can_be_written_in_these_ways(written: str) -> None:
    period = load(TIME_WEIGHTED.replace("start = 2025-07-01", f"start = {written}")).period
    assert Period(start=1_751_328_000, end=1_759_276_800, mode="daily") == period


@pytest.mark.parametrize(
    ("written", "second"),
    [("1970-01-01", 0), ("0", 0), ("9998-12-31T23:59:59Z", 253_370_764_799)],
)
def test_a_period_begins_within_the_years_1970_to_9999(written: str, second: int) -> None:
    events = 'opening = "opening.csv"\nopening_at = 1751241600\n'
    text = TIME_WEIGHTED.replace(events, "").replace("2025-10-01T00:00:00Z", "9999-12-31T23:59:59Z")
    text = text.replace("start = 2025-07-01", f'mode = "continuous"\nstart = {written}')
    expected = Period(start=second, end=253_402_300_799, mode="continuous")
    assert expected == load(text).period


def test_a_period_is_as_long_as_its_days_or_its_seconds() -> None:
    lengths = [
        Period(start=1_751_328_000, end=1_759_276_800, mode=mode).length
        for mode in ("daily", "continuous")
    ]
    assert [92, 7_948_800] == lengths


def test_opening_balances_may_hold_at_the_start_itself() -> None:
    loaded = load(TIME_WEIGHTED.replace("opening_at = 1751241600", "opening_at = 2025-07-01"))
    assert 1_751_328_000 == loaded.inputs.opening_at


def test_the_limits_of_a_payout_may_stand_under_the_token_and_be_equal() -> None:
    limits = 'minimum_payout = "1"\nmaximum_payout = "1000"\n'
    own = 'minimum_payout = "2.5"\nmaximum_payout = "2.5"\n'
    text = TIME_WEIGHTED.replace(limits, "").replace('"50000000"\n', f'"50000000"\n{own}')
    (token,) = load(text).tokens
    assert (2_500_000, 2_500_000) == (token.minimum_payout, token.maximum_payout)


def test_one_limit_may_stand_here_and_the_other_there() -> None:
    text = TIME_WEIGHTED.replace('minimum_payout = "1"\n', "")
    text = text.replace('pool = "50000000"\n', 'pool = "50000000"\nminimum_payout = "2"\n')
    (token,) = load(text).tokens
    assert (2_000_000, 1_000_000_000) == (token.minimum_payout, token.maximum_payout)


def test_votes_have_a_minimum_payout_of_each_token_and_multipliers() -> None:
    text = PER_PROPOSAL.replace('pool = "7500000.5"', 'pool = "7500000.5"\nminimum_payout = "3"')
    text = text.replace("[inputs]\n", '[inputs]\nmultipliers = "check-ins.csv"\n')
    loaded = load(text)
    assert [None, 300_000] == [token.minimum_payout for token in loaded.tokens]
    assert "check-ins.csv" == loaded.inputs.multipliers


def test_a_list_needs_neither_pool_nor_proposals_and_counts_in_tokens() -> None:
    loaded = load(A_LIST)
    assert ("list", ()) == (loaded.method, loaded.proposals)
    assert [None] == [token.pool for token in loaded.tokens]
    assert ("list.csv", "ui") == (loaded.inputs.allocations, loaded.inputs.unit)


def test_every_option_can_be_written() -> None:
    inputs = (
        '[inputs]\nunit = "ui"\nother_proposals = "ignore"\nexcess_decimals = "floor"\n'
        'exclude = "../lists/exclude.csv"\n'
    )
    rules = (
        '[rules]\nexclude_sides = ["no", "abstain", "no"]\non_empty = "redistribute"\n'
        'denominator = "all"\nrounding = "floor"\n'
    )
    loaded = load(PER_PROPOSAL.replace("[inputs]\n", inputs).replace("[rules]\n", rules))
    assert ("ui", "ignore", "floor", "../lists/exclude.csv") == (
        loaded.inputs.unit,
        loaded.inputs.other_proposals,
        loaded.inputs.excess_decimals,
        loaded.inputs.exclude,
    )
    assert loaded.rules == Rules(
        minimum_vote=BaseUnits(10_000_000),
        exclude_sides=("abstain", "no"),
        on_empty="redistribute",
        denominator="all",
        rounding="floor",
    )


def test_every_option_of_a_list_can_be_written() -> None:
    options = 'unit = "base"\nduplicates = "sum"\nzero_amounts = "drop"\n'
    distributor = f'[distributor]\norder = "input"\nfirst_version = {U64_MAX}\n'
    loaded = load(A_LIST + options + distributor)
    assert ("base", "sum", "drop") == (
        loaded.inputs.unit,
        loaded.inputs.duplicates,
        loaded.inputs.zero_amounts,
    )
    assert ("input", U64_MAX) == (
        loaded.tokens[0].distributor.order,
        loaded.tokens[0].distributor.first_version,
    )


def test_a_token_overrides_what_is_common() -> None:
    own = f'program = "kamino"\nbase = "{WEN}"\nlocker_base = "{WEN}"\nmax_leaves_per_tree = 7\n'
    jup, wen = load(PER_PROPOSAL.replace('pool = "7500000.5"\n', f'pool = "1"\n{own}')).tokens
    assert ("jupiter", parse_address(SIGNER), parse_address(LOCKER_BASE), 12_000) == (
        jup.distributor.program,
        jup.distributor.base,
        jup.distributor.locker_base,
        jup.distributor.max_leaves_per_tree,
    )
    assert ("kamino", parse_address(WEN), parse_address(WEN), 7) == (
        wen.distributor.program,
        wen.distributor.base,
        wen.distributor.locker_base,
        wen.distributor.max_leaves_per_tree,
    )


@pytest.mark.parametrize(
    ("common", "own", "program"),
    [
        ("", "", "jupiter"),
        ("", 'leaf = "mint-bound"', "none"),
        ('leaf = "mint-bound"', "", "none"),
        ('leaf = "mint-bound"', 'leaf = "jupiter"', "jupiter"),
        ("", 'program = "none"', "none"),
        ('program = "jito"', "", "jito"),
        ('program = "jito"', 'program = "none"', "none"),
        # what is written stays, so that whoever knows programs can refuse it
        ('program = "jito"', 'leaf = "mint-bound"', "jito"),
    ],
)
def test_the_program_follows_from_the_leaf_unless_written(
    common: str, own: str, program: str
) -> None:
    text = A_LIST.replace("decimals = 6\n", f"decimals = 6\n{own}\n")
    loaded = load(f"{text}\n[distributor]\n{common}\n")
    assert program == loaded.tokens[0].distributor.program


@pytest.mark.parametrize("decimals", [0, 19])
def test_a_mint_has_up_to_19_decimals(decimals: int) -> None:
    loaded = load(A_LIST.replace("decimals = 6", f'decimals = {decimals}\npool = "1"'))
    assert (decimals, 10**decimals) == (loaded.tokens[0].decimals, loaded.tokens[0].pool)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("1", Fraction(1)),
        ("7", Fraction(7)),
        ("1/3", Fraction(1, 3)),
        ("2/6", Fraction(1, 3)),
        (f"{'9' * 18}/{'8' * 18}", Fraction(9, 8)),
    ],
)
def test_a_weight_is_an_exact_fraction(text: str, weight: Fraction) -> None:
    loaded = load(PER_PROPOSAL.replace('weight = "1/3"', f'weight = "{text}"'))
    assert weight == loaded.proposals[1].weight


def test_a_weight_not_written_is_one() -> None:
    loaded = load(PER_PROPOSAL.replace('weight = "1/3"\n', ""))
    assert [1, 1] == [proposal.weight for proposal in loaded.proposals]


@pytest.mark.parametrize("symbol", ["J", "1INCH", "a-b_C", "x" * 16])
def test_a_symbol_is_letters_digits_and_dashes(symbol: str) -> None:
    assert symbol == load(A_LIST.replace('"JUP"', f'"{symbol}"')).tokens[0].symbol


def test_a_proposal_may_be_called_anything() -> None:
    loaded = load(PER_PROPOSAL.replace(f'"{FIRST}"', r'"número 1 \u0007"'))
    assert "número 1 \x07" == loaded.proposals[0].id


def test_a_title_is_kept_as_it_is() -> None:
    title = r"<script>alert(1)</script> \u0000 \u001b[31m \r\n ../../etc \u202e"
    loaded = load(PER_PROPOSAL.replace("A grant", title))
    expected = "<script>alert(1)</script> \x00 \x1b[31m \r\n ../../etc \u202e"
    assert expected == loaded.proposals[0].title


def test_windows_line_ends_and_marks_change_nothing_but_the_content() -> None:
    text = "\ufeff" + PER_PROPOSAL.replace("\n", "\r\n")
    loaded = load(text)
    assert text.encode() == loaded.content
    plain = load(PER_PROPOSAL)
    assert replace(plain, path=loaded.path, content=loaded.content) == loaded


def test_the_round_that_a_beginner_gets_is_right() -> None:
    sample = Path(__file__).parent.parent / "merkle" / "cli" / "sample" / "round.toml"
    assert "Sample round" == load_round(sample).name
