"""CSV, Parquet and JSON Lines -> typed columns; alone knows the columns' names.

Every file goes through the fast path: DuckDB reads it as text, SQL counts what is bad. Where it
finds anything, a plain reader walks that file once and explains every bad cell (D12).
"""

from allocation.tables.database import open_database, write_parquet
from allocation.tables.inputs import Inputs, InputSource
from allocation.tables.read import read_inputs

__all__ = ["InputSource", "Inputs", "open_database", "read_inputs", "write_parquet"]
