"""An explanation as text that a pencil can follow."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING, Final

from merkle.cli.describing import address_text
from merkle.cli.output import amount, counted, facts, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.explain import Explanation, Step, TokenExplanation
    from allocation.explain_rules import Removal
    from allocation.explain_share import Share
    from allocation.explain_votes import VoteStep
    from allocation.round import Proposal, Round, Token
    from merkle.bundle.locate import WalletProof

    Rows = list[tuple[str, str]]

DIVIDED: Final = "All figures are base units. A share is pool x weight / total, rounded down."
LEFT_OVER: Final = {
    "largest-remainder": "Units left over go one each to the largest remainders; of equal ones the "
    "lower key comes first.",
    "floor": "Units left over are paid to nobody.",
}


def explanation_lines(
    the_round: "Round", explanation: "Explanation", proofs: "Mapping[str, WalletProof]"
) -> list[str]:
    """Explain every token, step by step, and say where it is claimed."""
    rows = [("wallet", explanation.wallet), ("round", f"{the_round.name}, {the_round.method}")]
    others = [_name(proposal) for proposal in explanation.not_voted]
    rows += [("no vote on" if not at else "", name) for at, name in enumerate(others)]
    lines = facts(rows)
    if the_round.method != "list":
        lines += ["", DIVIDED, LEFT_OVER[the_round.rules.rounding]]
    for token in explanation.tokens:
        lines += ["", *_token_lines(the_round, token, proofs.get(token.token.symbol))]
    return lines


def _name(proposal: "Proposal") -> str:
    return f"{proposal.title}, {proposal.id}" if proposal.title else proposal.id


def _token_lines(
    the_round: "Round", explained: "TokenExplanation", proof: "WalletProof | None"
) -> list[str]:
    token, total = explained.token, explained.amount
    unit = f"1 {token.symbol} = {10**token.decimals:,}"
    lines = [f"{token.symbol}  {amount(total, token.decimals)} ({total:,} base units; {unit})"]
    for step in explained.steps:
        lines += ["", *_step_lines(the_round, token, step)]
    rewards = [f"{step.reward:,}" for step in explained.steps]
    rows = [("sum", f"{' + '.join(rewards)} = {total:,}")] if len(rewards) > 1 else []
    rows += [("claim", _why_nothing(explained))] if proof is None else _claim_rows(token, proof)
    return [*lines, "", *facts(rows, indent=2)]


def _step_lines(the_round: "Round", token: "Token", step: "Step") -> list[str]:
    from allocation.explain_votes import VoteStep

    if isinstance(step, VoteStep):
        name = printable(_name(step.proposal))
        return [f"  {name}", *facts(_vote_rows(the_round, token, step), indent=4)]
    listed = f"{step.reward:,}, as it stands in {the_round.inputs.allocations}"
    return facts([("given", listed), ("", "nothing was computed")], indent=2)


def _vote_rows(the_round: "Round", token: "Token", step: "VoteStep") -> "Rows":
    rows = [("voting power", _power(the_round, step.power))]
    if step.removal is not None:
        rows += _removal_rows(the_round, step.removal)
    reward = f"{step.reward:,}"
    if step.share is not None:
        rows = [*_part_rows(step), *rows, *_share_rows(the_round, token, step.share)]
        if step.removal is not None:
            reward += f"; its share of {step.share.amount:,} is paid to nobody"
    return [*rows, ("reward", reward)]


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


def _share_rows(the_round: "Round", token: "Token", share: "Share") -> "Rows":
    total = _power(the_round, share.total)
    if the_round.rules.denominator == "all":
        total += ", with the votes below the minimum"
    return [
        ("total power", total),
        ("rate", f"{share.pool:,} / {share.total:,}"),
        *(("", f"= {rate}") for rate in _rates(the_round, token, share)),
        ("exact share", _product(share)),
        *_quotient_rows(share),
    ]


def _rates(the_round: "Round", token: "Token", share: "Share") -> list[str]:
    """Write the rate in decimal, in base units and where possible in tokens."""
    from allocation.explain_share import quotient_text

    decimals, rates = the_round.inputs.decimals, []
    if decimals != token.decimals:
        rates.append(f"{quotient_text(share.pool, share.total)} base units per unit of power")
    if decimals is not None:
        per_token = quotient_text(share.pool * 10**decimals, share.total * 10**token.decimals)
        rates.append(f"{per_token} {token.symbol} per token of voting power")
    return rates


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


def _power(the_round: "Round", power: int) -> str:
    decimals = the_round.inputs.decimals
    return f"{power:,}" if decimals is None else f"{power:,} ({amount(power, decimals)} tokens)"


def _removal_rows(the_round: "Round", removal: "Removal") -> "Rows":
    """Say which rule removed a row, and how far it was from counting."""
    if removal.threshold is not None and removal.missing is not None:
        return [
            ("not counted", f"below the minimum of {_power(the_round, removal.threshold)}"),
            ("missing", _power(the_round, removal.missing)),
        ]
    why = {
        "zero_power": "without power it is no vote",
        "side": f"its side is one of {', '.join(the_round.rules.exclude_sides)}",
        "excluded": f"the wallet stands in {the_round.inputs.exclude}, which gives the reason",
    }
    return [("not counted", why[removal.cause])]


def _why_nothing(explained: "TokenExplanation") -> str:
    """Say why there is no leaf."""
    from allocation.explain_votes import VoteStep

    votes = [step for step in explained.steps if isinstance(step, VoteStep)]
    if not votes:
        return "nothing: the round drops amounts of 0"
    if not any(vote.counts for vote in votes):
        return f"nothing: of {counted(len(votes), 'vote')} none counts"
    return "nothing: all of it is less than one base unit"


def _claim_rows(token: "Token", proof: "WalletProof") -> "Rows":
    """Say where the wallet receives what it claims, and what proves that it may."""
    from merkle.bundle.layout import allocations_file
    from merkle.bundle.lines import HEADER_LINES

    line = proof.row + HEADER_LINES + 1
    rows = [
        *_receiver_rows(token),
        ("leaf", f"line {line:,} of {allocations_file(token.symbol)}"),
        ("tree", f"{proof.number}, version {proof.tree.version}"),
        ("distributor", address_text(proof.token.program, proof.tree.distributor)),
        ("root", proof.tree.root.hex()),
        ("proof", f"checked: the leaf and {counted(len(proof.siblings), 'sibling')} lead to it"),
    ]
    return [("locked", f"{proof.locked:,} of it"), *rows] if proof.locked else rows


def _receiver_rows(token: "Token") -> "Rows":
    from allocation.address import format_address

    base = token.distributor.locker_base
    if token.claim != "stake" or base is None:
        return [("claim", "into the wallet's own token account")]
    return [
        ("claim", "into the wallet's stake account (escrow)"),
        ("locker base", format_address(base)),
    ]
