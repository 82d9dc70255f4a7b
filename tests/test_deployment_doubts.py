"""A payment that a node denies, or that another run has sent: no vault is paid twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey

from merkle.deployment.tokens import DeploymentError
from tests.chain.building import make_tokens
from tests.chain.faults import ErrorObject, result
from tests.chain.server import serving
from tests.deployments import MINT, QUICKLY, STEPS, Sending, plan_of, ready_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = [1_000_000_000, 2_000_000_000]
STATUSES = "getSignatureStatuses"
FOR_EVER = 10**6
BEYOND = result(lambda it: it | {"blockHeight": 2_000})
UNKNOWN = result(lambda it: it | {"value": [None]})


@pytest.fixture
def sending(tmp_path: Path) -> Iterator[Sending]:
    plan = plan_of()
    with serving(ready_chain(plan)) as server:
        yield Sending(server, plan, tmp_path / "sent")


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_payment_that_a_node_denies_is_looked_for_in_the_vault(
    sending: Sending, attempts: int
) -> None:
    sending.patience = replace(QUICKLY, attempts=attempts)

    def deny(step: str) -> None:
        if step == "fund JUP 0":
            sending.server.fail(UNKNOWN, times=2, method=STATUSES)
            sending.server.fail(BEYOND, method="getEpochInfo")

    sending.before = deny
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def test_a_node_that_does_not_know_its_own_blockhash_is_told_of(sending: Sending) -> None:
    details = {"err": "BlockhashNotFound", "logs": []}
    refusal = ErrorObject(-32002, "no", details)
    sending.server.fail(refusal, times=FOR_EVER, method="sendTransaction")
    sending.server.fail(BEYOND, times=FOR_EVER, method="getEpochInfo")
    with pytest.raises(DeploymentError, match=r"took one, and the node .* \(BlockhashNotFound\); "):
        sending.run()


def test_a_vault_that_lacks_what_was_paid_is_not_paid_again(sending: Sending) -> None:
    sending.run()
    first = sending.plan.tokens[0].trees[0]
    make_tokens(sending.server.chain, MINT, Pubkey(first.distributor), 0)
    with pytest.raises(DeploymentError, match="the vault lacks that, and yet a payment has landed"):
        sending.run()
    assert [0, FULL[1]] == sending.vaults()


def elsewhere(sending: Sending, path: Path) -> Sending:
    """Take a deployment up in another folder, after all distributors are made."""
    sending.run(until=3)
    return replace(sending, journal=path / "elsewhere.sent", announced=[])


def test_a_payment_that_another_folder_has_sent_is_waited_for(
    sending: Sending, tmp_path: Path
) -> None:
    other = elsewhere(sending, tmp_path)
    sending.server.node.drops_transactions = True
    with pytest.raises(DeploymentError, match="did not tell within"):
        sending.run()
    sending.server.node.drops_transactions = False
    *_, payment = (
        question["params"][0]
        for question in sending.server.questions
        if question["method"] == "sendTransaction"
    )

    def land(line: str) -> None:
        if "about a minute" in line:
            sending.server.node.send_transaction(payment, {})
            sending.server.fail(BEYOND, method="getEpochInfo")

    other.hear = land
    with pytest.raises(DeploymentError, match="somebody else has paid a vault meanwhile"):
        other.run()
    assert ([], [FULL[0], 0]) == (other.announced, other.vaults())
    other.hear = str
    sending.server.fail(BEYOND, method="getEpochInfo")
    other.run()
    assert (["fund JUP 1"], FULL) == (other.announced, other.vaults())


def test_nothing_is_paid_while_a_payment_of_another_folder_may_land(
    sending: Sending, tmp_path: Path
) -> None:
    other = elsewhere(sending, tmp_path)
    with pytest.raises(DeploymentError, match=r"did not get to block 1,150 within 0\.2 seconds; "):
        other.run()
    assert ([], [0, 0]) == (other.announced, other.vaults())


def test_who_has_made_all_distributors_waits_for_nobody(sending: Sending) -> None:
    sending.run(until=3)
    sending.run()
    assert ([], FULL) == (sending.told, sending.vaults())
