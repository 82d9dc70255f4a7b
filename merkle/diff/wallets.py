"""Columns of wallets as texts: set against each other in the order of keys, which none decodes.

The digits of base58 have ascending codes, and a text writes the number that its key is. Filled up
in front with "1", the digit for nothing, the texts of keys have one length and sort as keys do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from allocation.address import KEY_BYTES, LONGEST_TEXT, format_address, parse_addresses
from allocation.base58_columns import ALPHABET, BLOCK_ROWS
from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT: Final = f"S{LONGEST_TEXT}"

Texts: TypeAlias = npt.NDArray[np.bytes_]
"""A column of base58 texts, shape (n,), dtype TEXT."""

Places: TypeAlias = npt.NDArray[np.intp]
"""Where each row of a column stands in another one, shape (n,)."""

_NOTHING: Final = b"1"
_FILLERS: Final = np.array([_NOTHING * missing for missing in reversed(range(LONGEST_TEXT + 1))])
_LEADING: Final = 8  # signs, whose order is that of one number and nearly always decides
_LEAST, _MOST = (  # of the keys that do not begin with a zero byte
    format_address(key).encode().rjust(LONGEST_TEXT, _NOTHING)
    for key in (b"\x01" + bytes(KEY_BYTES - 1), b"\xff" * KEY_BYTES)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """The wallets of two columns, each once, in key order.

    Shapes: first (m,), where each wallet first stands in both columns, one after the other; places
            as long as each column, which of the m wallets its rows have.
    """

    columns: tuple[Texts, Texts]
    first: Places
    places: tuple[Places, Places]

    def __len__(self) -> int:
        """How many wallets there are."""
        return len(self.first)

    def texts(self, which: Places | slice = slice(None)) -> Texts:
        """Return the wallets, or some of them."""
        old, new = self.columns
        rows = self.first[which]
        texts = np.empty(len(rows), TEXT)
        is_old = rows < len(old)
        texts[is_old] = old[rows[is_old]]
        texts[~is_old] = new[rows[~is_old] - len(old)]
        return texts


def union(old: Texts, new: Texts) -> Union:
    """Set two columns of wallets against each other; one text is one wallet, if it is any.

    The columns may have any order; those in key order, as lists have it, are merged.
    """
    leading = np.concatenate([_leading(old), _leading(new)])
    order = np.argsort(leading, kind="stable")
    leading = leading[order]
    repeated = leading[1:] == leading[:-1]
    if not _are_pairs(old, new, order[:-1][repeated], order[1:][repeated]):
        both = np.concatenate([old, new])
        order = np.argsort(_filled(both), kind="stable")
        repeated = both[order[1:]] == both[order[:-1]]
    first, places = ranked(order, repeated, len(old))
    return Union(columns=(old, new), first=first, places=places)


def ranked(
    order: Places, repeated: npt.NDArray[np.bool_], count: int
) -> tuple[Places, tuple[Places, Places]]:
    """Return where each distinct value first stands, and which of them each row has.

    Shapes: order (n,) sorts two columns, one after the other; repeated (n - 1,), whether a value,
            in that order, is the one before it; count of the rows in the first column. The results
            are (m,) and as long as each column.
    """
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = ~repeated
    numbers = np.cumsum(is_first, dtype=np.intp)
    numbers -= 1
    which = np.empty(len(order), np.intp)
    which[order] = numbers
    return order[is_first], (which[:count], which[count:])


def ascends(texts: Texts) -> bool:
    """Tell whether wallets are sorted by key, and each stands once."""
    leading = _leading(texts)
    tied = np.flatnonzero(leading[1:] == leading[:-1])
    return bool(
        (leading[1:] >= leading[:-1]).all()
        and (_filled(texts[tied]) < _filled(texts[tied + 1])).all()
    )


def check_addresses(texts: Texts) -> None:
    """Refuse what is no address.

    Errors: AsrError.
    """
    for rows in _blocks(len(texts)):
        block, filled = texts[rows], _filled(texts[rows])
        # a number in this range has the text of a key, unless "1" stands before its digits
        usual = (filled >= _LEAST) & (filled <= _MOST)
        usual &= ~np.strings.startswith(block, _NOTHING)  # as in the text of one key in 256
        usual &= not filled.tobytes().translate(None, delete=ALPHABET)
        others = [text.decode("latin-1") for text in block[~usual].tolist()]
        _, bad = parse_addresses(others)
        if bad:
            raise AsrError(f"{others[bad[0]]!a} is no address; `asr verify` says where it stands")


def _leading(texts: Texts) -> npt.NDArray[np.uint64]:
    """Return the first signs of each text, filled up, as a number that sorts as they do."""
    leading = _first_signs(texts)
    short = np.flatnonzero(np.strings.str_len(texts) < LONGEST_TEXT)
    leading[short] = _first_signs(_filled(texts[short]))
    return leading


def _first_signs(texts: Texts) -> npt.NDArray[np.uint64]:
    signs = texts.view(np.uint8).reshape(len(texts), LONGEST_TEXT)[:, :_LEADING]
    return np.ascontiguousarray(signs).view(">u8")[:, 0].astype(np.uint64)


def _filled(texts: Texts) -> Texts:
    filled, lengths = texts.copy(), np.strings.str_len(texts)
    short = np.flatnonzero(lengths < LONGEST_TEXT)
    filled[short] = np.strings.add(_FILLERS[lengths[short]], texts[short])
    return filled


def _are_pairs(old: Texts, new: Texts, ones: Places, others: Places) -> bool:
    """Tell whether each of some rows of the first column has the text of one of the second.

    Shapes: ones and others (n,), rows of both columns, one after the other.
    """
    if (ones >= len(old)).any() or (others < len(old)).any():
        return False
    return all(
        np.array_equal(old[ones[rows]].view(np.uint8), new[others[rows] - len(old)].view(np.uint8))
        for rows in _blocks(len(ones))
    )


def _blocks(rows: int) -> Iterator[slice]:
    """Cut rows into blocks whose copies stay in the cache."""
    return (slice(start, start + BLOCK_ROWS) for start in range(0, rows, BLOCK_ROWS))
