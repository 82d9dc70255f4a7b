"""A wallet's reward of a round by stakes (D6 to D10), recomputed from its summed stake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.explain_report import division_of
from allocation.explain_rules import check_reward, dropped_by, row_rules_of
from allocation.explain_share import ContradictionError, share_of
from allocation.explain_steps import Floor, Maximum, Minimum, StakeStep, TokenExplanation
from allocation.per_proposal import pool_of
from allocation.rules import period_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain_report import Node
    from allocation.explain_rules import RowRules
    from allocation.explain_share import Division
    from allocation.explain_steps import Removal, Weighed
    from allocation.explain_votes import Ranking
    from allocation.round import Round, Rounding, Token
    from allocation.tables.breakdown import BreakdownRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DividedStakes:
    """One token's pool over the stakes, as reported."""

    division: Division  # of what those at the maximum leave
    total_before: int  # a minimum payout
    at_maximum: int  # wallets


@dataclass(frozen=True, slots=True)
class Stakes:
    """The divisions of a round by stakes; its report was held to the round."""

    rules: RowRules
    tokens: tuple[DividedStakes, ...]

    def token(
        self, rows: Sequence[BreakdownRow], number: int, ranking: Ranking
    ) -> TokenExplanation:
        """Explain what the stake of one wallet brings of token `number`.

        Shapes: rows are all of the wallet.
        Errors: ContradictionError where the row does not follow from the rules and the division.
        """
        if len(rows) != 1 or rows[0].proposal is not None:
            raise ContradictionError("the rows are not one stake")
        row, divided, token = rows[0], self.tokens[number], self.rules.the_round.tokens[number]
        weighed = self.rules.weigh(row)
        removal = self.rules.removal(row, weighed.amount)
        minimum = None
        if token.minimum_payout is not None and removal is None:
            before = divided.total_before
            floor = Floor(pool=pool_of(token), weight=weighed.weight, total=before)
            minimum = Minimum(minimum=token.minimum_payout, floors=(floor,))
        limit = dropped_by(minimum)
        maximum = None if removal or limit else _maximum(token, divided, weighed.weight)
        above = "maximum_payout" if maximum and maximum.above else None
        self.rules.check_causes(row, number, removal, limit.cause if limit else above)
        step = self._step(row, number, weighed, removal or limit, maximum, ranking)
        return TokenExplanation(token=token, minimum=minimum, steps=(step,))

    def _step(
        self,
        row: BreakdownRow,
        number: int,
        weighed: Weighed,
        removal: Removal | None,
        maximum: Maximum | None,
        ranking: Ranking,
    ) -> StakeStep:
        division, share, reward = self.tokens[number].division, None, 0
        if maximum and maximum.above:
            reward = maximum.maximum
        elif removal is None:
            share = share_of(
                division, weighed.weight, lambda lost: ranking(number, row, division, lost, ())
            )
            reward = share.amount
        check_reward(row, number, reward, division)
        return StakeStep(
            weighed=weighed,
            length=period_of(self.rules.the_round).length,
            removal=removal,
            maximum=maximum,
            share=share,
            reward=reward,
        )


def _maximum(token: Token, divided: DividedStakes, weight: int) -> Maximum | None:
    """Compare a weight with the maximum of a token, as D9 does after its last round."""
    if token.maximum_payout is None:
        return None
    pool, total = divided.division.pool, divided.division.total
    return Maximum(
        maximum=token.maximum_payout,
        wallets=divided.at_maximum,
        pool=pool,
        total=total,
        above=pool * weight > token.maximum_payout * total,
    )


def stakes_of(the_round: Round, report: Node) -> Stakes:
    """Read the divisions of a report and hold their pools to the round.

    Errors: ContradictionError.
    """
    nodes = report.member("tokens").items(len(the_round.tokens))
    tokens = [
        _divided(token, the_round.rules.rounding, node)
        for token, node in zip(the_round.tokens, nodes, strict=True)
    ]
    return Stakes(row_rules_of(the_round, report), tuple(tokens))


def _divided(token: Token, rounding: Rounding, reported: Node) -> DividedStakes:
    reported.member("symbol").expect(token.symbol)
    node, causes = reported.member("division"), reported.member("causes")
    division, total_before, wallets = division_of(node, rounding), 0, 0
    if token.minimum_payout is not None:
        before = node.member("before_minimum")
        before.member("pool").expect(str(token.pool))
        total_before = before.member("total_weight").number()
    if token.maximum_payout is not None and causes.has("maximum_payout"):
        wallets = causes.member("maximum_payout").member("wallets").count()
    left = pool_of(token) - wallets * (token.maximum_payout or 0)
    node.member("pool").expect(str(left))
    return DividedStakes(division=division, total_before=total_before, at_maximum=wallets)
