"""Columns of base58 texts -> columns of keys: thousands at once, without a Python object for each.

Only what nearly every address looks like is decided here, quickly: 43 or 44 digits, none of them
in front a "1". All else is left to whoever reads one text at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocation.address import Keys

ALPHABET: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTHS: Final = (43, 44)  # of nearly all keys: 58^43 < 2^256 < 58^44
BLOCK_ROWS: Final = 1 << 13  # what is computed with stays in the cache

_GROUP: Final = 5  # digits at once: 58^5 < 2^30, so that products with 32 bits fit 64
_GROUPS: Final = 9
_LIMBS: Final = 8  # of 32 bits
_NO_DIGIT: Final = 255
_MASK: Final = np.uint64(2**32 - 1)
_BITS: Final = np.uint64(32)
_BASE: Final = np.uint64(len(ALPHABET))
_GROUP_BASE: Final = np.uint64(len(ALPHABET) ** _GROUP)

_DIGITS: Final = np.full(256, _NO_DIGIT, np.uint8)
_DIGITS[np.frombuffer(ALPHABET, np.uint8)] = np.arange(len(ALPHABET))


def decode_columns(texts: npt.NDArray[np.bytes_]) -> tuple[Keys, npt.NDArray[np.bool_]]:
    """Decode what has the form of nearly all addresses; the second result says which rows.

    Shapes: texts (n,) -> (n, 32), (n,); the rows of keys that are not decided are zero.
    """
    keys = np.zeros((len(texts), 32), np.uint8)
    decided = np.zeros(len(texts), np.bool_)
    for start in range(0, len(texts), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        lengths = np.strings.str_len(texts[block])
        for length in LENGTHS:
            rows = start + np.flatnonzero(lengths == length)
            found, right = _decode(texts[rows], length)
            keys[rows[right]] = found[right]
            decided[rows[right]] = True
    return keys, decided


def _decode(texts: npt.NDArray[np.bytes_], length: int) -> tuple[Keys, npt.NDArray[np.bool_]]:
    """Decode texts of one length, and say which of them are the only text of 32 bytes."""
    signs = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), texts.itemsize)
    digits = np.zeros((_GROUPS * _GROUP, len(texts)), np.uint8)  # one place of all texts a row
    digits[-length:] = _DIGITS[np.ascontiguousarray(signs[:, :length].T)]
    right = (digits != _NO_DIGIT).all(axis=0) & (digits[-length] > 0)
    limbs = [np.zeros(len(texts), np.uint64) for _ in range(_LIMBS)]  # the lowest first
    for group in range(_GROUPS):
        carry = _value(digits[group * _GROUP : (group + 1) * _GROUP])
        for at in range(min(group + 1, _LIMBS)):  # the others are zero as yet
            carry += limbs[at] * _GROUP_BASE
            limbs[at] = carry & _MASK
            carry >>= _BITS
        right &= carry == 0  # or it has more than 256 bits
    keys = np.stack(limbs[::-1], axis=1).astype(">u4").view(np.uint8)
    return keys, right & (keys[:, 0] > 0)  # a zero byte in front would be a "1"


def _value(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Read some digits as one number, the first one weighing most, shape (digits, n) -> (n,)."""
    value: npt.NDArray[np.uint64] = digits[0].astype(np.uint64)
    for digit in digits[1:]:
        value *= _BASE
        value += digit
    return value
