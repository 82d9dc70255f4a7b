"""The result: who gets how much of each token, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.errors import InvariantError
from allocation.tables import write_parquet
from allocation.units import exact_sum

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from duckdb import DuckDBPyConnection

    from allocation.address import Keys
    from allocation.round import Token
    from allocation.tables import InputSource
    from allocation.units import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAllocations:
    """What every claimant gets of one token, in leaf order.

    Shapes: wallets, unlocked, locked (n,); wallets are rows of the wallet table, and no wallet
            stands twice.
    Units:  base units of the token's mint.
    """

    token: Token
    wallets: npt.NDArray[np.uint32]
    unlocked: Amounts
    locked: Amounts
    unallocated: dict[str, int]  # by cause; only causes that kept something

    def __post_init__(self) -> None:
        pool = self.token.pool
        if pool is not None and self.allocated + sum(self.unallocated.values()) != pool:
            raise InvariantError(
                f"token {self.token.symbol}: {self.allocated} allocated and {self.unallocated} "
                f"unallocated do not add up to the pool of {pool}"
            )

    @property
    def allocated(self) -> int:
        """The sum of all amounts."""
        return exact_sum(self.unlocked) + exact_sum(self.locked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocations:
    """All tokens of a round; lives as long as the database its breakdown is written from."""

    keys: Keys  # the wallet table, in key order
    texts: npt.NDArray[np.bytes_]  # the same wallets as base58
    tokens: tuple[TokenAllocations, ...]
    report: dict[str, object]  # the content of report.json
    sources: tuple[InputSource, ...]
    inputs_sha256: str
    warnings: tuple[str, ...]
    db: DuckDBPyConnection
    breakdown: str  # the query of its rows

    def write_breakdown(self, path: Path) -> None:
        """Write every input row with its cause and its reward of each token, as Parquet.

        Columns: wallet, proposal (null for stakes and lists), power (raw; with stakes summed over
        the period; null for a list), weight (what the row counts with, or would if no rule had
        removed it: power, multiplied if there are multipliers; null for a list), cause (null: it
        counted), then per token <SYMBOL>_reward in base units (0 where a cause removed the row) and
        <SYMBOL>_cause: the row's cause, or minimum_payout where this token's minimum left the
        wallet out, or maximum_payout where the reward is this token's maximum and no share. A
        wallet that every token leaves out has minimum_payout as its row's cause too. Stakes and
        lists have one row per wallet. Sorted by wallet key, then proposal.

        The types do not depend on the rows. Numbers are UBIGINT, but what may exceed 64 bits is
        decimal text: power and weight of stakes, and the weight of votes if there are multipliers.
        """
        write_parquet(self.db, self.breakdown, path)
