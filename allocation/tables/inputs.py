"""What reading the inputs of a round leaves in Python; the rows themselves are in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from allocation.address import Keys
    from allocation.round import Proposal
    from allocation.tables.source import Format

Texts: TypeAlias = npt.NDArray[np.bytes_]
"""Base58 texts, dtype S44, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSource:
    """One input file as it was read: for `inputs.json`."""

    kind: str  # "votes", "allocations", "exclude"
    name: str  # as written in the round file
    format: Format
    bytes: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All inputs of a round, read and found good.

    Shapes: keys (m, 32) and texts (m,): every wallet that has a row, sorted by raw key. Its place
            there is its id in the tables `wallets`, `votes`, `excluded` and `list_rows`; that of
            a proposal in `proposals` is its id in the tables `proposals` and `votes`.
    """

    keys: Keys
    texts: Texts
    proposals: tuple[Proposal, ...]
    sources: tuple[InputSource, ...]
    notes: dict[str, object]  # by input, ready for JSON: rows and columns that did not count
    inputs_sha256: str
