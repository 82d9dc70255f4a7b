"""A folder with the input files of a round, to be read as `build` reads them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest

from allocation.address import format_address
from allocation.errors import InputErrors
from allocation.tables import Inputs, open_database, read_inputs
from tests.allocation_rounds import a_round, a_token, key, some_proposals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from allocation.round import Round, Token

A, B, C, D = (format_address(key(number)) for number in (1, 2, 3, 4))
HEADER: Final = "proposal,wallet,voting_power\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What reading left behind."""

    inputs: Inputs
    votes: list[tuple[str, str, int, str | None]]  # proposal, wallet, power, side
    excluded: list[tuple[str, str]]
    listed: list[tuple[int, str, int, int, int]]  # position, wallet, token, unlocked, locked


@dataclass(slots=True)
class InputFolder:
    """Writes inputs, then reads them as those of a round."""

    path: Path
    tokens: Sequence[Token] = field(default_factory=lambda: (a_token("JUP", 1),))
    proposals: Sequence[str] = ("P0", "P1")

    def write(self, name: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.path / name).write_bytes(data)

    def lines(self, name: str, rows: Sequence[object]) -> None:
        self.write(name, "".join(f"{json.dumps(row)}\n" for row in rows))

    def parquet(self, name: str, query: str, options: str = "") -> None:
        with duckdb.connect() as db:
            db.execute(f"COPY ({query}) TO '{self.path / name}' (FORMAT parquet{options})")

    def round(self, **files: Any) -> Round:
        """A round of votes, or a list where `allocations` is named."""
        ids = () if "allocations" in files else some_proposals([1] * len(self.proposals))
        named = [replace(known, id=name) for known, name in zip(ids, self.proposals, strict=False)]
        plain = a_round(self.tokens, named)
        usual = {"votes": None, "unit": "ui"} if "allocations" in files else {}
        return replace(
            plain,
            path=self.path / "round.toml",
            inputs=replace(plain.inputs, **{"votes": "votes.csv", **usual, **files}),
        )

    @contextmanager
    def open(
        self, threads: int | None = 1, **files: Any
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, Inputs]]:
        with open_database(self.path / "scratch", threads, None) as db:
            yield db, read_inputs(db, self.round(**files))

    def read(self, threads: int | None = 1, **files: Any) -> Read:
        with self.open(threads, **files) as (db, inputs):
            votes = db.execute(
                "SELECT proposals.proposal, wallets.wallet, power, side FROM votes "
                "JOIN wallets ON wallets.id = votes.wallet "
                "JOIN proposals ON proposals.id = votes.proposal ORDER BY votes.rowid"
            ).fetchall()
            excluded = db.execute(
                "SELECT wallets.wallet, reason FROM excluded "
                "JOIN wallets ON wallets.id = excluded.wallet ORDER BY excluded.rowid"
            ).fetchall()
            listed = db.execute(
                "SELECT position, wallets.wallet, token, unlocked, locked FROM list_rows "
                "JOIN wallets ON wallets.id = list_rows.wallet ORDER BY list_rows.rowid"
            ).fetchall()
        return Read(inputs=inputs, votes=votes, excluded=excluded, listed=listed)

    def errors(self, **files: Any) -> list[str]:
        """The messages of everything that is wrong."""
        with pytest.raises(InputErrors) as caught:
            self.read(**files)
        return [str(finding) for finding in caught.value.findings]


def csv_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """CSV with every cell in quotes."""
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    return "".join(f"{','.join(row)}\n" for row in [columns, *quoted])


def objects_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Mapping[str, str]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
