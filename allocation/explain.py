"""One wallet's number, step by step: recomputed from weights and totals, never just read back.

A step says what brings how much; the steps of a token add up to its amount. Each method has its
own kind of step: a vote, a stake, or an amount that was given in a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from allocation.explain_report import Node
from allocation.explain_share import ContradictionError
from allocation.explain_stakes import stakes_of
from allocation.explain_steps import Explanation, GivenStep, TokenExplanation
from allocation.explain_votes import votes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain_votes import Ranking
    from allocation.round import Round
    from allocation.tables.breakdown import BreakdownRow


class Method(Protocol):
    """Knows how the rows of a wallet become its reward of one token."""

    def token(
        self, rows: Sequence[BreakdownRow], number: int, ranking: Ranking
    ) -> TokenExplanation:
        """Explain token `number`; rows are all of the wallet, at least one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Amounts that were given."""

    the_round: Round

    def token(
        self,
        rows: Sequence[BreakdownRow],
        number: int,
        ranking: Ranking,  # noqa: ARG002 - nothing was divided
    ) -> TokenExplanation:
        """Return the one amount of a wallet; see `Method`.

        Errors: ContradictionError.
        """
        if len(rows) != 1 or rows[0].proposal is not None or rows[0].cause is not None:
            raise ContradictionError("the rows are not one amount of a list")
        step = GivenStep(reward=rows[0].rewards[number])
        return TokenExplanation(token=self.the_round.tokens[number], minimum=None, steps=(step,))


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the wallets of one round, whose report it has read."""

    the_round: Round
    method: Method

    def explain(
        self, wallet: str, rows: Sequence[BreakdownRow], ranking: Ranking, symbol: str | None = None
    ) -> Explanation:
        """Explain all tokens of a wallet, or one.

        Shapes: rows are all of the wallet, at least one, with rewards by token of the round.
        Errors: ContradictionError where the rows do not follow from round and report.
        """
        voted = {row.proposal for row in rows}
        return Explanation(
            wallet=wallet,
            tokens=tuple(
                self.method.token(rows, number, ranking)
                for number, token in enumerate(self.the_round.tokens)
                if symbol in (None, token.symbol)
            ),
            not_voted=tuple(
                proposal for proposal in self.the_round.proposals if proposal.id not in voted
            ),
        )


def explainer_of(the_round: Round, report: object) -> Explainer:
    """Read a report, the parsed content of report.json, for explanations of the round's wallets.

    Errors: ContradictionError where it does not belong to the round.
    """
    node = Node(place="", value=report)
    node.member("method").expect(the_round.method)
    if the_round.method == "per-proposal":
        return Explainer(the_round, votes_of(the_round, node))
    if the_round.method == "time-weighted":
        return Explainer(the_round, stakes_of(the_round, node))
    return Explainer(the_round, Listed(the_round))
