"""One step of an explanation as rows of names and figures: weight, rule, share, reward."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING

from merkle.cli.output import amount, counted

if TYPE_CHECKING:
    from allocation.explain_share import Share
    from allocation.explain_steps import (
        GivenStep,
        Maximum,
        Minimum,
        Removal,
        Shortfall,
        StakeStep,
        VoteStep,
        Weighed,
    )
    from allocation.round import Round, Token

    Rows = list[tuple[str, str]]


def given_rows(the_round: "Round", step: "GivenStep") -> "Rows":
    """Say where an amount was given."""
    listed = f"{step.reward:,}, as it stands in {the_round.inputs.allocations}"
    return [("given", listed), ("", "nothing was computed")]


def vote_rows(the_round: "Round", token: "Token", step: "VoteStep") -> "Rows":
    """Show what one vote brings."""
    weighed = step.weighed
    rows = [("voting power", _tokens(the_round, weighed.amount)), *_weight_rows(the_round, weighed)]
    if step.removal is not None:
        rows += _removal_rows(the_round, token, step.removal)
    reward = f"{step.reward:,}"
    if step.share is not None:
        rate = _rate_rows(the_round, token, step.share, weighed.scale, "voting power")
        rows = [*_part_rows(step), *rows, *_share_rows(the_round, step.share, rate)]
        if step.removal is not None:
            reward += f"; its share of {step.share.amount:,} is paid to nobody"
    return [*rows, ("reward", reward)]


def stake_rows(the_round: "Round", token: "Token", step: "StakeStep") -> "Rows":
    """Show what a stake brings."""
    weighed, length = step.weighed, step.length
    unit = "day" if the_round.period and the_round.period.mode == "daily" else "second"
    average = _tokens(the_round, weighed.amount // length)
    rows = [
        ("summed stake", f"{weighed.amount:,} over {counted(length, unit)}"),
        ("average", f"{average}, rounded down"),
    ]
    least = the_round.rules.minimum_average
    if least is not None:
        product = f"{_tokens(the_round, least)} x {length:,} = {least * length:,} in the sum"
        rows.append(("least that counts", product))
    rows += _weight_rows(the_round, weighed)
    if step.removal is not None:
        rows += _removal_rows(the_round, token, step.removal)
    if step.maximum is not None:
        rows += _maximum_rows(token, weighed, step.maximum)
    if step.share is not None:
        scale = weighed.scale * length
        rate = _rate_rows(the_round, token, step.share, scale, "average stake")
        rows += _share_rows(the_round, step.share, rate)
    return [*rows, ("reward", f"{step.reward:,}")]


def minimum_rows(token: "Token", minimum: "Minimum") -> "Rows":
    """Compare what rounding down would give with a minimum payout."""
    rows = [("minimum payout", _units(token, minimum.minimum))]
    for floor in minimum.floors:
        product = f"{floor.pool:,} x {floor.weight:,} / {floor.total:,}"
        rows.append(("" if len(rows) > 1 else "before it", f"{product} = {floor.amount:,}"))
    missing = f"below it by {minimum.missing:,}" if minimum.missing else "it is reached"
    return [*rows, ("", f"in all {minimum.amount:,}: {missing}")]


def _weight_rows(the_round: "Round", weighed: "Weighed") -> "Rows":
    if the_round.inputs.multipliers is None:
        return []
    scale = f" x {weighed.scale:,}" if weighed.scale > 1 else ""
    product = f"{weighed.amount:,} x {weighed.multiplier}{scale}"
    return [("weight", f"{product} = {weighed.weight:,}")]


def _part_rows(step: "VoteStep") -> "Rows":
    """Show how much of the pool the proposal has to divide."""
    part, weight = step.part, step.proposal.weight
    total = weight * part.total / part.weight
    whole = f", in whole numbers {part.weight:,} of {part.total:,}" if part.total != total else ""
    return [
        ("its weight", f"{weight} of {total}{whole}"),
        ("its part of the pool", _product(part)),
        *_quotient_rows(part),
    ]


def _share_rows(the_round: "Round", share: "Share", rate: "Rows") -> "Rows":
    plain = the_round.method == "per-proposal" and the_round.inputs.multipliers is None
    total = _tokens(the_round, share.total) if plain else f"{share.total:,}"
    if the_round.rules.denominator == "all":
        total += ", with the votes below the minimum"
    return [
        ("total power" if plain else "total weight", total),
        ("rate", f"{share.pool:,} / {share.total:,}"),
        *rate,
        ("exact share", _product(share)),
        *_quotient_rows(share),
    ]


def _rate_rows(the_round: "Round", token: "Token", share: "Share", scale: int, what: str) -> "Rows":
    """Write the rate in decimal, in base units and where possible in tokens.

    `scale` is the weight of one unit of `what` without a multiplier.
    """
    from allocation.explain_share import quotient_text

    decimals, rows = the_round.inputs.decimals, []
    if decimals != token.decimals or scale > 1:
        rate = quotient_text(share.pool, share.total)
        rows.append(("", f"= {rate} base units per unit of weight"))
    if decimals is not None:
        pool, total = share.pool * scale * 10**decimals, share.total * 10**token.decimals
        times = "" if the_round.inputs.multipliers is None else " x multiplier"
        rate = f"{quotient_text(pool, total)} {token.symbol} per token of {what}{times}"
        rows.append(("", f"= {rate}"))
    return rows


def _product(share: "Share") -> str:
    return f"{share.pool:,} x {share.weight:,} / {share.total:,}"


def _quotient_rows(share: "Share") -> "Rows":
    """Show what a division gives, down to the left-over unit."""
    rows = [
        ("", f"= {share.floor:,}, remainder {share.remainder:,}"),
        ("left-over unit", _left_over(share)),
    ]
    return [*rows, ("", f"{share.floor:,} + 1 = {share.amount:,}")] if share.extra else rows


def _left_over(share: "Share") -> str:
    """Say how many units were left over, and why this share got one of them or none."""
    if not share.left_over:
        return "none was left over"
    if share.last_remainder is None:
        return f"none; left over: {share.left_over:,}"
    got = f"{'one' if share.extra else 'none'} of {share.left_over:,}"
    if share.standing is None:
        return f"{got}: the last one goes to the remainder {share.last_remainder:,}"
    larger, equal = share.standing.larger, share.standing.equal_before
    return f"{got}; larger remainders: {larger:,}, equal ones of lower keys: {equal:,}"


def _maximum_rows(token: "Token", weighed: "Weighed", maximum: "Maximum") -> "Rows":
    """Say who gets the maximum, and what is left for the others."""
    rows = [("maximum payout", f"{_units(token, maximum.maximum)}, paid {maximum.wallets:,} times")]
    others = f"their total weight {maximum.total:,}" if maximum.total else "of whom there are none"
    rows.append(("left for others", f"{maximum.pool:,}, {others}"))
    if maximum.above:
        here = f"{maximum.pool:,} x {weighed.weight:,}"
        rows.append(("above it", f"{here} > {maximum.maximum:,} x {maximum.total:,}"))
    return rows


def _removal_rows(the_round: "Round", token: "Token", removal: "Removal") -> "Rows":
    """Say which rule removed a row, and how far it was from counting."""
    if removal.shortfall is not None:
        return _shortfall_rows(the_round, token, removal.cause, removal.shortfall)
    why = {
        "zero_power": "without power it is no vote",
        "side": f"its side is one of {', '.join(the_round.rules.exclude_sides)}",
        "excluded": f"the wallet stands in {the_round.inputs.exclude}, which gives the reason",
    }
    if the_round.method == "time-weighted":
        why["zero_power"] = "nothing was staked"
    return [("not counted", why[removal.cause])]


def _shortfall_rows(
    the_round: "Round", token: "Token", cause: str, shortfall: "Shortfall"
) -> "Rows":
    """Say what a minimum asks for, and how much of it is missing."""
    figures = (shortfall.threshold, shortfall.missing)
    if cause == "minimum_payout":
        least, missing = (_units(token, figure) for figure in figures)
    elif the_round.period is None:
        least, missing = (_tokens(the_round, figure) for figure in figures)
    else:
        average = -(-shortfall.missing // the_round.period.length)  # less would not be enough
        least = f"{shortfall.threshold:,} in the sum"
        missing = f"{shortfall.missing:,} in the sum, on average {_tokens(the_round, average)}"
    name = cause.replace("_", " ")
    return [("not counted", f"below the {name} of {least}"), ("missing", missing)]


def _tokens(the_round: "Round", figure: int) -> str:
    """Write what votes or is staked, in tokens too where these have known decimals."""
    decimals = the_round.inputs.decimals
    return f"{figure:,}" if decimals is None else f"{figure:,} ({amount(figure, decimals)} tokens)"


def _units(token: "Token", units: int) -> str:
    return f"{units:,} ({amount(units, token.decimals)} {token.symbol})"
