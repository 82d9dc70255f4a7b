"""A deployment and the chain: read what stands there, send what is left, stop at a difference."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from merkle.bundle.findings import printable
from merkle.deployment.chain import FoundAccount, accounts_of
from merkle.deployment.checks import check_plan
from merkle.deployment.keys import sign
from merkle.deployment.pending import differences, pending_steps
from merkle.deployment.tokens import DeploymentError
from merkle.program.errors import failure_in
from merkle.program.transactions import Freshness
from merkle.rpc.accounts import accounts
from merkle.rpc.chain import latest_blockhash
from merkle.rpc.errors import RpcError, TransactionRefusedError
from merkle.rpc.journal import Sent
from merkle.rpc.transactions import send_transaction, signature_of
from merkle.rpc.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from allocation.address import Address
    from merkle.deployment.chain import Found
    from merkle.deployment.keys import SigningKey
    from merkle.deployment.planning import Plan
    from merkle.deployment.steps import Step
    from merkle.rpc.client import Client
    from merkle.rpc.journal import Journal
    from merkle.rpc.types import Account, Outcome, Signature

NO_BLOCKHASH: Final = "BlockhashNotFound"
MOST_LINES: Final = 12  # of the log of a transaction that failed for no reason known here
LONGEST_LINE: Final = 200  # characters of it that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often; times in seconds."""

    timeout: float = 180.0  # of one transaction; its blockhash lives for about 90
    poll: float = 1.0
    attempts: int = 4  # of one step, each with a fresh blockhash
    reads: int = 30  # until a node has reached what already happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends the steps of one plan; `announce` hears of every transaction before it leaves."""

    client: Client
    plan: Plan
    keys: Mapping[Address, SigningKey]
    journal: Journal
    announce: Callable[[Step, Signature], None]
    patience: Patience
    price: int | None = None  # micro-lamports per compute unit

    def settle(self) -> None:
        """Wait for what an earlier run has sent: nothing is sent while that may still land.

        Errors: DeploymentError where it takes too long; RpcError.
        """
        for sent in self.journal.unsettled:
            self._settle(sent, None)

    def read(self) -> Found:
        """Read the chain as it is after everything of this plan that has landed."""
        return read_chain(self.client, self.plan, self.journal.slot, self.patience)

    def send(self, steps: Sequence[Step]) -> None:
        """Send steps in their order; before the first payment every distributor is read back.

        Errors: DeploymentError for a transaction that failed, and before any payment when a
                distributor is not as planned; RpcError.
        """
        for step in steps:
            if step.kind != "fund":
                self._send(step)
        for step in steps:
            if step.kind == "fund":
                self._fund(step)

    def _fund(self, step: Step) -> None:
        """Pay what the vault lacks now, never more than was agreed to."""
        found = self.read()
        refuse_differences(self.plan, found)
        for left in pending_steps(self.plan, found, self.price):
            if left.name == step.name:
                if left.amount > step.amount:
                    raise DeploymentError(
                        f"{step.title}: the vault lacks more than a moment ago; nothing was paid "
                        "into it: find out why, then send again"
                    )
                self._send(left)

    def _send(self, step: Step) -> None:
        """Send one step until it has landed, each time with a fresh blockhash."""
        for _ in range(self.patience.attempts):
            blockhash = latest_blockhash(self.client)
            transaction = sign(step.transaction(Freshness(blockhash=blockhash.hash)), self.keys)
            sent = Sent(
                step=step.name,
                signature=signature_of(transaction),
                last_valid_block_height=blockhash.last_valid_block_height,
            )
            self.announce(step, sent.signature)
            self.journal.sending(sent)
            self._hand_over(step, transaction)
            outcome = self._settle(sent, transaction)
            if outcome.state == "confirmed":
                return
            if outcome.state == "failed":
                reason = outcome.error.text if outcome.error else ""
                _failed(step, outcome.logs, reason)
        raise DeploymentError(
            f"{step.title}: {self.patience.attempts} transactions expired before the chain took "
            "one; nothing of it was done: send again when the chain is less busy"
        )

    def _hand_over(self, step: Step, transaction: bytes) -> None:
        try:
            send_transaction(self.client, transaction)
        except TransactionRefusedError as refused:
            reason = "" if refused.error is None else refused.error.text
            if reason != NO_BLOCKHASH:  # which another node may know: it is sent there again
                _failed(step, refused.logs, reason)

    def _settle(self, sent: Sent, transaction: bytes | None) -> Outcome:
        outcome = wait_for(
            self.client,
            sent.signature,
            sent.last_valid_block_height,
            self.patience.timeout,
            transaction=transaction,
            poll=self.patience.poll,
        )
        if outcome.state == "undecided":
            raise DeploymentError(
                f"{sent.step}: nobody knows yet whether {sent.signature} lands; "
                "send again in some minutes: it is looked for first"
            )
        self.journal.settled(sent.signature, outcome.state, outcome.slot)
        return outcome


def read_chain(client: Client, plan: Plan, at_least: int, patience: Patience) -> Found:
    """Read every account of a plan, all as of slot `at_least` or later.

    Errors: RpcError, also for a node that stays behind.
    """
    keys = accounts_of(plan)
    for _ in range(patience.reads):
        read = accounts(client, keys)
        if read.slot >= at_least:
            return dict(zip(keys, map(_found, read.accounts), strict=True))
        time.sleep(patience.poll)
    problem = f"the node is at slot {read.slot:,}, behind slot {at_least:,} where we were seen"
    remedy = (
        "use another node; if no node is that far, one has lied: once nothing is on its way any "
        "more, move deploy-....sent away, where that slot stands"
    )
    raise RpcError(client.shown, "getMultipleAccounts", problem, remedy)


def _found(account: Account | None) -> FoundAccount | None:
    if account is None:
        return None
    return FoundAccount(
        lamports=account.lamports,
        owner=account.owner,
        content=account.data,
        executable=account.executable,
    )


def refuse_differences(plan: Plan, found: Found) -> None:
    """Refuse to pay anything while one distributor or vault is not as planned.

    Errors: DeploymentError with every difference.
    """
    lines = [line for checked in check_plan(plan, found) for line in differences(checked)]
    if lines:
        raise DeploymentError(
            "\n".join(["the chain is not as planned; no vault is paid any more", *lines])
        )


def _failed(step: Step, logs: Sequence[str], reason: str) -> NoReturn:
    failure = failure_in(logs, step.planned.token.profile)
    why = str(failure) if failure is not None else reason or "the node does not say why"
    is_known = failure is not None and failure.code is not None
    shown = [] if is_known else [printable(line[:LONGEST_LINE]) for line in logs[-MOST_LINES:]]
    heading = f"{step.title}: it failed: {why}; nothing more was sent"
    raise DeploymentError("\n".join([heading, *(f"  log: {line}" for line in shown)]))
