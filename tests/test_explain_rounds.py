"""Every wallet of every round: its explained parts are its shares and add up to its leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.building import build
from tests.conftest import FIXTURES
from tests.explanations import explain_all, leaves_of
from tests.test_real_votes import TOKENS, VOTES, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

SYMBOLS: Final = ("JUP", "WEN", "ZEUS", "SHARK", "UPT")


def assert_leaves_are_explained(bundle: Path, symbols: tuple[str, ...] = SYMBOLS) -> None:
    explained: dict[str, dict[str, int]] = {symbol: {} for symbol in symbols}
    for explanation in explain_all(bundle):
        for token in explanation.tokens:
            if token.amount:
                explained[token.token.symbol][explanation.wallet] = token.amount
    assert {symbol: leaves_of(bundle, symbol) for symbol in symbols} == explained


def test_every_leaf_of_the_fixture_round_is_explained(fixture_bundle: Path) -> None:
    assert_leaves_are_explained(fixture_bundle)


def test_every_leaf_of_the_round_worked_by_hand_is_explained(tmp_path: Path) -> None:
    build(FIXTURES / "by-hand" / "round.toml", tmp_path / "bundle")
    assert_leaves_are_explained(tmp_path / "bundle", ("JUP",))


@pytest.mark.skipif(not VOTES.exists(), reason="../shared/data/pyth-dao-votes/votes.csv is absent")
@pytest.mark.parametrize(
    "rules", ["", '[rules]\nminimum_vote = "500"\ndenominator = "all"\nexclude_sides = ["0"]\n']
)
def test_every_leaf_of_a_real_round_is_explained(rules: str, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").symlink_to(VOTES)
    lines = ['[round]\nname = "Real"\nmethod = "per-proposal"']
    lines += [
        f'[[tokens]]\nsymbol = "{symbol}"\nmint = "{mint}"\ndecimals = {decimals}\npool = "{pool}"'
        for symbol, (mint, decimals, pool) in TOKENS.items()
    ]
    lines += [f'[[proposals]]\nid = "{id_}"\nweight = "{part}"' for id_, part in WEIGHTS.items()]
    lines += ['[inputs]\nvotes = "votes.csv"\nother_proposals = "ignore"\ndecimals = 6', rules]
    (tmp_path / "round.toml").write_text("\n".join(lines))
    build(tmp_path / "round.toml", tmp_path / "bundle")
    assert_leaves_are_explained(tmp_path / "bundle")
