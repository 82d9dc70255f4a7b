"""The answer of a node is taken apart strictly, whatever it is wrapped in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.governance_exports import (
    GOVERN,
    PROPOSAL,
    A,
    Account,
    B,
    account,
    refusals,
    vote_account,
    votes_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ENCODING = "ask the node for encoding base64 without dataSlice"


def votes(folder: Path, content: object) -> list[str]:
    return votes_of(folder, "vote-accounts", content)


def wrong(folder: Path, content: object) -> list[str]:
    return refusals(folder, "vote-accounts", content)


def spoilt(entry: Account, **changes: Any) -> Account:
    """Change what stands in `account`; a change to ... removes it."""
    inner = {key: value for key, value in (entry["account"] | changes).items() if value is not ...}
    return {**entry, "account": inner}


@pytest.mark.parametrize(
    "wrap",
    [
        '{"jsonrpc":"2.0","result":%s,"id":1}',
        '{"jsonrpc":"2.0","result":{"context":{"slot":1},"value":%s},"id":1}',
        '{"context": {"apiVersion": "1.18.4", "slot": 266}, "value": %s}',
        '\ufeff \r\n{ "id" : 1 , "result" :\t%s }\n',
        "  %s  ",
    ],
)
def test_the_array_is_found_in_every_form_of_an_answer(tmp_path: Path, wrap: str) -> None:
    text = wrap % json.dumps([vote_account(A, 7)], indent=1)
    assert [f"{PROPOSAL},{A},7,1"] == votes(tmp_path, text)[1:]


def test_an_account_may_come_without_owner_and_with_numbers_that_do_not_matter(
    tmp_path: Path,
) -> None:
    entry = spoilt(vote_account(A, 7), owner=...)
    text = json.dumps([entry]).replace("18446744073709551615", "1.8446744073709552e+19")
    assert "e+19" in text
    assert [f"{PROPOSAL},{A},7,1"] == votes(tmp_path, text)[1:]


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (7, f"account: no object with pubkey and account; {ENCODING}"),
        ({"pubkey": str(A)}, f"account: no object with pubkey and account; {ENCODING}"),
        ({"pubkey": 5, "account": {}}, f"pubkey '5': no address; {ENCODING}"),
        ({"account": {}}, f"pubkey: no address; {ENCODING}"),
        (
            {"pubkey": "7xKX", "account": {}},
            "pubkey '7xKX': 3 bytes, not 32; paste the whole base58 address",
        ),
        (
            {"pubkey": str(A), "account": {"owner": None}},
            (
                f"account.owner: another program than {GOVERN}; "
                "fetch the right ones, or give its --program"
            ),
        ),
        ({"pubkey": str(A), "account": {}}, 'account.data: not ["...", "base64"]; ' + ENCODING),
        (
            {"pubkey": str(A), "account": {"data": "2R9j"}},
            'account.data \'2R9j\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["KLUv/Q==", "base64+zstd"]}},
            'account.data \'[...]\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": {"program": "x"}}},
            'account.data \'{...}\': not ["...", "base64"]; ' + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["AA=A", "base64"]}},
            "account.data 'AA=A': no base64: Discontinuous padding not allowed; " + ENCODING,
        ),
        (
            {"pubkey": str(A), "account": {"data": ["\u00e9", "base64"]}},
            "account.data 'é': no base64: string argument should contain only ASCII characters; "
            + ENCODING,
        ),
    ],
)
def test_what_is_no_account_is_refused(tmp_path: Path, entry: object, finding: str) -> None:
    assert [f"export:2: {finding}"] == wrong(tmp_path, [vote_account(B, 1), entry])


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "line 1: no array of accounts"),
        ("7", "line 1: no array of accounts"),
        ("\n{}", "line 2: no JSON: Expecting value"),
        ('{"id":1}', "line 1: an object without result or value"),
        ('{"result":{"slot":1}}', "line 1: an object without value"),
        ('{"result":{"value":{"value":[]}}}', "line 1: no array of accounts"),
        ('{"result":[],"value":[]}', "line 1: two arrays, the second one as 'value'"),
        ('{"result":[],"result":[]}', "line 1: two arrays, the second one as 'result'"),
        ("[] []", "line 1: text after the end"),
        ("[", "line 1: no JSON: Expecting value"),
        ('[{"a":1}', "line 1: no ']' where one has to stand"),
        ('{"result":[]', "line 1: no '}' where one has to stand"),
        ('{"result" []}', "line 1: no ':' where one has to stand"),
        ('[\n{"a":1,"a":2}]', "line 2: no JSON of accounts: a key stands twice in one object"),
        ("[" + "9" * 5_000 + "]", "line 1: no JSON of accounts: Exceeds the limit"),
        ("[" * 100_000, "line 1: no JSON of accounts: maximum recursion depth exceeded"),
        (b'[\n"\xff"]', "line 2: not UTF-8"),
    ],
)
def test_text_that_is_no_such_json_is_refused(
    tmp_path: Path, text: str | bytes, finding: str
) -> None:
    assert wrong(tmp_path, text)[0].startswith(f"export: {finding}")


def test_an_error_of_the_node_is_no_empty_list(tmp_path: Path) -> None:
    text = '{"jsonrpc":"2.0","error":{"code":-32010,"message":"excluded"},"id":1}'
    assert ["export: line 1: an error of the node in place of accounts; ask it again"] == wrong(
        tmp_path, text
    )


def test_an_answer_that_was_cut_off_is_refused_with_all_that_was_wrong_before(
    tmp_path: Path,
) -> None:
    text = json.dumps([7, vote_account(A, 5)])[:-9]
    findings = wrong(tmp_path, text)
    assert 2 == len(findings)
    assert findings[0].startswith("export: line 1: no JSON: ")
    assert findings[1].startswith("export:1: account: ")


def test_an_empty_array_is_refused(tmp_path: Path) -> None:
    assert ["export: rows: none; export it again"] == wrong(tmp_path, "[]")


@settings(max_examples=40)
@given(content=st.binary(max_size=60))
def test_no_bytes_make_it_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    entry = account(A, content, GOVERN)
    assert wrong(folder, content)
    assert wrong(folder, [entry])
    entry["account"]["data"][0] = base64.b85encode(content).decode()
    assert wrong(folder, [entry])
