"""The same split three times: in Python, in SQL, and by the plain judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from allocation.apportion import Weights, apportion, measure_parts, split_weights, weigh
from allocation.units import U64_MAX
from tests import reference
from tests.allocation_rounds import database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from allocation.round import Rounding

    Splitter = Callable[[int, Sequence[int]], list[int]]

VECTORS: Final = Path(__file__).parents[2] / "shared" / "data" / "vectors" / "allocation.json"
needs_vectors: Final = pytest.mark.skipif(
    not VECTORS.exists(), reason="../shared/data/vectors/allocation.json is absent"
)


def vectors() -> dict[str, Any]:
    return dict(json.loads(VECTORS.read_bytes()))


def by_sql(
    pool: int, weights: Sequence[int], rounding: Rounding = "largest-remainder"
) -> list[int]:
    """Split as one proposal of a round; a weight of 0 never takes part."""
    db = database()
    measured = fill_weights(db, weights)
    if measured is None:
        return [0] * len(weights)
    split_weights(db, "shares", pool, measured, rounding)
    shares = dict(db.execute("SELECT wallet, share FROM shares").fetchall())
    return [shares.get(wallet, 0) for wallet in range(len(weights))]


def fill_weights(db: duckdb.DuckDBPyConnection, weights: Sequence[int]) -> Weights | None:
    """Put weights into the table of that name, as a round would."""
    wide = "HUGEINT" if max(weights, default=0) > U64_MAX else "UBIGINT"
    db.execute(
        "CREATE OR REPLACE TABLE of_rows(wallet UINTEGER, proposal UINTEGER, "
        f"weight {wide}, power {wide}, cause VARCHAR)"
    )
    db.execute(
        "INSERT INTO of_rows SELECT wallet, 0, weight, weight, NULL FROM ("  # noqa: S608 - a type
        "SELECT unnest(range(len($weights)))::UINTEGER AS wallet, "
        f"unnest($weights)::{wide} AS weight) WHERE weight > 0",
        {"weights": [str(weight) for weight in weights]},
    )
    db.execute("CREATE OR REPLACE TEMP VIEW dividing AS SELECT * FROM of_rows")
    measured = measure_parts(db).get(0)
    if measured:
        weigh(db, 0)
    return measured


def by_reference(pool: int, weights: Sequence[int]) -> list[int]:
    return list(reference.apportion(pool, dict(enumerate(weights))).values())


SPLITTERS: Final = {"python": apportion, "sql": by_sql, "reference": by_reference}
each_splitter: Final = pytest.mark.parametrize("split", SPLITTERS.values(), ids=SPLITTERS.keys())
