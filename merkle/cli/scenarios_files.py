"""Payouts side by side, for machines: one JSON document, or a table as CSV."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import csv
import io
from typing import TYPE_CHECKING

from merkle.cli.scenarios_view import share

if TYPE_CHECKING:
    from allocation.side_by_side import Outcome, TokenOutcomes
    from allocation.spread import Overlap, Top
    from merkle.cli.scenarios_view import View


def document(view: "View") -> dict[str, object]:
    """Lay out everything; amounts are base units as text."""
    rounds = view.rounds if view.found.tokens[0].overlap else view.rounds[:1]
    return {
        "rounds": [{"name": one.name, "method": one.method} for one in rounds],
        "tokens": [_token(view, token) for token in view.found.tokens],
        "warnings": list(view.found.warnings),
    }


def _token(view: "View", token: "TokenOutcomes") -> dict[str, object]:
    from allocation.address import format_address

    found: dict[str, object] = {
        "symbol": token.token.symbol,
        "mint": format_address(token.token.mint),
        "decimals": token.token.decimals,
        "scenarios": [
            {
                "name": outcome.name,
                "rules": {
                    rule.replace(" ", "_"): value
                    for rule, value in view.rules(number, token.token).items()
                },
                **_outcome(outcome),
            }
            for number, outcome in enumerate(token.outcomes)
        ],
    }
    return found | ({"overlap": _overlap(token.overlap)} if token.overlap else {})


def _outcome(outcome: "Outcome") -> dict[str, object]:
    spread, moves = outcome.spread, outcome.moves
    return {
        "wallets": outcome.wallets,
        "kept": outcome.kept,
        "dropped": outcome.dropped,
        "moved": str(moves.gained),
        "lost": str(moves.lost),
        "gaining": moves.gaining,
        "losing": moves.losing,
        "allocated": str(outcome.allocated),
        "unallocated": {cause: str(units) for cause, units in outcome.unallocated.items()},
        "top_1": _top(spread.top_1, outcome.allocated),
        "top_10": _top(spread.top_10, outcome.allocated),
        "smallest": _text(spread.smallest),
        "median": _text(spread.median),
        "largest": _text(spread.largest),
    }


def _top(top: "Top", allocated: int) -> dict[str, object]:
    percent = share(top.amount, allocated) if allocated else None
    return {"wallets": top.wallets, "amount": str(top.amount), "percent": percent}


def _text(reward: int | None) -> str | None:
    return None if reward is None else str(reward)


def _overlap(overlap: "Overlap") -> dict[str, object]:
    groups = {
        "both": overlap.both,
        "only_first": overlap.only_before,
        "only_second": overlap.only_after,
    }
    return {
        **{
            name: {
                "wallets": group.wallets,
                "first": str(group.before),
                "second": str(group.after),
            }
            for name, group in groups.items()
        },
        "top_10": {
            "first": overlap.top_before,
            "second": overlap.top_after,
            "both": overlap.top_both,
        },
    }


def csv_bytes(view: "View") -> bytes:
    """Write one row for each scenario of each token; amounts are tokens with all decimals."""
    from allocation.scenarios import RULES

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rules = [rule.replace(" ", "_") for rule in RULES]
    writer.writerow(["token", "scenario", *rules, *_COLUMNS])
    for token in view.found.tokens:
        for number, outcome in enumerate(token.outcomes):
            settings = view.rules(number, token.token)
            values = [settings.get(rule, "") for rule in RULES]
            figures = _figures(outcome, token.token.decimals)
            writer.writerow([token.token.symbol, outcome.name, *values, *figures])
    return text.getvalue().encode()


_COLUMNS = (
    *("wallets", "kept", "dropped", "moved", "lost", "gaining", "losing"),
    *("allocated", "unallocated", "top_1_wallets", "top_1_amount", "top_1_percent"),
    *("top_10_wallets", "top_10_amount", "top_10_percent", "smallest", "median", "largest"),
)


def _figures(outcome: "Outcome", decimals: int) -> list[str]:
    from allocation.units import format_tokens

    spread, moves = outcome.spread, outcome.moves

    def tokens(units: int | None) -> str:
        return "" if units is None else format_tokens(units, decimals)

    def top(one: "Top") -> list[str]:
        percent = share(one.amount, outcome.allocated) if outcome.allocated else ""
        return [str(one.wallets), tokens(one.amount), percent]

    return [
        *map(str, (outcome.wallets, outcome.kept, outcome.dropped)),
        *map(tokens, (moves.gained, moves.lost)),
        *map(str, (moves.gaining, moves.losing)),
        *map(tokens, (outcome.allocated, sum(outcome.unallocated.values()))),
        *top(spread.top_1),
        *top(spread.top_10),
        *map(tokens, (spread.smallest, spread.median, spread.largest)),
    ]
