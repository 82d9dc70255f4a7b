"""Warnings: what is allowed, but perhaps not meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.address import parse_address
from allocation.units import format_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from allocation.address import Address
    from allocation.allocations import TokenAllocations
    from allocation.division import Divided
    from allocation.listed import ListTotals
    from allocation.round import Proposal, Round, Rules, Token

_TOKENS_MINTED: Final = {
    # whole tokens and decimals at launch, as their issuers published them; burns only lower them
    "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN": (10_000_000_000, 6),
    "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk": (1_000_000_000_000, 5),
    "ZEUS1aR7aX8DFFJf5QjWj2ftDDdNTroMNGo8YoQm3Gq": (1_000_000_000, 6),
    "SHARKSYJjqaNyxVfrpnBN9pjgkhwDhatnMyicWPnr1s": (100_000_000, 6),
    "CLoUDKc4Ane7HeQcPpE3YHnznRxhMimJ4MyaUqyHFzAu": (1_000_000_000, 9),
    "DBRiDgJAMsM95moTzJs7M9LnkGErpbv9v6CUR1DXnUu5": (10_000_000_000, 6),
}

KNOWN_SUPPLIES: Final[dict[Address, int]] = {
    parse_address(mint): tokens * 10**decimals
    for mint, (tokens, decimals) in _TOKENS_MINTED.items()
}
"""Base units ever minted, by mint."""


def cautions_of_votes(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    divided: Divided,
    tokens: Sequence[TokenAllocations],
) -> list[str]:
    """Return what an operator should look at before paying voters."""
    return [
        *_pools_above_supply(the_round.tokens),
        *_totals_that_differ(db, proposals),
        *_empty_proposals(proposals, divided, the_round.rules),
        *_emptied_by_minimum(proposals, divided, tokens, the_round.rules),
        *_sides_nobody_chose(db, the_round.rules),
        *_paying_nobody(tokens),
    ]


def cautions_of_stakes(the_round: Round, tokens: Sequence[TokenAllocations]) -> list[str]:
    """Return what an operator should look at before paying those who staked."""
    return [
        *_pools_above_supply(the_round.tokens),
        *_left_by_maximum(tokens),
        *_paying_nobody(tokens),
    ]


def cautions_of_list(
    the_round: Round, totals: Sequence[ListTotals], tokens: Sequence[TokenAllocations]
) -> list[str]:
    """Return what an operator should look at before paying a list."""
    zeros = [
        f"token {token.symbol}: {measured.zeros} amounts of 0 in the list are kept as given"
        for token, measured in zip(the_round.tokens, totals, strict=True)
        if measured.zeros and the_round.inputs.zero_amounts == "keep"
    ]
    return [*_pools_above_supply(the_round.tokens), *zeros, *_paying_nobody(tokens)]


def _pools_above_supply(tokens: Sequence[Token]) -> Iterator[str]:
    """Find pools with wrong decimals, or beside the wrong mint."""
    for token in tokens:
        supply = KNOWN_SUPPLIES.get(token.mint)
        if supply is not None and token.pool is not None and token.pool > supply:
            yield (
                f"token {token.symbol}: the pool of {format_tokens(token.pool, token.decimals)} is "
                f"{token.pool} base units, but only {supply} were ever minted; check pool, mint "
                "and decimals"
            )


def _totals_that_differ(db: DuckDBPyConnection, proposals: Sequence[Proposal]) -> Iterator[str]:
    powers = db.execute("SELECT proposal, sum(power)::VARCHAR FROM votes GROUP BY proposal")
    voted = {number: int(power) for number, power in powers.fetchall()}
    for number, proposal in enumerate(proposals):
        power = voted.get(number, 0)
        if proposal.total is not None and power != proposal.total:
            yield (
                f"proposal {proposal.id}: the votes add up to {power}, the published total is "
                f"{proposal.total} ({power - proposal.total:+d}); votes may be missing"
            )


def _empty_proposals(
    proposals: Sequence[Proposal], divided: Divided, rules: Rules
) -> Iterator[str]:
    for proposal, weights in zip(proposals, divided.weights, strict=True):
        if weights is None:
            fate = _fate_of_empty(rules)
            yield f"proposal {proposal.id}: no vote counts, so its part of each pool {fate}"


def _fate_of_empty(rules: Rules) -> str:
    return "goes to the others" if rules.on_empty == "redistribute" else "is left unallocated"


def _emptied_by_minimum(
    proposals: Sequence[Proposal],
    divided: Divided,
    tokens: Sequence[TokenAllocations],
    rules: Rules,
) -> Iterator[str]:
    for allocations, division in zip(tokens, divided.divisions, strict=True):
        for number, proposal in enumerate(proposals):
            if divided.weights[number] and not division.weights[number]:
                yield (
                    f"token {allocations.token.symbol}: all voters of proposal {proposal.id} are "
                    f"below the minimum payout, so its part of the pool {_fate_of_empty(rules)}"
                )


def _left_by_maximum(tokens: Sequence[TokenAllocations]) -> Iterator[str]:
    for allocations in tokens:
        left = allocations.unallocated.get("maximum_payout")
        if left:
            yield (
                f"token {allocations.token.symbol}: everybody gets the maximum payout, and {left} "
                "base units of the pool are left unallocated"
            )


def _sides_nobody_chose(db: DuckDBPyConnection, rules: Rules) -> Iterator[str]:
    unused = db.execute(
        "SELECT side FROM unnest($sides::VARCHAR[]) AS excluded(side) "
        "WHERE side NOT IN (SELECT side FROM votes WHERE side IS NOT NULL) ORDER BY side",
        {"sides": list(rules.exclude_sides)},
    )
    for (side,) in unused.fetchall():
        yield f"exclude_sides: no vote has the side {side!r}; sides are compared letter by letter"


def _paying_nobody(tokens: Sequence[TokenAllocations]) -> Iterator[str]:
    for allocations in tokens:
        if not len(allocations.wallets):
            yield f"token {allocations.token.symbol}: nobody is paid"
