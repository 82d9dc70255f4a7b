"""An explanation as text that a pencil can follow."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING, Final

from merkle.cli.describing import address_text
from merkle.cli.explaining_steps import given_rows, minimum_rows, stake_rows, vote_rows
from merkle.cli.output import amount, counted, facts, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.explain_steps import Explanation, Step, TokenExplanation
    from allocation.round import Proposal, Round, Token
    from merkle.bundle.locate import WalletProof
    from merkle.cli.explaining_steps import Rows

DIVIDED: Final = "Amounts are base units. A share is pool x weight / total, rounded down."
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
    if the_round.period is not None:
        period = the_round.period
        rows.append(("period", f"{_time(period.start)} to {_time(period.end)}, {period.mode}"))
    others = [_name(proposal) for proposal in explanation.not_voted]
    rows += [("no vote on" if not at else "", name) for at, name in enumerate(others)]
    lines = facts(rows)
    if the_round.method != "list":
        lines += ["", DIVIDED, LEFT_OVER[the_round.rules.rounding]]
    for token in explanation.tokens:
        lines += ["", *_token_lines(the_round, token, proofs.get(token.token.symbol))]
    return lines


def _time(seconds: int) -> str:
    """Write a time; where it is a midnight, its day is enough."""
    from datetime import UTC, datetime

    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return text.removesuffix("T00:00:00Z")


def _name(proposal: "Proposal") -> str:
    return f"{proposal.title}, {proposal.id}" if proposal.title else proposal.id


def _token_lines(
    the_round: "Round", explained: "TokenExplanation", proof: "WalletProof | None"
) -> list[str]:
    token, total = explained.token, explained.amount
    unit = f"1 {token.symbol} = {10**token.decimals:,}"
    lines = [f"{token.symbol}  {amount(total, token.decimals)} ({total:,} base units; {unit})"]
    if explained.minimum is not None:
        lines += ["", *facts(minimum_rows(token, explained.minimum), indent=2)]
    for step in explained.steps:
        lines += ["", *_step_lines(the_round, token, step)]
    rewards = [f"{step.reward:,}" for step in explained.steps]
    rows = [("sum", f"{' + '.join(rewards)} = {total:,}")] if len(rewards) > 1 else []
    rows += [("claim", _why_nothing(explained))] if proof is None else _claim_rows(token, proof)
    return [*lines, "", *facts(rows, indent=2)]


def _step_lines(the_round: "Round", token: "Token", step: "Step") -> list[str]:
    from allocation.explain_steps import StakeStep, VoteStep

    if isinstance(step, VoteStep):
        name = printable(_name(step.proposal))
        return [f"  {name}", *facts(vote_rows(the_round, token, step), indent=4)]
    if isinstance(step, StakeStep):
        return facts(stake_rows(the_round, token, step), indent=2)
    return facts(given_rows(the_round, step), indent=2)


def _why_nothing(explained: "TokenExplanation") -> str:
    """Say why there is no leaf."""
    from allocation.explain_steps import GivenStep, VoteStep

    rows = [step for step in explained.steps if not isinstance(step, GivenStep)]
    if not rows:
        return "nothing: the round drops amounts of 0"
    if all(row.removal for row in rows):
        if not isinstance(rows[0], VoteStep):
            return "nothing: its stake does not count"
        return f"nothing: of {counted(len(rows), 'vote')} none counts"
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
