"""What two rounds pay the same wallets, side by side: for one round by votes and by stakes, say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from allocation.address import Address, key_order
from allocation.allocate import allocations_of
from allocation.errors import AsrError
from allocation.scenarios import narrowed
from allocation.side_by_side import (
    SideBySide,
    TokenOutcomes,
    column_of,
    outcome_of,
    with_weight,
)
from allocation.spread import overlap_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from allocation.address import Keys
    from allocation.allocations import TokenAllocations
    from allocation.progress import Progress
    from allocation.round import Round, Token

    Places: TypeAlias = npt.NDArray[np.uint32]

NAMES: Final = ("first", "second")


def compare_rounds(
    first: Round,
    second: Round,
    scratch: Path,
    symbol: str | None = None,
    threads: int | None = None,
    memory: str | None = None,
    progress: Progress | None = None,
) -> SideBySide:
    """Set what two rounds pay side by side, over all wallets of both; tokens go by their mint.

    Shapes: only the token that is called `symbol` in the first round comes out, or all of both.
    Errors: as those of `run_scenarios`; AsrError where the rounds share no token.
    """
    first, second, warnings = _common(narrowed(first, symbol), second, symbol)
    paid = [
        _pay(the_round, scratch / name, threads, memory, progress)
        for the_round, name in zip((first, second), NAMES, strict=True)
    ]
    for name, payout in zip(NAMES, paid, strict=True):
        warnings += [f"{name} round: {warning}" for warning in payout.warnings]
    places, wallets = _places(paid[0].keys, paid[1].keys)
    return SideBySide(
        tokens=tuple(
            _compared(token, paid, places, wallets)
            for token in first.tokens
            if symbol in (None, token.symbol) and token.mint in paid[1].tokens
        ),
        warnings=tuple(warnings),
    )


def _compared(
    token: Token, paid: Sequence[_Payout], places: Sequence[Places], wallets: int
) -> TokenOutcomes:
    """Set one token side by side; `places` of the wallets of each payout, of `wallets` in all."""
    found = [payout.tokens[token.mint] for payout in paid]
    before, after = (
        column_of(replace(one, wallets=place[one.wallets]), wallets)
        for one, place in zip(found, places, strict=True)
    )
    return TokenOutcomes(
        token=token,
        outcomes=tuple(
            outcome_of(name, one, column, before, payout.wallets)
            for name, one, column, payout in zip(NAMES, found, (before, after), paid, strict=True)
        ),
        overlap=overlap_of(before, after),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payout:
    """What one round pays, after its database is gone."""

    keys: Keys
    wallets: int | None
    tokens: dict[Address, TokenAllocations]  # by mint
    warnings: tuple[str, ...]


def _pay(
    the_round: Round,
    scratch: Path,
    threads: int | None,
    memory: str | None,
    progress: Progress | None,
) -> _Payout:
    with allocations_of(the_round, scratch, threads, memory, progress) as paid:
        return _Payout(
            keys=paid.keys,
            wallets=with_weight(paid.db, paid),
            tokens={allocations.token.mint: allocations for allocations in paid.tokens},
            warnings=paid.warnings,
        )


def _common(first: Round, second: Round, symbol: str | None) -> tuple[Round, Round, list[str]]:
    """Leave the tokens that both rounds have; the last result is what to warn of.

    Errors: AsrError where there is none, or where the rounds do not agree what one is.
    """
    others = {token.mint: token for token in second.tokens}
    common, warnings = set[Address](), list[str]()
    for token in first.tokens:
        other = others.get(token.mint)
        if symbol not in (None, token.symbol):
            continue
        if other is None:
            warnings.append(f"token {token.symbol}: only in the first round, so left out")
            continue
        if other.decimals != token.decimals:
            raise AsrError(
                f"token {token.symbol}: {token.decimals} decimals in the first round, "
                f"{other.decimals} in the second; mend one of the round files"
            )
        if other.pool != token.pool:
            warnings.append(f"token {token.symbol}: the pools differ, and so all amounts")
        common.add(token.mint)
    if not common:
        raise AsrError("the rounds have no token in common; tokens are compared by their mint")
    return _only(first, common), _only(second, common), warnings


def _only(the_round: Round, mints: Collection[Address]) -> Round:
    """Leave some tokens, so that no others are divided; a list is read whole."""
    if the_round.method == "list":
        return the_round
    tokens = tuple(token for token in the_round.tokens if token.mint in mints)
    return replace(the_round, tokens=tokens)


def _places(first: Keys, second: Keys) -> tuple[tuple[Places, Places], int]:
    """Give every wallet of two tables one place among all of them, in the order of keys.

    Shapes: keys (n, 32) and (m, 32) -> places (n,) and (m,), and how many there are.
    """
    keys = np.concatenate([first, second])
    order = key_order(keys)
    ordered = keys[order]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    places = np.empty(len(keys), np.uint32)
    places[order] = np.cumsum(new) - 1
    return (places[: len(first)], places[len(first) :]), int(new.sum())
