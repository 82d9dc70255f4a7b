"""What the operator reads when something is wrong."""

from __future__ import annotations

import pytest

from allocation.errors import (
    PRINTED_ERRORS,
    AsrError,
    BadValueError,
    InputError,
    InputErrors,
    InvariantError,
)


def wrong(line: int = 418, *, value: str = "7xKX", problem: str = "3 bytes, not 32") -> InputError:
    remedy = "paste the whole base58 address"
    return InputError("votes.csv", line, "wallet", value, problem, remedy)


def test_an_input_error_says_where_what_and_what_to_do() -> None:
    assert "votes.csv:418: wallet '7xKX': 3 bytes, not 32; paste the whole base58 address" == str(
        wrong()
    )


def test_an_error_of_a_whole_file_names_no_line() -> None:
    expected = "votes.csv: wallet '7xKX': 3 bytes, not 32; paste the whole base58 address"
    assert expected == str(wrong(0))


def test_a_value_that_is_not_there_is_not_printed() -> None:
    expected = "votes.csv:418: wallet: empty; paste the whole base58 address"
    assert expected == str(wrong(value="", problem="empty"))


def test_nothing_in_a_value_reaches_the_terminal_raw() -> None:
    assert r"wallet '\x1b[31m\nred': " in str(wrong(value="\x1b[31m\nred"))


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (100, f"wallet '{'x' * 100}': "),
        (101, f"wallet '{'x' * 100}'... (101 characters): "),
        (1_000_000, f"wallet '{'x' * 100}'... (1,000,000 characters): "),
    ],
)
def test_a_value_beyond_100_characters_is_cut_in_print_only(length: int, shown: str) -> None:
    error = wrong(value="x" * length)
    assert shown in str(error)
    assert "x" * length == error.value


def test_a_machine_gets_the_facts_apart() -> None:
    assert {
        "source": "votes.csv",
        "line": 418,
        "column": "wallet",
        "value": "7xKX",
        "problem": "3 bytes, not 32",
        "remedy": "paste the whole base58 address",
    } == wrong().as_json()


def test_one_finding_needs_no_summary() -> None:
    assert str(wrong()) == str(InputErrors([wrong()]))


def test_findings_of_different_kinds_are_only_counted() -> None:
    findings = [wrong(2), wrong(3, problem="not base58")]
    assert f"{findings[0]}\n{findings[1]}\n2 errors" == str(InputErrors(findings))


def test_findings_that_repeat_are_counted_by_kind_most_common_first() -> None:
    findings = [wrong(2, problem="empty"), wrong(3), wrong(4)]
    summary = str(InputErrors(findings)).splitlines()[-1]
    assert "3 errors: 2 x 3 bytes, not 32, 1 x empty" == summary


def test_a_kind_groups_problems_that_differ_in_words() -> None:
    findings = [
        InputError("votes.csv", line, "wallet", "w", f"also in line {line - 1}", "r", kind="twice")
        for line in (3, 4)
    ]
    assert "2 errors: 2 x twice" == str(InputErrors(findings)).splitlines()[-1]


def test_beyond_ten_kinds_the_rest_is_one_number() -> None:
    findings = [wrong(1)] + [wrong(line, problem=f"p{line}") for line in range(1, 12)]
    findings.append(findings[-1])
    summary = str(InputErrors(findings)).splitlines()[-1]
    assert "13 errors: 2 x p11, 1 x 3 bytes, not 32, 1 x p1, " in summary
    assert summary.endswith(", 1 x p8, 2 other kinds")


def test_a_thousand_findings_are_printed_and_all_are_kept() -> None:
    findings = [wrong(line) for line in range(1, PRINTED_ERRORS + 1_235)]
    error = InputErrors(findings)
    lines = str(error).splitlines()
    assert [str(finding) for finding in findings[:PRINTED_ERRORS]] == lines[:-2]
    assert "... and 1,234 more (--json lists all)" == lines[-2]
    assert "2,234 errors: 2,234 x 3 bytes, not 32" == lines[-1]
    assert tuple(findings) == error.findings


def test_a_broken_promise_of_ours_is_told_as_such() -> None:
    expected = (
        "internal error: shares sum to 4, not 5; nothing was written; "
        "please report this with the input"
    )
    assert expected == str(InvariantError("shares sum to 4, not 5"))


def test_a_bad_value_carries_problem_and_remedy() -> None:
    error = BadValueError("empty", "write it")
    assert ("empty; write it", "empty", "write it") == (str(error), error.problem, error.remedy)


@pytest.mark.parametrize("family", [InputError, InputErrors, InvariantError, BadValueError])
def test_every_error_is_of_one_family(family: type[Exception]) -> None:
    assert issubclass(family, AsrError)
