"""Rounds by stake without any file, and what comes out of them in the words of the plain judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from allocation.allocate import allocate
from allocation.round import DAY, Period, Round
from allocation.units import BaseUnits
from tests.allocation_rounds import a_round, a_token, fill_wallets, inputs_of, replace_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from fractions import Fraction

    import duckdb

    from allocation.allocate import Allocations
    from allocation.round import Mode, Token
    from tests.reference_payout import Terms

START: Final = 1_751_328_000


def a_stakes_round(
    tokens: Sequence[Token], length: int = 1, mode: Mode = "daily", **rules: Any
) -> Round:
    """A time-weighted round over so many days, or seconds in mode "continuous"."""
    seconds = length * DAY if mode == "daily" else length
    return replace(
        a_round(tokens, **rules),
        method="time-weighted",
        period=Period(start=START, end=START + seconds, mode=mode),
    )


def by_terms(pools: Sequence[int], terms: Sequence[Terms], length: int = 1) -> Round:
    """The round that says what the plain judge is given; its terms differ in limits only."""
    tokens = [
        a_token(
            f"T{number}",
            pool,
            minimum_payout=BaseUnits(terms[number].minimum_payout) or None,
            maximum_payout=terms[number].maximum_payout,
        )
        for number, pool in enumerate(pools)
    ]
    return a_stakes_round(
        tokens,
        length,
        minimum_average=terms[0].minimum_average or None,
        rounding="floor" if terms[0].floor else "largest-remainder",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What one token pays, by wallet: rewards that are not 0, and why others get none."""

    rewards: dict[bytes, int]
    causes: dict[bytes, str]  # as the column <SYMBOL>_cause has them
    row_causes: dict[bytes, str]
    unallocated: dict[str, int]


def fill_stakes(
    summed: Mapping[bytes, int],
    excluded: Collection[bytes] = (),
    multipliers: Mapping[bytes, Fraction] | None = None,
) -> tuple[duckdb.DuckDBPyConnection, list[bytes]]:
    """Put summed stakes into the table that reading them leaves, in the order given."""
    db, number = fill_wallets(set(summed), excluded, multipliers or {})
    replace_rows(
        db,
        "staked(wallet UINTEGER, total HUGEINT)",
        ((number[wallet], total) for wallet, total in summed.items()),
    )
    return db, list(number)


def divided(summed: Mapping[bytes, int], the_round: Round, terms: Terms) -> Allocations:
    db, wallets = fill_stakes(summed, terms.excluded, terms.multipliers)
    return allocate(db, the_round, inputs_of(wallets, the_round))


def paid(allocations: Allocations) -> list[Paid]:
    """Read the breakdown of stakes, token by token, and hold it against the allocations."""
    rows = allocations.db.execute(f"FROM ({allocations.breakdown})").fetchall()
    keys = dict(zip(allocations.texts.astype(str).tolist(), allocations.keys, strict=True))
    by_key = {keys[row[0]].tobytes(): row for row in rows}
    assert sorted(by_key) == list(by_key)
    found = []
    for number, token in enumerate(allocations.tokens):
        reward, cause = 5 + 2 * number, 6 + 2 * number
        rewards = {key: row[reward] for key, row in by_key.items() if row[reward]}
        amounts = zip(token.wallets, map(int, token.unlocked), strict=True)
        assert rewards == {allocations.keys[wallet].tobytes(): amount for wallet, amount in amounts}
        found.append(
            Paid(
                rewards=rewards,
                causes={key: row[cause] for key, row in by_key.items() if row[cause]},
                row_causes={key: row[4] for key, row in by_key.items() if row[4]},
                unallocated=token.unallocated,
            )
        )
    return found
