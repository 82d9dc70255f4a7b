"""Small rounds on disk that differ in one thing, and their exact shares for the judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from merkle.diff import bundle_side, compare
from tests.allocation_rounds import key
from tests.building import build
from tests.reference import apportion, rounded_down, whole
from tests.round_files import JUP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from merkle.diff import Diff

Votes = dict[tuple[int, int], int]
"""Power by number of wallet and of proposal."""

START: Final = 1_751_328_000


@dataclass(frozen=True, kw_only=True)
class SmallRound:
    """A round by votes of a few wallets; wallets and proposals are numbers."""

    votes: Votes
    weights: tuple[Fraction, ...] = (Fraction(1), Fraction(1), Fraction(1, 3))
    pool: int = 1_000_003
    excluded: frozenset[int] = frozenset()
    multipliers: Mapping[int, Fraction] = field(default_factory=dict)
    minimum_vote: int | None = None
    minimum_payout: int | None = None
    sides: Mapping[tuple[int, int], str] = field(default_factory=dict)
    exclude_sides: tuple[str, ...] = ()
    rounding: str = "largest-remainder"
    denominator: str = "counted"
    on_empty: str = "leave"
    leaves: int = 3
    backwards: bool = False

    def write(self, folder: Path) -> Path:
        """Write round file and inputs; return the path of the round file."""
        rows = [
            f"P{proposal},{wallet_text(wallet)},{power},{self.sides.get((wallet, proposal), 'for')}"
            for (wallet, proposal), power in sorted(self.votes.items(), reverse=self.backwards)
        ]
        put(folder, "votes.csv", ["proposal,wallet,voting_power,side", *rows])
        put(
            folder,
            "exclude.csv",
            ["wallet,reason", *(f"{wallet_text(w)},team" for w in self.excluded)],
        )
        multiplied = [f"{wallet_text(w)},{part}" for w, part in self.multipliers.items()]
        put(folder, "multipliers.csv", ["wallet,multiplier", *multiplied])
        return put(folder, "round.toml", [self._text()])

    def _text(self) -> str:
        proposals = "".join(
            f'[[proposals]]\nid = "P{number}"\ntitle = "P{number}"\nweight = "{weight}"\n'
            for number, weight in enumerate(self.weights)
        )
        payout = f'minimum_payout = "{tokens_text(self.minimum_payout)}"\n'
        minimum = f'minimum_vote = "{tokens_text(self.minimum_vote)}"\n'
        sides = ", ".join(f'"{side}"' for side in self.exclude_sides)
        return (
            '[round]\nname = "small"\nmethod = "per-proposal"\n'
            f'[[tokens]]\nsymbol = "JUP"\nmint = "{JUP}"\ndecimals = 6\n'
            f'pool = "{tokens_text(self.pool)}"\n{payout if self.minimum_payout else ""}{proposals}'
            '[inputs]\nvotes = "votes.csv"\nexclude = "exclude.csv"\nunit = "base"\n'
            'multipliers = "multipliers.csv"\ndecimals = 6\n'
            f"[rules]\n{minimum if self.minimum_vote else ''}exclude_sides = [{sides}]\n"
            f'rounding = "{self.rounding}"\ndenominator = "{self.denominator}"\n'
            f'on_empty = "{self.on_empty}"\n'
            f'[distributor]\nprogram = "none"\nmax_leaves_per_tree = {self.leaves}\n'
        )

    def floors(self) -> dict[str, dict[int, int]]:
        """Return every wallet's shares rounded down, by proposal, of a round without limits."""
        voted = {proposal for _, proposal in self.votes}
        weights = {
            number: weight
            for number, weight in enumerate(self.weights)
            if self.on_empty == "leave" or number in voted
        }
        pools = apportion(self.pool, whole(weights))
        floors: dict[str, dict[int, int]] = {}
        for proposal, pool in pools.items():
            powers = {
                wallet: power * self.multipliers.get(wallet, Fraction(1))
                for (wallet, place), power in self.votes.items()
                if place == proposal and power and wallet not in self.excluded
            }
            for wallet, share in rounded_down(pool, whole(powers))[0].items():
                floors.setdefault(wallet_text(wallet), {})[proposal] = share
        return floors


@dataclass(frozen=True, kw_only=True)
class SmallStakes:
    """A round of two days by stake of a few wallets."""

    stakes: Mapping[tuple[int, int], int]  # by wallet and day
    pool: int = 1_000_003
    minimum_average: int | None = None
    maximum_payout: int | None = None
    minimum_payout: int | None = None
    days: int = 2

    def write(self, folder: Path) -> Path:
        """Write round file and inputs; return the path of the round file."""
        rows = [
            f"2025-07-0{day + 1},{wallet_text(wallet)},{staked}"
            for (wallet, day), staked in sorted(self.stakes.items())
        ]
        put(folder, "stakes.csv", ["date,wallet,staked", *rows])
        limits = {"maximum_payout": self.maximum_payout, "minimum_payout": self.minimum_payout}
        written = "".join(
            f'{name} = "{tokens_text(units)}"\n' for name, units in limits.items() if units
        )
        average = f'minimum_average = "{tokens_text(self.minimum_average)}"\n'
        text = (
            f'[round]\nname = "small"\nmethod = "time-weighted"\nstart = 2025-07-01\n'
            f"end = 2025-07-0{self.days + 1}\n"
            f'[[tokens]]\nsymbol = "JUP"\nmint = "{JUP}"\ndecimals = 6\n'
            f'pool = "{tokens_text(self.pool)}"\n{written}'
            '[inputs]\nstakes = "stakes.csv"\ndecimals = 6\nignore_outside = true\n'
            f"[rules]\n{average if self.minimum_average else ''}"
            '[distributor]\nprogram = "none"\n'
        )
        return put(folder, "round.toml", [text])


def wallet_text(number: int) -> str:
    return format_address(key(number))


def tokens_text(units: int | None) -> str:
    return f"{(units or 0) // 10**6}.{(units or 0) % 10**6:06d}"


def put(folder: Path, name: str, lines: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return folder / name


def difference(old: SmallRound | SmallStakes, new: SmallRound | SmallStakes) -> tuple[Diff, Diff]:
    """Build both rounds and compare them in both directions."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, one in (("old", old), ("new", new)):
            build(one.write(folder / name), folder / name / "bundle")
        before, after = (bundle_side(folder / name / "bundle") for name in ("old", "new"))
        return compare(before, after, folder), compare(after, before, folder)


def causes_in(diff: Diff) -> dict[str, list[str]]:
    """Return the names of each wallet's causes, the most telling first."""
    return {
        format_address(change.claimant): [cause.name for cause in change.causes]
        for token in diff.tokens
        for change in token.changes.each()
    }
