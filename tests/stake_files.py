"""A folder with the stakes of a short period, to be read as `build` reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from allocation.round import DAY, Period
from tests.input_files import InputFolder

if TYPE_CHECKING:
    from allocation.round import Mode, Round
    from allocation.tables import Inputs

START: Final = 1_751_328_000
DAYS: Final = ("2025-07-01", "2025-07-02", "2025-07-03")
STAKES: Final = "date,wallet,staked\n"
EVENTS: Final = "timestamp,wallet,delta\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStakes:
    """What reading left behind, by wallet in the order of ids."""

    inputs: Inputs
    staked: list[tuple[str, int]]
    multipliers: list[tuple[str, int, int]]


@dataclass(slots=True)
class StakeFolder(InputFolder):
    """Writes stakes, then reads them as those of a time-weighted round of three days."""

    days: int = 3
    mode: Mode = "daily"
    count_cooling: bool = True

    def round(self, **files: Any) -> Round:
        plain = InputFolder.round(self, votes=None, **files)
        end = START + self.days * DAY
        return replace(
            plain,
            method="time-weighted",
            proposals=(),
            period=Period(start=START, end=end, mode=self.mode),
            rules=replace(plain.rules, count_cooling=self.count_cooling),
        )

    def stakes(self, threads: int | None = 1, **files: Any) -> ReadStakes:
        with self.open(threads, **files) as (db, inputs):
            staked = db.execute(
                "SELECT wallets.wallet, total::VARCHAR FROM staked "
                "JOIN wallets ON wallets.id = staked.wallet ORDER BY staked.rowid"
            ).fetchall()
            multipliers = db.execute(
                "SELECT wallets.wallet, numerator, denominator FROM multipliers "
                "JOIN wallets ON wallets.id = multipliers.wallet ORDER BY multipliers.rowid"
            ).fetchall()
        return ReadStakes(
            inputs=inputs,
            staked=[(wallet, int(total)) for wallet, total in staked],
            multipliers=multipliers,
        )
