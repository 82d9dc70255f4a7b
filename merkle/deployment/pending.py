"""What is left to do of a plan, and what stands in its way, by what the chain holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from allocation.units import format_tokens
from merkle.deployment.cautions import refused_times
from merkle.deployment.chain import NOTHING_THERE, token_account_in
from merkle.deployment.checks import check_tree, foundations, missing_in_vault, receiver_checks
from merkle.deployment.steps import costs_of, fund_step, steps_of
from merkle.program.ids import SYSTEM_PROGRAM
from merkle.program.layouts_token import INITIALIZED, TOKEN_ACCOUNT_BYTES
from merkle.program.rent import SOL_DECIMALS, rent_exempt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.address import Address
    from merkle.deployment.chain import Found
    from merkle.deployment.checks import Check, Checked
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree
    from merkle.deployment.steps import Step
    from merkle.program.layouts_token import TokenAccount


def pending_steps(plan: Plan, found: Found, price: int | None = None) -> list[Step]:
    """Return the steps that are not done; a funding pays only what its vault lacks.

    Units: `price`, if one is offered, in micro-lamports per compute unit.
    """
    left = [_what_is_left(step, found) for step in steps_of(plan)]
    return [replace(step, price=price) for step in left if step is not None]


def obstacles(plan: Plan, found: Found, now: int, price: int | None = None) -> list[str]:
    """Say why the steps that are left must not be sent; nothing where they may.

    Units: `now` in unix seconds, of the chain; `price` as in `pending_steps`.
    """
    problems = [line for token in plan.tokens for line in _of_token(token, found)]
    steps = pending_steps(plan, found, price)
    makers = {step.planned.token.symbol for step in steps if step.kind == "create"}
    unmade = tuple(token for token in plan.tokens if token.token.symbol in makers)
    problems += refused_times(replace(plan, tokens=unmade), now)
    problems += _lacking_tokens(steps, found)
    problems += _lacking_lamports(steps, found)
    return problems


def differences(checked: Checked) -> Iterator[str]:
    """Say in one line each what is not as planned, the balance of a vault apart."""
    if not checked.is_right:
        for check in checked.failed:
            yield f"{checked.title}, {difference(check)}"


def difference(check: Check) -> str:
    """Say in one line what should be and what is."""
    return f"{check.name}: {check.found}, planned is {check.expected}"


def lack(planned: PlannedToken, tree: PlannedTree, found: Found) -> int:
    """Return what a vault that is there or will be made still lacks; 0 or less: nothing."""
    if check_tree(planned, tree, found).is_made:
        return missing_in_vault(planned, tree, found)
    vault = token_account_in(found, tree.vault)
    held = 0 if isinstance(vault, str) else vault.amount
    return tree.arguments.max_total_claim - held


def _what_is_left(step: Step, found: Found) -> Step | None:
    planned, tree = step.planned, step.tree
    if tree is None:
        there = token_account_in(found, planned.clawback_receiver) != NOTHING_THERE
        return None if there else step
    checked = check_tree(planned, tree, found)
    if step.kind == "create":
        return None if checked.is_made else _at_what_is_there(step, tree, found)
    if checked.is_made and not checked.is_right:
        return None  # an obstacle, never to be paid
    missing = lack(planned, tree, found)
    return fund_step(planned, tree, missing) if missing > 0 else None


def _at_what_is_there(step: Step, tree: PlannedTree, found: Found) -> Step:
    """Charge no rent for a vault that somebody has made already."""
    if token_account_in(found, tree.vault) == NOTHING_THERE:
        return step
    return replace(step, rent=step.rent - rent_exempt(TOKEN_ACCOUNT_BYTES))


def _of_token(planned: PlannedToken, found: Found) -> Iterator[str]:
    """Name what is wrong with what is there; what is not there yet is no obstacle."""
    symbol = planned.token.symbol
    checks = [*foundations(planned, found)]
    if token_account_in(found, planned.clawback_receiver) != NOTHING_THERE:
        checks += receiver_checks(planned, found)
    for check in checks:
        if not check.passed:
            remedy = _REMEDIES.get(check.name, "find out what stands there")
            yield f"{symbol}, {difference(check)}; {remedy}"
    for tree in planned.trees:
        checked = check_tree(planned, tree, found)
        if checked.is_made:
            yield from differences(checked)
        elif planned.token.profile.creates_vault:
            yield from _of_made_vault(planned, tree, found)


_REMEDIES: Final = {
    "program": "is it the right network?",
    "mint": "is it the right network, and the right mint in the round file?",
    "mint decimals": "mend the round file and build the bundle again",
    "mint of the locker": "is it the right network, and the right locker_base in the round file?",
    "clawback receiver's state": "ask whoever froze it, or choose another clawback_owner",
}


def _of_made_vault(planned: PlannedToken, tree: PlannedTree, found: Found) -> Iterator[str]:
    """Name a vault that stands already where the program makes it: then it can't, ever."""
    if token_account_in(found, tree.vault) == NOTHING_THERE:
        return
    symbol, program = planned.token.symbol, planned.token.program
    yield (
        f"{symbol} tree {tree.tree.number}: somebody has made its vault "
        f"{format_address(tree.vault)}, as anybody can, and {program} refuses one that is there: "
        "set another first_version in the round file and build the bundle again"
    )


def _lacking_tokens(steps: Sequence[Step], found: Found) -> Iterator[str]:
    needed: dict[Address, int] = {}
    for step in steps:
        needed[step.planned.source] = needed.get(step.planned.source, 0) + step.amount
    for step in steps:
        amount = needed.pop(step.planned.source, 0)
        token = step.planned.token
        account = token_account_in(found, step.planned.source)
        held = 0
        if amount and not isinstance(account, str):
            held = account.amount
            yield from _of_source(step.planned, account)
        if held < amount:
            yield (
                f"{token.symbol}: the funder's token account "
                f"{format_address(step.planned.source)} holds "
                f"{format_tokens(held, token.decimals)}, "
                f"{format_tokens(amount, token.decimals)} are to be paid; pay the rest in"
            )


def _of_source(planned: PlannedToken, account: TokenAccount) -> Iterator[str]:
    """Say why the account that pays cannot, before distributors are made for nothing."""
    place = f"{planned.token.symbol}: the funder's token account {format_address(planned.source)}"
    if account.owner != planned.settings.funder:
        yield f"{place} belongs to {format_address(account.owner)}, who alone can pay from it"
    if account.mint != planned.token.mint:
        yield f"{place} is of the mint {format_address(account.mint)}"
    if account.state != INITIALIZED:
        yield f"{place} is frozen; ask whoever froze it"


def _lacking_lamports(steps: list[Step], found: Found) -> Iterator[str]:
    for cost in costs_of(steps):
        account = found[cost.payer]
        if account is not None and (account.owner != SYSTEM_PROGRAM or account.content):
            yield f"{format_address(cost.payer)} is no plain wallet, and no fee is taken from it"
        held = account.lamports if account else 0
        needed = cost.rent + cost.fees + rent_exempt(0)  # what a wallet keeps, or it may not pay
        if held < needed:
            yield (
                f"{format_address(cost.payer)} has {_sol(held)} SOL, "
                f"{_sol(needed)} are needed; pay the rest in"
            )


def _sol(lamports: int) -> str:
    return format_tokens(lamports, SOL_DECIMALS)
