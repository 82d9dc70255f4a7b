"""What becomes of a transaction over a node: confirmed, failed, expired, or not known yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from merkle import rpc
from merkle.rpc.waiting import wait_beyond
from tests.chain.building import SOL, funded
from tests.chain.faults import ErrorObject, Reset, result
from tests.chain.payments import TOO_POOR, payment, received
from tests.chain.server import QUICK, Server

if TYPE_CHECKING:
    from tests.chain.faults import Fault

POLL = 0.01


@pytest.fixture
def server(server: Server) -> Server:
    """The node, and keypair 1 with SOL to pay with."""
    funded(server.chain, 1, 10 * SOL)
    return server


def test_waiting_ends_when_it_is_confirmed(server: Server, client: rpc.Client) -> None:
    signature = rpc.send_transaction(client, payment(server))
    slot = server.chain.get_clock().slot
    outcome = rpc.wait_for(client, signature, 1_150, 1.0, poll=POLL)
    assert rpc.Outcome(state="confirmed", slot=slot) == outcome


def test_what_is_less_certain_than_wanted_is_waited_for(server: Server) -> None:
    client = rpc.connect(server.url, limits=QUICK, commitment="finalized")
    server.node.commitment = "confirmed"
    signature = rpc.send_transaction(client, payment(server))
    undecided = rpc.wait_for(client, signature, 1_150, 0.02, poll=POLL)
    assert rpc.Outcome(state="undecided", height=1_000) == undecided
    server.node.commitment = "finalized"
    assert "confirmed" == rpc.wait_for(client, signature, 1_150, 1.0, poll=POLL).state


def test_what_fails_in_its_block_is_reported_with_its_logs(
    server: Server, client: rpc.Client
) -> None:
    signature = rpc.send_transaction(client, payment(server, 20 * SOL), skip_preflight=True)
    outcome = rpc.wait_for(client, signature, 1_150, 1.0, poll=POLL)
    assert ("failed", TOO_POOR) == (outcome.state, outcome.error and outcome.error.text)
    assert "failed: custom program error: 0x1" in outcome.logs[-1]


@pytest.mark.parametrize("fault", [result(lambda _: None), ErrorObject(-32011, "no history")])
def test_a_failure_without_a_report_has_no_logs(
    server: Server, client: rpc.Client, fault: Fault
) -> None:
    signature = rpc.send_transaction(client, payment(server, 20 * SOL), skip_preflight=True)
    server.fail(fault, method="getTransaction")
    outcome = rpc.wait_for(client, signature, None, 1.0, poll=POLL)
    assert ("failed", ()) == (outcome.state, outcome.logs)


def test_what_can_not_land_any_more_is_expired(server: Server, client: rpc.Client) -> None:
    server.node.drops_transactions = True
    signature = rpc.send_transaction(client, payment(server))
    server.node.expire()
    outcome = rpc.wait_for(client, signature, 1_150, 1.0, poll=POLL)
    assert rpc.Outcome(state="expired", slot=server.chain.get_clock().slot) == outcome


def test_at_its_last_height_it_may_still_land(server: Server, client: rpc.Client) -> None:
    server.node.drops_transactions = True
    signature = rpc.send_transaction(client, payment(server))
    server.node.block_height = 1_150
    assert "undecided" == rpc.wait_for(client, signature, 1_150, 0.02, poll=POLL).state


def test_a_machine_that_lags_does_not_call_it_expired(server: Server, client: rpc.Client) -> None:
    server.node.drops_transactions = True
    signature = rpc.send_transaction(client, payment(server))
    server.node.expire()
    lagging = result(lambda it: it | {"context": {"slot": 5}})
    server.fail(lagging, times=1_000, method="getSignatureStatuses")
    assert "undecided" == rpc.wait_for(client, signature, 1_150, 0.02, poll=POLL).state


@pytest.mark.parametrize("commitment", ["processed", "confirmed", "finalized"])
def test_expiry_counts_only_blocks_that_stay(server: Server, commitment: rpc.Commitment) -> None:
    client = rpc.connect(server.url, limits=QUICK, commitment=commitment)
    rpc.wait_for(client, rpc.Signature("1" * 64), 1_150, 0.0, poll=POLL)
    stays = "finalized" if commitment == "finalized" else "confirmed"
    assert [{"commitment": stays}] == server.questions[0]["params"]


def test_what_only_the_history_knows_has_not_expired(server: Server, client: rpc.Client) -> None:
    signature = rpc.send_transaction(client, payment(server))
    server.node.expire()
    server.fail(result(lambda it: it | {"value": [None]}), method="getSignatureStatuses")
    outcome = rpc.wait_for(client, signature, 1_150, 1.0, poll=POLL)
    assert "confirmed" == outcome.state
    assert {"searchTransactionHistory": True} == server.questions[-1]["params"][1]


def test_without_a_last_height_it_never_expires(server: Server, client: rpc.Client) -> None:
    outcome = rpc.wait_for(client, rpc.Signature("1" * 64), None, 0.02, poll=POLL)
    assert "undecided" == outcome.state
    assert 0 == server.calls["getEpochInfo"]


def test_a_height_is_waited_for_and_its_slot_told(server: Server, client: rpc.Client) -> None:
    slot = server.chain.get_clock().slot
    at_height = result(lambda it: it | {"blockHeight": 5})
    server.fail(at_height, times=2, method="getEpochInfo")
    assert slot == wait_beyond(client, 5, 1.0, poll=POLL)
    assert 3 == server.calls["getEpochInfo"]


def test_a_chain_that_stands_still_is_not_waited_for_without_end(client: rpc.Client) -> None:
    assert wait_beyond(client, 1_000, 0.02, poll=POLL) is None


def test_what_a_node_dropped_is_sent_again(server: Server, client: rpc.Client) -> None:
    server.node.drops_transactions = True
    transaction = payment(server)
    signature = rpc.send_transaction(client, transaction)
    server.node.drops_transactions = False
    outcome = rpc.wait_for(client, signature, 1_150, 2.0, transaction=transaction, poll=POLL)
    assert "confirmed" == outcome.state
    assert SOL == received(server)


def test_sending_again_decides_nothing(server: Server, client: rpc.Client) -> None:
    transaction = payment(server)
    signature = rpc.signature_of(transaction)
    server.fail(ErrorObject(-32005, "behind"), method="sendTransaction")
    outcome = rpc.wait_for(client, signature, None, 5.0, transaction=transaction, poll=0.001)
    assert "confirmed" == outcome.state
    assert 2 == server.calls["sendTransaction"]


def test_a_node_that_goes_away_ends_the_wait_with_an_error(server: Server) -> None:
    client = rpc.connect(server.url, limits=replace(QUICK, attempts=1))
    server.fail(Reset())
    with pytest.raises(rpc.UnreachableError, match="the connection broke"):
        rpc.wait_for(client, rpc.Signature("1" * 64), None, 1.0, poll=POLL)
