"""`asr explain` on small rounds: what it says where there is little to say."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation import tables
from allocation.address import format_address
from allocation.explain import explainer_of
from allocation.explain_share import ContradictionError
from allocation.tables.breakdown import BreakdownRow
from tests.allocation_rounds import a_round, a_token, key
from tests.building import build
from tests.explanations import PlainRanking, explained
from tests.round_files import JUP, WEN

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = (format_address(key(number)) for number in (2, 5, 17))

TOKEN: Final = f'[[tokens]]\nsymbol = "JUP"\nmint = "{JUP}"\ndecimals = 6\n'
VOTES: Final = (
    f'[round]\nname = "R"\nmethod = "per-proposal"\n{TOKEN}pool = "0.000007"\n'
    + "".join(f'[[proposals]]\nid = "{name}"\nweight = "1"\n' for name in ("one", "two"))
)
LIST: Final = (
    f'[round]\nname = "R"\nmethod = "list"\n{TOKEN}[inputs]\nallocations = "list.csv"\n'
    'unit = "base"\n'
)


def built(folder: Path, round_text: str, **inputs: str) -> Path:
    """Build a round from texts; inputs by name, without their ending."""
    (folder / "round.toml").write_text(round_text)
    for name, text in inputs.items():
        (folder / f"{name}.csv").write_text(text)
    build(folder / "round.toml", folder / "bundle")
    return folder / "bundle"


def test_a_share_below_one_base_unit_is_nothing_to_claim(tmp_path: Path) -> None:
    votes = f"proposal,wallet,voting_power\none,{A},1\none,{B},1000\ntwo,{B},1\n"
    bundle = built(tmp_path, VOTES + '[inputs]\nvotes = "votes.csv"\n', votes=votes)
    code, out, _ = explained(bundle, A)
    assert 0 == code
    # 7 over two proposals: 4 to the lower id; 4 x 1 / 1001, and the unit left over goes to B
    assert "    exact share           4 x 1 / 1,001\n" in out
    assert "                          = 0, remainder 4\n" in out
    assert "    left-over unit        none of 1: the last one goes to the remainder 997\n" in out
    assert "  claim  nothing: all of it is less than one base unit\n" in out


def test_a_proposal_that_nobody_voted_on_leaves_its_part_to_the_others(tmp_path: Path) -> None:
    votes = f"proposal,wallet,voting_power\none,{A},1\ntwo,{A},0\n"
    rules = '[inputs]\nvotes = "votes.csv"\n[rules]\non_empty = "redistribute"\n'
    _, out, _ = explained(built(tmp_path, VOTES + rules, votes=votes), A)
    assert "its weight            1 of 1\n" in out
    assert "its part of the pool  7 x 1 / 1\n" in out
    assert "  sum          7 + 0 = 7\n" in out


def test_a_wallet_of_another_proposal_hears_that_its_vote_is_ignored(tmp_path: Path) -> None:
    votes = f"proposal,wallet,voting_power\none,{A},1\nthree,{B},1\n"
    ignoring = '[inputs]\nvotes = "votes.csv"\nother_proposals = "ignore"\n'
    bundle = built(tmp_path, VOTES + ignoring, votes=votes)
    problem = (
        f"error: {B} stands in no row of votes.csv on a proposal of this round (votes on others "
        "are ignored), so it gets nothing\n"
    )
    assert (1, "", problem) == explained(bundle, B)


def test_what_stays_locked_is_part_of_an_amount_that_was_given(tmp_path: Path) -> None:
    bundle = built(tmp_path, LIST, list=f"pubkey,amount,locked_amount\n{A},5,2\n{B},0,0\n")
    _, out, _ = explained(bundle, A)
    assert "JUP  0.000007 (7 base units; 1 JUP = 1,000,000)\n" in out
    assert "  given  7, as it stands in list.csv\n" in out
    assert "  locked       2 of it\n" in out
    _, out, _ = explained(bundle, A, "--json")
    leaf = json.loads(out)["tokens"][0]["leaf"]
    assert ("5", "2") == (leaf["amount"], leaf["locked_amount"])


@pytest.mark.parametrize(
    ("zeros", "claim"),
    [
        ("keep", "into the wallet's own token account"),
        ("drop", "nothing: the round drops amounts of 0"),
    ],
)
def test_a_given_amount_of_nothing_has_a_leaf_where_the_round_keeps_it(
    zeros: str, claim: str, tmp_path: Path
) -> None:
    rows = f"pubkey,amount\n{A},5\n{B},0\n"
    bundle = built(tmp_path, f'{LIST}zero_amounts = "{zeros}"\n', list=rows)
    code, out, _ = explained(bundle, B)
    assert 0 == code
    assert f"  {claim}\n" in out


STAKES: Final = (
    '[round]\nname = "R"\nmethod = "time-weighted"\nstart = 2025-07-01\nend = 2025-07-02\n'
    f'mode = "continuous"\n{TOKEN}pool = "0.000010"\nmaximum_payout = "0.000003"\n'
    '[inputs]\nstake_events = "events.csv"\nopening = "opening.csv"\n'
)


def test_by_the_second_a_stake_counts_until_it_changes(tmp_path: Path) -> None:
    events = f"timestamp,wallet,delta\n1751371200,{B},10\n1751371201,{B},-10\n"
    bundle = built(tmp_path, STAKES, events=events, opening=f"wallet,staked\n{A},2\n")
    _, out, _ = explained(bundle, B)
    assert "period  2025-07-01 to 2025-07-02, continuous\n" in out
    assert "  summed stake     10 over 86,400 seconds\n  average          0, rounded down\n" in out
    # the other has 172,800 of 172,810, gets the maximum of 3 and leaves 7; so this one gets 3, too
    assert "  left for others  4, of whom there are none\n" in out
    assert "  above it         4 x 10 > 3 x 0\n  reward           3\n" in out


def test_a_wallet_without_a_stake_is_told_where_it_is_missing(tmp_path: Path) -> None:
    events = f"timestamp,wallet,delta\n1751371200,{B},10\n"
    bundle = built(tmp_path, STAKES, events=events, opening=f"wallet,staked\n{A},2\n")
    problem = f"error: {C} stands in no row of opening.csv or events.csv, so it gets nothing\n"
    assert (1, "", problem) == explained(bundle, C)


def test_only_the_tokens_asked_for_are_explained(tmp_path: Path) -> None:
    other = f'[[tokens]]\nsymbol = "WEN"\nmint = "{WEN}"\ndecimals = 5\npool = "1"\n'
    votes = f"proposal,wallet,voting_power\none,{A},1\n"
    inputs = '[inputs]\nvotes = "votes.csv"\n'
    bundle = built(tmp_path, VOTES + other + inputs, votes=votes)
    _, out, _ = explained(bundle, A, "--token", "WEN", "--json")
    assert ["WEN"] == [token["symbol"] for token in json.loads(out)["tokens"]]
    _, out, _ = explained(bundle, A, "--json")
    assert ["JUP", "WEN"] == [token["symbol"] for token in json.loads(out)["tokens"]]


def test_a_bundle_may_stand_in_a_folder_of_any_name(tmp_path: Path) -> None:
    bundle = built(tmp_path, LIST, list=f"pubkey,amount\n{A},5\n")
    assert 0 == explained(bundle.rename(tmp_path / "a[1]*{2}? '"), A).code


def test_one_wallet_needs_neither_numpy_nor_a_reader_of_inputs(tmp_path: Path) -> None:
    bundle = built(tmp_path, LIST, list=f"pubkey,amount\n{A},5\n")
    code = (
        "import sys\nfrom merkle.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as done:\n    assert not done.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "explain", str(bundle), A]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert {"duckdb"} == {"duckdb", "numpy", "allocation.tables.read"} & set(done.stderr.split())


def test_tables_export_what_they_name_and_nothing_else() -> None:
    assert all(getattr(tables, name) for name in tables.__all__)
    assert not hasattr(tables, "read_minds")


def a_row(**changes: Any) -> BreakdownRow:
    values = {"proposal": None, "power": None, "weight": None, "cause": None}
    return BreakdownRow(**{"place": 0, **values, "rewards": (7,), "causes": (None,), **changes})


@pytest.mark.parametrize(
    "rows", [[a_row(), a_row()], [a_row(proposal="P0")], [a_row(cause="excluded")]]
)
def test_rows_that_are_not_one_amount_of_a_list_are_refused(rows: list[BreakdownRow]) -> None:
    explainer = explainer_of(a_round([a_token("JUP", None)]), {"method": "list"})
    assert 7 == explainer.explain(A, [a_row()], PlainRanking({})).tokens[0].amount
    with pytest.raises(ContradictionError, match="the rows are not one amount of a list"):
        explainer.explain(A, rows, PlainRanking({}))
