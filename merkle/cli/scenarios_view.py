"""What `asr scenarios` shows, whatever the form: one line for each scenario of each token."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from allocation.round import Round, Token
    from allocation.scenarios import Rule
    from allocation.side_by_side import SideBySide

WEIGHTS: Final = {"per-proposal": "voting power", "time-weighted": "stake", "list": "an amount"}
"""What makes a wallet one that could be paid, by method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Payouts side by side, and the rounds they are of.

    Shapes: rounds has one entry for each outcome of a token.
    """

    found: "SideBySide"
    rounds: "tuple[Round, ...]"
    asked: "tuple[Rule, ...]"  # the rules that vary; none where two rounds are compared

    def labels(self, token: "Token") -> list[str]:
        """Name every outcome of a token; the one as written says what is written."""
        names = [outcome.name for outcome in self.found.tokens[0].outcomes]
        values = [self.rules(0, token).get(rule, "") for rule in self.asked]
        return [f"{names[0]} ({', '.join(values)})" if values else names[0], *names[1:]]

    def rules(self, number: int, token: "Token") -> "dict[Rule, str]":
        """Return the rules of one outcome, as the round file words them."""
        from allocation.scenarios import RULES, written

        the_round = self.rounds[number]
        own = next(one for one in the_round.tokens if one.mint == token.mint)
        values = {rule: written(the_round, own, rule) for rule in RULES}
        return {rule: value for rule, value in values.items() if value is not None}


def share(part: int, whole: int) -> str:
    """Write a part as percent with two digits, a half rounded up; of nothing there is none."""
    if not whole:
        return "-"
    hundredths = (20_000 * part + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
