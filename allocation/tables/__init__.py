"""CSV, Parquet and JSON Lines -> typed columns; alone knows the columns' names.

Every file goes through the fast path: DuckDB reads it as text, SQL counts what is bad. Where it
finds anything, a plain reader walks that file once and explains every bad cell (D12).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from allocation.tables.database import open_database, write_parquet
    from allocation.tables.inputs import Inputs, InputSource
    from allocation.tables.read import read_inputs

__all__ = ["InputSource", "Inputs", "open_database", "read_inputs", "write_parquet"]

_HOMES: Final = {
    "InputSource": "inputs",
    "Inputs": "inputs",
    "open_database": "database",
    "read_inputs": "read",
    "write_parquet": "database",
}


def __getattr__(name: str) -> object:
    """Load what is asked for: to look one wallet up takes none of the readers, nor numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
