"""What an honest node answers about a chain, method by method."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from tests.chain.building import Chain, Ran, ran
from tests.chain.model import ModelChain

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.account import Account

UNKNOWN_GENESIS: Final = "11111111111111111111111111111112"
VALID_FOR: Final = 150  # blocks
MOST_KEYS: Final = 100
LONGEST_PACKET: Final = 1232


class RefusedError(Exception):
    """The node answers with an error object."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass(slots=True)
class Answers:
    """The state of a node beside its chain; tests set it as they like."""

    chain: Chain
    genesis_hash: str = UNKNOWN_GENESIS
    block_height: int = 1_000
    commitment: str = "finalized"  # how far every landed transaction has come
    drops_transactions: bool = False  # takes them and forgets them
    landed: dict[str, tuple[int, Ran]] = field(default_factory=dict)

    def methods(self) -> dict[str, Callable[..., object]]:
        return {
            "getMultipleAccounts": self.get_multiple_accounts,
            "getGenesisHash": lambda: self.genesis_hash,
            "getSlot": lambda *_: self.chain.get_clock().slot,
            "getEpochInfo": self.get_epoch_info,
            "getLatestBlockhash": self.get_latest_blockhash,
            "sendTransaction": self.send_transaction,
            "simulateTransaction": self.simulate_transaction,
            "getSignatureStatuses": self.get_signature_statuses,
            "getTransaction": self.get_transaction,
        }

    def expire(self) -> None:
        """Let every blockhash given out so far become too old."""
        self.block_height += VALID_FOR + 1
        self.chain.expire_blockhash()

    def get_multiple_accounts(self, keys: list[str], options: dict[str, Any]) -> object:
        if len(keys) > MOST_KEYS:
            raise RefusedError(-32602, f"Too many inputs provided; max {MOST_KEYS}")
        return self._with_context([self._account(key, options) for key in keys])

    def get_epoch_info(self, *_: object) -> object:
        return {"absoluteSlot": self.chain.get_clock().slot, "blockHeight": self.block_height}

    def get_latest_blockhash(self, *_: object) -> object:
        blockhash = str(self.chain.latest_blockhash())
        last = self.block_height + VALID_FOR
        return self._with_context({"blockhash": blockhash, "lastValidBlockHeight": last})

    def send_transaction(self, text: str, options: dict[str, Any]) -> object:
        transaction = _opened(text)
        signature = str(transaction.signatures[0])
        if not options.get("skipPreflight"):
            tried = ran(self.chain.simulate_transaction(transaction))
            if tried.error is not None:
                message = f"Transaction simulation failed: {tried.error}"
                raise RefusedError(-32002, message, _simulated(tried))
        if not self.drops_transactions:
            done = ran(self.chain.send_transaction(transaction))
            if done.fee or done.error is None:  # what pays no fee was never in a block
                self.landed.setdefault(signature, (self.chain.get_clock().slot, done))
        return signature

    def simulate_transaction(self, text: str, options: dict[str, Any]) -> object:
        transaction = _opened(text)
        if isinstance(self.chain, ModelChain):
            result = self.chain.simulate_transaction(
                transaction,
                verify_signatures=bool(options.get("sigVerify")),
                check_blockhash=not options.get("replaceRecentBlockhash"),
            )
            return self._with_context(_simulated(ran(result)))
        return self._with_context(_simulated(ran(self.chain.simulate_transaction(transaction))))

    def get_signature_statuses(self, signatures: list[str], *_: object) -> object:
        return self._with_context([self._status(signature) for signature in signatures])

    def get_transaction(self, signature: str, *_: object) -> object:
        if signature not in self.landed:
            return None
        slot, done = self.landed[signature]
        meta = {
            "err": done.error,
            "fee": done.fee,
            "logMessages": list(done.logs),
            "computeUnitsConsumed": done.units,
        }
        return {"slot": slot, "meta": meta, "blockTime": self.chain.get_clock().unix_timestamp}

    def _status(self, signature: str) -> object:
        if signature not in self.landed:
            return None
        slot, done = self.landed[signature]
        status = {"Err": done.error} if done.error is not None else {"Ok": None}
        return {
            "slot": slot,
            "confirmations": None,
            "status": status,
            "err": done.error,
            "confirmationStatus": self.commitment,
        }

    def _with_context(self, value: object) -> object:
        slot = self.chain.get_clock().slot
        return {"context": {"slot": slot, "apiVersion": "3.0.0"}, "value": value}

    def _account(self, key: str, options: dict[str, Any]) -> object:
        account = self.chain.get_account(Pubkey.from_string(key))
        return None if account is None else _encoded(account, options)


def _encoded(account: Account, options: dict[str, Any]) -> object:
    data, part = bytes(account.data), options.get("dataSlice")
    if part is not None:
        data = data[part["offset"] : part["offset"] + part["length"]]
    return {
        "lamports": account.lamports,
        "owner": str(account.owner),
        "data": [base64.b64encode(data).decode(), "base64"],
        "executable": account.executable,
        "rentEpoch": 2**64 - 1,
        "space": len(account.data),
    }


def _opened(text: str) -> VersionedTransaction:
    content = base64.b64decode(text)
    if len(content) > LONGEST_PACKET:
        raise RefusedError(-32602, f"transaction too large: {len(content)} bytes (max: 1232)")
    return VersionedTransaction.from_bytes(content)


def _simulated(done: Ran) -> dict[str, object]:
    return {
        "err": done.error,
        "logs": list(done.logs),
        "unitsConsumed": done.units,
        "accounts": None,
        "returnData": None,
    }
