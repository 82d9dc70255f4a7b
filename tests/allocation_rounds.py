"""Rounds and their tables without any file: what the allocation is given once inputs are read.

And what comes out of it, in the words of the plain judge.
"""

from __future__ import annotations

import atexit
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np

from allocation.address import Address, format_address
from allocation.allocate import allocate
from allocation.payout import pay
from allocation.per_proposal import divide_per_proposal, unallocated_votes
from allocation.round import Distributor, InputFiles, Proposal, Round, Rules, Token
from allocation.tables import Inputs
from allocation.units import BaseUnits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from allocation.allocate import Allocations
    from allocation.division import Divided
    from allocation.payout import Payout
    from tests.reference import Given, Vote

DISTRIBUTOR: Final = Distributor(
    program="none",
    base=None,
    locker_base=None,
    leaf="jupiter",
    max_leaves_per_tree=12_000,
    first_version=0,
    order="key",
)


MULTIPLIERS: Final = "multipliers(wallet UINTEGER, numerator UBIGINT, denominator UBIGINT)"


def key(number: int) -> Address:
    """A wallet whose key sorts as its number does."""
    return Address(number.to_bytes(32, "big"))


def a_token(symbol: str, pool: int | None, decimals: int = 6, **changes: Any) -> Token:
    return Token(
        symbol=symbol,
        mint=changes.pop("mint", Address(symbol.encode().ljust(32, b"\0"))),
        decimals=decimals,
        pool=None if pool is None else BaseUnits(pool),
        claim=changes.pop("claim", "transfer"),
        distributor=changes.pop("distributor", DISTRIBUTOR),
        **changes,
    )


def some_proposals(weights: Iterable[Fraction | int | str], **totals: int) -> tuple[Proposal, ...]:
    """Proposals P0, P1 ... with weights; `totals` are published, by id."""
    return tuple(
        Proposal(
            id=f"P{number}",
            title=f"Proposal {number}",
            weight=Fraction(weight),
            total=BaseUnits(totals[f"P{number}"]) if f"P{number}" in totals else None,
        )
        for number, weight in enumerate(weights)
    )


def a_round(
    tokens: Sequence[Token],
    proposals: Sequence[Proposal] = (),
    **rules: Any,
) -> Round:
    """A per-proposal round, or a list where there are no proposals; `rules` as they differ."""
    return Round(
        path=Path("round.toml"),
        content=b"",
        name="A round",
        method="per-proposal" if proposals else "list",
        tokens=tuple(tokens),
        proposals=tuple(proposals),
        inputs=InputFiles(
            votes="votes.csv",
            allocations=None,
            exclude=None,
            decimals=6,
            unit="base",
            other_proposals="refuse",
            duplicates="refuse",
            excess_decimals="refuse",
            zero_amounts=rules.pop("zero_amounts", "keep"),
        ),
        rules=Rules(
            minimum_vote=rules.pop("minimum_vote", None),
            exclude_sides=tuple(rules.pop("exclude_sides", ())),
            on_empty=rules.pop("on_empty", "leave"),
            denominator=rules.pop("denominator", "counted"),
            rounding=rules.pop("rounding", "largest-remainder"),
            **rules,
        ),
    )


def judged_by(given: Given, tokens: Sequence[Token]) -> Round:
    """The round that says what the plain judge is given."""
    return a_round(
        tokens,
        some_proposals(given.weights),
        minimum_vote=given.minimum_vote or None,
        exclude_sides=given.exclude_sides,
        on_empty="redistribute" if given.redistribute else "leave",
        denominator="all" if given.denominator_all else "counted",
        rounding="floor" if given.floor else "largest-remainder",
    )


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


atexit.register(_connection.cache_clear)  # or DuckDB complains when the interpreter ends


def database() -> duckdb.DuckDBPyConnection:
    """The database of all examples, as if it were new: to open one takes longer than an example."""
    db = _connection()
    db.execute(f"CREATE OR REPLACE TABLE {MULTIPLIERS}")
    return db


def fill(
    votes: Iterable[Vote],
    proposals: Sequence[Proposal],
    excluded: Collection[bytes] = (),
    multipliers: Mapping[bytes, Fraction] | None = None,
) -> tuple[duckdb.DuckDBPyConnection, list[bytes]]:
    """Put votes into the tables that reading the inputs leaves; the second result is the wallets.

    The rows of votes stay in the order given, so that it can be shown to mean nothing.
    """
    votes = list(votes)
    db, number = fill_wallets({vote.wallet for vote in votes}, excluded, multipliers or {})
    replace_rows(
        db,
        "proposals(id UINTEGER, proposal VARCHAR)",
        ((place, proposal.id) for place, proposal in enumerate(proposals)),
    )
    replace_rows(
        db,
        "votes(wallet UINTEGER, proposal UINTEGER, power UBIGINT, side VARCHAR)",
        ((number[vote.wallet], *vote[1:]) for vote in votes),
    )
    return db, list(number)


def fill_wallets(
    wallets: Collection[bytes], excluded: Collection[bytes], multipliers: Mapping[bytes, Fraction]
) -> tuple[duckdb.DuckDBPyConnection, dict[bytes, int]]:
    """Put wallets and what is said of them into tables; the second result is their numbers."""
    db = database()
    every = sorted({*wallets, *excluded, *multipliers})
    number = {wallet: place for place, wallet in enumerate(every)}
    replace_rows(db, "wallets(id UINTEGER, wallet VARCHAR)", enumerate(map(format_address, every)))
    replace_rows(
        db,
        "excluded(wallet UINTEGER, reason VARCHAR)",
        ((number[wallet], "team") for wallet in sorted(excluded)),
    )
    replace_rows(
        db,
        MULTIPLIERS,
        ((number[w], *multipliers[w].as_integer_ratio()) for w in sorted(multipliers)),
    )
    return db, number


def fill_list(
    rows: Iterable[tuple[int, int, int, int]],
) -> tuple[duckdb.DuckDBPyConnection, list[Address]]:
    """Put rows (wallet number, token, unlocked, locked) into the table of a list, in order."""
    rows, db = list(rows), database()
    wallets = sorted({row[0] for row in rows})
    keys = [key(wallet) for wallet in wallets]
    replace_rows(db, "wallets(id UINTEGER, wallet VARCHAR)", enumerate(map(format_address, keys)))
    replace_rows(
        db,
        "list_rows(position UBIGINT, wallet UINTEGER, token UINTEGER, unlocked UBIGINT, "
        "locked UBIGINT)",
        ((place, wallets.index(row[0]), *row[1:]) for place, row in enumerate(rows)),
    )
    return db, keys


def replace_rows(
    db: duckdb.DuckDBPyConnection, definition: str, rows: Iterable[Sequence[object]]
) -> None:
    """Make a table anew and fill it in one statement: one per row would take most of the time."""
    db.execute(f"CREATE OR REPLACE TABLE {definition}")
    table, columns = definition.partition("(")[0], definition.count(",") + 1
    values = [list(column) for column in zip(*rows, strict=True)]
    if values:
        unnested = ", ".join(f"unnest(${place + 1})" for place in range(columns))
        db.execute(f"INSERT INTO {table} SELECT {unnested}", values)


class Outcome:
    """A round that was divided and paid, in the words of the plain judge."""

    def __init__(
        self,
        votes: Sequence[Vote],
        the_round: Round,
        excluded: Sequence[bytes] = (),
        multipliers: Mapping[bytes, Fraction] | None = None,
    ):
        db, wallets = fill(votes, the_round.proposals, excluded, multipliers)
        self.divided: Divided = divide_per_proposal(db, the_round, the_round.proposals)
        self.payout: Payout = pay(
            db,
            the_round,
            self.divided,
            partial(unallocated_votes, rules=the_round.rules),
        )
        self.totals = [
            dict(
                zip((wallets[row] for row in token.wallets), map(int, token.unlocked), strict=True)
            )
            for token in self.payout.tokens
        ]
        shares = ", ".join(f"share_{number}" for number in range(len(self.totals)))
        self.rewards: list[dict[tuple[bytes, int], int]] = [{} for _ in self.totals]
        for wallet, proposal, *amounts in db.execute(
            f"SELECT wallet, proposal, {shares} FROM shared WHERE cause IS NULL"  # noqa: S608 - numbers only
        ).fetchall():
            for token, amount in enumerate(amounts):
                self.rewards[token][wallets[wallet], proposal] = amount
        self.causes = {
            (wallets[wallet], proposal): cause
            for wallet, proposal, cause in db.execute(
                "SELECT wallet, proposal, cause::VARCHAR FROM shared"
            ).fetchall()
        }

    def unallocated(self, token: int = 0) -> dict[str, int]:
        return self.payout.tokens[token].unallocated


def allocated(
    votes: Sequence[Vote], the_round: Round, excluded: Sequence[bytes] = ()
) -> Allocations:
    db, wallets = fill(votes, the_round.proposals, excluded)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def listed(rows: Iterable[tuple[int, int, int, int]], the_round: Round) -> Allocations:
    db, wallets = fill_list(rows)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def inputs_of(wallets: Sequence[bytes], the_round: Round) -> Inputs:
    return Inputs(
        keys=np.frombuffer(b"".join(wallets), np.uint8).reshape(-1, 32),
        texts=np.array([format_address(wallet) for wallet in wallets], "S44"),
        proposals=the_round.proposals,
        sources=(),
        notes={"votes": {"identical_rows": 0}},
        inputs_sha256="0" * 64,
    )


def amounts(allocations: Allocations, token: int = 0) -> dict[bytes, tuple[int, int]]:
    """What every wallet gets, in leaf order: unlocked, locked."""
    found = allocations.tokens[token]
    return {
        allocations.keys[wallet].tobytes(): (int(unlocked), int(locked))
        for wallet, unlocked, locked in zip(
            found.wallets, found.unlocked, found.locked, strict=True
        )
    }


def breakdown(allocations: Allocations, folder: Path) -> list[tuple[Any, ...]]:
    allocations.write_breakdown(folder / "breakdown.parquet")
    return duckdb.execute(
        "SELECT * FROM read_parquet($path)", {"path": str(folder / "breakdown.parquet")}
    ).fetchall()
