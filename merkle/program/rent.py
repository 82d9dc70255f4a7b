"""What accounts and signatures cost, in lamports."""

from __future__ import annotations

from typing import Final

LAMPORTS_PER_SIGNATURE: Final = 5_000
SOL_DECIMALS: Final = 9  # a lamport is the last of them

_OVERHEAD: Final = 128  # bytes that every account is charged for besides its own
_LAMPORTS_PER_BYTE: Final = 3_480 * 2  # of a year, and two years exempt


def rent_exempt(size: int) -> int:
    """Return what an account of `size` bytes has to hold.

    Units:  bytes -> lamports.
    Source: anza-xyz/solana-sdk, rent/src/lib.rs, defaults, which every cluster has kept.
    """
    return (_OVERHEAD + size) * _LAMPORTS_PER_BYTE
