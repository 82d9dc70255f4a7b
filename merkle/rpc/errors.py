"""What goes wrong between us and a node: which node, which call, and what to do.

The text never holds the URL as it was named: paths, queries and credentials may be API keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import AsrError

if TYPE_CHECKING:
    from merkle.rpc.types import TransactionError


class RpcError(AsrError):
    """One call failed: `node` is scheme, host and port, `method` empty where no call was made."""

    def __init__(self, node: str, method: str, problem: str, remedy: str) -> None:
        place = f"{node}: {method}" if method else node
        super().__init__(f"{place}: {problem}; {remedy}")
        self.node, self.method, self.problem, self.remedy = node, method, problem, remedy


class UnreachableError(RpcError):
    """No answer came: nothing listens, the line broke, or time and attempts ran out."""


class AnswerError(RpcError):
    """An answer came that no honest node would give, or none of a Solana node."""

    def __init__(self, node: str, method: str, problem: str) -> None:
        super().__init__(node, method, problem, "ask another node")


class NodeError(RpcError):
    """The node itself refuses the call, with a code of JSON-RPC."""

    def __init__(self, node: str, method: str, code: int, problem: str, remedy: str) -> None:
        super().__init__(node, method, problem, remedy)
        self.code = code


class TransactionRefusedError(RpcError):
    """The node did not take a transaction: it failed when tried, and was not sent on."""

    def __init__(
        self, node: str, problem: str, error: TransactionError | None, logs: tuple[str, ...]
    ) -> None:
        remedy = "it was not sent on: mend what the log says and sign it anew"
        super().__init__(node, "sendTransaction", problem, remedy)
        self.error, self.logs = error, logs
