"""The order of a token's wallets over all its trees: none stands twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocation.address import format_address, key_order
from merkle.verify.allocations import line_of

if TYPE_CHECKING:
    from allocation.address import Keys
    from merkle.verify.findings import Findings


def check_order(
    file: str, keys: Keys, good: npt.NDArray[np.bool_], order: str, findings: Findings
) -> None:
    """Find wallets that stand twice or, in key order, after a larger key.

    Shapes: keys (n, 32) and good (n,), for all rows of allocations.csv.
    """
    rows = np.flatnonzero(good)
    keys = keys[rows]
    behind = _compare(keys[1:], keys[:-1])  # below 0 where a row's key is smaller than the last
    if order == "key" and (behind > 0).all():
        return
    if order == "key":
        for at in (np.flatnonzero(behind < 0) + 1).tolist():
            wallet, line = format_address(keys[at].tobytes()), line_of(int(rows[at]))
            findings.add(file, "not in the order of the keys", line=line, wallet=wallet)
    places = key_order(keys)
    repeated = np.flatnonzero(_compare(keys[places[1:]], keys[places[:-1]]) == 0) + 1
    for at in repeated.tolist():
        first, again = (line_of(int(rows[place])) for place in places[at - 1 : at + 1])
        wallet = format_address(keys[places[at]].tobytes())
        findings.add(file, f"stands twice, first at line {first}", line=again, wallet=wallet)


def _compare(left: Keys, right: Keys) -> npt.NDArray[np.int8]:
    """Compare rows as bytes: -1, 0 or 1, as left is smaller, equal or larger."""
    ours, theirs = (np.ascontiguousarray(side).view(">u8") for side in (left, right))
    result = np.zeros(len(ours), np.int8)
    for word in reversed(range(ours.shape[1])):
        larger, smaller = ours[:, word] > theirs[:, word], ours[:, word] < theirs[:, word]
        result = np.where(larger, np.int8(1), np.where(smaller, np.int8(-1), result))
    return result
