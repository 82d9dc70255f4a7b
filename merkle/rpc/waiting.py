"""What becomes of a transaction that was sent: confirmed, failed, expired, or not known yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from merkle.rpc.chain import slot_and_height
from merkle.rpc.errors import RpcError
from merkle.rpc.transactions import (
    COMMITMENTS,
    send_transaction,
    signature_statuses,
    statuses_at,
    transaction_report,
)
from merkle.rpc.types import Outcome

if TYPE_CHECKING:
    from merkle.rpc.client import Client
    from merkle.rpc.types import Commitment, Signature, SignatureStatus

CERTAINTY: Final = tuple(COMMITMENTS)  # the least first
SEND_AGAIN_EVERY: Final = 5  # looks


def wait_for(
    client: Client,
    signature: Signature,
    last_valid_block_height: int | None,
    timeout: float,
    *,
    transaction: bytes | None = None,
    poll: float = 1.0,
) -> Outcome:
    """Look at a transaction until it is as certain as the client wants, or can't land any more.

    With `transaction` the same bytes are sent again now and then: nodes drop what they can't
    place, and the chain executes it at most once. Without a last height (a durable nonce) it
    never expires.

    Units:  timeout and poll in seconds.
    Errors: RpcError of the calls; a transaction that fails is an Outcome.
    """
    deadline = time.monotonic() + timeout
    looks = 0
    while True:
        outcome = _look(client, signature, last_valid_block_height)
        if outcome.state != "undecided" or time.monotonic() + poll > deadline:
            return outcome
        time.sleep(poll)
        looks += 1
        if transaction is not None and looks % SEND_AGAIN_EVERY == 0:
            _send_again(client, transaction)


def wait_beyond(client: Client, height: int, timeout: float, *, poll: float = 1.0) -> int | None:
    """Wait until the chain has gone beyond a block height; return a slot at which it had.

    None where that takes longer than the timeout.

    Units:  timeout and poll in seconds.
    Errors: RpcError.
    """
    deadline = time.monotonic() + timeout
    while True:
        slot, reached = _reached(client)
        if reached > height:
            return slot
        if time.monotonic() + poll > deadline:
            return None
        time.sleep(poll)


def _look(client: Client, signature: Signature, last_height: int | None) -> Outcome:
    """Return the outcome, undecided until there is one.

    Expired is only what a node does not know that is known to have gone beyond the last valid
    height: the height is read first, from what is at least confirmed, and the answer about the
    transaction must come from that slot or later, whichever machine of a provider gives it.
    """
    reached, height = (0, None) if last_height is None else _reached(client)
    (status,) = signature_statuses(client, [signature])
    if status is None and last_height is not None and height is not None and height > last_height:
        at_slot, (status,) = statuses_at(client, [signature], search_history=True)
        if status is None and at_slot >= reached:
            return Outcome(state="expired", slot=at_slot)
    if status is None or not _is_certain(client, status):
        return Outcome(state="undecided", height=height)
    if status.error is None:
        return Outcome(state="confirmed", slot=status.slot)
    logs = _logs(client, signature)
    return Outcome(state="failed", slot=status.slot, error=status.error, logs=logs)


def _reached(client: Client) -> tuple[int, int]:
    """Return slot and height of blocks that stay."""
    commitment: Commitment = "finalized" if client.commitment == "finalized" else "confirmed"
    return slot_and_height(client, commitment)


def _is_certain(client: Client, status: SignatureStatus) -> bool:
    return CERTAINTY.index(status.commitment) >= CERTAINTY.index(client.commitment)


def _logs(client: Client, signature: Signature) -> tuple[str, ...]:
    """Ask for the log of what has failed; not every node keeps one, and that it has is known."""
    try:
        report = transaction_report(client, signature)
    except RpcError:
        return ()
    return () if report is None else report.logs


def _send_again(client: Client, transaction: bytes) -> None:
    """Send the same bytes; what goes wrong here decides nothing, the next look does."""
    try:
        send_transaction(client, transaction, skip_preflight=True)
    except RpcError:
        return
