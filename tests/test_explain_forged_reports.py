"""A report or a round file that does not belong to its bundle is refused by `asr explain`."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tests.explanations import A, Files, by_hand, explained
from tests.plain_bundle import dump, seal


@pytest.mark.parametrize("name", ["breakdown.parquet", "report.json", "round.toml"])
def test_a_file_without_its_digest_is_refused(name: str) -> None:
    code, _, err = explained({**by_hand(), name: by_hand()[name] + b"\n"})
    assert 1 == code
    assert err.startswith(f"error: {name}: its sha256 is ")


def edited(files: Files, name: str, place: str, value: object) -> Files:
    """Change one value of a JSON file, `place` as in `tokens.0.pool`, and seal again."""
    document: Any = json.loads(files[name])
    *steps, last = place.split(".")
    inner = document
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if value is None:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return seal({**files, name: dump(document)})


FIRST: Final = "tokens.0.proposals.0"


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("method", "list", "method is not 'per-proposal'"),
        ("tokens", [], "tokens is no list of 1"),
        ("tokens", "JUP", "tokens is no list of 1"),
        ("tokens.0", 7, "tokens[0] has no symbol"),
        ("tokens.0.symbol", "WEN", "tokens[0].symbol is not 'JUP'"),
        ("tokens.0.proposals", [], "tokens[0].proposals is no list of 3"),
        (f"{FIRST}.id", "second", "tokens[0].proposals[0].id is not 'first'"),
        (f"{FIRST}.pool", "44", "tokens[0].proposals[0]: 42 and 1 left over are not 44"),
        (f"{FIRST}.pool", 43, "tokens[0].proposals[0].pool is no whole number in quotes"),
        (f"{FIRST}.pool", "043", "tokens[0].proposals[0].pool is no whole number in quotes"),
        (f"{FIRST}.pool", "9" * 101, "tokens[0].proposals[0].pool is too long for a number"),
        (f"{FIRST}.floors", None, "tokens[0].proposals[0] has no floors"),
        (f"{FIRST}.divisor", "2", "tokens[0].proposals[0]: total_weight 3 is no multiple"),
    ],
)
def test_a_forged_report_is_refused(place: str, value: object, problem: str) -> None:
    code, out, err = explained(edited(by_hand(), "report.json", place, value))
    assert (1, "") == (code, out)
    assert err.startswith(f"error: report.json: {problem}")


def test_a_pool_that_the_round_does_not_give_is_refused() -> None:
    forged = edited(by_hand(), "report.json", f"{FIRST}.pool", "44")
    forged = edited(forged, "report.json", f"{FIRST}.floors", "43")
    code, _, err = explained(forged)
    assert (1, "error: report.json: tokens[0].proposals[0].pool is not '43'\n") == (code, err)


def test_a_total_that_the_rewards_do_not_have_is_refused() -> None:
    code, _, err = explained(edited(by_hand(), "report.json", f"{FIRST}.total_weight", "4"))
    problem = "its reward is 15, but weight 1, a total of 4 and a pool of 43 give 11"
    assert 1 == code
    assert f"error: breakdown.parquet: {A}: proposal first: {problem}\n" == err


@pytest.mark.parametrize(
    ("old", "new"), [(b'"0.000100"', b'"0.000101"'), (b'"1/3"', b'"1/2"'), (b'"By hand"', b'"B"')]
)
def test_a_round_file_that_the_manifest_does_not_know_is_refused(old: bytes, new: bytes) -> None:
    forged = seal({**by_hand(), "round.toml": by_hand()["round.toml"].replace(old, new)})
    code, _, err = explained(forged)
    assert (1, "error: manifest.json: has other rules or tokens than round.toml\n") == (code, err)


def test_a_manifest_with_other_tokens_than_the_round_is_refused() -> None:
    code, _, err = explained(edited(by_hand(), "manifest.json", "tokens.0.decimals", 7))
    assert (1, "error: manifest.json: has other rules or tokens than round.toml\n") == (code, err)


def test_a_broken_round_file_is_refused_with_its_line() -> None:
    broken = by_hand()["round.toml"].replace(b'"1/3"', b'"0.33"')
    code, _, err = explained(seal({**by_hand(), "round.toml": broken}))
    assert 1 == code
    assert err.startswith("error: round.toml:")
    assert "'0.33'" in err
