"""The one account of the system program that is read: a stored nonce.

Source: anza-xyz/solana-sdk, nonce/src/{versions,state}.rs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from merkle.program.layouts import AccountError, plain_layout

if TYPE_CHECKING:
    from allocation.address import Address

NONCE_BYTES: Final = 80

_CURRENT: Final = 1  # version; the older one is refused by the cluster
_INITIALIZED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonce:
    """A blockhash that does not expire until it is used."""

    authority: Address
    blockhash: bytes
    lamports_per_signature: int


def decode_nonce(content: bytes) -> Nonce:
    """Read a nonce account.

    Errors: AccountError, also for one that holds no nonce yet.
    """
    values = _NONCE.decode(content)
    if (values.pop("version"), values.pop("state")) != (_CURRENT, _INITIALIZED):
        raise AccountError(_NONCE.kind, "it holds no nonce that can be used")
    return Nonce(**values)


def encode_nonce(nonce: Nonce) -> bytes:
    """Write a nonce account as the program stores it."""
    return _NONCE.encode({"version": _CURRENT, "state": _INITIALIZED, **asdict(nonce)})


_NONCE: Final = plain_layout(
    "nonce account",
    NONCE_BYTES,
    ("version", 0, "u32"),
    ("state", 4, "u32"),
    ("authority", 8, "key"),
    ("blockhash", 40, "key"),
    ("lamports_per_signature", 72, "u64"),
)
