"""A chain over JSON-RPC: the node that the operator names is asked, and never believed unchecked.

`connect` prepares a client; every call takes it first, and raises RpcError where no answer comes,
where the node refuses, and where what it says cannot be.
"""

from merkle.rpc.accounts import account, accounts
from merkle.rpc.chain import clock, latest_blockhash, network
from merkle.rpc.client import Client, connect
from merkle.rpc.errors import (
    AnswerError,
    NodeError,
    RpcError,
    TransactionRefusedError,
    UnreachableError,
)
from merkle.rpc.transactions import (
    send_transaction,
    signature_of,
    signature_statuses,
    simulate_transaction,
    transaction_report,
)
from merkle.rpc.transport import Limits
from merkle.rpc.types import (
    Account,
    Accounts,
    Blockhash,
    Clock,
    Commitment,
    DataSlice,
    Network,
    Outcome,
    Signature,
    SignatureStatus,
    Simulation,
    TransactionError,
    TransactionReport,
)
from merkle.rpc.waiting import wait_for

__all__ = [
    "Account",
    "Accounts",
    "AnswerError",
    "Blockhash",
    "Client",
    "Clock",
    "Commitment",
    "DataSlice",
    "Limits",
    "Network",
    "NodeError",
    "Outcome",
    "RpcError",
    "Signature",
    "SignatureStatus",
    "Simulation",
    "TransactionError",
    "TransactionRefusedError",
    "TransactionReport",
    "UnreachableError",
    "account",
    "accounts",
    "clock",
    "connect",
    "latest_blockhash",
    "network",
    "send_transaction",
    "signature_of",
    "signature_statuses",
    "simulate_transaction",
    "transaction_report",
    "wait_for",
]
