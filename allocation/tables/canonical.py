"""One hash of what was read: the same for any order of rows, format, unit or number of threads.

It is the sha256 of these lines, UTF-8, each ended by LF; texts that are not base58 stand in double
quotes, with those inside them doubled:

    asr inputs 1
    wallets <how many>             then every wallet that has a row which counts, by raw key
    proposals <how many>           then the id of every proposal of the round, quoted, in id order
    votes <how many>               then wallet,proposal,power,side by wallet and proposal
    allocations <mint> <how many>  then wallet,amount,locked_amount by wallet, or in input order
    stakes <how many>              then wallet,total by wallet
    stake_events <how many>        then wallet,timestamp,delta,id by these; only before the end
    opening <how many>             then wallet,staked by wallet
    exclude <how many>             then wallet,reason by wallet
    multipliers <how many>         then wallet,numerator,denominator by wallet

A wallet or proposal in a row is its place, from 0, in the two lists before; amounts are base units.
An input that the round does not name has no section; the list has one per token, in the order of
the round. Without a column for sides or ids a row ends in the comma.

Of daily balances only what they add up to is hashed: whatever comes later knows no more of them,
and the rows of one quarter are gigabytes of text. Period, mode and cooling are rules of the round.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.tables.database import count, literal, scratch_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

    from allocation.round import Round

_COPY_BYTES = 1 << 20


class _Lines:
    """The canonical lines so far."""

    def __init__(self, db: DuckDBPyConnection) -> None:
        self._db = db
        self._path = Path(scratch_of(db)) / "canonical.csv"
        self.digest = sha256(b"asr inputs 1\n")

    def section(
        self, title: str, columns: str, rows: str, order: str, quoted: str | None = None
    ) -> None:
        """Add the rows of a table, in an order that leaves no choice."""
        number = count(self._db, f"SELECT count(*) FROM {rows}")  # noqa: S608 - our own names
        self.digest.update(f"{title} {number}\n".encode())
        quotes = f", FORCE_QUOTE ({quoted})" if quoted else ""
        self._db.execute(
            f"COPY (SELECT {columns} FROM {rows} ORDER BY {order}) "  # noqa: S608 - our own names
            f"TO {literal(str(self._path))} (FORMAT csv, HEADER false{quotes})"
        )
        with self._path.open("rb") as file:
            while chunk := file.read(_COPY_BYTES):
                self.digest.update(chunk)
        self._path.unlink()


def inputs_sha256(db: DuckDBPyConnection, round_: Round, kinds: Collection[str]) -> str:
    """Hash the rows in the tables; `kinds` are the inputs that were read."""
    lines = _Lines(db)
    lines.section("wallets", "wallet", "wallets", "id")
    lines.section("proposals", "proposal", "proposals", "id", "proposal")
    if "votes" in kinds:
        columns = "wallet, proposal, power, side"
        lines.section("votes", columns, "votes", "wallet, proposal", "side")
    if "allocations" in kinds:
        for number, token in enumerate(round_.tokens):
            order = "position" if token.distributor.order == "input" else "wallet"
            title = f"allocations {format_address(token.mint)}"
            rows = f"list_rows WHERE token = {number}"
            lines.section(title, "wallet, unlocked, locked", rows, order)
    if "stakes" in kinds:
        lines.section("stakes", "wallet, total", "staked", "wallet")
    if "stake_events" in kinds:
        columns = "wallet, moment, delta, id"
        lines.section("stake_events", columns, "stake_events", columns, "id")
    if "opening" in kinds:
        lines.section("opening", "wallet, staked", "opening", "wallet")
    if "exclude" in kinds:
        lines.section("exclude", "wallet, reason", "excluded", "wallet", "reason")
    if "multipliers" in kinds:
        columns = "wallet, numerator, denominator"
        lines.section("multipliers", columns, "multipliers", "wallet")
    return lines.digest.hexdigest()
