"""What one machine executes: some claims of one tree, as columns; and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.units import exact_sum

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from allocation.address import Address, Keys
    from allocation.units import Amounts
    from merkle.bundle.manifest import TreeEntry
    from merkle.hashing import Hashes
    from merkle.program import Profile
    from merkle.rehearse.machine import MakeMachine

Way: TypeAlias = Literal["transfer", "stake", "deposit"]
"""How a claim is executed: it pays into the wallet; it stakes; or it pays into the wallet, which
then stakes what it got, because the program that is rehearsed cannot do it."""

MOST_PROBLEMS: Final = 1_000  # of one part; the rest is only counted
MOST_WITH_LOGS: Final = 3  # of the same words


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The program that claims are executed on, and how."""

    profile: Profile
    way: Way
    make_machine: MakeMachine  # with the program, and the voter where something is staked
    mint: Address
    decimals: int
    base: Address | None
    locker_base: Address | None  # None where nothing is staked


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Claims of one tree, all or the next ones of a large tree.

    A part begins in the state in which the one before it has to end, so that together they are
    one history of the tree.

    Shapes: places, unlocked, locked (n,), claimants (n, 32), siblings (n, depth, 32).
    Units:  base units.
    """

    target: Target
    symbol: str
    number: int  # of the tree
    tree: TreeEntry
    places: npt.NDArray[np.intp]  # of the leaves in the tree
    claimants: Keys
    unlocked: Amounts  # by allocations.csv, as all of these but the siblings
    locked: Amounts
    siblings: Hashes  # as they stand in the tree's file
    forged: frozenset[int]  # places at which forgeries are tried
    claimed_before: int  # leaves of the tree
    paid_before: int

    @property
    def total(self) -> int:
        """What all its leaves may claim."""
        return exact_sum(self.unlocked) + exact_sum(self.locked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that did not go as it has to."""

    symbol: str
    tree: int
    wallet: str | None  # None where the tree as a whole is meant
    step: str  # what was tried or checked, e.g. "claim"
    problem: str  # in the words of the program, where it has refused something
    logs: tuple[str, ...] = ()  # of the transaction; only of the first problems of a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """What came of a part.

    Shapes: compute_units and sizes (claims,), of the transactions that claim.
    Units:  base units; sizes in bytes; seconds of a processor.
    """

    symbol: str
    number: int  # of the tree
    first: int  # place in the tree
    distributor: Address
    asked: int  # claims that were to be executed
    claims: int  # that were executed
    paid: int
    vested: int  # of that, amounts that were locked at first
    forgeries: int  # that were tried
    refused: int  # of those, with the error that it has to be
    off_curve: int  # claimants that are no ordinary key: only a program can sign for them
    compute_units: npt.NDArray[np.uint32]
    sizes: npt.NDArray[np.uint32]
    vault_left: int | None  # None where there was no vault to look into
    seconds: float
    problems: tuple[Problem, ...]
    more_problems: int  # beyond MOST_PROBLEMS


class Problems:
    """Collects what went wrong in a part, within bounds."""

    def __init__(self, symbol: str, tree: int) -> None:
        self.more = 0  # than are kept
        self._symbol = symbol
        self._tree = tree
        self._found: list[Problem] = []
        self._times: dict[tuple[str, str], int] = {}

    def add(
        self, step: str, problem: str, wallet: str | None = None, logs: tuple[str, ...] = ()
    ) -> None:
        """Record one problem; logs only for the first of a kind."""
        if len(self._found) == MOST_PROBLEMS:
            self.more += 1
            return
        times = self._times[step, problem] = self._times.get((step, problem), 0) + 1
        found = Problem(
            symbol=self._symbol,
            tree=self._tree,
            wallet=wallet,
            step=step,
            problem=problem,
            logs=logs if times <= MOST_WITH_LOGS else (),
        )
        self._found.append(found)

    def all(self) -> tuple[Problem, ...]:
        """Return what is kept, in the order in which it was found."""
        return tuple(self._found)
