"""The wallets of all inputs: decoded once each, sorted by key, numbered in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocation.address import LONGEST_TEXT, key_order, parse_addresses
from allocation.errors import InvariantError
from allocation.tables.database import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from allocation.address import Keys
    from allocation.tables.inputs import Texts
    from allocation.tables.stage import Staged


def number_wallets(
    db: DuckDBPyConnection, files: Sequence[Staged]
) -> tuple[Keys, Texts, dict[str, str]]:
    """Make the table `wallets(id, wallet)` of all that have a row which counts.

    The third result says of each input that has some how many rows hold a wallet that is none.

    Shapes: keys (m, 32) and texts (m,), in the order of the keys.
    """
    every = (
        " UNION ALL ".join(
            f"SELECT wallet, {file.counting} AS counts FROM typed_{file.layout.kind}"  # noqa: S608
            for file in files
        )
        or "SELECT NULL AS wallet, FALSE AS counts WHERE FALSE"
    )
    found = db.execute(
        f"SELECT wallet, bool_or(counts) AS counts FROM ({every}) GROUP BY wallet"  # noqa: S608
    ).fetchnumpy()
    texts, counting = np.asarray(found["wallet"], object), np.asarray(found["counts"], np.bool_)
    keys, bad = parse_addresses(texts.tolist())
    troubled = _rows_with(db, texts[bad], files)
    counting[bad] = False
    keys, texts = keys[counting], texts[counting]
    order = key_order(keys)
    keys, texts = keys[order], texts[order]
    require_distinct(keys)
    number_texts(db, "wallets", "wallet", texts)
    return keys, texts.astype(f"S{LONGEST_TEXT}"), troubled


def _rows_with(
    db: DuckDBPyConnection, bad: npt.NDArray[np.object_], files: Sequence[Staged]
) -> dict[str, str]:
    """Count the rows of each input that hold one of these texts as a wallet."""
    number_texts(db, "bad_wallets", "wallet", bad)
    rows = {
        file.layout.kind: count(
            db,
            f"SELECT count(*) FROM typed_{file.layout.kind} "  # noqa: S608 - our own names
            "WHERE wallet IN (SELECT wallet FROM bad_wallets)",
        )
        for file in files
        if len(bad)
    }
    return {kind: f"{number} rows hold no wallet" for kind, number in rows.items() if number}


def require_distinct(keys: Keys) -> None:
    """Hold base58 to its promise that a key has one text only.

    Errors: InvariantError where two sorted keys are equal.
    """
    if (keys[1:] == keys[:-1]).all(axis=1).any():
        raise InvariantError("two texts of one wallet")


def number_texts(
    db: DuckDBPyConnection, table: str, column: str, texts: npt.NDArray[np.object_]
) -> None:
    """Make a table of texts whose `id` is their place, from 0."""
    db.execute(f"CREATE TEMP TABLE {table}(id UINTEGER, {column} VARCHAR)")
    if len(texts):
        db.register("numbered", {"id": np.arange(len(texts), dtype=np.uint32), "text": texts})
        db.execute(f"INSERT INTO {table} SELECT id, text FROM numbered ORDER BY id")  # noqa: S608
        db.unregister("numbered")
