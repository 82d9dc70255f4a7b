"""Transactions over a node: what is sent once, what is refused, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.message import Message
from solders.transaction import Transaction

from allocation.errors import BadValueError
from merkle import rpc
from tests.chain.building import SOL, funded, keypair
from tests.chain.faults import ErrorObject, LostAnswer, result
from tests.chain.keys import SYSTEM
from tests.chain.payments import TOO_POOR, payment, received

if TYPE_CHECKING:
    from tests.chain.server import Server


@pytest.fixture
def server(server: Server) -> Server:
    """The node, and keypair 1 with SOL to pay with."""
    funded(server.chain, 1, 10 * SOL)
    return server


def error_of(server: Server, client: rpc.Client, error: object) -> rpc.TransactionError | None:
    """How the error of a simulation is read."""
    server.fail(result(lambda it: it | {"value": it["value"] | {"err": error}}))
    return rpc.simulate_transaction(client, payment(server)).error


def test_a_transaction_is_sent_and_named(server: Server, client: rpc.Client) -> None:
    transaction = payment(server)
    signature = rpc.send_transaction(client, transaction)
    assert rpc.signature_of(transaction) == signature
    assert SOL == received(server)


def test_what_is_no_transaction_has_no_name() -> None:
    with pytest.raises(BadValueError, match="no transaction; pass the signed transaction"):
        rpc.signature_of(b"\1\2\3")


def test_what_nobody_signed_is_not_sent(server: Server, client: rpc.Client) -> None:
    message = Message.new_with_blockhash([], keypair(1).pubkey(), server.chain.latest_blockhash())
    with pytest.raises(BadValueError, match="a transaction that its payer did not sign"):
        rpc.send_transaction(client, bytes(Transaction.new_unsigned(message)))
    assert 0 == server.calls.total()


def test_a_lost_answer_sends_the_same_bytes_and_pays_once(
    server: Server, client: rpc.Client
) -> None:
    server.fail(LostAnswer(), method="sendTransaction")
    transaction = payment(server)
    assert rpc.signature_of(transaction) == rpc.send_transaction(client, transaction)
    assert 2 == server.calls["sendTransaction"]
    assert SOL == received(server)


def test_already_processed_counts_as_sent(server: Server, client: rpc.Client) -> None:
    transaction = payment(server)
    rpc.send_transaction(client, transaction)
    server.node.landed.clear()  # as a node that has not seen it itself
    assert rpc.signature_of(transaction) == rpc.send_transaction(client, transaction)
    assert SOL == received(server)


def test_what_landed_counts_as_sent_whatever_the_node_says(
    server: Server, client: rpc.Client
) -> None:
    transaction = payment(server)
    rpc.send_transaction(client, transaction)
    server.fail(ErrorObject(-32002, "Blockhash not found", {"err": "BlockhashNotFound"}))
    assert rpc.signature_of(transaction) == rpc.send_transaction(client, transaction)


def test_another_signature_is_refused(server: Server, client: rpc.Client) -> None:
    server.fail(result(lambda _: "1" * 64))
    with pytest.raises(rpc.AnswerError, match="result is not the signature of what was sent"):
        rpc.send_transaction(client, payment(server))


@pytest.mark.parametrize("value", ["abc", None, 5, "1" * 89])
def test_what_is_no_signature_is_refused(server: Server, client: rpc.Client, value: object) -> None:
    server.fail(result(lambda _: value))
    with pytest.raises(rpc.AnswerError, match="result is "):
        rpc.send_transaction(client, payment(server))


def test_a_transaction_that_fails_is_not_sent_on(server: Server, client: rpc.Client) -> None:
    with pytest.raises(rpc.TransactionRefusedError) as caught:
        rpc.send_transaction(client, payment(server, 20 * SOL))
    assert f"the node tried it and refuses: {TOO_POOR}" == caught.value.problem
    assert rpc.TransactionError(text=TOO_POOR, instruction=0, custom=1) == caught.value.error
    assert f"Program {SYSTEM} failed: custom program error: 0x1" in caught.value.logs
    assert 0 == received(server)


def test_a_refusal_may_come_without_an_error(server: Server, client: rpc.Client) -> None:
    server.fail(ErrorObject(-32002, "Blockhash not found", {"logs": None}))
    with pytest.raises(rpc.TransactionRefusedError, match="refuses: Blockhash not found") as caught:
        rpc.send_transaction(client, payment(server))
    assert (None, ()) == (caught.value.error, caught.value.logs)


@pytest.mark.parametrize("code", [-32002, -32003, -32602])
def test_a_refusal_without_details_is_the_node_s(
    server: Server, client: rpc.Client, code: int
) -> None:
    server.fail(ErrorObject(code, "no"))
    with pytest.raises(rpc.NodeError, match=rf"the node refuses: no \(code {code}\)"):
        rpc.send_transaction(client, payment(server))


def test_a_trial_changes_nothing(server: Server, client: rpc.Client) -> None:
    trial = rpc.simulate_transaction(client, payment(server))
    assert (None, 150) == (trial.error, trial.units)
    assert ("Program 11111111111111111111111111111111 success",) == trial.logs[1:]
    assert 0 == received(server)


def test_a_trial_says_why_it_fails(server: Server, client: rpc.Client) -> None:
    trial = rpc.simulate_transaction(client, payment(server, 20 * SOL))
    assert rpc.TransactionError(text=TOO_POOR, instruction=0, custom=1) == trial.error


def test_a_trial_of_what_is_not_signed_needs_no_signature(
    server: Server, client: rpc.Client
) -> None:
    transaction = bytearray(payment(server))
    transaction[1:65] = bytes(64)
    server.node.expire()
    assert "SignatureFailure" == _text(rpc.simulate_transaction(client, bytes(transaction)))
    loose = rpc.simulate_transaction(client, bytes(transaction), verify_signatures=False)
    assert "BlockhashNotFound" == _text(loose)
    assert (
        rpc.simulate_transaction(client, bytes(transaction), replace_blockhash=True).error is None
    )


def _text(trial: rpc.Simulation) -> str:
    assert trial.error is not None
    return trial.error.text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, None),
        ("AccountInUse", rpc.TransactionError(text="AccountInUse")),
        ("\x1b[2J", rpc.TransactionError(text=r"'\x1b[2J'")),
        (
            {"InsufficientFundsForRent": {"account_index": 1}},
            rpc.TransactionError(text='{"InsufficientFundsForRent": {"account_index": 1}}'),
        ),
        (
            {"InstructionError": [3, {"Custom": 6018}]},
            rpc.TransactionError(
                text="instruction 3: custom error 6018", instruction=3, custom=6_018
            ),
        ),
        (
            {"InstructionError": [3, "ProgramFailedToComplete"]},
            rpc.TransactionError(text="instruction 3: ProgramFailedToComplete", instruction=3),
        ),
        (
            {"InstructionError": [3, {"BorshIoError": "x"}]},
            rpc.TransactionError(text='instruction 3: {"BorshIoError": "x"}', instruction=3),
        ),
    ],
)
def test_errors_are_read_as_one_line(
    server: Server, client: rpc.Client, error: object, expected: object
) -> None:
    assert expected == error_of(server, client, error)


def test_statuses_come_in_the_order_of_their_signatures(server: Server, client: rpc.Client) -> None:
    signature = rpc.send_transaction(client, payment(server))
    unknown = [rpc.Signature("1" * 64)] * 256
    found = rpc.signature_statuses(client, [*unknown, signature])
    slot = server.chain.get_clock().slot
    known = rpc.SignatureStatus(slot=slot, error=None, commitment="finalized")
    assert (*[None] * 256, known) == found
    assert 2 == server.calls["getSignatureStatuses"]


def test_a_report_says_what_a_transaction_did(server: Server, client: rpc.Client) -> None:
    signature = rpc.send_transaction(client, payment(server))
    report = rpc.transaction_report(client, signature)
    assert report is not None
    assert (None, 5_000, 150) == (report.error, report.fee, report.units)
    assert rpc.transaction_report(client, rpc.Signature("1" * 64)) is None


def test_a_report_of_an_old_node_may_lack_its_logs(server: Server, client: rpc.Client) -> None:
    server.fail(result(lambda _: {"slot": 1, "meta": {"err": None, "fee": 1}}))
    report = rpc.transaction_report(client, rpc.Signature("1" * 64))
    assert rpc.TransactionReport(slot=1, error=None, logs=(), fee=1, units=None) == report
