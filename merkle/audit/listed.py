"""A published list as its rows stand, and what merging the duplicates in a piece of it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import format_address, parse_addresses
from allocation.errors import AsrError, InputErrors
from allocation.round import (
    DEFAULT_MAX_LEAVES,
    NO_PROGRAM,
    Distributor,
    InputFiles,
    Round,
    Rules,
    Token,
)
from allocation.tables import open_database
from allocation.tables.columns import layouts_of
from allocation.tables.findings import Findings
from allocation.tables.read import explain, open_input
from allocation.tables.stage import stage
from allocation.units import U64_MAX

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.address import Address, Keys
    from allocation.round import Unit
    from allocation.tables.stage import Staged
    from allocation.units import Amounts
    from merkle.audit.rebuilding import Effort

_LOW: Final = np.uint64(2**32 - 1)
_HALF: Final = np.uint64(32)  # bits

_PLAN: Final = Distributor(
    program=NO_PROGRAM,
    base=None,
    locker_base=None,
    leaf="jupiter",
    max_leaves_per_tree=DEFAULT_MAX_LEAVES,
    first_version=0,
    order="input",
)
_RULES: Final = Rules(
    minimum_vote=None,
    exclude_sides=(),
    on_empty="leave",
    denominator="counted",
    rounding="largest-remainder",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The rows of a list in their order; a wallet may have several.

    Shapes: wallets, unlocked, locked (n,); wallets are rows of `keys` (m, 32), which has each once.
    Units:  base units.
    """

    keys: Keys
    wallets: npt.NDArray[np.intp]
    unlocked: Amounts
    locked: Amounts


def read_list(path: Path, mint: Address, decimals: int, unit: Unit, effort: Effort) -> Listed:
    """Read a list as Jupiter's builder does: digits beyond the mint's decimals are cut off.

    Errors: InputErrors with every bad row, such as one above 2^64 - 1; AsrError where the file
            changes while it is read, or the disk or the memory is not enough.
    Source: jup-ag/distributor@master, merkle-tree/src/{csv_entry,tree_node}.rs.
    """
    the_round = _round(path, mint, decimals, unit)
    ((name, layout),) = layouts_of(the_round)
    findings = Findings(name)
    with open_database(effort.scratch, effort.threads, effort.memory) as db:
        opened = open_input(db, path.parent, layout, findings)
        if opened is None:
            raise InputErrors(list(findings))
        staged = stage(db, opened)
        if not staged.trouble and not staged.rows:
            findings.add(0, "file", "", "no rows", "give the list that the trees were made of")
            raise InputErrors(list(findings))
        if staged.trouble:
            _refuse(staged, staged.trouble, findings)
        columns = db.execute(
            "SELECT wallet, unlocked, locked FROM typed_allocations ORDER BY position"
        ).fetchnumpy()
    texts, wallets = np.unique(np.asarray(columns["wallet"], object), return_inverse=True)
    keys, bad = parse_addresses(texts.tolist())
    if bad:
        _refuse(staged, "it has wallets that are none", findings)
    unlocked, locked = (np.asarray(columns[name], np.uint64) for name in ("unlocked", "locked"))
    if (unlocked > U64_MAX - locked).any():
        _refuse(staged, "a row is above 2^64 - 1", findings)
    return Listed(keys=keys, wallets=wallets.reshape(-1), unlocked=unlocked, locked=locked)


def _refuse(staged: Staged, trouble: str, findings: Findings) -> None:
    """Let the plain reader say what is wrong.

    Errors: InputErrors.
    """
    explain(staged, trouble, findings)
    raise InputErrors(list(findings))


def _round(path: Path, mint: Address, decimals: int, unit: Unit) -> Round:
    """Describe a round of nothing but this list."""
    inputs = InputFiles(
        votes=None,
        allocations=path.name,
        exclude=None,
        decimals=None,
        unit=unit,
        other_proposals="refuse",
        duplicates="sum",
        excess_decimals="floor",
        zero_amounts="keep",
    )
    token = Token(
        symbol="LISTED",
        mint=mint,
        decimals=decimals,
        pool=None,
        claim="transfer",
        distributor=_PLAN,
    )
    return Round(
        path=path,
        content=b"",
        name=path.name,
        method="list",
        tokens=(token,),
        proposals=(),
        inputs=inputs,
        rules=_RULES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Leaves: some wallets with what they get, each once, in the order of their first rows.

    Shapes: wallets, unlocked, locked (n,).
    """

    wallets: npt.NDArray[np.intp]
    unlocked: Amounts
    locked: Amounts

    def taken(self, rows: slice | npt.NDArray[np.intp]) -> Merged:
        """Return some of the leaves, or all of them in another order."""
        return Merged(
            wallets=self.wallets[rows], unlocked=self.unlocked[rows], locked=self.locked[rows]
        )


def merged(listed: Listed, start: int, stop: int) -> Merged:
    """Sum the duplicates among some rows into the places of the first ones.

    Errors: AsrError where a sum is above 2^64 - 1.
    """
    rows = slice(start, stop)
    wallets, firsts, places = np.unique(
        listed.wallets[rows], return_index=True, return_inverse=True
    )
    order = np.argsort(firsts)
    unlocked, locked = (
        sums(column[rows], places.reshape(-1), listed.keys[wallets])[order]
        for column in (listed.unlocked, listed.locked)
    )
    return Merged(wallets=wallets[order], unlocked=unlocked, locked=locked)


def sums(amounts: Amounts, places: npt.NDArray[np.intp], keys: Keys) -> Amounts:
    """Add up what belongs to the same of `keys`, exactly.

    Shapes: amounts, places (rows of `keys`) (n,), keys (m, 32) -> (m,).
    Errors: AsrError naming a key whose sum is above 2^64 - 1.
    """
    low, high = np.zeros(len(keys), np.uint64), np.zeros(len(keys), np.uint64)
    np.add.at(low, places, amounts & _LOW)
    np.add.at(high, places, amounts >> _HALF)
    high += low >> _HALF
    too_much = high > _LOW
    if too_much.any():
        wallet = format_address(keys[int(too_much.argmax())].tobytes())
        raise AsrError(f"{wallet}: the rows add up to more than 2^64 - 1 base units")
    return high << _HALF | (low & _LOW)
