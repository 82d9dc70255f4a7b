"""Lines of allocations.csv and tree_N.json: there is one way to write each; no other is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CSV_HEADER: Final = b"pubkey,amount,locked_amount\n"
TREE_HEAD: Final = b"{\n"
TREE_TAIL: Final = b"}\n"
HEADER_LINES: Final = 1  # of both files, before the first wallet
PROOF_KEY: Final = b'"proof":['
SIBLING_JOINT: Final = b"],["

_BASE58: Final = b"[1-9A-HJ-NP-Za-km-z]{32,44}"
_WHOLE: Final = b"(?:0|[1-9][0-9]{0,19})"
_BYTE_OF_TEXT: Final = {b"%d" % value: value for value in range(256)}
_NODE_BYTES: Final = 32

LEAF_HEAD: Final = re.compile(
    rb'^"(%b)":\{(?:"merkle_tree":"(%b)",)?"amount":(%b),"locked_amount":(%b),$'
    % (_BASE58, _BASE58, _WHOLE, _WHOLE),
    re.MULTILINE,
)
"""A leaf's line before its proof; groups: wallet, distributor, amount, locked amount."""

_WALLET_FIRST: Final = re.compile(rb'"?(%b)[",]' % _BASE58)
_PROOF: Final = re.compile(rb"(?:\[([0-9,\[\]]+)\])?\]\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafLine:
    """One leaf of a tree file, as it is written."""

    wallet: bytes
    distributor: bytes  # empty where none is written
    unlocked: int
    locked: int
    siblings: tuple[bytes, ...]


class LineError(ValueError):
    """A line is not as this tool writes it."""


def wallet_of(line: bytes) -> bytes:
    """Return whose line it is, of either file, though it may be spoilt further on; or nothing."""
    match = _WALLET_FIRST.match(line)
    return match[1] if match else b""


def csv_line(decimals: int) -> re.Pattern[bytes]:
    """Return the pattern of one allocation; groups: wallet, amount, locked amount, in tokens."""
    amount = _WHOLE + (rb"\.[0-9]{%d}" % decimals if decimals else b"")
    return re.compile(rb"^(%b),(%b),(%b)$" % (_BASE58, amount, amount), re.MULTILINE)


def base_units(amount: bytes) -> int:
    """Read an amount of tokens that `csv_line` has matched."""
    return int(amount.replace(b".", b""))


def read_leaf(line: bytes) -> LeafLine:
    """Read one leaf; `line` goes without the comma and the newline after it.

    Errors: LineError.
    """
    head, _, rest = line.partition(PROOF_KEY)
    fields, proof = LEAF_HEAD.fullmatch(head), _PROOF.fullmatch(rest)
    if not fields or not proof:
        raise LineError("no leaf as this tool writes it")
    wallet, distributor, unlocked, locked = fields.groups(b"")
    texts = proof[1].split(SIBLING_JOINT) if proof[1] else []
    return LeafLine(
        wallet=wallet,
        distributor=distributor,
        unlocked=int(unlocked),
        locked=int(locked),
        siblings=tuple(_read_node(text) for text in texts),
    )


def _read_node(text: bytes) -> bytes:
    numbers = [_BYTE_OF_TEXT.get(number) for number in text.split(b",")]
    if len(numbers) != _NODE_BYTES or None in numbers:
        raise LineError("the proof has a sibling that is not 32 numbers from 0 to 255")
    return bytes(number for number in numbers if number is not None)
