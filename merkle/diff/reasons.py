"""Which causes two rounds can have: decided once for all wallets, by what the rounds say otherwise.

Everything here is the same whichever side is called old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from merkle.diff.causes import bit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from allocation.explain_share import Division
    from allocation.round import InputFiles, Round, Token
    from merkle.diff.record import Record

Reasons: TypeAlias = dict[str, int | None]
"""What `attribution.sql` needs: bits of causes by name."""

_STAKE_INPUTS: Final = ("stakes", "stake_events", "opening")
_INPUTS_THAT_WEIGH: Final = ("votes", "allocations", *_STAKE_INPUTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a token's pool on both sides: a proposal's, or with stakes all of it."""

    proposal: str
    old: Division | None  # None where the round has no such proposal
    new: Division | None
    cause: int  # bits of what makes shares differ where weights are the same; 0: nothing does


def reasons_for(old: Record, new: Record, mint: Address) -> Reasons:
    """Return the bits of causes that two rounds can have."""
    row = {name: bit(name) for name in ("row_added", "row_removed", "row_changed")}
    if is_reading(old, new):
        row = dict.fromkeys(row, bit("reading"))
    before, after = old.the_round, new.the_round
    rules = before.rules, after.rules
    tokens = _token(before, mint), _token(after, mint)
    unless = bit("unexplained")
    period = bit("reading") if before.period != after.period else unless
    return {
        **row,
        **{name: bit(name) for name in ("unexplained", "proposals", "exclusion", "multiplier")},
        "total": bit("total"),
        "read_otherwise": bit("reading") if is_read_otherwise(old, new, mint) else 0,
        "side": _either(
            rules[0].exclude_sides != rules[1].exclude_sides, "exclude_sides", bit("row_changed")
        ),
        "minimum_vote": _either(
            rules[0].minimum_vote != rules[1].minimum_vote, "minimum_vote", unless
        ),
        "minimum_average": _either(
            rules[0].minimum_average != rules[1].minimum_average, "minimum_average", period
        ),
        "minimum_payout": _either(
            tokens[0].minimum_payout != tokens[1].minimum_payout, "minimum_payout", None
        ),
        "maximum_payout": _either(
            tokens[0].maximum_payout != tokens[1].maximum_payout, "maximum_payout", None
        ),
        "rounding": _either(
            rules[0].rounding != rules[1].rounding, "rounding_rule", bit("rounding")
        ),
    }


def is_reading(old: Record, new: Record) -> bool:
    """Tell whether the rows that weigh are the same files, read by other settings."""
    return is_same_rows(old, new) and _reading(old.the_round) != _reading(new.the_round)


def is_same_rows(old: Record, new: Record) -> bool:
    """Tell whether the rows that weigh are the same files."""
    files = [
        {kind: digest for kind, digest in record.inputs.items() if kind in _INPUTS_THAT_WEIGH}
        for record in (old, new)
    ]
    return files[0] == files[1]


def is_read_otherwise(old: Record, new: Record, mint: Address) -> bool:
    """Tell whether one row in two files can weigh differently: then it need not have changed."""
    return _measure(old.the_round, mint) != _measure(new.the_round, mint)


def parts_of(old: Record, new: Record, mint: Address) -> Iterator[Part]:
    """Set the divisions of one token's pool side by side."""
    before, after = old.divisions[mint], new.divisions[mint]
    pool = _why_another_pool(old, new, mint)
    for proposal in {**before, **after}:
        pair = before.get(proposal), after.get(proposal)
        yield Part(proposal=proposal, old=pair[0], new=pair[1], cause=_cause(old, new, pool, *pair))


def _cause(
    old: Record, new: Record, pool: int, before: Division | None, after: Division | None
) -> int:
    """Return why equal weights have other shares of this part: its pool, its total, or both.

    `pool` are the bits of what can make the pools of parts differ.
    """
    if before is None or after is None:
        return bit("proposals")
    cause = 0
    if before.pool != after.pool:
        cause |= pool
    if before.total * new.scale != after.total * old.scale:
        cause |= bit("denominator" if _is_other_denominator(old, new) else "total")
    return cause


def _is_other_denominator(old: Record, new: Record) -> bool:
    """Tell whether the rule of the denominator changed, and some votes fall under it."""
    rules = old.the_round.rules, new.the_round.rules
    return rules[0].denominator != rules[1].denominator and (old.below_minimum or new.below_minimum)


def _why_another_pool(old: Record, new: Record, mint: Address) -> int:
    before, after = old.the_round, new.the_round
    tokens, rules = (_token(before, mint), _token(after, mint)), (before.rules, after.rules)
    causes = {
        "pool": tokens[0].pool != tokens[1].pool,
        "maximum_payout": tokens[0].maximum_payout != tokens[1].maximum_payout,
        "proposals": _parts(before) != _parts(after),
        "on_empty": rules[0].on_empty != rules[1].on_empty
        and (_has_empty(old, mint) or _has_empty(new, mint)),
        "rounding_rule": rules[0].rounding != rules[1].rounding,
    }
    bits = sum(bit(name) for name, applies in causes.items() if applies)
    # with equal rules a part changes with the weights alone: a proposal became empty, or another
    # wallet's payout reached its maximum
    return bits or bit("total")


def _has_empty(record: Record, mint: Address) -> bool:
    """Tell whether nobody's votes count for some proposal."""
    return any(not division.total for division in record.divisions[mint].values())


def _parts(the_round: Round) -> dict[str, Fraction]:
    """Return the part of a whole that each proposal has: doubling all weights changes nothing."""
    whole = sum((proposal.weight for proposal in the_round.proposals), Fraction(0))
    return {proposal.id: proposal.weight / whole for proposal in the_round.proposals}


def _reading(the_round: Round) -> tuple[object, ...]:
    """Return everything that decides what a row of the inputs weighs, but not their names."""
    nameless: InputFiles = replace(
        the_round.inputs,
        votes=None,
        allocations=None,
        exclude=None,
        stakes=None,
        stake_events=None,
        opening=None,
        multipliers=None,
    )
    return nameless, the_round.period, the_round.rules.count_cooling


def _measure(the_round: Round, mint: Address) -> tuple[object, ...]:
    """Return what turns the rows of a wallet into its power, or its amount in a list."""
    inputs = the_round.inputs
    decimals = inputs.decimals
    if the_round.method == "list":
        decimals = _token(the_round, mint).decimals
    scaled = decimals if inputs.unit == "ui" else None
    return scaled, inputs.missing_day, the_round.period, the_round.rules.count_cooling


def _token(the_round: Round, mint: Address) -> Token:
    return next(token for token in the_round.tokens if token.mint == mint)


def _either(differs: bool, name: str, otherwise: int | None) -> int | None:
    return bit(name) if differs else otherwise
