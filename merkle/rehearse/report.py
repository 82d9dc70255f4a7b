"""What a rehearsal has shown: which program ran, what it paid and what it refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocation.address import Address
    from merkle.bundle.manifest import TokenEntry
    from merkle.rehearse.part import PartReport, Problem, Target, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How widely some numbers differ; of an even number the median is the lower middle one."""

    smallest: int
    median: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeReport:
    """What came of one tree.

    Units: base units.
    """

    number: int
    version: int
    distributor: Address  # on the program that ran
    leaves: int
    asked: int  # claims that were to be executed
    claims: int  # that were
    paid: int
    vested: int  # of that, amounts that were locked at first
    vault_left: int | None  # None where no vault came into being
    forgeries: int  # that were tried
    refused: int  # of those, with the error that it has to be


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReport:
    """What came of one token.

    Units: bytes; compute units; seconds of processors.
    """

    symbol: str
    mint: Address
    decimals: int
    claim: str  # as the bundle has it
    way: Way  # as it was executed
    program: str  # of the bundle; the one that ran stands in the rehearsal
    has_base: bool  # whether the bundle has one, or it was made up here
    trees: tuple[TreeReport, ...]
    compute_units: Spread | None  # of the claims; None where there was none
    sizes: Spread | None  # of their transactions
    off_curve: int  # claimants for whom only a program can sign
    seconds: float

    @property
    def claims(self) -> int:
        """How many claims were executed."""
        return sum(tree.claims for tree in self.trees)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What was executed on which program, and everything that went wrong."""

    bundle_id: str
    profile: str
    program_id: Address
    program_sha256: str
    voter_sha256: str | None  # None where nothing was staked
    is_voter_idle: bool  # a voter was given, and nothing needed it
    tokens: tuple[TokenReport, ...]
    problems: tuple[Problem, ...]
    more_problems: int  # than are kept
    seconds: float  # from the first part to the last

    @property
    def claims(self) -> int:
        """How many claims were executed."""
        return sum(token.claims for token in self.tokens)

    @property
    def is_good(self) -> bool:
        """Whether every claim worked, every forgery was refused, and every base unit is there."""
        return not self.problems


def report_token(token: TokenEntry, target: Target, parts: Sequence[PartReport]) -> TokenReport:
    """Put together what came of the parts of one token; they are in the order of the leaves."""
    trees = [
        _report_tree(token, number, [part for part in parts if part.number == number])
        for number in range(len(token.trees))
    ]
    return TokenReport(
        symbol=token.symbol,
        mint=token.mint,
        decimals=token.decimals,
        claim=token.claim,
        way=target.way,
        program=token.program,
        has_base=token.base is not None,
        trees=tuple(trees),
        compute_units=_spread([part.compute_units for part in parts]),
        sizes=_spread([part.sizes for part in parts]),
        off_curve=sum(part.off_curve for part in parts),
        seconds=sum(part.seconds for part in parts),
    )


def _report_tree(token: TokenEntry, number: int, parts: Sequence[PartReport]) -> TreeReport:
    return TreeReport(
        number=number,
        version=token.trees[number].version,
        distributor=parts[0].distributor,
        leaves=token.trees[number].max_num_nodes,
        asked=sum(part.asked for part in parts),
        claims=sum(part.claims for part in parts),
        paid=sum(part.paid for part in parts),
        vested=sum(part.vested for part in parts),
        vault_left=parts[-1].vault_left,
        forgeries=sum(part.forgeries for part in parts),
        refused=sum(part.refused for part in parts),
    )


def _spread(columns: Sequence[npt.NDArray[np.uint32]]) -> Spread | None:
    values = np.sort(np.concatenate(columns)) if columns else np.zeros(0, np.uint32)
    if not len(values):
        return None
    middle = (len(values) - 1) // 2
    return Spread(smallest=int(values[0]), median=int(values[middle]), largest=int(values[-1]))
