"""Sending a deployment over real HTTP: once, taken up again, and never paid twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from merkle.deployment.checks import check_plan
from merkle.deployment.tokens import DeploymentError
from merkle.rpc import AnswerError, NodeError, RpcError, UnreachableError
from tests.chain.building import make_tokens
from tests.chain.faults import Body, ErrorObject, LostAnswer, Silence, Status, result
from tests.chain.keys import TOKEN
from tests.chain.server import QUICK, serving
from tests.deployments import (
    MINT,
    PROGRAMS,
    QUICKLY,
    STEPS,
    Sending,
    found_on,
    plan_of,
    ready_chain,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from merkle.deployment.planning import Plan
    from tests.chain.faults import Fault
    from tests.chain.model import ModelChain
    from tests.chain.server import Server

FULL = [1_000_000_000, 2_000_000_000]
DUST = 5


def fill(chain: ModelChain, plan: Plan, amount: int, number: int = 0) -> None:
    """Put tokens into a vault, which somebody may have made before its distributor."""
    owner = Pubkey(plan.tokens[0].trees[number].distributor)
    make_tokens(chain, MINT, owner, amount)


@pytest.fixture
def sending(tmp_path: Path) -> Iterator[Sending]:
    plan = plan_of()
    with serving(ready_chain(plan)) as server:
        yield Sending(server, plan, tmp_path / "plan.json.sent")


def sent(server: Server) -> int:
    return server.calls["sendTransaction"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_deployment_of_every_program_stands_as_planned(program: str, tmp_path: Path) -> None:
    plan = plan_of(token(program))
    chain = ready_chain(plan)
    with serving(chain) as server:
        sending = Sending(server, plan, tmp_path / "sent")
        sending.run()
    assert STEPS == sending.announced
    assert [] == [check for one in check_plan(plan, found_on(chain, plan)) for check in one.failed]


def test_a_second_run_sends_nothing(sending: Sending) -> None:
    sending.run()
    before = sent(sending.server)
    sending.run()
    assert (before, STEPS, FULL) == (sent(sending.server), sending.announced, sending.vaults())


@pytest.mark.parametrize("done", range(len(STEPS)))
def test_a_run_that_ended_early_is_taken_up(sending: Sending, done: int) -> None:
    sending.run(until=done)
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def stopped_in_flight(sending: Sending) -> str:
    """Stop a run while its first payment is on the way; return that transaction."""
    sending.run(until=3)
    sending.server.node.drops_transactions = True
    with pytest.raises(DeploymentError, match=r"did not tell within 0.2 seconds whether \w+"):
        sending.run()
    sending.server.node.drops_transactions = False
    return str(
        next(
            question["params"][0]
            for question in reversed(sending.server.questions)
            if question["method"] == "sendTransaction"
        )
    )


def test_a_payment_that_lands_after_a_crash_is_not_repeated(sending: Sending) -> None:
    payment = stopped_in_flight(sending)
    sending.server.node.send_transaction(payment, {})
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def test_while_a_payment_may_still_land_none_is_sent(sending: Sending) -> None:
    stopped_in_flight(sending)
    before = sent(sending.server)
    with pytest.raises(DeploymentError, match="it is looked for first"):
        sending.run()
    assert before == sent(sending.server)


def test_a_payment_that_expired_is_sent_once_more(sending: Sending) -> None:
    stopped_in_flight(sending)
    sending.server.node.expire()
    sending.run()
    assert [*STEPS[:3], "fund JUP 0", "fund JUP 0", "fund JUP 1"] == sending.announced
    assert FULL == sending.vaults()


def test_an_expired_blockhash_is_replaced(sending: Sending) -> None:
    def expire_once(_: str) -> None:
        sending.before = str
        sending.server.node.expire()

    sending.before = expire_once
    sending.run()
    assert (["receiver JUP", *STEPS], FULL) == (sending.announced, sending.vaults())


def test_blockhashes_are_replaced_only_so_often(sending: Sending) -> None:
    sending.before = lambda _: sending.server.node.expire()
    with pytest.raises(DeploymentError, match="3 transactions expired"):
        sending.run()
    assert ["receiver JUP"] * 3 == sending.announced


@pytest.mark.parametrize(
    "method", ["getMultipleAccounts", "sendTransaction", "getSignatureStatuses"]
)
@pytest.mark.parametrize(
    ("fault", "error", "times"),
    [
        (Status(429, {"Retry-After": "0"}), UnreachableError, 3),
        (Status(503), UnreachableError, 3),
        (Body(b"{"), AnswerError, 1),
        (result(lambda _: {"context": {"slot": 1}, "value": []}), AnswerError, 1),
        (ErrorObject(-32000, "no"), NodeError, 1),
    ],
)
def test_a_node_that_fails_stops_a_run_that_then_goes_on(
    sending: Sending, fault: Fault, error: type[RpcError], times: int, method: str
) -> None:
    sending.server.fail(fault, times=times, method=method)
    with pytest.raises(error):
        sending.run()
    sending.server.node.expire()
    sending.run()
    assert FULL == sending.vaults()


def test_a_node_that_is_silent_stops_a_run_that_then_goes_on(sending: Sending) -> None:
    sending.limits = replace(QUICK, read_timeout=0.1, attempts=1)
    sending.server.fail(Silence(0.3), method="sendTransaction")
    with pytest.raises(UnreachableError, match="no answer in time"):
        sending.run()
    sending.limits = QUICK
    sending.run()
    assert FULL == sending.vaults()


def test_a_short_illness_of_the_node_is_waited_for(sending: Sending) -> None:
    sending.server.fail(Status(429, {"Retry-After": "0"}), method="sendTransaction")
    sending.server.fail(LostAnswer(), method="sendTransaction")
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def test_a_transaction_that_fails_when_tried_stops_the_run(sending: Sending) -> None:
    funder = Pubkey(sending.plan.tokens[0].source)
    sending.server.chain.set_account(funder, Account(0, b"", TOKEN))
    with pytest.raises(DeploymentError, match="vault of JUP tree 0: it failed: "):
        sending.run()
    assert [0, 0] == sending.vaults()


def failing(instruction: int, code: int) -> dict[str, object]:
    return {"err": {"InstructionError": [instruction, {"Custom": code}]}, "logs": []}


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        (failing(0, 1), "failed: associated token program: error 1: of the program, or of one"),
        (failing(9, 1), "failed: instruction 9: custom error 1; nothing"),
        ({"err": "AccountNotFound", "logs": []}, "AccountNotFound: who pays the fee has no SOL;"),
        ({"err": None, "logs": []}, "the node does not say why; nothing"),
    ],
)
def test_a_failure_without_a_log_is_told_as_the_node_has_it(
    sending: Sending, details: object, reason: str
) -> None:
    refusal = ErrorObject(-32002, "failed", details)
    sending.server.fail(refusal, method="sendTransaction")
    with pytest.raises(DeploymentError, match=reason):
        sending.run()


def test_the_log_is_shown_where_nothing_else_says_why(sending: Sending) -> None:
    program = "KdisqEcXbXKaTrBFqeDLhMmBvymLTwj9GmhDcdJyGat"
    logs = ["Program log: \x1b[31mred", f"Program {program} failed: it was strange"]
    details = {"err": {"InstructionError": [0, "ProgramFailedToComplete"]}, "logs": logs}
    sending.server.fail(ErrorObject(-32002, "failed", details), method="sendTransaction")
    with pytest.raises(DeploymentError) as refused:
        sending.run()
    heading, *shown = str(refused.value).splitlines()
    remedy = "nothing more was sent: mend that, then send again"
    assert heading.endswith(f"it failed: kamino: it was strange: see the log; {remedy}")
    assert shown == [
        "  log: 'Program log: \\x1b[31mred'",
        f"  log: Program {program} failed: it was strange",
    ]


def test_a_transaction_that_fails_on_chain_stops_the_run(sending: Sending) -> None:
    def failed(answer: dict[str, object]) -> dict[str, object]:
        error = {"InstructionError": [0, {"Custom": 1}]}
        status = {"slot": 1, "err": error, "confirmationStatus": "finalized"}
        return {**answer, "value": [status]}

    sending.server.fail(result(failed), method="getSignatureStatuses")
    with pytest.raises(DeploymentError, match="it failed: associated token program: error 1"):
        sending.run()
    assert ["receiver JUP"] == sending.announced


def test_a_node_behind_what_has_landed_is_not_believed(sending: Sending) -> None:
    clock = sending.server.chain.get_clock()
    clock.slot = 100
    sending.server.chain.set_clock(clock)
    sending.run(until=4)
    clock.slot = 90
    sending.server.chain.set_clock(clock)
    with pytest.raises(RpcError, match="this answer is of slot 90, an earlier one was of 100"):
        sending.run()
    assert [FULL[0], 0] == sending.vaults()


def test_a_node_that_is_behind_for_a_moment_is_waited_for(sending: Sending) -> None:
    sending.run(until=4)
    sending.patience = replace(QUICKLY, behind=10.0)
    behind = result(lambda it: it | {"context": {"slot": 5}})
    sending.server.fail(behind, method="getMultipleAccounts")
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def test_only_what_a_vault_lacks_is_paid(sending: Sending) -> None:
    fill(sending.server.chain, sending.plan, DUST)  # type: ignore[arg-type]
    sending.run()
    assert (STEPS, FULL) == (sending.announced, sending.vaults())


def test_a_vault_that_holds_enough_is_not_paid(sending: Sending) -> None:
    fill(sending.server.chain, sending.plan, FULL[0] + DUST)  # type: ignore[arg-type]
    sending.run()
    assert "fund JUP 0" not in sending.announced
    assert [FULL[0] + DUST, FULL[1]] == sending.vaults()


def test_no_more_is_paid_than_was_agreed_to(sending: Sending) -> None:
    fill(sending.server.chain, sending.plan, DUST)  # type: ignore[arg-type]
    sending.before = lambda _: fill(sending.server.chain, sending.plan, 0)  # type: ignore[arg-type]
    with pytest.raises(DeploymentError, match="lacks more than a moment ago"):
        sending.run()
    assert [0, 0] == sending.vaults()


def test_a_payment_that_is_there_meanwhile_is_not_made(sending: Sending) -> None:
    def pay_first(step: str) -> None:
        if step == "create JUP 1":
            fill(sending.server.chain, sending.plan, FULL[0])  # type: ignore[arg-type]

    sending.before = pay_first
    sending.run()
    assert [*STEPS[:3], "fund JUP 1"] == sending.announced
