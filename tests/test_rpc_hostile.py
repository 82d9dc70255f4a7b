"""Answers that no honest node gives: each is refused by name, and none becomes a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from allocation.address import Address
from merkle import rpc
from tests.chain.building import SOL, funded, keypair
from tests.chain.faults import Body, Changed, result
from tests.chain.server import QUICK, Server, asked_slot, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chain import faults

KEY = Address(bytes(keypair(1).pubkey()))
SIGNATURE = rpc.Signature("1" * 64)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        funded(server.chain, 1, SOL)
        yield server


def refusal(server: Server, fault: faults.Fault, call: Callable[[rpc.Client], object]) -> str:
    """What a call says of one wrong answer."""
    server.fail(fault)
    with pytest.raises(rpc.AnswerError) as caught:
        call(rpc.connect(server.url, limits=QUICK))
    assert str(caught.value).endswith("; ask another node")
    return caught.value.problem


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"<html>",
        b"\xff\xfe",
        b'{"jsonrpc": "2.0", "id": 1, "result": NaN}',
        b'{"jsonrpc": "2.0", "id": 1, "result": Infinity}',
        b'{"jsonrpc": "2.0", "id": 1, "id": 1, "result": 1}',
        b'{"jsonrpc": "2.0", "id": 1, "result": ' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda content: str(content[:40]),
)
def test_what_is_no_json_is_refused(server: Server, content: bytes) -> None:
    assert "an answer that is no JSON" == refusal(server, Body(content), asked_slot)


@pytest.mark.parametrize(
    ("envelope", "problem"),
    [
        ([], "the answer is a list, not an object"),
        ({"id": 1, "result": 1}, "the answer is not JSON-RPC 2.0"),
        ({"jsonrpc": "2.0", "id": 1}, "the answer has not one of result and error"),
        (
            {"jsonrpc": "2.0", "id": 1, "result": 1, "error": {}},
            "the answer has not one of result and error",
        ),
        *(
            (
                {"jsonrpc": "2.0", "id": number, "result": 1},
                "the answer is to another question: its id is not the one we sent",
            )
            for number in (2, "1", None, True, 1.0)
        ),
        (
            {"jsonrpc": "2.0", "id": 7, "error": {"code": 1, "message": "no"}},
            "the answer is to another question: its id is not the one we sent",
        ),
        (
            {"jsonrpc": "2.0", "id": 1, "error": "no"},
            "error is 'no', not an object",
        ),
        (
            {"jsonrpc": "2.0", "id": 1, "error": {"code": 1}},
            "error.message is null, not a text of at most 10,000 characters",
        ),
        (
            {"jsonrpc": "2.0", "id": 1, "error": {"code": 10**20, "message": "no"}},
            f"error.code is {10**20}, not a whole number of 64 bits",
        ),
    ],
)
def test_a_wrong_envelope_is_refused(server: Server, envelope: object, problem: str) -> None:
    assert problem == refusal(server, Body(json.dumps(envelope).encode()), asked_slot)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-1, "-1"),
        (2**64, f"{2**64}"),
        (10**200, f"'1{'0' * 79}'... (201 characters)"),
        (1.5, "'1.5'"),
        ("5", "'5'"),
        (True, "true"),
        (None, "null"),
        ([5], "a list"),
    ],
)
def test_a_wrong_number_is_refused(server: Server, value: object, shown: str) -> None:
    problem = refusal(server, result(lambda _: value), asked_slot)
    assert f"result is {shown}, not a whole number from 0 to 2^64 - 1" == problem


def _account(server: Server, change: dict[str, object]) -> str:
    def changed(answer: Any) -> object:
        return answer | {"value": [answer["value"][0] | change]}

    return refusal(server, result(changed), lambda client: rpc.account(client, KEY))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"lamports": "1"}, "lamports is '1', not a whole number from 0 to 2^64 - 1"),
        ({"owner": "x"}, "owner is 'x', not the base58 of 32 bytes"),
        ({"owner": None}, "owner is null, not a text of at most 44 characters"),
        ({"owner": "1" * 45}, f"owner is '{'1' * 45}', not a text of at most 44 characters"),
        ({"executable": 0}, "executable is 0, not true or false"),
        ({"data": "AA=="}, "data is 'AA==', not a list"),
        ({"data": ["AA=="]}, "data has 1 items, not 2"),
        ({"data": ["2", "base58"]}, "data[1] is 'base58', not base64"),
        ({"data": ["A", "base64"]}, "data[0] is 'A', not base64"),
        ({"data": ["A A=", "base64"]}, "data[0] is 'A A=', not base64"),
        ({"data": ["ÄÄÄÄ", "base64"]}, r"data[0] is '\xc4\xc4\xc4\xc4', not base64"),
        ({"data": [5, "base64"]}, "data[0] is 5, not base64"),
    ],
)
def test_a_wrong_account_is_refused(
    server: Server, change: dict[str, object], problem: str
) -> None:
    assert f"result.value[0].{problem}" == _account(server, change)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is null, not a list"),
        ([], "has 0 items, not 1"),
        ([None, None], "has 2 items, not 1"),
        (["x"], "[0] is 'x', not an object"),
    ],
)
def test_a_wrong_number_of_accounts_is_refused(server: Server, value: object, problem: str) -> None:
    fault = result(lambda answer: answer | {"value": value})
    said = refusal(server, fault, lambda client: rpc.account(client, KEY))
    assert "result.value" + (problem if problem[0] == "[" else f" {problem}") == said


def test_more_data_than_was_asked_for_is_refused(server: Server) -> None:
    part = rpc.DataSlice(offset=0, length=2)
    fault = result(
        lambda answer: answer | {"value": [answer["value"][0] | {"data": ["AAAAAAAA", "base64"]}]}
    )
    problem = refusal(server, fault, lambda client: rpc.accounts(client, [KEY], part=part))
    assert "result.value[0].data[0] has 6 bytes, not 2 at most" == problem


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"lamports": 1, "owner": "1" * 32, "data": ["", "base64"], "executable": False},
        {
            "lamports": 1,
            "owner": "Sysvar1111111111111111111111111111111111111",
            "data": ["AAAA", "base64"],
            "executable": False,
        },
    ],
)
def test_a_clock_that_is_none_is_refused(server: Server, value: object) -> None:
    fault = result(lambda answer: answer | {"value": [value]})
    assert "the chain's clock is no clock" == refusal(server, fault, rpc.clock)


def test_a_blockhash_has_32_bytes(server: Server) -> None:
    fault = result(lambda it: it | {"value": it["value"] | {"blockhash": "abc"}})
    problem = refusal(server, fault, rpc.latest_blockhash)
    assert "result.value.blockhash is 'abc', not the base58 of 32 bytes" == problem


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("x", "result.value[0] is 'x', not an object"),
        ({"slot": 1, "err": None}, "confirmationStatus is null, not processed, confirmed or"),
        ({"slot": 1, "confirmationStatus": "sure"}, "'sure', not processed, confirmed or final"),
        ({"confirmationStatus": "confirmed"}, "slot is null, not a whole number"),
        (
            {"slot": 2**64 - 1, "confirmationStatus": "confirmed", "err": None},
            "slot is 18446744073709551615, not a slot up to 435888000, which the node has reached",
        ),
        ({"slot": 1, "confirmationStatus": "confirmed", "err": 5}, "err is 5, not an object"),
        (
            {"slot": 1, "confirmationStatus": "confirmed", "err": {"InstructionError": [0]}},
            "err.InstructionError has 1 items, not 2",
        ),
        (
            {"slot": 1, "confirmationStatus": "confirmed", "err": {"InstructionError": ["0", ""]}},
            "err.InstructionError[0] is '0', not a whole number",
        ),
    ],
)
def test_a_wrong_status_is_refused(server: Server, status: object, problem: str) -> None:
    fault = result(lambda answer: answer | {"value": [status]})
    said = refusal(server, fault, lambda client: rpc.signature_statuses(client, [SIGNATURE]))
    assert problem in said


@pytest.mark.parametrize("count", [0, 2])
def test_a_wrong_number_of_statuses_is_refused(server: Server, count: int) -> None:
    fault = result(lambda answer: answer | {"value": [None] * count})
    said = refusal(server, fault, lambda client: rpc.signature_statuses(client, [SIGNATURE]))
    assert f"result.value has {count} items, not 1" == said


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("x", "logMessages is 'x', not a list"),
        ([5], "logMessages[0] is 5, not a text of at most 10,000 characters"),
        (["x" * 10_001], "... (10,001 characters), not a text of at most 10,000 characters"),
        (["x"] * 10_001, "logMessages has 10,001 items, not 10,000 at most"),
    ],
)
def test_wrong_logs_are_refused(server: Server, lines: object, problem: str) -> None:
    report = {"slot": 1, "meta": {"err": None, "fee": 5_000, "logMessages": lines}}
    said = refusal(
        server, result(lambda _: report), lambda client: rpc.transaction_report(client, SIGNATURE)
    )
    assert said.endswith(problem)


def test_an_error_without_an_id_is_about_a_question_that_was_not_read(server: Server) -> None:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse\x1b error"}}
    server.fail(Changed(lambda _: error))
    with pytest.raises(rpc.NodeError) as caught:
        asked_slot(rpc.connect(server.url))
    assert r"the node refuses: 'Parse\x1b error' (code -32700)" == caught.value.problem
    assert -32_700 == caught.value.code
