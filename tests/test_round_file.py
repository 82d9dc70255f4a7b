"""round.toml -> Round: what a good file means."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from allocation.address import parse_address
from allocation.round import Distributor, InputFiles, Proposal, Rules, Token
from allocation.round_file import load_round
from allocation.units import U64_MAX, BaseUnits
from tests.round_files import (
    A_LIST,
    FIRST,
    JUP,
    LOCKER_BASE,
    PER_PROPOSAL,
    SIGNER,
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


@pytest.mark.parametrize(
    ("common", "own", "most", "sizes"),
    [
        ("", "", 12_000, None),
        ("tree_sizes = [5, 7, 1]", "", 7, (5, 7, 1)),
        ("", "tree_sizes = [5]", 5, (5,)),
        ("tree_sizes = [5, 7]", "tree_sizes = [3, 2]", 3, (3, 2)),
        ("tree_sizes = [5, 7]", "max_leaves_per_tree = 4", 4, None),
        ("max_leaves_per_tree = 4", "tree_sizes = [3, 2]", 3, (3, 2)),
    ],
)
def test_a_list_may_say_the_size_of_every_tree(
    common: str, own: str, most: int, sizes: tuple[int, ...] | None
) -> None:
    text = A_LIST.replace("decimals = 6\n", f"decimals = 6\n{own}\n", 1)
    plan = load(f"{text}\n[distributor]\n{common}\n").tokens[0].distributor
    assert (most, sizes) == (plan.max_leaves_per_tree, plan.tree_sizes)


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
