"""The largest-remainder split (D1), the only division: arithmetic that never changes.

Everyone gets the exact share rounded down; the few left-over smallest units go one each to those
who lost the largest fraction, equal ones to the smaller key. Written twice with the same result:
`apportion` for the few (a pool over its proposals) and SQL for the many (over a proposal's
wallets; the files in `allocation/sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError, InvariantError
from allocation.sql import statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from allocation.round import Rounding

CEILING: Final = 2**127  # the first number that DuckDB's 128-bit integers cannot hold
SMALL_TOTAL: Final = 2**64  # below it every remainder fits 64 bits, which sort faster

RANGE_BITS: Final = 10  # remainders are counted in 2^10 ranges before one of these is sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a column of weights amounts to, after division by its greatest common divisor."""

    voters: int
    divisor: int
    total: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How one pool was divided by SQL; the shares themselves stand in a table."""

    pool: int
    floors: int  # sum of the exact shares rounded down
    shared: int  # sum of the shares: the pool, or with rounding "floor" the floors
    last_remainder: int | None  # the smallest one that got a left-over unit, of reduced weights
    last_wallet: int | None

    @property
    def left_over(self) -> int:
        """The units that rounding down kept."""
        return self.pool - self.floors


def apportion(
    pool: int, weights: Sequence[int], rounding: Rounding = "largest-remainder"
) -> list[int]:
    """Split `pool` in proportion to `weights`, to the last base unit.

    Shapes: weights are integers >= 0 in the byte order of their keys; ties go to the lower index.
    Units:  pool and shares in base units; weights only count against each other.
    Errors: none; without any weight everyone gets 0 and the caller reports the pool. With
            rounding "floor" the shares may add up to less than the pool, which it reports too.
    Source: Hare-Niemeyer, https://en.wikipedia.org/wiki/Largest_remainder_method
    """
    reduced = measure(weights)
    if not reduced.total:
        return [0] * len(weights)
    products = [pool * (weight // reduced.divisor) for weight in weights]
    shares = [product // reduced.total for product in products]
    left_over = pool - sum(shares) if rounding == "largest-remainder" else 0
    neediest = sorted(range(len(weights)), key=lambda index: -(products[index] % reduced.total))
    for index in neediest[:left_over]:  # the sort is stable: equal ones stay in key order
        shares[index] += 1
    return shares


def measure(weights: Sequence[int]) -> Weights:
    """Reduce weights by their greatest common divisor, and say what is left of them."""
    divisor = gcd(*weights) or 1
    return Weights(
        voters=len(weights),
        divisor=divisor,
        total=sum(weights) // divisor,
        largest=max(weights, default=0) // divisor,
    )


def measure_parts(db: DuckDBPyConnection) -> dict[int, Weights]:
    """Measure the weights of every part in `dividing`; one without any weight is left out.

    A part is what stands under `proposal` there. Leaves the table `divisors` behind, for `weigh`.
    """
    parts, guessed = {}, {}
    for part, voters, *numbers in db.execute(statement("measures")).fetchall():
        smallest, largest, high, low = map(int, numbers)
        total = high * 2**64 + low
        guessed[part] = gcd(smallest, largest, total)
        parts[part] = Weights(voters=voters, divisor=1, total=total, largest=largest)
    return {
        part: Weights(
            voters=parts[part].voters,
            divisor=divisor,
            total=parts[part].total // divisor,
            largest=parts[part].largest // divisor,
        )
        for part, divisor in _divisors(db, guessed).items()
    }


def _divisors(db: DuckDBPyConnection, guessed: Mapping[int, int]) -> dict[int, int]:
    """Correct the guesses, which are multiples of the divisors, until they divide every weight."""
    divisors = dict(guessed)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE divisors AS "
        "SELECT proposal, weight AS divisor FROM dividing LIMIT 0"
    )
    for part, divisor in divisors.items():
        db.execute("INSERT INTO divisors VALUES ($1, $2)", [part, divisor])
    while remainders := db.execute(statement("remainders")).fetchall():
        for part, remainder in remainders:
            divisors[part] = gcd(divisors[part], int(remainder))
            db.execute(
                "UPDATE divisors SET divisor = $2 WHERE proposal = $1", [part, divisors[part]]
            )
    return divisors


def has_room(pool: int, weights: Weights) -> bool:
    """Tell whether 128-bit integers can divide `pool` over these weights exactly."""
    return pool * weights.largest < CEILING and weights.total < CEILING


def no_room(token: str, pool: int, weights: Weights, whose: str) -> AsrError:
    """Return the refusal of a division without room; `whose` weight is the largest."""
    return AsrError(
        f"token {token}: a pool of {pool} base units, a largest weight of {weights.largest} "
        f"({whose}) and a sum of weights of {weights.total} are too large to divide exactly: pool "
        "times largest weight, and the sum, must stay below 2^127; give the weights in a coarser "
        "unit, leave that one out if it is a mistake, or split the pool over several rounds"
    )


def weigh(db: DuckDBPyConnection, part: int) -> None:
    """Put the reduced weights of one part into the table `weights`."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE weights AS {statement('weights')}", {"proposal": part}
    )


def split_weights(
    db: DuckDBPyConnection, table: str, pool: int, weights: Weights, rounding: Rounding
) -> Split:
    """Divide `pool` over the table `weights`, which `weights` measures; shares go into `table`.

    Shapes: weights(wallet, weight), reduced and not empty -> `table`(wallet, share).
    Errors: InvariantError where a promise of the arithmetic is broken. `has_room` is asked before.
    """
    floors = round_down(db, pool, weights)
    remainder, wallet = None, None
    if rounding == "largest-remainder" and pool > floors:
        remainder, wallet = _last_served(db, pool - floors, weights)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS {statement('shares')}",
        {"remainder": remainder, "wallet": wallet},
    )
    return Split(
        pool=pool,
        floors=floors,
        shared=floors if rounding == "floor" else pool,
        last_remainder=remainder,
        last_wallet=wallet,
    )


def round_down(db: DuckDBPyConnection, pool: int, weights: Weights) -> int:
    """Fill the table `split`(wallet, floor, remainder) from `weights`; return the sum of floors.

    Errors: InvariantError where the table is not what division means.
    """
    shift = weights.largest.bit_length() - 1
    width = "UBIGINT" if weights.total < SMALL_TOTAL else "HUGEINT"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE split AS SELECT wallet, floor::UBIGINT AS floor, "  # noqa: S608 - no text from outside
        f"remainder::{width} AS remainder FROM ({statement('split')})",
        {
            "pool": pool,
            "total": weights.total,
            "shift": shift,
            "reciprocal": (pool << shift) // weights.total,
        },
    )
    return _checked_floors(db, pool, weights)


def _checked_floors(db: DuckDBPyConnection, pool: int, weights: Weights) -> int:
    """Hold the table `split` against what division means."""
    row = db.execute(
        "SELECT count(*), sum(floor)::VARCHAR, min(remainder)::VARCHAR, max(remainder)::VARCHAR "
        "FROM split"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    voters, (floors, smallest, largest) = row[0], map(int, row[1:])
    if voters != weights.voters or smallest < 0 or largest >= weights.total:
        raise InvariantError("a remainder lies outside 0 .. sum of weights")
    if not 0 <= pool - floors < voters:
        raise InvariantError("rounding down kept as many units as there are wallets, or more")
    return int(floors)


def _last_served(db: DuckDBPyConnection, left_over: int, weights: Weights) -> tuple[int, int]:
    """Return the remainder and the wallet that the last left-over unit goes to."""
    bits = max(0, weights.total.bit_length() - RANGE_BITS)
    row = db.execute(statement("last"), {"before": left_over - 1, "bits": bits}).fetchone()
    assert row is not None  # noqa: S101 - fewer units are left over than there are wallets
    return int(row[0]), row[1]
