"""Leaves of a tree file, thousands of lines at once: text -> columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from merkle.bundle.lines import (
    LEAF_HEAD,
    PROOF_KEY,
    SIBLING_JOINT,
    LineError,
    read_leaf,
    wallet_of,
)
from merkle.hashing import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from merkle.hashing import Hashes

UNREAD: Final = -1  # in place of an amount
_CLOSING: Final = b"]]}"
_NO_SIBLINGS: Final = b"]}"
_OPENING: Final = b"["
_COMMA: Final = ord(",")
_ZERO: Final = ord("0")
_BYTE_MAX: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """The leaves of some lines.

    Shapes: wallets, distributors, unlocked and locked (n,), siblings (n, depth, 32); what could
            not be read is empty, zero, or an amount UNREAD.
    """

    wallets: Sequence[bytes]
    distributors: Sequence[bytes]  # empty where none is written
    unlocked: Sequence[int]
    locked: Sequence[int]
    siblings: Hashes
    problems: dict[int, str]  # why a line could not be read, by its place among the lines


def read_leaves(lines: Sequence[bytes], depth: int, first_row: int) -> Leaves:
    """Read the leaves from `first_row` on of a tree of `depth`.

    `lines` go without the comma and the newline after them.
    """
    leaves = _read_together(lines, depth, first_row)
    return _read_each(lines, depth) if leaves is None else leaves


def _read_each(lines: Sequence[bytes], depth: int) -> Leaves:
    """Read line by line, which is slow and says what is wrong where."""
    problems, rows = {}, []
    for place, line in enumerate(lines):
        try:
            leaf = read_leaf(line)
        except LineError as error:
            problems[place] = str(error)
            rows.append((wallet_of(line), b"", UNREAD, UNREAD, bytes(depth * HASH_BYTES)))
            continue
        siblings = b"".join(leaf.siblings)
        if len(leaf.siblings) != depth:
            problems[place] = f"the proof has {len(leaf.siblings)} siblings, not {depth}"
            siblings = bytes(depth * HASH_BYTES)
        rows.append((leaf.wallet, leaf.distributor, leaf.unlocked, leaf.locked, siblings))
    wallets, distributors, unlocked, locked, proofs = zip(*rows, strict=True)
    nodes = np.frombuffer(b"".join(proofs), np.uint8).reshape(len(lines), depth, HASH_BYTES)
    return Leaves(
        wallets=wallets,
        distributors=distributors,
        unlocked=unlocked,
        locked=locked,
        siblings=nodes,
        problems=problems,
    )


def _read_together(lines: Sequence[bytes], depth: int, first_row: int) -> Leaves | None:
    """Read all lines as one text; None where anything is not as it should be."""
    cut = [line.partition(PROOF_KEY) for line in lines]
    fields = LEAF_HEAD.findall(b"\n".join([head for head, _, _ in cut]))
    siblings = _read_proofs([proof for _, _, proof in cut], depth, first_row)
    if len(fields) != len(lines) or siblings is None:
        return None
    wallets, distributors, unlocked, locked = zip(*fields, strict=True)
    return Leaves(
        wallets=wallets,
        distributors=distributors,
        unlocked=list(map(int, unlocked)),
        locked=list(map(int, locked)),
        siblings=siblings,
        problems={},
    )


def _read_proofs(proofs: Sequence[bytes], depth: int, first_row: int) -> Hashes | None:
    """Read what follows PROOF_KEY; each node is read where it first stands."""
    if not depth:
        no_siblings = all(proof == _NO_SIBLINGS for proof in proofs)
        return np.zeros((len(proofs), 0, HASH_BYTES), np.uint8) if no_siblings else None
    split = _fresh_siblings(proofs, depth, first_row)
    if split is None:
        return None
    texts, counts = split
    nodes = _read_nodes(texts)
    return None if nodes is None else nodes[_places(np.array(counts), depth)]


def _fresh_siblings(
    proofs: Sequence[bytes], depth: int, first_row: int
) -> tuple[list[bytes], list[int]] | None:
    """Cut off what each proof shares with the one before it; None for what is no proof.

    In an honest tree all siblings but the first few are those of the leaf before, byte for byte.
    Where they are not, the whole proof is fresh, so the result stands for the same siblings.

    Shapes: texts of the fresh siblings of all proofs in turn; and how many each proof has.
    """
    texts: list[bytes] = []
    counts = []
    tail, fresh = _CLOSING, depth  # what a proof should end with; siblings before that
    tail_lengths = [len(_CLOSING)] * (depth + 1)  # by the number of siblings before it
    for row, proof in enumerate(proofs, first_row + 1):
        if not proof.endswith(tail):
            tail, fresh = _CLOSING, depth
        if not proof.startswith(_OPENING) or not proof.endswith(tail):
            return None
        text = proof[len(_OPENING) : -len(tail)]
        counts.append(fresh)
        if fresh == 1:  # of every second leaf; whether it is one node is seen when it is read
            texts.append(text)
        else:
            parts = text.split(SIBLING_JOINT)
            if len(parts) != fresh:
                return None
            texts += parts
            length = len(tail)
            for level in range(fresh - 1, 0, -1):
                length += len(parts[level]) + len(SIBLING_JOINT)
                tail_lengths[level] = length
        fresh = min((row ^ (row - 1)).bit_length(), depth)
        tail = proof[-tail_lengths[fresh] :]
    return texts, counts


def _places(counts: npt.NDArray[np.intp], depth: int) -> npt.NDArray[np.intp]:
    """Return which node stands where in each proof, from how many of its siblings are fresh.

    Shapes: counts (n,), the first of them `depth`, -> (n, depth).
    """
    starts = np.cumsum(counts) - counts
    rows = np.arange(len(counts))
    places = np.empty((len(counts), depth), np.intp)
    for level in range(depth):
        last_fresh = np.maximum.accumulate(np.where(counts > level, rows, 0))
        places[:, level] = starts[last_fresh] + level
    return places


def _read_nodes(texts: Sequence[bytes]) -> Hashes | None:
    """Read nodes as columns of digits; None where any is not 32 numbers without leading zeros.

    Shapes: texts (n,) -> (n, 32).
    """
    text = np.frombuffer(b"".join([b"," + text for text in texts]) + b",", np.uint8)
    commas = np.flatnonzero(text == _COMMA)
    starts = np.cumsum([0, *[len(text) + 1 for text in texts]])
    if not np.array_equal(commas[::HASH_BYTES], starts):
        return None
    ends, lengths = commas[1:], np.diff(commas) - 1
    digits = text - np.uint8(_ZERO)
    ones = digits[ends - 1].astype(np.uint16)
    tens = np.where(lengths > len("9"), digits[ends - 2], np.uint16(0))
    hundreds = np.where(lengths > len("99"), digits[ends - 3], np.uint16(0))
    values = ones + 10 * tens + 100 * hundreds
    in_full = len("9") + (values > int("9")) + (values > int("99"))  # without leading zeros
    only_digits = np.count_nonzero(digits <= int("9")) + len(commas) == len(text)
    if not only_digits or (lengths != in_full).any() or (values > _BYTE_MAX).any():
        return None
    nodes: Hashes = values.astype(np.uint8).reshape(-1, HASH_BYTES)
    return nodes
