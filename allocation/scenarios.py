"""What other rules there could have been: one round, and the same with each combination of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from allocation.errors import AsrError, BadValueError
from allocation.round import Denominator, OnEmpty, Rounding
from allocation.round_methods import NO_CAP, NO_RULES
from allocation.round_values import above_zero
from allocation.toml_values import one_of
from allocation.units import format_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from allocation.round import Method, Round, Token
    from allocation.units import BaseUnits

Rule: TypeAlias = Literal[
    "minimum", "minimum payout", "maximum payout", "rounding", "denominator", "on empty"
]

RULES: Final[tuple[Rule, ...]] = get_args(Rule)
MOST_SCENARIOS: Final = 64  # beside the round as written; a large round takes seconds for each
AS_WRITTEN: Final = "as written"
NONE: Final = "none"  # without the rule
VOTES_ONLY: Final = "only for per-proposal: votes have no influence here"

_LEAVE_OUT: Final = "leave it out"
_NOT_OF: Final[
    Mapping[Method, Mapping[Rule, str]]
] = {  # rules that a method does not have, and why
    "per-proposal": {"maximum payout": NO_CAP},
    "time-weighted": {"denominator": VOTES_ONLY, "on empty": VOTES_ONLY},
    "list": dict.fromkeys(RULES, NO_RULES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A round with other rules, and what these are; none for the round as it is written."""

    settings: tuple[tuple[Rule, str], ...]
    the_round: Round

    @property
    def name(self) -> str:
        """The varied values, in the order in which the rules were asked for."""
        return ", ".join(value for _, value in self.settings) or AS_WRITTEN


def scenarios_of(
    the_round: Round, asked: Mapping[Rule, Sequence[str]], symbol: str | None = None
) -> tuple[Scenario, ...]:
    """Return the round as written, then every combination of the values asked for.

    Shapes: `asked` has the values of each rule to vary, as the round file would word them or NONE.
            With `symbol` the other tokens are left out.
    Errors: RuleError for a value that the rule cannot have in this round; AsrError for too many
            combinations, contradicting ones, or a token that is not there.
    """
    the_round = narrowed(the_round, symbol)
    for rule, values in asked.items():
        _refuse_repeated(the_round, rule, values)
    combinations = prod(len(values) for values in asked.values())
    if combinations > MOST_SCENARIOS:
        raise AsrError(
            f"{combinations:,} combinations are more than {MOST_SCENARIOS}; "
            "vary fewer rules at once, or give fewer values"
        )
    found = [Scenario(settings=(), the_round=the_round)]
    for values in product(*asked.values()) if asked else ():
        settings = tuple(zip(asked, values, strict=True))
        found.append(Scenario(settings=settings, the_round=_changed(the_round, settings)))
    return tuple(found)


def narrowed(the_round: Round, symbol: str | None) -> Round:
    """Leave only one token in a round of votes or stakes, so that no other is divided.

    Errors: AsrError where there is no such token.
    """
    if symbol is None:
        return the_round
    tokens = tuple(token for token in the_round.tokens if token.symbol == symbol)
    if not tokens:
        symbols = ", ".join(token.symbol for token in the_round.tokens)
        raise AsrError(f"the round has no token {symbol!a}; it has {symbols}")
    if the_round.method == "list":  # its rows name all of them
        return the_round
    return replace(the_round, tokens=tokens)


class RuleError(BadValueError):
    """A rule cannot have this value in this round."""

    def __init__(self, rule: Rule, value: str, error: BadValueError) -> None:
        super().__init__(error.problem, error.remedy)
        self.rule, self.value = rule, value


def written(the_round: Round, token: Token, rule: Rule) -> str | None:
    """Return what a round says of a rule for one of its tokens, as `scenarios_of` takes it.

    None where the method has no such rule.
    """
    if rule in _NOT_OF[the_round.method]:
        return None
    rules, votes = the_round.rules, the_round.method == "per-proposal"
    minimum = rules.minimum_vote if votes else rules.minimum_average
    amounts = {
        "minimum": (minimum, the_round.inputs.decimals or 0),
        "minimum payout": (token.minimum_payout, token.decimals),
        "maximum payout": (token.maximum_payout, token.decimals),
    }
    if rule in amounts:
        return _shown(*amounts[rule])
    return str(getattr(rules, rule.replace(" ", "_")))


def _shown(amount: BaseUnits | None, decimals: int) -> str:
    """Write an amount without the zeros behind it."""
    if amount is None:
        return NONE
    whole, _, fraction = format_tokens(amount, decimals).partition(".")
    return f"{whole}.{fraction.rstrip('0')}".rstrip(".")


def _refuse_repeated(the_round: Round, rule: Rule, values: Sequence[str]) -> None:
    """Refuse two values that say the same, and each value that says nothing."""
    seen: list[Round] = []
    for value in values:
        changed = _varied(the_round, rule, value)
        if changed in seen:
            raise RuleError(rule, value, BadValueError("given twice", "write it once"))
        seen.append(changed)


def _changed(the_round: Round, settings: Sequence[tuple[Rule, str]]) -> Round:
    for rule, value in settings:
        the_round = _varied(the_round, rule, value)
    for token in the_round.tokens:
        least, most = token.minimum_payout, token.maximum_payout
        if least is not None and most is not None and most < least:
            raise AsrError(
                f"token {token.symbol}: a maximum payout of {_shown(most, token.decimals)} is "
                f"below the minimum of {_shown(least, token.decimals)}; leave out such values"
            )
    return the_round


def _varied(the_round: Round, rule: Rule, value: str) -> Round:
    """Return the round with another value of one rule."""
    if why_not := _NOT_OF[the_round.method].get(rule):
        raise RuleError(rule, value, BadValueError(why_not, _LEAVE_OUT))
    if not value:
        raise RuleError(rule, value, BadValueError("empty", "write a value between two commas"))
    try:
        return _VARY[rule](the_round, value)
    except BadValueError as error:
        raise RuleError(rule, value, error) from error


def _vary_minimum(the_round: Round, value: str) -> Round:
    decimals = the_round.inputs.decimals
    if decimals is None:
        problem = "the round does not say how many decimals votes or stakes have"
        raise BadValueError(problem, "write decimals under [inputs]")
    minimum = _amount(value, decimals, "minimum")
    if the_round.method == "per-proposal":
        return replace(the_round, rules=replace(the_round.rules, minimum_vote=minimum))
    return replace(the_round, rules=replace(the_round.rules, minimum_average=minimum))


def _vary_minimum_payout(the_round: Round, value: str) -> Round:
    least = [_amount(value, token.decimals, "minimum") for token in the_round.tokens]
    tokens = zip(the_round.tokens, least, strict=True)
    return replace(the_round, tokens=tuple(replace(t, minimum_payout=a) for t, a in tokens))


def _vary_maximum_payout(the_round: Round, value: str) -> Round:
    most = [_amount(value, token.decimals, "maximum") for token in the_round.tokens]
    tokens = zip(the_round.tokens, most, strict=True)
    return replace(the_round, tokens=tuple(replace(t, maximum_payout=a) for t, a in tokens))


def _amount(value: str, decimals: int, what: str) -> BaseUnits | None:
    """Read an amount in tokens."""
    remedy = f'write "{NONE}": without it there is no {what}'
    return None if value == NONE else above_zero(decimals, what, remedy)(value)


def _vary_rounding(the_round: Round, value: str) -> Round:
    rounding: Rounding = one_of(get_args(Rounding))(value)
    return replace(the_round, rules=replace(the_round.rules, rounding=rounding))


def _vary_denominator(the_round: Round, value: str) -> Round:
    denominator: Denominator = one_of(get_args(Denominator))(value)
    return replace(the_round, rules=replace(the_round.rules, denominator=denominator))


def _vary_on_empty(the_round: Round, value: str) -> Round:
    on_empty: OnEmpty = one_of(get_args(OnEmpty))(value)
    return replace(the_round, rules=replace(the_round.rules, on_empty=on_empty))


_VARY: Final[Mapping[Rule, Callable[[Round, str], Round]]] = {
    "minimum": _vary_minimum,
    "minimum payout": _vary_minimum_payout,
    "maximum payout": _vary_maximum_payout,
    "rounding": _vary_rounding,
    "denominator": _vary_denominator,
    "on empty": _vary_on_empty,
}
