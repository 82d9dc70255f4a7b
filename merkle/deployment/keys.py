"""Signing with the keys that an operator names; a key is never printed, copied or stored."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from base58 import b58decode
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.transaction import VersionedTransaction

from allocation.address import Address
from merkle.deployment.tokens import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from merkle.program.transactions import UnsignedTransaction

KEYPAIR_BYTES: Final = 64
SECRET_BYTES: Final = 32
LARGEST_KEYPAIR: Final = 4096  # bytes of its file
_BYTE_MAX: Final = 255
_REMEDY: Final = "name a file that solana-keygen made: a list of 64 numbers"
_NUMBERS: Final = re.compile(r"\d{1,3}(?:\s*,\s*\d{1,3}){63}", re.ASCII)
_BASE58: Final = re.compile("[1-9A-HJ-NP-Za-km-z]{64,88}")  # as wallets export 64 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """Somebody who signs here; nothing shows the secret."""

    address: Address
    keypair: Keypair = field(repr=False)


def read_keypair(name: str, content: bytes) -> SigningKey:
    """Read a keypair as Solana's own tools write it.

    Errors: DeploymentError that names the file, and nothing of what is in it.
    """
    numbers = _numbers(content)
    if numbers is None:
        raise DeploymentError(f"{name}: no keypair; {_REMEDY}")
    keypair = _keypair(numbers)
    if keypair is None:
        raise DeploymentError(f"{name}: its public half is not that of its secret half; {_REMEDY}")
    return SigningKey(address=Address(numbers[SECRET_BYTES:]), keypair=keypair)


def holds_secret(text: str) -> bool:
    """Say whether a keypair stands in a text where only addresses belong: then it is not shown."""
    lists = (_numbers(f"[{found[0]}]".encode()) for found in _NUMBERS.finditer(text))
    words = (b58decode(found[0]) for found in _BASE58.finditer(text))
    keys = (key for key in (*lists, *words) if key is not None and len(key) == KEYPAIR_BYTES)
    return any(_keypair(key) is not None for key in keys)


def sign(transaction: UnsignedTransaction, keys: Mapping[Address, SigningKey]) -> bytes:
    """Sign with every key that has to.

    Errors: KeyError for a key that is not there; `missing_signers` has named it before.
    """
    message = VersionedTransaction.from_bytes(transaction.content).message
    content = to_bytes_versioned(message)
    signatures = [keys[signer].keypair.sign_message(content) for signer in transaction.signers]
    return bytes(VersionedTransaction.populate(message, signatures))


def missing_signers(
    transactions: Sequence[UnsignedTransaction], keys: Mapping[Address, SigningKey]
) -> list[Address]:
    """Name who has to sign and is not there, each once."""
    needed = dict.fromkeys(signer for one in transactions for signer in one.signers)
    return [signer for signer in needed if signer not in keys]


def _keypair(content: bytes) -> Keypair | None:
    """Make a keypair of its bytes, None where the halves do not belong together."""
    keypair = Keypair.from_seed(content[:SECRET_BYTES])
    return keypair if bytes(keypair.pubkey()) == content[SECRET_BYTES:] else None


def _numbers(content: bytes) -> bytes | None:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != KEYPAIR_BYTES:
        return None
    if any(type(value) is not int or not 0 <= value <= _BYTE_MAX for value in values):
        return None
    return bytes(values)
