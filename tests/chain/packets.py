"""A signed transaction -> the instructions in it, with what each account of them is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.address_lookup_table_account import AddressLookupTable
from solders.message import Message, MessageV0
from solders.transaction import Transaction, VersionedTransaction

from tests.chain.execution import Given
from tests.chain.keys import COMPUTE_BUDGET, SYSTEM

if TYPE_CHECKING:
    from solders.hash import Hash
    from solders.pubkey import Pubkey
    from solders.signature import Signature

    from tests.chain.execution import Execution

PACKET_BYTES: Final = 1232
FEE_PER_SIGNATURE: Final = 5_000
UNITS_PER_INSTRUCTION: Final = 200_000
MOST_UNITS: Final = 1_400_000
MICRO: Final = 1_000_000
SET_LIMIT: Final = 2
SET_PRICE: Final = 3
ADVANCE_NONCE: Final = (4).to_bytes(4, "little")


class TransactionRefusalError(Exception):
    """The chain does not take a transaction at all: nothing of it runs, no fee is paid."""

    def __init__(self, cause: object) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a transaction."""

    program: Pubkey
    accounts: list[Given]
    data: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """A transaction, taken apart."""

    signature: Signature
    blockhash: Hash
    payer: Pubkey
    accounts: list[Given]
    steps: list[Step]
    fee: int

    def nonce(self) -> Pubkey | None:
        """The nonce account, where the first instruction advances one."""
        first = self.steps[0] if self.steps else None
        if first and first.program == SYSTEM and first.data[:4] == ADVANCE_NONCE:
            return first.accounts[0].key
        return None


def versioned(transaction: Transaction | VersionedTransaction) -> VersionedTransaction:
    return VersionedTransaction.from_bytes(bytes(transaction))


def open_packet(
    execution: Execution, transaction: VersionedTransaction, *, verify_signatures: bool
) -> Packet:
    """Take a transaction apart and refuse what a validator would not even look at."""
    content = bytes(transaction)
    if len(content) > PACKET_BYTES:
        raise TransactionRefusalError("SanitizeFailure")
    message = transaction.message
    if not isinstance(message, Message | MessageV0):
        raise TransactionRefusalError("UnsupportedVersion")
    try:
        transaction.sanitize()
    except Exception:
        raise TransactionRefusalError("SanitizeFailure") from None
    if verify_signatures and not all(transaction.verify_with_results()):
        raise TransactionRefusalError("SignatureFailure")
    accounts = _accounts(execution, message)
    steps = [
        Step(
            accounts[instruction.program_id_index].key,
            [accounts[index] for index in instruction.accounts],
            bytes(instruction.data),
        )
        for instruction in message.instructions
    ]
    fee = FEE_PER_SIGNATURE * message.header.num_required_signatures + _priority_fee(steps)
    blockhash, payer = message.recent_blockhash, message.account_keys[0]
    return Packet(transaction.signatures[0], blockhash, payer, accounts, steps, fee)


def _accounts(execution: Execution, message: Message | MessageV0) -> list[Given]:
    """List every account with its privileges: those of the header, then those of tables."""
    header, keys = message.header, message.account_keys
    signers = header.num_required_signatures
    programs = {instruction.program_id_index for instruction in message.instructions}
    accounts = []
    for index, key in enumerate(keys):
        is_signer = index < signers
        readonly = header.num_readonly_signed_accounts
        last = signers - readonly
        if not is_signer:
            last = len(keys) - header.num_readonly_unsigned_accounts
        accounts.append(Given(key, is_signer, index < last and index not in programs))
    if not isinstance(message, Message):
        accounts += _looked_up(execution, message)
    return accounts


def _looked_up(execution: Execution, message: MessageV0) -> list[Given]:
    writable, readonly = [], []
    for lookup in message.address_table_lookups:
        account = execution.account(lookup.account_key)
        if account is None:
            raise TransactionRefusalError("AddressLookupTableNotFound")
        addresses = AddressLookupTable.deserialize(account.data).addresses
        try:
            writable += [addresses[index] for index in lookup.writable_indexes]
            readonly += [addresses[index] for index in lookup.readonly_indexes]
        except IndexError:
            raise TransactionRefusalError("InvalidAddressLookupTableIndex") from None
    found = [Given(key, False, True) for key in writable]
    return found + [Given(key, False, False) for key in readonly]


def _priority_fee(steps: list[Step]) -> int:
    """Price times limit, in whole lamports, rounded up; the same setting twice is refused."""
    settings: dict[int, int] = {}
    for index, step in enumerate(steps):
        if step.program == COMPUTE_BUDGET and step.data:
            if step.data[0] in settings:
                raise TransactionRefusalError({"DuplicateInstruction": index})
            settings[step.data[0]] = int.from_bytes(step.data[1:9], "little")
    others = sum(step.program != COMPUTE_BUDGET for step in steps)
    limit = min(settings.get(SET_LIMIT, UNITS_PER_INSTRUCTION * others), MOST_UNITS)
    return -(-settings.get(SET_PRICE, 0) * limit // MICRO)
