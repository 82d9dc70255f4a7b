"""A wallet's reward of a round by votes, vote by vote (D3 to D5, D8, D10), recomputed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from allocation.explain_report import division_of
from allocation.explain_rules import (
    DROPPED,
    check_reward,
    dropped_by,
    row_rules_of,
)
from allocation.explain_share import ContradictionError, share_of, shares_of
from allocation.explain_steps import Floor, Minimum, TokenExplanation, VoteStep
from allocation.per_proposal import integer_weights, pool_of
from allocation.proposal_order import in_id_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from allocation.explain_report import Node
    from allocation.explain_rules import RowRules
    from allocation.explain_share import Division, Share, Standing
    from allocation.explain_steps import Removal, Weighed
    from allocation.round import Proposal, Round, Rules, Token
    from allocation.tables.breakdown import BreakdownRow

Ranking: TypeAlias = "Callable[[int, BreakdownRow, Division, int, tuple[str, ...]], Standing]"
"""Who comes before a row; asked only to break a tie. See `Breakdown.standing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DividedToken:
    """One token's pool over the proposals, recomputed, and over their voters, as reported.

    Shapes: by proposal in id order.
    """

    parts: tuple[Share, ...]
    divisions: tuple[Division, ...]
    before: tuple[tuple[int, int], ...]  # a minimum payout: pool and total; empty without one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vote:
    """One row of a wallet, as the rules have it whatever the token."""

    row: BreakdownRow
    place: int  # of its proposal
    weighed: Weighed
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class Votes:
    """The divisions of a round by votes; its report was held to the round."""

    rules: RowRules
    proposals: tuple[Proposal, ...]  # in id order
    tokens: tuple[DividedToken, ...]

    @property
    def causes_that_divide(self) -> tuple[str, ...]:
        """The causes whose rows take part in the division although nothing is paid for them."""
        return ("minimum_vote",) if self.rules.the_round.rules.denominator == "all" else ()

    def token(
        self, rows: Sequence[BreakdownRow], number: int, ranking: Ranking
    ) -> TokenExplanation:
        """Explain what each vote of one wallet brings of token `number`.

        Shapes: rows are all of the wallet, in id order of their proposals.
        Errors: ContradictionError where a row does not follow from the rules and the division.
        """
        votes = [self._vote(row, at) for row, at in zip(rows, self._places(rows), strict=True)]
        minimum = self._minimum(votes, number)
        limit = dropped_by(minimum)
        return TokenExplanation(
            token=self.rules.the_round.tokens[number],
            minimum=minimum,
            steps=tuple(self._step(vote, number, limit, ranking) for vote in votes),
        )

    def _places(self, rows: Sequence[BreakdownRow]) -> list[int]:
        """Find the proposals of rows that make sense together."""
        ids = [proposal.id for proposal in self.proposals]
        found = [ids.index(row.proposal) if row.proposal in ids else -1 for row in rows]
        if -1 in found or sorted(set(found)) != found:
            raise ContradictionError("the rows are not votes on different proposals, in id order")
        causes = {row.cause for row in rows}
        if "excluded" in causes and causes & {None, "minimum_vote", DROPPED}:
            raise ContradictionError("an excluded wallet has a vote that is not excluded")
        return found

    def _vote(self, row: BreakdownRow, place: int) -> _Vote:
        with _on_proposal(row):
            weighed = self.rules.weigh(row)
            removal = self.rules.removal(row, weighed.amount)
        return _Vote(row=row, place=place, weighed=weighed, removal=removal)

    def _minimum(self, votes: Sequence[_Vote], number: int) -> Minimum | None:
        multipliers = {vote.weighed.multiplier for vote in votes if vote.weighed.amount}
        if len(multipliers) > 1:
            raise ContradictionError("its votes do not have one multiplier")
        before, token = self.tokens[number].before, self.rules.the_round.tokens[number]
        counted = [vote for vote in votes if vote.removal is None]
        if token.minimum_payout is None or not counted:
            return None
        floors = []
        for vote in counted:
            pool, total = before[vote.place]
            with _on_proposal(vote.row):
                floors.append(Floor(pool=pool, weight=vote.weighed.weight, total=total))
        return Minimum(minimum=token.minimum_payout, floors=tuple(floors))

    def _step(self, vote: _Vote, number: int, limit: Removal | None, ranking: Ranking) -> VoteStep:
        row, weight, dividing = vote.row, vote.weighed.weight, self.causes_that_divide
        removal = vote.removal or limit
        division, share = self.tokens[number].divisions[vote.place], None
        with _on_proposal(row):
            self.rules.check_causes(row, number, vote.removal, limit.cause if limit else None)
            if removal is None or removal.cause in dividing:
                share = share_of(
                    division, weight, lambda lost: ranking(number, row, division, lost, dividing)
                )
            reward = share.amount if share and removal is None else 0
            check_reward(row, number, reward, division)
        return VoteStep(
            proposal=self.proposals[vote.place],
            weighed=vote.weighed,
            removal=removal,
            part=self.tokens[number].parts[vote.place],
            share=share,
            reward=reward,
        )


@contextmanager
def _on_proposal(row: BreakdownRow) -> Iterator[None]:
    """Say which vote a contradiction is about."""
    try:
        yield
    except ContradictionError as error:
        raise ContradictionError(f"proposal {row.proposal}: {error}") from error


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
    return Votes(row_rules_of(the_round, report), proposals, tuple(tokens))


def _divided(
    token: Token, proposals: Sequence[Proposal], rules: Rules, reported: Node
) -> DividedToken:
    reported.member("symbol").expect(token.symbol)
    nodes = reported.member("proposals").items(len(proposals))
    for node, proposal in zip(nodes, proposals, strict=True):
        node.member("id").expect(proposal.id)
    divisions = [division_of(node, rules.rounding) for node in nodes]
    parts = _parts(token, proposals, rules, [division.total for division in divisions])
    before: list[tuple[int, int]] = []
    if token.minimum_payout is not None:
        earlier = [node.member("before_minimum") for node in nodes]
        totals = [node.member("total_weight").number() for node in earlier]
        pools = [part.amount for part in _parts(token, proposals, rules, totals)]
        _expect_pools(earlier, pools)
        before = list(zip(pools, totals, strict=True))
    _expect_pools(nodes, [part.amount for part in parts])
    return DividedToken(parts=parts, divisions=tuple(divisions), before=tuple(before))


def _parts(
    token: Token, proposals: Sequence[Proposal], rules: Rules, totals: Sequence[int]
) -> tuple[Share, ...]:
    """Cut a pool into the parts of the proposals; the totals say which of these are empty."""
    weights = integer_weights([proposal.weight for proposal in proposals])
    if rules.on_empty == "redistribute":
        weights = [weight if total else 0 for weight, total in zip(weights, totals, strict=True)]
    return shares_of(pool_of(token), weights, rules.rounding)


def _expect_pools(nodes: Sequence[Node], pools: Sequence[int]) -> None:
    for node, pool in zip(nodes, pools, strict=True):
        node.member("pool").expect(str(pool))
