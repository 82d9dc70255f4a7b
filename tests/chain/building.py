"""Ready accounts on a chain, so that a test can begin with what it is about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from solders.account import Account
from solders.keypair import Keypair
from solders.message import Message
from solders.token.state import Mint, TokenAccount, TokenAccountState
from solders.transaction import Transaction

from tests.chain.keys import SYSTEM, TOKEN, token_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.clock import Clock
    from solders.hash import Hash
    from solders.instruction import Instruction
    from solders.pubkey import Pubkey
    from solders.transaction import VersionedTransaction
    from solders.transaction_metadata import (
        FailedTransactionMetadata,
        SimulatedTransactionInfo,
        TransactionMetadata,
    )

SOL = 10**9
FAILED = re.compile("Program ([1-9A-HJ-NP-Za-km-z]{32,44}) failed: ")


class Chain(Protocol):
    """What `ModelChain` and `LiteSVM` both offer."""

    def get_account(self, address: Pubkey, /) -> Account | None: ...
    def set_account(self, address: Pubkey, account: Account, /) -> None: ...
    def get_clock(self) -> Clock: ...
    def set_clock(self, clock: Clock, /) -> None: ...
    def latest_blockhash(self) -> Hash: ...
    def expire_blockhash(self) -> None: ...
    def minimum_balance_for_rent_exemption(self, size: int, /) -> int: ...
    def send_transaction(
        self, transaction: Transaction | VersionedTransaction, /
    ) -> TransactionMetadata | FailedTransactionMetadata: ...
    def simulate_transaction(
        self, transaction: Transaction | VersionedTransaction, /
    ) -> SimulatedTransactionInfo | FailedTransactionMetadata: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a transaction did: `error` as RPC writes it, None where it succeeded."""

    signature: str
    error: object
    logs: tuple[str, ...]
    units: int
    fee: int

    @property
    def custom(self) -> int | None:
        """The custom code of the instruction that failed."""
        if isinstance(self.error, dict) and "InstructionError" in self.error:
            cause = self.error["InstructionError"][1]
            return cause.get("Custom") if isinstance(cause, dict) else None
        return None

    @property
    def failed_program(self) -> str:
        """The program that failed first: the innermost one, whose number the error is."""
        return next(found[1] for line in self.logs if (found := FAILED.match(line)))


def ran(
    result: TransactionMetadata | FailedTransactionMetadata | SimulatedTransactionInfo,
) -> Ran:
    answer = json.loads(result.to_json())
    meta = answer.get("meta", answer)
    return Ran(
        signature=meta["signature"],
        error=answer.get("err"),
        logs=tuple(meta["logs"]),
        units=meta["compute_units_consumed"],
        fee=meta["fee"],
    )


def keypair(number: int) -> Keypair:
    """The same key in every run."""
    return Keypair.from_seed(number.to_bytes(32, "little"))


def funded(chain: Chain, number: int, lamports: int = 10 * SOL) -> Keypair:
    key = keypair(number)
    chain.set_account(key.pubkey(), Account(lamports, b"", SYSTEM))
    return key


def signed(
    chain: Chain, instructions: Sequence[Instruction], signers: Sequence[Keypair]
) -> Transaction:
    """A legacy transaction; the first signer pays."""
    blockhash = chain.latest_blockhash()
    message = Message.new_with_blockhash(list(instructions), signers[0].pubkey(), blockhash)
    return Transaction(list(signers), message, blockhash)


def send(chain: Chain, instructions: Sequence[Instruction], *signers: Keypair) -> Ran:
    """Send under a blockhash of its own, so that the same may be sent twice."""
    chain.expire_blockhash()
    return ran(chain.send_transaction(signed(chain, instructions, signers)))


def make_mint(
    chain: Chain, address: Pubkey | None = None, *, decimals: int = 6, supply: int = 10**15
) -> Pubkey:
    mint = address or keypair(900_000).pubkey()
    data = bytes(Mint(None, supply, decimals, is_initialized=True))
    chain.set_account(mint, Account(chain.minimum_balance_for_rent_exemption(82), data, TOKEN))
    return mint


def make_tokens(
    chain: Chain, mint: Pubkey, owner: Pubkey, amount: int = 0, *, address: Pubkey | None = None
) -> Pubkey:
    """A token account of `owner`, by default at its associated address."""
    where = address or token_address(owner, mint)
    state = TokenAccountState.Initialized
    data = bytes(TokenAccount(mint, owner, amount, None, state, None, 0))
    chain.set_account(where, Account(chain.minimum_balance_for_rent_exemption(165), data, TOKEN))
    return where


def tokens_at(chain: Chain, address: Pubkey) -> int:
    account = chain.get_account(address)
    assert account is not None
    return TokenAccount.from_bytes(account.data).amount


def set_time(chain: Chain, unix_timestamp: int, *, slot: int | None = None) -> None:
    clock = chain.get_clock()
    clock.unix_timestamp = unix_timestamp
    clock.slot = clock.slot if slot is None else slot
    chain.set_clock(clock)
