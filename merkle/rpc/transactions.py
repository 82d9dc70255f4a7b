"""Transactions: tried, sent, and what they did. Bytes go out as they were signed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from solders.transaction import VersionedTransaction

from allocation.errors import BadValueError
from merkle.rpc.client import (
    TRANSACTION_REFUSED,
    Refusal,
    ask,
    ask_or_refusal,
    node_error,
)
from merkle.rpc.errors import TransactionRefusedError
from merkle.rpc.failures import transaction_error
from merkle.rpc.types import (
    Commitment,
    Signature,
    SignatureStatus,
    Simulation,
    TransactionReport,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.rpc.client import Client
    from merkle.rpc.decoding import Answer

BATCH: Final = 256  # signatures that getSignatureStatuses takes at once
COMMITMENTS: Final[dict[str, Commitment]] = {
    "processed": "processed",
    "confirmed": "confirmed",
    "finalized": "finalized",
}
"""By its word, the least certain first."""
ALREADY_THERE: Final = "AlreadyProcessed"


def signature_of(transaction: bytes) -> Signature:
    """Return the name that a transaction will have, which is known before it is sent.

    Errors: BadValueError for what is no transaction, or an unsigned one.
    """
    remedy = "pass the signed transaction as it goes over the wire"
    try:
        parsed = VersionedTransaction.from_bytes(transaction)
    except ValueError as error:
        raise BadValueError("no transaction", remedy) from error
    if not parsed.signatures or not any(bytes(parsed.signatures[0])):
        raise BadValueError("a transaction that its payer did not sign", remedy)
    return Signature(str(parsed.signatures[0]))


def send_transaction(
    client: Client, transaction: bytes, *, skip_preflight: bool = False
) -> Signature:
    """Hand a signed transaction to the node, which tries it first, and return its name.

    Sending the same bytes again is safe: they have the same signature, and the chain executes it
    at most once. So lost answers are asked for again, and a transaction counts as sent when the
    node refuses it for being there already, or knows its name after all.

    Errors: TransactionRefusedError with the logs when it fails where it is tried; RpcError.
    """
    signature = signature_of(transaction)
    options = {
        "encoding": "base64",
        "skipPreflight": skip_preflight,
        "preflightCommitment": client.commitment,
    }
    answer = ask_or_refusal(client, "sendTransaction", [_wire(transaction), options])
    if isinstance(answer, Refusal):
        _accept_only_if_there(client, signature, answer)
    elif answer.signature() != signature:
        answer.refuse("is not the signature of what was sent")
    return signature


def _accept_only_if_there(client: Client, signature: Signature, refusal: Refusal) -> None:
    """Raise what the node refused, unless an attempt whose answer was lost has brought it there."""
    (status,) = signature_statuses(client, [signature])
    if status is not None:
        return
    if refusal.code != TRANSACTION_REFUSED or refusal.details.is_null():
        raise node_error(client, "sendTransaction", refusal)
    error = transaction_error(refusal.details.member("err"))
    if error is None or error.text != ALREADY_THERE:
        logs = refusal.details.member("logs").lines()
        problem = f"the node tried it and refuses: {error.text if error else refusal.message}"
        raise TransactionRefusedError(client.shown, problem, error, logs)


def simulate_transaction(
    client: Client,
    transaction: bytes,
    *,
    verify_signatures: bool = True,
    replace_blockhash: bool = False,
) -> Simulation:
    """Try a transaction without sending it.

    With `replace_blockhash` its signatures do not count.
    """
    options = {
        "encoding": "base64",
        "commitment": client.commitment,
        "sigVerify": verify_signatures and not replace_blockhash,  # nodes refuse both at once
        "replaceRecentBlockhash": replace_blockhash,
    }
    answer = ask(client, "simulateTransaction", [_wire(transaction), options])
    value = answer.member("value")
    return Simulation(
        slot=answer.member("context").member("slot").u64(),
        error=transaction_error(value.member("err")),
        logs=value.member("logs").lines(),
        units=_optional_u64(value.member("unitsConsumed")),
    )


def signature_statuses(
    client: Client, signatures: Sequence[Signature], *, search_history: bool = False
) -> tuple[SignatureStatus | None, ...]:
    """Tell how far transactions have come, None for those that the node does not know.

    Without `search_history` it knows only those of the last minutes.
    """
    found: list[SignatureStatus | None] = []
    for start in range(0, len(signatures), BATCH):
        batch = signatures[start : start + BATCH]
        found += statuses_at(client, batch, search_history=search_history)[1]
    return tuple(found)


def statuses_at(
    client: Client, signatures: Sequence[Signature], *, search_history: bool
) -> tuple[int, list[SignatureStatus | None]]:
    """Tell how far at most 256 transactions have come, and which slot the node had reached."""
    options = {"searchTransactionHistory": search_history}
    answer = ask(client, "getSignatureStatuses", [list(signatures), options])
    slot = answer.member("context").member("slot").u64()
    values = answer.member("value").exactly(len(signatures))
    return slot, [_status(value, slot) for value in values]


def transaction_report(client: Client, signature: Signature) -> TransactionReport | None:
    """Return what a transaction did, None while no block at the client's commitment holds it."""
    commitment = "finalized" if client.commitment == "finalized" else "confirmed"
    options = {
        "encoding": "base64",
        "commitment": commitment,  # nodes know no report of what is only processed
        "maxSupportedTransactionVersion": 0,
    }
    answer = ask(client, "getTransaction", [signature, options])
    if answer.is_null():
        return None
    meta = answer.member("meta")
    return TransactionReport(
        slot=answer.member("slot").u64(),
        error=transaction_error(meta.member("err")),
        logs=meta.member("logMessages").lines(),
        fee=meta.member("fee").u64(),
        units=_optional_u64(meta.member("computeUnitsConsumed")),
    )


def _status(value: Answer, reached: int) -> SignatureStatus | None:
    """Read a status; nothing lands after the slot that the node has reached."""
    if value.is_null():
        return None
    word = value.member("confirmationStatus")
    commitment = COMMITMENTS.get(word.value) if isinstance(word.value, str) else None
    if commitment is None:
        word.refuse_for("processed, confirmed or finalized")
    slot, error = value.member("slot").u64(), transaction_error(value.member("err"))
    if slot > reached:
        value.member("slot").refuse_for(f"a slot up to {reached}, which the node has reached")
    return SignatureStatus(slot=slot, error=error, commitment=commitment)


def _optional_u64(value: Answer) -> int | None:
    return None if value.is_null() else value.u64()


def _wire(transaction: bytes) -> str:
    return base64.b64encode(transaction).decode()
