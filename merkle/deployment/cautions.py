"""What an operator should know before a plan is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from allocation.address import format_address
from merkle.deployment.chain import mint_in
from merkle.deployment.moments import far_slot, is_out_of_reach, show_time
from merkle.program import depth_limit, too_deep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from merkle.deployment.chain import Found
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree


def cautions_of(plan: Plan, now: int | None) -> list[str]:
    """Return warnings; those about times only where `now`, in unix seconds, is known."""
    cautions = [] if now is None else refused_times(plan, now)
    for planned in plan.tokens:
        cautions += [f"{planned.token.symbol}: {caution}" for caution in _of_token(planned)]
        for tree in planned.trees:
            place = f"{planned.token.symbol} tree {tree.tree.number}"
            cautions += [f"{place}: {caution}" for caution in _of_tree(planned, tree)]
    return [*cautions, *_of_signers(plan), *_of_bases(plan)]


def chain_cautions(plan: Plan, found: Found) -> list[str]:
    """Return warnings of what stands on chain and hinders nothing, yet can later."""
    cautions = []
    for planned in plan.tokens:
        mint = mint_in(found, planned.token.mint)
        if not isinstance(mint, str) and mint.freeze_authority is not None:
            cautions.append(
                f"{planned.token.symbol}: {format_address(mint.freeze_authority)} may freeze any "
                "account of this mint, and so end all claims"
            )
    return cautions


def refused_times(plan: Plan, now: int) -> list[str]:
    """Name the times for which a program refuses a new distributor at `now`.

    All want the start of vesting in the future, and the other two times are later still.
    """
    problems = []
    for planned in plan.tokens:
        start = planned.settings.start_vesting
        if start <= now:
            problems.append(
                f"{planned.token.symbol}: start_vesting {show_time(start)} is not after "
                f"{show_time(now)}: the program refuses it; write later times"
            )
    return problems


def _of_token(planned: PlannedToken) -> Iterator[str]:
    settings, profile = planned.settings, planned.token.profile
    if settings.closable:
        yield (
            "closable: the admin may send a whole vault to any account, and delete records of "
            "claims, which lets wallets claim again"
        )
    if settings.admin == settings.funder:
        yield "admin and funder are one key: who has it has the tokens and the distributors"
    if settings.operator is not None:
        operator = format_address(settings.operator)
        yield f"no wallet can claim without the signature of the operator {operator}"
    begin, clawback = settings.activation, settings.clawback_start
    if not begin.is_time and is_out_of_reach(begin.point, clawback):
        yield far_slot(begin.point)
    if not profile.has_base:
        yield (
            f"anybody can make a {profile.name} distributor at these addresses before you, with "
            "another root or admin, or its vault, which keeps you from making it: fund none that "
            "`asr deploy check` has not passed"
        )


def _of_tree(planned: PlannedToken, tree: PlannedTree) -> Iterator[str]:
    token, zeros = planned.token, tree.tree.zero_amounts
    profile = token.profile
    if zeros and token.claim == "stake":
        yield f"{zeros:,} leaves without an unlocked amount, which nobody can stake: they stay"
    if not tree.tree.max_total_claim:
        yield (
            "its leaves add up to 0: every claim fails, by a division by zero"
            if profile.has_bonus
            else "its leaves add up to 0: there is nothing to claim"
        )
    if tree.tree.depth > depth_limit(profile, token.claim):
        yield too_deep(profile, token.claim, tree.tree.max_num_nodes)


def _of_signers(plan: Plan) -> Iterator[str]:
    """Name those for whom no key can sign, each once."""
    admins = dict.fromkeys(planned.settings.admin for planned in plan.tokens)
    funders = dict.fromkeys(planned.settings.funder for planned in plan.tokens)
    for key in {**admins, **funders}:
        if not Pubkey(key).is_on_curve():
            yield (
                f"{format_address(key)} is no key but the address of a program's account, such as "
                "a multisig's vault: give its program the instructions of the plan; `asr deploy "
                "send` cannot sign for it"
            )
    owners = dict.fromkeys(planned.settings.clawback_owner for planned in plan.tokens)
    for key in owners:
        if key not in admins and key not in funders and not Pubkey(key).is_on_curve():
            yield (
                f"the clawback owner {format_address(key)} is no key but the address of a "
                "program's account: only that program can move what comes back"
            )
    for base in dict.fromkeys(planned.trees[0].arguments.base for planned in plan.tokens):
        if base is not None and not Pubkey(base).is_on_curve():
            yield f"nobody can sign with the base {format_address(base)}: it is no key of a keypair"


def _of_bases(plan: Plan) -> Iterator[str]:
    by_base: dict[Address, list[str]] = {}
    for planned in plan.tokens:
        base = planned.trees[0].arguments.base
        if base is not None:
            by_base.setdefault(base, []).append(planned.token.symbol)
    for key, symbols in by_base.items():
        if len(symbols) > 1:
            yield (
                f"one base key, {format_address(key)}, signs for {', '.join(symbols)}: keep it "
                "until all of them are made"
            )
