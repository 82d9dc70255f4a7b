"""allocations.csv -> a distribution: only what this tool would have written is read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, NoReturn, cast

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from allocation.address import LONGEST_TEXT, parse_texts
from allocation.units import exact_sum
from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import allocations_file
from merkle.bundle.lines import CSV_HEADER, HEADER_LINES
from merkle.distribution import Distribution
from merkle.leaf import LEAF_FORMATS
from merkle.program import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.round import Claim
    from allocation.units import Amounts
    from merkle.bundle.manifest import TokenEntry
    from merkle.bundle.read import Bundle

_U64_DIGITS: Final = 20
_NEWLINE, _COMMA, _POINT, _ZERO = (ord(sign) for sign in "\n,.0")
_PADDING: Final = bytes(LONGEST_TEXT)
_POWERS: Final = np.uint64(10) ** np.arange(_U64_DIGITS, dtype=np.uint64)[::-1]
_LONGEST_LINE: Final = LONGEST_TEXT + 2 * len(",18446744073709551615.") + len("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Allocations as they are written; whether a wallet is an address has not been asked.

    Shapes: texts, unlocked and locked (n,).
    Units:  base units.
    """

    texts: npt.NDArray[np.bytes_]
    unlocked: Amounts
    locked: Amounts


def read_distribution(bundle: Bundle, token: TokenEntry) -> Distribution:
    """Read the allocations of one token, cut into the trees that the manifest names.

    Nothing is hashed here: whoever builds a tree of it has to compare the root.

    Errors: as `read_rows`, and for a wallet that is no address.
    """
    rows = read_rows(bundle, token)
    keys, bad = parse_texts(rows.texts)
    if bad:
        name, line = allocations_file(token.symbol), bad[0] + HEADER_LINES + 1
        raise BundleError(name, "the wallet is no address", line=line)
    return Distribution(
        symbol=token.symbol,
        mint=token.mint,
        decimals=token.decimals,
        leaf_format=LEAF_FORMATS[token.leaf],
        profile=PROFILES.get(token.program),
        base=token.base,
        claim=cast("Claim", token.claim),
        claimants=keys,
        texts=rows.texts,
        unlocked=rows.unlocked,
        locked=rows.locked,
        boundaries=_boundaries(token),
        versions=tuple(tree.version for tree in token.trees),
    )


def read_rows(bundle: Bundle, token: TokenEntry) -> Rows:
    """Read the allocations of one token.

    Errors: BundleError for a line that this tool does not write, and for what the manifest or
            the list of digests says otherwise.
    """
    name = allocations_file(token.symbol)
    limit = len(CSV_HEADER) + token.wallets * _LONGEST_LINE
    with open_file(bundle.path, name, limit=limit) as file:
        parts = list(_Reader(name, token.decimals).parts(file.lines()))
        bundle.check_digest(name, file.sha256())
    rows = Rows(
        texts=np.concatenate([part.texts for part in parts]),
        unlocked=np.concatenate([part.unlocked for part in parts]),
        locked=np.concatenate([part.locked for part in parts]),
    )
    _check_totals(name, rows, token)
    return rows


def _boundaries(token: TokenEntry) -> tuple[int, ...]:
    return (0, *accumulate(tree.max_num_nodes for tree in token.trees))


def _check_totals(name: str, rows: Rows, token: TokenEntry) -> None:
    count, leaves = len(rows.texts), _boundaries(token)[-1]
    if count != leaves:
        raise BundleError(name, f"has {count:,} rows, the manifest's trees have {leaves:,} leaves")
    for number, (start, stop) in enumerate(pairwise(_boundaries(token))):
        total = exact_sum(rows.unlocked[start:stop]) + exact_sum(rows.locked[start:stop])
        expected = token.trees[number].max_total_claim
        if total != expected:
            problem = f"tree {number} adds up to {total}, the manifest has {expected}"
            raise BundleError(name, problem)


class _Reader:
    """Reads blocks of whole lines, one after the other."""

    def __init__(self, name: str, decimals: int) -> None:
        self._name = name
        self._decimals = decimals
        self._line = 1  # physical, of the first line of the block

    def parts(self, blocks: Iterator[bytes]) -> Iterator[Rows]:
        """Yield the columns of each block; the first may have no rows."""
        first = next(blocks, b"")
        if not first.startswith(CSV_HEADER):
            self._refuse(0, f"not {CSV_HEADER.decode().strip()}, the header")
        self._line += 1
        yield self._columns(first[len(CSV_HEADER) :])
        for block in blocks:
            yield self._columns(block)

    def _columns(self, block: bytes) -> Rows:
        # padded, so that a window of any field lies inside
        text = np.frombuffer(_PADDING + block + _PADDING, np.uint8)
        ends = np.flatnonzero(text == _NEWLINE)
        if block[-1:] not in (b"", b"\n"):
            self._refuse(len(ends), "no newline at the end")
        starts = np.concatenate([[len(_PADDING)], ends + 1])[:-1]
        commas = self._two_commas(text, starts, ends)
        rows = Rows(
            texts=self._texts(text, starts, commas[:, 0]),
            unlocked=self._amounts(text, commas[:, 0] + 1, commas[:, 1]),
            locked=self._amounts(text, commas[:, 1] + 1, ends),
        )
        self._line += len(ends)
        return rows

    def _two_commas(
        self, text: npt.NDArray[np.uint8], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Return where the commas of each line stand, shape (n, 2)."""
        commas = np.flatnonzero(text == _COMMA)
        counts = np.searchsorted(commas, ends) - np.searchsorted(commas, starts)
        self._check(counts == 2, "not three fields")  # noqa: PLR2004 - between three fields
        return commas.reshape(-1, 2)

    def _texts(
        self, text: npt.NDArray[np.uint8], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.bytes_]:
        """Cut the wallets out, padded with NUL; a longer one is no address, whatever is cut off."""
        lengths = ends - starts
        self._check(lengths <= LONGEST_TEXT, "the wallet is no address")
        windows = sliding_window_view(text, LONGEST_TEXT)[starts]
        windows *= np.arange(LONGEST_TEXT) < lengths[:, None]
        texts = windows.view(f"S{LONGEST_TEXT}").reshape(-1)
        self._check(np.strings.str_len(texts) == lengths, "the wallet is no address")  # ends in NUL
        return texts

    def _amounts(
        self, text: npt.NDArray[np.uint8], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
    ) -> Amounts:
        """Read tokens with all decimals as base units, digit by digit from the right."""
        lengths = ends - starts
        point = self._decimals + 1 if self._decimals else 0  # its place from the right, from 1
        digits = lengths - bool(point)
        problem = "an amount as this tool does not write it"
        self._check((digits > self._decimals) & (digits <= _U64_DIGITS), problem)
        most = int(digits.max(initial=self._decimals + 1))  # of the widest amount of this block
        width = most + bool(point)
        signs = sliding_window_view(text, width)[ends - width]
        if point:
            self._check(signs[:, -point] == _POINT, problem)
            signs = np.delete(signs, -point, axis=1)
        values = signs - np.uint8(_ZERO)  # what is no digit comes out above 9
        values *= np.arange(most, 0, -1) <= digits[:, None]
        self._check(np.all(values <= 9, axis=1), problem)  # noqa: PLR2004 - the largest digit
        leading = values[np.arange(len(values)), -digits]
        self._check(np.logical_or(leading > 0, digits == self._decimals + 1), problem)
        amounts = values.astype(np.uint64) @ _POWERS[_U64_DIGITS - most :]
        # of 20 digits, those that overflow begin with more than 1 or come out below 10^19
        shorter = np.logical_or(digits < _U64_DIGITS, leading == 0)
        fits = np.logical_and(leading == 1, amounts >= 10 ** (_U64_DIGITS - 1))
        self._check(np.logical_or(shorter, fits), "an amount above 2^64 - 1 base units")
        return amounts

    def _check(self, good: npt.NDArray[np.bool_], problem: str) -> None:
        if not good.all():
            self._refuse(int(np.argmin(good)), problem)

    def _refuse(self, row: int, problem: str) -> NoReturn:
        raise BundleError(self._name, problem, line=self._line + row)
