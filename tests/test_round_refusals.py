"""What is refused in a round file, word for word as the operator reads it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import InputErrors
from allocation.round_file import load_round
from tests.round_files import A_LIST, PER_PROPOSAL, TIME_WEIGHTED, load

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS: Final = {
    "per-proposal": PER_PROPOSAL,
    "time-weighted": TIME_WEIGHTED,
    "list": A_LIST,
    "empty": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A round file that is right, what makes it wrong, and what is said to that."""

    right: str
    removed: str
    added: str
    findings: list[str]

    @property
    def text(self) -> str:
        """The round file that is wrong."""
        if not self.removed:
            return self.right + self.added
        assert self.removed in self.right
        return self.right.replace(self.removed, self.added, 1)


def read_cases() -> Iterator[Case]:
    path = Path(__file__).with_name("round_refusals.txt")
    right = ""
    for block in path.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        marked = {mark: [line[2:] for line in lines if line[0] == mark] for mark in "@-+!"}
        right = ROUNDS[marked["@"][0]] if marked["@"] else right
        if marked["!"]:
            removed, added = ("".join(f"{line}\n" for line in marked[mark]) for mark in "-+")
            yield Case(right=right, removed=removed, added=added, findings=marked["!"])


def findings_of(text: str) -> list[str]:
    with pytest.raises(InputErrors) as refused:
        load(text)
    return [str(finding) for finding in refused.value.findings]


@pytest.mark.parametrize("case", list(read_cases()), ids=lambda case: case.findings[0][:60])
def test_a_wrong_key_is_refused_with_line_reason_and_remedy(case: Case) -> None:
    expected = [f"round.toml:{'' if line[0].isdigit() else ' '}{line}" for line in case.findings]
    assert expected == findings_of(case.text)


def test_the_rounds_that_are_broken_here_are_right() -> None:
    methods = ["per-proposal", "time-weighted", "list"]
    assert methods == [load(text).method for text in (PER_PROPOSAL, TIME_WEIGHTED, A_LIST)]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a = = 1", ":1: column 5 'a = = 1': Invalid value"),
        ("[round]\nname = ASR", ":2: column 8 'name = ASR': Invalid value"),
        ("[round]\n  name = 'A' # 1\nB", ":3: end of file 'B': "),
        ("a = [1,\n", ":2: end of file: "),
        ("[a]\n[a]\n", ":2: column "),
        ("a = 1\r\na = 2\r\n", ":2: column "),
    ],
)
def test_broken_toml_is_shown_where_it_breaks(text: str, finding: str) -> None:
    (found,) = findings_of(text)
    assert found.startswith(f"round.toml{finding}")
    assert found.endswith("; correct the TOML here or just above")


@pytest.mark.parametrize("text", [f"a = {'9' * 5_000}", f"a = {'[' * 100_000}"], ids=["9", "["])
def test_toml_without_measure_is_refused(text: str) -> None:
    expected = "round.toml: TOML: a number too long or lists nested too deeply; remove it"
    assert [expected] == findings_of(text)


def test_a_number_of_thousands_of_digits_is_refused_like_any_other() -> None:
    (found,) = findings_of(PER_PROPOSAL.replace('"50000000"', f"0x{'f' * 9_998}"))
    shown = f"'0x{'f' * 98}'... (10,000 characters)"
    expected = (
        f"round.toml:9: tokens[0].pool {shown}: a number, not text; write it as text, in quotes"
    )
    assert expected == found


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (r'"\u001b[31m"', r'"\u001b[31m"'),
        (r'"a b"', '"a b"'),
        ('"votes.csv"', '"votes.csv"'),
        (f'"{"y" * 64}"', "y" * 64),
        (f'"{"y" * 1_000_000}"', f'"{"y" * 64}"'),
    ],
    ids=["escape", "blank", "point", "64", "1000000"],
)
def test_a_hostile_key_reaches_the_terminal_neither_raw_nor_whole(key: str, shown: str) -> None:
    (found,) = findings_of(PER_PROPOSAL.replace("[rules]\n", f"[rules]\n{key} = 1\n"))
    assert re.match(rf"round\.toml:3[23]: rules\.{re.escape(shown)} '1': unknown key; ", found)


ODD_VALUES: Final = [
    *("true", "-1", "0", "1e400", "nan", "9" * 100, "[]", "{}", "[[]]", "[{}]", "{a = {}}"),
    *(
        "1979-05-27",
        "07:32:00",
        "1979-05-27 07:32:00",
        "0001-01-01T00:00:00.9+23:59",
        '""',
        '"\\u0000"',
        '"1/1/1"',
        '"\\U0010FFFF"',
        f'"{"1" * 9_999}"',
    ),
]


@given(
    place=st.sampled_from(
        [
            (text, line)
            for text in (PER_PROPOSAL, TIME_WEIGHTED)
            for line in text.splitlines()
            if "=" in line
        ]
    ),
    value=st.sampled_from(ODD_VALUES),
)
def test_no_value_of_any_key_does_more_than_be_refused(place: tuple[str, str], value: str) -> None:
    text, line = place
    with suppress(InputErrors):
        load(text.replace(line, f"{line.partition('=')[0]} = {value}"))


@given(st.text(alphabet=st.characters(codec="utf-8")), st.integers(0, len(PER_PROPOSAL)))
def test_no_text_does_more_than_be_refused(text: str, at: int) -> None:
    with suppress(InputErrors):
        load(PER_PROPOSAL[:at] + text + PER_PROPOSAL[at:])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.toml"
    with pytest.raises(InputErrors) as refused:
        load_round(path)
    expected = "round file: no such file or directory; give the path of a TOML file"
    assert f"{path}: {expected}" == str(refused.value)


def test_a_folder_is_no_round_file(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as refused:
        load_round(tmp_path)
    expected = "round file: is a directory; give the path of a TOML file"
    assert f"{tmp_path}: {expected}" == str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    path.write_bytes(PER_PROPOSAL.encode().replace(b"A grant", b"Un cr\xe9dit"))
    with pytest.raises(InputErrors) as refused:
        load_round(path)
    assert "round.toml:20: round file: not UTF-8; save the file as UTF-8" == str(refused.value)
