"""A deployment and the chain: read what stands there, send what is left, stop at a difference."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn

from allocation.address import Address
from merkle.bundle.findings import printable
from merkle.deployment.chain import FoundAccount, accounts_of
from merkle.deployment.checks import check_plan
from merkle.deployment.keys import sign
from merkle.deployment.pending import differences, pending_steps
from merkle.deployment.tokens import DeploymentError
from merkle.program.errors import explained, failure_at, failure_in
from merkle.program.transactions import Freshness
from merkle.rpc.accounts import accounts
from merkle.rpc.chain import latest_blockhash
from merkle.rpc.errors import RpcError, TransactionRefusedError
from merkle.rpc.journal import Sent
from merkle.rpc.transactions import send_transaction, signature_of
from merkle.rpc.waiting import wait_beyond, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from merkle.deployment.chain import Found
    from merkle.deployment.keys import SigningKey
    from merkle.deployment.planning import Plan
    from merkle.deployment.steps import Step
    from merkle.program.errors import Failure
    from merkle.rpc.client import Client
    from merkle.rpc.journal import Journal
    from merkle.rpc.types import Account, Outcome, Signature, TransactionError

_FATES: Final = {"confirmed": "landed", "failed": "failed", "expired": "expired, and never landed"}
NO_BLOCKHASH: Final = "BlockhashNotFound"
MOST_LINES: Final = 12  # of the log of a transaction that failed for no reason known here
LONGEST_LINE: Final = 200  # characters of it that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often; times in seconds."""

    timeout: float = 180.0  # of one transaction; its blockhash lives for about 90
    poll: float = 1.0
    attempts: int = 4  # of one step, each with a fresh blockhash
    behind: float = 30.0  # until a node has reached what already happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends the steps of one plan.

    `announce` hears of every transaction before it leaves, `tell` what is waited for and why.
    """

    client: Client
    plan: Plan
    keys: Mapping[Address, SigningKey]
    journal: Journal
    announce: Callable[[Step, Signature], None]
    tell: Callable[[str], None]
    patience: Patience
    price: int | None = None  # micro-lamports per compute unit

    def settle(self) -> None:
        """Wait for what an earlier run has sent: nothing is sent while that may still land.

        Errors: DeploymentError where it takes too long; RpcError.
        """
        for sent in self.journal.unsettled:
            self.tell(f"looking for what an earlier run sent: {sent.step}")
            self.tell(f"  {sent.signature}")
            self.tell(f"  it has {_FATES[self._settle(sent, None).state]}")

    def read(self) -> Found:
        """Read the chain as it is after everything of this plan that has landed."""
        return read_chain(self.client, self.plan, self.journal.slot, self.patience)

    def pending(self, found: Found) -> list[Step]:
        """Return the steps that are left to send.

        Errors: DeploymentError for a vault that lacks what was paid into it: nothing but a claim
                takes anything out, and claims are counted.
        """
        steps = pending_steps(self.plan, found, self.price)
        for step in steps:
            if step.kind == "fund" and self.journal.has_landed(step.name):
                raise DeploymentError(
                    f"{step.title}: the vault lacks that, and yet a payment has landed by "
                    "deploy-....sent; nothing was sent: look at the vault through another node; "
                    "if the distributor was closed and is to be made once more, move that file away"
                )
        return steps

    def send(self, steps: Sequence[Step]) -> None:
        """Send steps in their order; before the first payment every distributor is read back.

        Errors: DeploymentError for a transaction that failed, and before any payment when a
                distributor is not as planned; RpcError.
        """
        for step in steps:
            if step.kind != "fund":
                self._send(step)
        fundings = [step for step in steps if step.kind == "fund"]
        if not all(self.journal.has_landed(replace(step, kind="create").name) for step in fundings):
            self._outlast_others(fundings)
        for step in fundings:
            self._send(step)

    def _outlast_others(self, fundings: Sequence[Step]) -> None:
        """Wait until no payment can land any more that somebody signed before now.

        Distributors that this journal has not seen made are another run's, whose payments are
        perhaps on their way. It may be dead; while it pays, it is left alone.

        Errors: DeploymentError where the chain stands still, or a vault was paid meanwhile;
                RpcError.
        """
        last = latest_blockhash(self.client).last_valid_block_height
        self.tell("no notes are here of how these distributors were made: waiting until payments")
        self.tell(f"that others have signed can't land any more, block {last:,}: about a minute")
        slot = wait_beyond(self.client, last, self.patience.timeout, poll=self.patience.poll)
        if slot is None:
            raise DeploymentError(
                f"{self.client.shown} did not get to block {last:,} within "
                f"{self.patience.timeout:g} seconds; nothing was paid: send again later, or "
                "through another node"
            )
        self.journal.reach(slot)
        lacking = {step.name: step.amount for step in self.pending(self.read())}
        if any(lacking.get(step.name) != step.amount for step in fundings):
            raise DeploymentError(
                "somebody else has paid a vault meanwhile; this run has paid none: when the other "
                "has come to its end, send again"
            )

    def _send(self, step: Step) -> None:
        """Send one step until it has landed, each time with a fresh blockhash."""
        left: Step | None = step if step.kind != "fund" else self._left(step)
        refusal = ""
        for _ in range(self.patience.attempts):
            if left is None:
                return
            blockhash = latest_blockhash(self.client)
            transaction = left.transaction(Freshness(blockhash=blockhash.hash))
            signed = sign(transaction, self.keys)
            sent = Sent(
                step=left.name,
                signature=signature_of(signed),
                last_valid_block_height=blockhash.last_valid_block_height,
            )
            self.announce(left, sent.signature)
            self.journal.sending(sent)
            refusal = self._hand_over(left, signed)
            outcome = self._settle(sent, signed)
            if outcome.state == "confirmed":
                return
            if outcome.state == "failed":
                _failed(left, outcome.error, outcome.logs)
            left = self._left(step)  # whatever a node says of a transaction: what did it do?
        if left is not None:
            raise DeploymentError(
                f"{step.title}: {self.patience.attempts} transactions expired before the chain "
                f"took one{refusal}; nothing of it was done: send again when the chain is less "
                "busy, or through another node"
            )

    def _left(self, step: Step) -> Step | None:
        """Return what is left of a step by what there is now, never more than was agreed to."""
        found = self.read()
        if step.kind == "fund":
            refuse_differences(self.plan, found)
        for left in pending_steps(self.plan, found, self.price):
            if left.name == step.name:
                if left.amount > step.amount:
                    raise DeploymentError(
                        f"{step.title}: the vault lacks more than a moment ago; nothing was paid "
                        "into it: find out why, then send again"
                    )
                return left
        return None

    def _hand_over(self, step: Step, transaction: bytes) -> str:
        """Give a transaction to the node; return half a sentence where it doesn't take it yet."""
        try:
            send_transaction(self.client, transaction)
        except TransactionRefusedError as refused:
            if refused.error is None or refused.error.text != NO_BLOCKHASH:
                _failed(step, refused.error, refused.logs)
            # another node may know the blockhash: it is sent there again
            return f", and the node does not know the blockhash that it gave ({NO_BLOCKHASH})"
        return ""

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
                f"{sent.step}: {self.client.shown} did not tell within "
                f"{self.patience.timeout:g} seconds whether {sent.signature} has landed; it can up "
                f"to block {sent.last_valid_block_height:,}, the node is at {outcome.height:,}; "
                "send again later, or through another node if this one stands still: it is looked "
                "for first"
            )
        self.journal.settled(sent.signature, outcome.state, outcome.slot)
        return outcome


def read_chain(client: Client, plan: Plan, at_least: int, patience: Patience) -> Found:
    """Read every account of a plan, all as of slot `at_least` or later.

    Errors: RpcError, also for a node that stays behind.
    """
    keys = accounts_of(plan)
    deadline = time.monotonic() + patience.behind
    while (read := accounts(client, keys)).slot < at_least:
        if time.monotonic() + patience.poll > deadline:
            problem = f"this answer is of slot {read.slot:,}, an earlier one was of {at_least:,}"
            remedy = (
                "use another node; if none is that far, one has lied: move deploy-....sent away, "
                "where that slot stands"
            )
            raise RpcError(client.shown, "getMultipleAccounts", problem, remedy)
        time.sleep(patience.poll)
    return dict(zip(keys, map(_found, read.accounts), strict=True))


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


def _failure_without_log(step: Step, error: TransactionError) -> Failure | None:
    """Name a failure by the number of the instruction and of its error alone."""
    instructions = step.transaction().instructions
    at, code = error.instruction, error.custom
    if at is None or code is None or at >= len(instructions):
        return None
    program = Address(bytes(instructions[at].program_id))
    return failure_at(program, code, step.planned.token.profile)


def _failed(step: Step, error: TransactionError | None, logs: Sequence[str]) -> NoReturn:
    profile = step.planned.token.profile
    failure = failure_in(logs, profile)
    if failure is None and error is not None:
        failure = _failure_without_log(step, error)
    why = explained("the node does not say why" if error is None else error.text)
    why = why if failure is None else str(failure)
    is_known = failure is not None and failure.code is not None
    shown = [] if is_known else [printable(line[:LONGEST_LINE]) for line in logs[-MOST_LINES:]]
    heading = f"{step.title}: it failed: {why}; nothing more was sent: mend that, then send again"
    raise DeploymentError("\n".join([heading, *(f"  log: {line}" for line in shown)]))
