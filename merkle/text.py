"""Columns of numbers and hashes -> text, without touching a row in Python.

A column of text is a matrix of bytes whose NULs mean "nothing": numbers of any length stand in
equal widths, and one pass at the end drops the padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.units import Amounts
    from merkle.hashing import Rows

TextColumn: TypeAlias = npt.NDArray[np.uint8]
"""One text per row, shape (n, widest), NUL where a text is shorter; no text contains NUL."""

Cell: TypeAlias = bytes | TextColumn
"""A part of every row: the same bytes in each, or a column."""

U64_DIGITS: Final = 20
_BYTE_DIGITS: Final = 3
_CHUNK: Final = 4  # digits looked up at once: 20 digits are 5 divisions, not 20
_NOTHING: Final = b"\0"

_CHUNK_DIGITS: Final = np.frombuffer(
    b"".join(b"%04d" % value for value in range(10**_CHUNK)), np.uint8
).reshape(-1, _CHUNK)
_POWERS_OF_TEN: Final = np.power(np.uint64(10), np.arange(1, U64_DIGITS, dtype=np.uint64))
_NUMBERS: Final = [b"%d" % value for value in range(256)]
_NUMBER_LENGTHS: Final = np.array([len(text) for text in _NUMBERS], np.uint8)


def decimal_column(amounts: Amounts) -> TextColumn:
    """Write whole numbers without leading zeros; 0 is "0"."""
    return _from_first_digit(amounts, _digits(amounts), U64_DIGITS - 1)


def tokens_column(amounts: Amounts, decimals: int) -> TextColumn:
    """Write base units as tokens with all decimals, and without a point where there are none.

    Units: base units of a mint of `decimals` (at most 19) -> tokens.
    """
    if not decimals:
        return decimal_column(amounts)
    whole = U64_DIGITS - decimals
    digits = _from_first_digit(amounts, _digits(amounts), whole - 1)
    point = np.full((len(digits), 1), ord("."), np.uint8)
    return np.hstack([digits[:, :whole], point, digits[:, whole:]])


def text_column(texts: npt.NDArray[np.bytes_]) -> TextColumn:
    """View a column of numpy's byte strings, shape (n,), which pads with NUL just so."""
    texts = np.ascontiguousarray(texts)
    return texts.view(np.uint8).reshape(len(texts), texts.itemsize)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStyle:
    """The text around the numbers of a JSON array that is not empty."""

    opening: bytes
    separator: bytes
    closing: bytes


COMPACT_LIST: Final = ListStyle(opening=b"[", separator=b",", closing=b"]")


def list_cells(rows: Rows, style: ListStyle = COMPACT_LIST) -> tuple[Cell, ...]:
    """Write every row of bytes as a JSON array of its numbers, e.g. "[7,255,0]".

    Shapes: rows (n, length), n and length at least 1.
    """
    numbers = np.take(_number_table(style.separator), rows).view(np.uint8).reshape(len(rows), -1)
    numbers[:, numbers.shape[1] - len(style.separator) :] = 0  # none after the last number
    return (style.opening, numbers, style.closing)


def list_sizes(rows: Rows, style: ListStyle = COMPACT_LIST) -> npt.NDArray[np.int64]:
    """Return how many bytes each array of `list_cells` has, shape (n,), without writing it."""
    around = len(style.opening) + len(style.closing) + (rows.shape[1] - 1) * len(style.separator)
    sizes: npt.NDArray[np.int64] = around + _NUMBER_LENGTHS[rows].sum(axis=1, dtype=np.int64)
    return sizes


def each(count: int, *cells: Cell) -> list[bytes]:
    """Join the cells of every row into one text per row.

    Shapes: columns have `count` rows.
    """
    rows = _side_by_side(count, cells)
    ends = np.cumsum(np.count_nonzero(rows, axis=1)).tolist()
    text = _packed(rows)
    return [text[start:end] for start, end in pairwise([0, *ends])]


def joined(count: int, *cells: Cell) -> bytes:
    """Join the cells of all rows into one text, as `each` does for every row."""
    return _packed(_side_by_side(count, cells))


def size_of(count: int, *cells: Cell) -> int:
    """Return how many bytes `joined` would write."""
    return sum(
        count * len(cell) if isinstance(cell, bytes) else int(np.count_nonzero(cell))
        for cell in cells
    )


def _digits(amounts: Amounts) -> TextColumn:
    """Write u64 with all 20 digits, shape (n, 20)."""
    digits = np.empty((len(amounts), U64_DIGITS), np.uint8)
    rest = amounts
    for start in range(U64_DIGITS - _CHUNK, -1, -_CHUNK):
        rest, chunk = np.divmod(rest, np.uint64(10**_CHUNK))
        digits[:, start : start + _CHUNK] = _CHUNK_DIGITS[chunk]
    return digits


def _from_first_digit(amounts: Amounts, digits: TextColumn, keep_from: int) -> TextColumn:
    """Blank the zeros before the first digit that counts; from column `keep_from` on all count."""
    leading = U64_DIGITS - 1 - np.searchsorted(_POWERS_OF_TEN, amounts, side="right")
    first = np.minimum(leading, keep_from)
    return digits * (np.arange(U64_DIGITS) >= first[:, None])


@cache
def _number_table(separator: bytes) -> npt.NDArray[np.void]:
    """Return the text of every byte with the separator after it, as fixed-width records."""
    texts = [text.ljust(_BYTE_DIGITS, _NOTHING) + separator for text in _NUMBERS]
    return np.frombuffer(b"".join(texts), f"V{_BYTE_DIGITS + len(separator)}")


def _side_by_side(count: int, cells: Sequence[Cell]) -> TextColumn:
    columns = [
        np.broadcast_to(np.frombuffer(cell, np.uint8), (count, len(cell)))
        if isinstance(cell, bytes)
        else cell
        for cell in cells
    ]
    return np.hstack(columns)


def _packed(rows: TextColumn) -> bytes:
    return rows.tobytes().translate(None, _NOTHING)
