"""One wallet's number, step by step: recomputed from weights and totals, never just read back.

A step says what brings how much; the steps of a token add up to its amount. Each method has its
own kind of step: a vote, or an amount that was given in a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from allocation.explain_report import Node
from allocation.explain_share import ContradictionError
from allocation.explain_votes import VoteStep, votes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain_votes import Ranking
    from allocation.round import Proposal, Round, Token
    from allocation.tables.breakdown import BreakdownRow


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStep:
    """An amount that stood in a finished list.

    Units: base units of the token, unlocked and locked together.
    """

    reward: int


Step: TypeAlias = VoteStep | GivenStep


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenExplanation:
    """Why a wallet gets what it gets of one token."""

    token: Token
    steps: tuple[Step, ...]

    @property
    def amount(self) -> int:
        """What the steps add up to, in base units."""
        return sum(step.reward for step in self.steps)

    def check_leaf(self, amount: int | None) -> None:
        """Hold the sum to the leaf's amount, locked included; None where there is no leaf.

        Errors: ContradictionError.
        """
        if self.amount != (amount or 0):
            raise ContradictionError(
                f"the steps add up to {self.amount}, but the leaf of {self.token.symbol} "
                f"has {amount or 'nothing'}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a wallet gets what it gets."""

    wallet: str
    tokens: tuple[TokenExplanation, ...]
    not_voted: tuple[Proposal, ...]  # proposals that the wallet has no vote on


class Method(Protocol):
    """Knows how the rows of a wallet become its reward of one token."""

    def steps(
        self, rows: Sequence[BreakdownRow], number: int, ranking: Ranking
    ) -> tuple[Step, ...]:
        """Explain token `number`; rows are all of the wallet, at least one."""


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
                TokenExplanation(token=token, steps=self.method.steps(rows, number, ranking))
                for number, token in enumerate(self.the_round.tokens)
                if symbol in (None, token.symbol)
            ),
            not_voted=tuple(
                proposal for proposal in self.the_round.proposals if proposal.id not in voted
            ),
        )


class Listed:
    """Amounts that were given."""

    def steps(
        self,
        rows: Sequence[BreakdownRow],
        number: int,
        ranking: Ranking,  # noqa: ARG002 - nothing was divided
    ) -> tuple[GivenStep, ...]:
        """Return the one amount of a wallet; see `Method`.

        Errors: ContradictionError.
        """
        if len(rows) != 1 or rows[0].proposal is not None or rows[0].cause is not None:
            raise ContradictionError("the rows are not one amount of a list")
        return (GivenStep(reward=rows[0].rewards[number]),)


def explainer_of(the_round: Round, report: object) -> Explainer:
    """Read a report, the parsed content of report.json, for explanations of the round's wallets.

    Errors: ContradictionError where it does not belong to the round.
    """
    node = Node(place="", value=report)
    node.member("method").expect(the_round.method)
    if the_round.method == "list":
        return Explainer(the_round, Listed())
    return Explainer(the_round, votes_of(the_round, node))
