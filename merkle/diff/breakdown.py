"""The breakdown of one side as columns of numbers: a text would take a Python object a row."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import duckdb
import numpy as np
import numpy.typing as npt

from allocation.address import LONGEST_TEXT
from allocation.errors import AsrError
from allocation.tables.database import ROW_GROUP, exact_path, literal, why_rejected
from merkle.diff.wallets import TEXT, ascends

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from merkle.diff.record import Record
    from merkle.diff.wallets import Places, Texts

Columns: TypeAlias = dict[str, npt.NDArray[Any]]

ROW_CAUSES: Final = (
    *("zero_power", "side", "excluded", "minimum_vote", "minimum_average"),
    *("minimum_payout", "maximum_payout"),
)
"""What a breakdown says of a row, or of its reward, by its number from 1; 0 is nothing."""

HIGH: Final = "_high"
"""Behind the name of a column: what a number has above 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of a breakdown, in its order: by wallet key, then by proposal.

    Shapes: wallets (w,), each once; wallet (n,), which of them each row has; part (n,); columns
            (n,): there, which is true, power, weight and cause, and power_high and weight_high
            where the file may hold more than 64 bits.
    """

    wallets: Texts
    wallet: Places
    part: npt.NDArray[np.uint32]
    columns: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The breakdown of one side.

    Errors: AsrError from every method for a file that is no breakdown of the round.
    """

    db: duckdb.DuckDBPyConnection  # of one thread: it reads rows, and joins texts, in file order
    record: Record

    def rows(self, parts: Sequence[str]) -> Rows:
        """Read what does not depend on a token.

        `parts` are the proposals of both rounds, "" with stakes; a part is a place among them.
        """
        # of one part, every row is another wallet's: if not, the wallets do not ascend
        differs = "coalesce(wallet <> lag(wallet) OVER (), TRUE)"
        is_first = "TRUE" if len(parts) == 1 else differs
        count = int(self._columns("count(*) AS count")["count"][0])
        wallets = self._wallets(is_first, count, ROW_GROUP * len(parts))
        if count > len(wallets) * len(parts):
            self.refuse_repeated()
        columns = self._columns(
            f"TRUE AS there, {is_first} AS is_first, "
            "(list_position($parts, coalesce(proposal::VARCHAR, '')) - 1)::UINTEGER AS part, "
            f"{self._number('power')}, {self._number('weight')}, {_cause('cause')} AS cause",
            parts=parts,
        )
        wallet = np.cumsum(columns.pop("is_first"))
        wallet -= 1
        return Rows(wallets=wallets, wallet=wallet, part=columns.pop("part"), columns=columns)

    def paid(self, symbol: str) -> Columns:
        """Read what each row is paid of a token, and why not: reward and token_cause, (n,)."""
        cause = _cause(f'"{symbol}_cause"')
        return self._columns(f'"{symbol}_reward"::UBIGINT AS reward, {cause} AS token_cause')

    def refuse(self, problem: str) -> NoReturn:
        """Raise an AsrError about the file."""
        raise AsrError(f"{self.record.breakdown}: no breakdown of this round: {problem}")

    def refuse_repeated(self) -> NoReturn:
        """Refuse rows that stand twice: matched with others they would multiply."""
        self.refuse("a wallet has two rows for one proposal")

    def _wallets(self, is_first: str, count: int, size: int) -> Texts:
        """Read the wallets, each once, from so many rows at a time."""
        starts = range(0, count, size)
        pieces = [self._wallets_of(is_first, start, start + size - 1) for start in starts]
        wallets = np.concatenate([np.zeros(0, TEXT), *pieces])
        if not ascends(wallets):
            self.refuse("its rows are not sorted by wallet key, or one stands twice")
        return wallets

    def _wallets_of(self, is_first: str, start: int, last: int) -> Texts:
        """Read the wallets that begin in some rows; for the first, the row before it is looked at.

        They come as one text: while a Python object is made of each, all other threads wait.
        """
        filled = f"wallet || repeat(chr(0), {LONGEST_TEXT} - strlen(wallet))"
        found = self._columns(
            f"coalesce(string_agg({filled}, ''), '') AS texts, count(*) AS count",
            f"(SELECT wallet::VARCHAR AS wallet, file_row_number, {is_first} AS is_first "  # noqa: S608 - no input
            f"FROM {self._file} WHERE file_row_number BETWEEN {start - 1} AND {last}) "
            f"WHERE is_first AND file_row_number >= {start}",
        )
        texts = found["texts"][0].encode("ascii", "replace")
        if len(texts) != found["count"][0] * LONGEST_TEXT:
            self.refuse("a wallet is no address")
        return np.frombuffer(texts, TEXT)

    def _number(self, name: str) -> str:
        """Return how to read a number: in two halves where the file may hold more than 64 bits."""
        if self._columns(f"typeof(any_value({name})) AS type")["type"] == ["UBIGINT"]:
            return name
        return (
            f"({name}::HUGEINT & {2**64 - 1})::UBIGINT AS {name}, "
            f"({name}::HUGEINT >> 64)::UBIGINT AS {name}{HIGH}"
        )

    def _columns(self, selected: str, rows: str | None = None, **parameters: object) -> Columns:
        """Read columns of the file, or of rows made of it; no cell of them may be empty."""
        query = f"SELECT {selected} FROM {rows or self._file}"  # noqa: S608 - checked symbols
        with self._reading():
            columns = self.db.execute(query, parameters).fetchnumpy()
        for name, column in columns.items():
            if isinstance(column, np.ma.MaskedArray):
                self.refuse(f"a row has no {name}, or one that does not belong there")
        return columns

    @property
    def _file(self) -> str:
        path = literal(exact_path(self.record.breakdown))
        return f"read_parquet({path}, hive_partitioning = false, file_row_number = true)"

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in one line what DuckDB has against a file that somebody else may have written."""
        try:
            yield
        except duckdb.Error as error:
            self.refuse(why_rejected(error))


def _cause(column: str) -> str:
    """Return how to read a cause as its number; what is none becomes nothing at all."""
    names = ", ".join(map(literal, ROW_CAUSES))
    return (
        f"CASE WHEN {column} IS NULL THEN 0 "
        f"ELSE list_position([{names}], {column}::VARCHAR) END::UTINYINT"
    )
