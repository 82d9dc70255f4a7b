"""A wallet's reward of a round by votes, vote by vote (D3 to D5), recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from allocation.explain_report import Node, division_of
from allocation.explain_rules import Removal, removal_of
from allocation.explain_share import ContradictionError, Share, share_of, shares_of
from allocation.per_proposal import integer_weights, pool_of
from allocation.tables.read import in_id_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.explain_share import Division, Standing
    from allocation.round import Proposal, Round, Rules, Token
    from allocation.tables.breakdown import BreakdownRow

Ranking: TypeAlias = "Callable[[int, BreakdownRow, Division, int, tuple[str, ...]], Standing]"
"""Who comes before a row; asked only to break a tie. See `Breakdown.standing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteStep:
    """What one vote brings of one token.

    Units: power in base units of what votes, reward in base units of the token.
    """

    proposal: Proposal
    power: int
    removal: Removal | None
    part: Share  # of the token's pool, which the proposal gets
    share: Share | None  # of that part; None where the vote takes no part in its division
    reward: int  # the share, or 0 where a rule removed the vote

    @property
    def counts(self) -> bool:
        """Whether no rule removed it."""
        return self.removal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DividedToken:
    """One token's pool over the proposals, recomputed, and over their voters, as reported.

    Shapes: by proposal in id order.
    """

    parts: tuple[Share, ...]
    divisions: tuple[Division, ...]


@dataclass(frozen=True, slots=True)
class Votes:
    """The divisions of a round by votes; its report was held to the round."""

    the_round: Round
    proposals: tuple[Proposal, ...]  # in id order
    tokens: tuple[DividedToken, ...]

    @property
    def causes_that_divide(self) -> tuple[str, ...]:
        """The causes whose rows take part in the division although nothing is paid for them."""
        return ("minimum_vote",) if self.the_round.rules.denominator == "all" else ()

    def steps(
        self, rows: Sequence[BreakdownRow], number: int, ranking: Ranking
    ) -> tuple[VoteStep, ...]:
        """Explain what each vote of one wallet brings of token `number`.

        Shapes: rows are all of the wallet, in id order of their proposals.
        Errors: ContradictionError where a row does not follow from the rules and the division.
        """
        steps = []
        for at, row in zip(self._places(rows), rows, strict=True):
            try:
                steps.append(self._step(row, at, number, ranking))
            except ContradictionError as error:
                raise ContradictionError(f"proposal {row.proposal}: {error}") from error
        return tuple(steps)

    def _places(self, rows: Sequence[BreakdownRow]) -> list[int]:
        """Find the proposals of rows that make sense together."""
        ids = [proposal.id for proposal in self.proposals]
        found = [ids.index(row.proposal) if row.proposal in ids else -1 for row in rows]
        if -1 in found or sorted(set(found)) != found:
            raise ContradictionError("the rows are not votes on different proposals, in id order")
        causes = {row.cause for row in rows}
        if "excluded" in causes and causes & {None, "minimum_vote"}:
            raise ContradictionError("an excluded wallet has a vote that is not excluded")
        return found

    def _step(self, row: BreakdownRow, at: int, number: int, ranking: Ranking) -> VoteStep:
        if row.power is None or row.weight != row.power:
            raise ContradictionError(f"power {row.power} cannot have weight {row.weight}")
        removal = removal_of(self.the_round, row.power, row.cause)
        if row.causes[number] != row.cause:
            raise ContradictionError(f"its causes are {row.cause!a} and {row.causes[number]!a}")
        share, division, dividing = None, self.tokens[number].divisions[at], self.causes_that_divide
        if row.cause is None or row.cause in dividing:
            share = share_of(
                division, row.weight, lambda lost: ranking(number, row, division, lost, dividing)
            )
        reward = share.amount if share and removal is None else 0
        if row.rewards[number] != reward:
            raise ContradictionError(
                f"its reward is {row.rewards[number]}, but weight {row.weight} of a total of "
                f"{division.total} and a pool of {division.pool} give {reward}"
            )
        return VoteStep(
            proposal=self.proposals[at],
            power=row.power,
            removal=removal,
            part=self.tokens[number].parts[at],
            share=share,
            reward=reward,
        )


def votes_of(the_round: Round, report: Node) -> Votes:
    """Read the divisions of a report and hold the proposals' pools to the round.

    Errors: ContradictionError.
    """
    proposals = in_id_order(the_round.proposals)
    nodes = report.member("tokens").items(len(the_round.tokens))
    tokens = [
        _divided(token, proposals, the_round.rules, node)
        for token, node in zip(the_round.tokens, nodes, strict=True)
    ]
    return Votes(the_round, proposals, tuple(tokens))


def _divided(
    token: Token, proposals: Sequence[Proposal], rules: Rules, reported: Node
) -> DividedToken:
    reported.member("symbol").expect(token.symbol)
    nodes = reported.member("proposals").items(len(proposals))
    for node, proposal in zip(nodes, proposals, strict=True):
        node.member("id").expect(proposal.id)
    divisions = [division_of(node, rules.rounding) for node in nodes]
    weights = integer_weights([proposal.weight for proposal in proposals])
    if rules.on_empty == "redistribute":
        weights = [
            weight if division.total else 0
            for weight, division in zip(weights, divisions, strict=True)
        ]
    parts = shares_of(pool_of(token), weights, rules.rounding)
    for node, part in zip(nodes, parts, strict=True):
        node.member("pool").expect(str(part.amount))
    return DividedToken(parts=parts, divisions=tuple(divisions))
