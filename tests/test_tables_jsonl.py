"""JSON Lines as inputs: what is read, and what is said about the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import BadValueError
from allocation.tables.json_object import cell_of, parse_object
from tests.input_files import A, B, InputFolder

if TYPE_CHECKING:
    from pathlib import Path

WALLET = f'"wallet":"{A}"'
ROW_B = f'{{"proposal":"P1","wallet":"{B}","voting_power":7}}'


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


GOOD = {
    "text": f'{{"proposal":"P0",{WALLET},"voting_power":"5"}}',
    "a number": f'{{"proposal":"P0",{WALLET},"voting_power":5}}',
    "another order": f'{{"voting_power":5,{WALLET},"proposal":"P0"}}',
    "blanks": f'\t {{ "proposal" :\t"P0" , {WALLET} , "voting_power" : 5 }} \r',
    "escapes": f'{{"pro\\u0070osal":"\\u00500","wallet":"{A}","voting_power":"\\u0035"}}',
    "other keys": (
        f'{{"x":null,"proposal":"P0","y":[],{WALLET},"voting_power":5,"\\ud83d\\ude00":-1.5e-7}}'
    ).replace("[]", "true"),
    "blank lines": f'\n\r\n{{"proposal":"P0",{WALLET},"voting_power":5}}\n\n\r',
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_every_way_to_write_an_object_gives_the_same_row(folder: InputFolder, text: str) -> None:
    folder.write("votes.jsonl", f"{text}\n{ROW_B}")
    read = folder.read(votes="votes.jsonl")
    assert [("P0", A, 5, None), ("P1", B, 7, None)] == read.votes
    assert 2 == read.inputs.sources[0].rows


def test_the_ending_may_be_ndjson(folder: InputFolder) -> None:
    folder.write("votes.NDJSON", ROW_B)
    assert "jsonl" == folder.read(votes="votes.NDJSON").inputs.sources[0].format


def test_other_keys_of_any_line_are_listed(folder: InputFolder) -> None:
    folder.write("votes.jsonl", f'{ROW_B}\n{{"proposal":"P0",{WALLET},"voting_power":5,"x":1}}\n')
    notes = folder.read(votes="votes.jsonl").inputs.notes
    assert {"votes": {"ignored_columns": ["x"], "identical_rows": 0}} == notes


AS_TEXT = 'a JSON number that is not plain digits; write it as text, e.g. "1.5"'
OBJECT = 'write one object per line, e.g. {"wallet": "..."}'


def power(value: str) -> str:
    return f'{{"proposal":"P0",{WALLET},"voting_power":{value}}}'


VALUES = {
    "a fraction": (power("1.0"), f"voting_power '1.0': {AS_TEXT}"),
    "an exponent": (power("1e3"), f"voting_power '1e3': {AS_TEXT}"),
    "minus zero": (power("-0"), f"voting_power '-0': {AS_TEXT}"),
    "negative": (power("-7"), f"voting_power '-7': {AS_TEXT}"),
    "above u64": (
        power("18446744073709551616"),
        f"voting_power '18446744073709551616': {AS_TEXT}",
    ),
    "far above u64": (
        power("9" * 5000),
        f"voting_power '{'9' * 100}'... (5,000 characters): {AS_TEXT}",
    ),
    "a bad text": (
        power('"1e3"'),
        "voting_power '1e3': an exponent; write base units as plain digits, e.g. 1500000",
    ),
    "an empty text": (
        power('""'),
        "voting_power: empty; write base units as plain digits, e.g. 1500000",
    ),
    "null": (power("null"), "voting_power: null; write a value"),
    "a truth": (power("true"), "voting_power: true or false; write text or a number"),
}


@pytest.mark.parametrize(("line", "expected"), VALUES.values(), ids=VALUES)
def test_a_value_has_to_be_text_or_plain_digits(
    folder: InputFolder, line: str, expected: str
) -> None:
    folder.write("votes.jsonl", f"{ROW_B}\n{line}\n")
    assert [f"votes.jsonl:2: {expected}"] == folder.errors(votes="votes.jsonl")


LINES = {
    "an array in a column": (
        power("[1]"),
        "the value of 'voting_power' is nested; write text or a number",
    ),
    "an object in another column": (
        f'{{"x":{{}},{power("1")[1:]}',
        "the value of 'x' is nested; write text or a number",
    ),
    "a key twice": (
        f'{{"voting_power":1,{power("1")[1:]}',
        "the key 'voting_power' stands twice; keep one of the two",
    ),
    "another key twice": (
        f'{{"x":1,"\\u0078":2,{power("1")[1:]}',
        "the key 'x' stands twice; keep one of the two",
    ),
    "a comma too many": (power("1 ,x"), f"not JSON from character 80 on; {OBJECT}"),
    "NaN": (power("NaN"), f"NaN is not JSON; {OBJECT}"),
    "NaN in another column": (f'{{"x":NaN,{power("1")[1:]}', f"NaN is not JSON; {OBJECT}"),
    "half a surrogate pair": (
        f'{{"x":"\\ud800",{power("1")[1:]}',
        f"half a surrogate pair is not JSON; {OBJECT}",
    ),
    "half a surrogate pair in a key": (
        f'{{"\\udc00":1,{power("1")[1:]}',
        f"half a surrogate pair is not JSON; {OBJECT}",
    ),
    "an array": ("[1]", f"not an object; {OBJECT}"),
    "an array of pairs": ('[["a",1]]', f"not an object; {OBJECT}"),
    "a text": ('"x"', f"not an object; {OBJECT}"),
    "two objects": (
        f"{ROW_B} {ROW_B}",
        f"not JSON from character {len(ROW_B) + 2} on; {OBJECT}",
    ),
    "an object cut off": (
        '{"a":1',
        f"not JSON from character 7 on; {OBJECT}",
    ),
    "blanks": ("  ", f"not JSON from character 3 on; {OBJECT}"),
    "a control character": (
        power('"\t"'),
        f"not JSON from character 78 on; {OBJECT}",
    ),
    "nesting without end": ("[" * 100_000, f"nested too deeply; {OBJECT}"),
    "a byte order mark": (
        f"\ufeff{power('1')}",
        f"not JSON from character 1 on; {OBJECT}",
    ),
}


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_a_line_has_to_be_a_flat_object(folder: InputFolder, line: str, expected: str) -> None:
    folder.write("votes.jsonl", f"{ROW_B}\n{line}\n{power('-1')}\n")
    shown = (
        repr(line)
        if len(line) <= 100
        else f"{line[:100]!r}... ({min(len(line), 10_000):,} characters)"
    )
    assert [
        f"votes.jsonl:2: line {shown}: {expected}",
        f"votes.jsonl:3: voting_power '-1': {AS_TEXT}",
    ] == folder.errors(votes="votes.jsonl")


BYTES = {
    "not utf-8": (b'{"a":"\xff"}', 'line \'{"a":"\\\\xff"}\': not UTF-8; save the file as UTF-8'),
    "a NUL": (b'{"a":"\0"}', 'line \'{"a":"\\x00"}\': a NUL byte; remove it'),
}


@pytest.mark.parametrize(("line", "expected"), BYTES.values(), ids=BYTES)
def test_a_line_has_to_be_utf_8(folder: InputFolder, line: bytes, expected: str) -> None:
    folder.write("votes.jsonl", ROW_B.encode() + b"\n" + line)
    assert [f"votes.jsonl:2: {expected}"] == folder.errors(votes="votes.jsonl")


def test_an_escaped_nul_is_refused_by_its_column(folder: InputFolder) -> None:
    folder.write("votes.jsonl", f'{{"side":"a\\u0000",{power("1")[1:]}\n')
    assert ["votes.jsonl:1: side 'a\\x00': a NUL character; remove it"] == folder.errors(
        votes="votes.jsonl"
    )


def test_every_line_has_the_keys_of_the_first(folder: InputFolder) -> None:
    lines = [
        f'{{"side":"x",{power("1")[1:]}',
        power("1"),
        f'{{"choice":"x",{power("1")[1:]}',
        f'{{"side":"x","voter":"",{power("1")[1:]}',
    ]
    folder.write("votes.jsonl", "\n".join(lines))
    remedy = "a key that the first line does not have; use the same keys in every line"
    assert [
        "votes.jsonl:2: side: missing key; add it",
        "votes.jsonl:3: side: missing key; add it",
        f"votes.jsonl:3: choice: {remedy}",
        f"votes.jsonl:4: voter: {remedy}",
    ] == folder.errors(votes="votes.jsonl")


def test_the_first_object_names_the_columns(folder: InputFolder) -> None:
    folder.write("votes.jsonl", '\n{"wallet":"x","voter":"x","proposal":"P0"}\n')
    assert [
        "votes.jsonl:2: voter: means the same as wallet; remove one of the two",
        "votes.jsonl:2: voting_power: missing column; add it; the file has wallet, voter, proposal",
    ] == folder.errors(votes="votes.jsonl")


def test_bad_lines_before_the_first_object_are_reported(folder: InputFolder) -> None:
    folder.write("votes.jsonl", f"x\n{ROW_B}\n")
    expected = f"votes.jsonl:1: line 'x': not JSON from character 1 on; {OBJECT}"
    assert [expected] == folder.errors(votes="votes.jsonl")
    folder.write("votes.jsonl", "x\n")
    assert [expected] == folder.errors(votes="votes.jsonl")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_file_without_objects_holds_no_votes_but_may_exclude_nobody(
    folder: InputFolder, text: str
) -> None:
    folder.write("none.jsonl", text)
    assert ["none.jsonl: file: no rows; write what the round is about into it"] == folder.errors(
        votes="none.jsonl"
    )
    folder.write("votes.jsonl", ROW_B)
    assert [] == folder.read(votes="votes.jsonl", exclude="none.jsonl").excluded


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
)
lines = st.one_of(
    st.dictionaries(st.text(), scalars, max_size=4).map(json.dumps),
    st.dictionaries(st.text(), scalars, max_size=4).map(
        lambda o: json.dumps(o, ensure_ascii=False)
    ),
    st.text(alphabet='{}[]":,\\ud8Dc0e+-.1 \tN', max_size=30),
)


@settings(deadline=None)
@given(lines, st.text(alphabet='{}[]":,\\ud8Dc0e+-.1 \t', max_size=2), st.integers(0, 100))
def test_the_pattern_and_pythons_parser_accept_the_same_objects(
    line: str, inserted: str, place: int
) -> None:
    import re  # noqa: PLC0415

    from allocation.tables.json_object import FLAT_OBJECT  # noqa: PLC0415

    line = line[: place % (len(line) + 1)] + inserted + line[place % (len(line) + 1) :]
    matched = re.fullmatch(FLAT_OBJECT, line) is not None
    try:
        parse_object(line)
        parsed = True
    except BadValueError as error:
        parsed = "stands twice" in error.problem
    assert matched == parsed


def test_a_number_keeps_its_raw_text() -> None:
    values = parse_object('{"a": 12, "b": "12"}')
    assert ["12", "12"] == [cell_of(value) for value in values.values()]


def test_a_comma_after_the_last_value_is_refused(folder: InputFolder) -> None:
    folder.write("votes.jsonl", f"{ROW_B}\n{power('1,')}\n")
    found = folder.errors(votes="votes.jsonl")
    # where it is wrong depends on the version of Python
    assert 1 == len(found)
    assert "not JSON from character" in found[0]
