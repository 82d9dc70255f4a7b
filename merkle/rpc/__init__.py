"""A chain over JSON-RPC: the node that the operator names is asked, and never believed unchecked.

`connect` prepares a client; every call takes it first, and raises RpcError where no answer comes,
where the node refuses, and where what it says cannot be.
"""

from merkle.rpc.accounts import account, accounts, balance, minimum_balance
from merkle.rpc.chain import (
    block_height,
    block_time,
    clock,
    fee_for,
    health,
    latest_blockhash,
    network,
    recent_priority_fees,
    slot,
    version,
)
from merkle.rpc.client import Client, connect
from merkle.rpc.errors import (
    AnswerError,
    NodeError,
    RpcError,
    TransactionRefusedError,
    UnreachableError,
)
from merkle.rpc.failures import failed_program
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
    "balance",
    "block_height",
    "block_time",
    "clock",
    "connect",
    "failed_program",
    "fee_for",
    "health",
    "latest_blockhash",
    "minimum_balance",
    "network",
    "recent_priority_fees",
    "send_transaction",
    "signature_of",
    "signature_statuses",
    "simulate_transaction",
    "slot",
    "transaction_report",
    "version",
    "wait_for",
]
