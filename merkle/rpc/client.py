"""JSON-RPC: one question, one answer with the same id, or the node's own refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from merkle.bundle.findings import printable
from merkle.rpc.decoding import Answer, read_json
from merkle.rpc.endpoint import parse_endpoint
from merkle.rpc.errors import AnswerError, NodeError
from merkle.rpc.transport import Limits, open_transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from merkle.rpc.endpoint import Endpoint
    from merkle.rpc.transport import Transport
    from merkle.rpc.types import Commitment

PROTOCOL: Final = "2.0"
LONGEST_MESSAGE: Final = 10_000  # characters of a node's own words
SHOWN_MESSAGE: Final = 200

NODE_BEHIND: Final = -32005
TRANSACTION_REFUSED: Final = -32002
SIGNATURE_REFUSED: Final = -32003
HISTORY_NOT_KEPT: Final = -32011
METHOD_UNKNOWN: Final = -32601
REMEDIES: Final = {
    NODE_BEHIND: "the node is behind the chain: wait, or use another one",
    TRANSACTION_REFUSED: "read its reason, mend the transaction and sign it anew",
    SIGNATURE_REFUSED: "sign the transaction with every key that has to",
    HISTORY_NOT_KEPT: "use a node that keeps the history of transactions",
    METHOD_UNKNOWN: "use a node that offers this method",
}
OTHER_REMEDY: Final = "ask your provider what that means, or use another node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Asks one node. Its commitment holds for everything that is read."""

    transport: Transport
    commitment: Commitment
    numbers: Iterator[int]  # ids of the questions

    @property
    def shown(self) -> str:
        """The node as it may be printed: scheme, host and port."""
        return self.transport.endpoint.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The error object of an answer."""

    code: int
    message: str  # printable and short
    details: Answer


def connect(
    url: str, *, limits: Limits | None = None, commitment: Commitment = "confirmed"
) -> Client:
    """Prepare to ask the node at `url`, which the operator names; nothing is sent yet.

    Errors: RpcError for what is no URL of http or https.
    """
    transport = open_transport(parse_endpoint(url), limits or Limits())
    return Client(transport=transport, commitment=commitment, numbers=count(1))


def ask(client: Client, method: str, parameters: Sequence[object] = ()) -> Answer:
    """Return the result of one call, unread.

    Errors: NodeError for the node's refusal; UnreachableError, AnswerError.
    """
    answer = ask_or_refusal(client, method, parameters)
    if isinstance(answer, Refusal):
        raise node_error(client, method, answer)
    return answer


def ask_or_refusal(
    client: Client, method: str, parameters: Sequence[object] = ()
) -> Answer | Refusal:
    """Return the result of one call, or the error object that the node sent instead."""
    number = next(client.numbers)
    question = {"jsonrpc": PROTOCOL, "id": number, "method": method, "params": list(parameters)}
    content = client.transport.post(method, json.dumps(question).encode())
    return _opened(client.transport.endpoint, method, number, content)


def node_error(client: Client, method: str, refusal: Refusal) -> NodeError:
    """Make an error of what a node refused."""
    problem = f"the node refuses: {refusal.message} (code {refusal.code})"
    remedy = REMEDIES.get(refusal.code, OTHER_REMEDY)
    return NodeError(client.shown, method, refusal.code, problem, remedy)


def _opened(endpoint: Endpoint, method: str, number: int, content: bytes) -> Answer | Refusal:
    """Check the envelope: the version, our id, and either a result or an error."""
    node = endpoint.shown
    try:
        value = read_json(content)
    except ValueError as error:
        raise AnswerError(node, method, "an answer that is no JSON") from error
    envelope = Answer(node=node, method=method, place="the answer", value=value)
    keys = envelope.keys()
    inside = Answer(node=node, method=method, place="", value=value)
    if envelope.member("jsonrpc").value != PROTOCOL:
        envelope.refuse(f"is not JSON-RPC {PROTOCOL}")
    if ("error" in keys) == ("result" in keys):
        envelope.refuse("has not one of result and error")
    returned = envelope.member("id").value
    is_unread = returned is None and "error" in keys  # what a node could not even read has no id
    if not is_unread and (type(returned) is not int or returned != number):
        envelope.refuse("is to another question: its id is not the one we sent")
    return (
        _refusal(endpoint, inside.member("error")) if "error" in keys else inside.member("result")
    )


def _refusal(endpoint: Endpoint, error: Answer) -> Refusal:
    words = endpoint.without_keys(error.member("message").text(LONGEST_MESSAGE))
    return Refusal(
        code=error.member("code").i64(),
        message=printable(words[:SHOWN_MESSAGE]),
        details=error.member("data"),
    )
