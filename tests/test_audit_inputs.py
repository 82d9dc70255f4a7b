"""Inputs that are not those that a bundle was made of fail, by what they are and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audits import LIST, audit_at, audit_of, built, built_of, check_of, failed, problems_of
from tests.building import build
from tests.forging import edited
from tests.plain_bundle import put, seal
from tests.voted_bundle import EXCLUDE, FIRST_VOTE, INPUTS, VOTED, VOTES, VOTES_ROUND, WALLETS

if TYPE_CHECKING:
    from pathlib import Path

SOUND = built()

CHANGED_INPUTS = {
    "a vote's power": {
        **INPUTS,
        "votes.csv": VOTES.replace(",1000020\n", ",1000021\n", 1).encode(),
    },
    "a row left out": {**INPUTS, "votes.csv": VOTES.replace(FIRST_VOTE, "").encode()},
    "a row too many": {**INPUTS, "votes.csv": f"{VOTES}one,{'1' * 32},9\n".encode()},
    "nobody excluded": {**INPUTS, "exclude.csv": b"wallet,reason\n"},
    "another excluded": {**INPUTS, "exclude.csv": EXCLUDE.replace(WALLETS[9], WALLETS[1]).encode()},
}


@pytest.mark.parametrize("inputs", CHANGED_INPUTS.values(), ids=list(CHANGED_INPUTS))
def test_changed_inputs_fail_by_digest_and_by_what_they_give(inputs: dict[str, bytes]) -> None:
    assert {
        "inputs",
        "rebuilt inputs.json",
        "rebuilt manifest.json",
        "rebuilt report.json",
        "rebuilt breakdown.parquet",
        "rebuilt JUP",
    } == failed(audit_of(VOTED, inputs))


def test_another_reason_to_exclude_fails_by_its_digest() -> None:
    inputs = {**INPUTS, "exclude.csv": EXCLUDE.replace("team", "them").encode()}
    failing = failed(audit_of(VOTED, inputs))
    assert {"inputs", "rebuilt inputs.json"} <= failing
    assert not {"rebuilt JUP", "proofs"} & failing


def test_a_file_of_another_size_is_said_to_have_one() -> None:
    audit = audit_of(VOTED, CHANGED_INPUTS["nobody excluded"])
    problems = problems_of(audit, "inputs")
    assert f"exclude: has 14 bytes, inputs.json has {len(EXCLUDE)}" == problems[0]
    assert problems[1].startswith("exclude: its sha256 is ")


def test_inputs_outside_of_the_folder_that_is_given_are_named(tmp_path: Path) -> None:
    text = VOTES_ROUND.replace(b'"votes.csv"', b'"../others/votes.csv"')
    put({"bought/round.toml": text, "bought/exclude.csv": INPUTS["exclude.csv"]}, tmp_path)
    put({"others/votes.csv": INPUTS["votes.csv"]}, tmp_path)
    build(tmp_path / "bought" / "round.toml", tmp_path / "bundle", threads=1)
    put({**INPUTS, "round.toml": text}, tmp_path / "ours")
    audit = audit_at(tmp_path / "bundle", tmp_path / "ours", tmp_path / "scratch")
    outside = f"; ../others/votes.csv is outside of {tmp_path / 'ours'}"
    assert (
        "2 files of the size and sha256 in inputs.json" + outside
        == check_of(audit, "inputs").summary
    )


def test_rules_that_are_not_those_beside_the_inputs_fail_at_their_lines(tmp_path: Path) -> None:
    put(VOTED, tmp_path / "bundle")
    others = VOTES_ROUND.replace(b'weight = "1/3"', b'weight = "1"')
    put({**INPUTS, "round.toml": others}, tmp_path / "inputs")
    audit = audit_at(tmp_path / "bundle", tmp_path / "inputs", tmp_path / "scratch")
    assert {"rebuilt round.toml"} == failed(audit)
    (found,) = check_of(audit, "rebuilt round.toml").findings
    assert 'weight = "1/3"' == VOTES_ROUND.decode().split("\n")[(found.line or 0) - 1]
    assert "is 'weight = \"1/3\"', the inputs give 'weight = \"1\"'" == found.problem


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        (None, (True, "the bundle's own: {folder} has none")),
        ("quarter.toml", (True, "the same bytes")),
        (".", (False, "not possible: that in {folder} can't be compared")),
    ],
    ids=["named otherwise", "a link", "a folder"],
)
def test_the_round_file_beside_the_inputs_may_have_another_name(
    link: str | None, verdict: tuple[bool, str], tmp_path: Path
) -> None:
    text = VOTES_ROUND.replace(b"Two proposals", b"Two proposals " * 5_000)  # on a line
    put(built_of(INPUTS, text), tmp_path / "bundle")
    folder = put({**INPUTS, "quarter.toml": text}, tmp_path / "inputs")
    if link is not None:
        (folder / "round.toml").symlink_to(link)
    audit = audit_at(tmp_path / "bundle", folder, tmp_path / "scratch")
    check = check_of(audit, "rebuilt round.toml")
    assert (verdict[0], verdict[1].format(folder=folder)) == (check.passed, check.summary)


def test_missing_inputs_say_what_to_pass() -> None:
    audit = audit_of(VOTED, {"exclude.csv": EXCLUDE.encode()})
    (problem,) = problems_of(audit, "inputs")
    assert problem.startswith("votes: not in ")
    assert problem.endswith("; pass the folder of the round file with --inputs")
    assert "not possible: the round can't be built again" == check_of(audit, "rebuild").summary
    assert "not possible: there is no rebuilt bundle" == check_of(audit, "rebuilt JUP").summary


def test_an_input_that_cannot_be_read_names_each_bad_row() -> None:
    bad = VOTES.replace(",1000020\n", ",x\n")
    audit = audit_of(VOTED, {**INPUTS, "votes.csv": bad.encode()})
    lines = [finding.line for finding in check_of(audit, "rebuild").findings]
    assert [2, 3] == lines


def test_an_input_that_is_a_link_is_followed_and_one_to_itself_is_not(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    put({"true.csv": LIST}, tmp_path / "inputs")
    (tmp_path / "inputs" / "list.csv").symlink_to("true.csv")
    assert set() == failed(audit_at(tmp_path / "bundle", tmp_path / "inputs", tmp_path / "one"))
    (tmp_path / "inputs" / "true.csv").unlink()
    (tmp_path / "inputs" / "true.csv").symlink_to("list.csv")
    audit = audit_at(tmp_path / "bundle", tmp_path / "inputs", tmp_path / "two")
    assert {"inputs", "rebuild"} < failed(audit)


def test_an_input_of_an_endless_name_is_no_traceback() -> None:
    name = "x" * 5_000 + ".csv"
    files = edited(SOUND, "inputs.json", lambda it: it["allocations"].update(name=name))
    assert "inputs" in failed(audit_of(files))


def test_a_list_of_inputs_that_is_none_is_said_to_be_unreadable() -> None:
    audit = audit_of(seal({**SOUND, "inputs.json": b"[]\n"}))
    assert "not possible: inputs.json can't be read" == check_of(audit, "inputs").summary
