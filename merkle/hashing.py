"""The two hash functions of the leaf formats: one message, or arrays of bytes in and hashes out.

The whole seam between what is hashed and how fast: everything else calls these, with columns
wherever there are many. One wallet's proof is checked without numpy, which is slow to load.
"""

# ruff: noqa: PLC0415 - numpy and pycryptodome are loaded where they are needed

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    import numpy.typing as npt

Rows: TypeAlias = "npt.NDArray[np.uint8]"
"""Messages of equal length, shape (n, length)."""

Hashes: TypeAlias = "npt.NDArray[np.uint8]"
"""32-byte digests, shape (n, 32)."""

HashName: TypeAlias = Literal["sha256", "keccak256"]

HASH_BYTES: Final = 32


def hash_one(name: HashName, message: bytes) -> bytes:
    """Hash one message.

    Source: sha256 is FIPS 180-4; keccak256 has the original Keccak padding, not SHA3's.
    """
    return _HASHERS[name]([message])


def hash_rows(name: HashName, messages: Rows) -> Hashes:
    """Hash every row of `messages`, as `hash_one` does.

    Shapes: (n, length) -> (n, 32).
    """
    import numpy as np

    length = messages.shape[1]
    data = messages.tobytes()
    rows = (data[at : at + length] for at in range(0, len(data), length))
    digests = _HASHERS[name](rows)
    return np.frombuffer(digests, np.uint8).reshape(-1, HASH_BYTES)


def _sha256_each(rows: Iterable[bytes]) -> bytes:
    return b"".join([sha256(row).digest() for row in rows])


def _keccak256_each(rows: Iterable[bytes]) -> bytes:
    from Crypto.Hash import keccak

    return b"".join([keccak.new(digest_bits=256, data=row).digest() for row in rows])


_HASHERS: Final[dict[HashName, Callable[[Iterable[bytes]], bytes]]] = {
    "sha256": _sha256_each,
    "keccak256": _keccak256_each,
}
