"""Signing with the keys that an operator names; a key is never printed, copied or stored."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

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
    secret, public = numbers[:SECRET_BYTES], numbers[SECRET_BYTES:]
    keypair = Keypair.from_seed(secret)
    if bytes(keypair.pubkey()) != public:
        raise DeploymentError(f"{name}: its public half is not that of its secret half; {_REMEDY}")
    return SigningKey(address=Address(public), keypair=keypair)


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
