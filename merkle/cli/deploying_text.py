"""What `asr deploy` shows: who, what, where and how much, before anything moves."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING, Final

from merkle.cli.output import amount, counted, facts, flush_right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from merkle.deployment.checks import Check, Checked
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree
    from merkle.deployment.steps import Step
    from merkle.program.transactions import Freshness

PLANNED: Final = "planned"


def token_lines(planned: "PlannedToken") -> list[str]:
    """Describe the distributors of one token, every setting as it is resolved."""
    lines = [planned.token.symbol, *facts(_token_rows(planned), indent=2)]
    for tree in planned.trees:
        lines += ["", *_tree_lines(planned, tree)]
    return lines


def _token_rows(planned: "PlannedToken") -> list[tuple[str, str]]:
    from merkle.deployment.moments import show_time

    token, settings = planned.token, planned.settings
    rows = [
        ("mint", f"{_shown(token.mint)}, {counted(token.decimals, 'decimal')}"),
        ("program", f"{token.program} {_shown(token.profile.program_id)}"),
        ("claim", token.claim),
    ]
    if planned.locker is not None:
        rows.append(("locker", _shown(planned.locker)))
    base = planned.trees[0].arguments.base
    if base is not None:
        rows.append(("base", f"{_shown(base)}, signs creations"))
    operator = "none: wallets claim alone" if settings.operator is None else ""
    return [
        *rows,
        ("admin", _shown(settings.admin)),
        ("funder", _shown(settings.funder)),
        ("  pays from", f"{_shown(planned.source)}, token account"),
        ("operator", operator or _shown(settings.operator or b"")),
        ("clawback owner", _shown(settings.clawback_owner)),
        ("  receives in", f"{_shown(planned.clawback_receiver)}, token account"),
        ("clawback from", show_time(settings.clawback_start)),
        ("vesting", f"{show_time(settings.start_vesting)} to {show_time(settings.end_vesting)}"),
        ("claims begin", str(settings.activation)),
        ("closable", "yes" if settings.closable else "no"),
        ("bonus", "none"),
    ]


def _tree_lines(planned: "PlannedToken", tree: "PlannedTree") -> list[str]:
    told = tree.tree
    total = amount(told.max_total_claim, planned.token.decimals)
    heading = (
        f"{planned.token.symbol} tree {told.number}: version {told.version}, "
        f"{counted(told.max_num_nodes, 'leaf')}, depth {told.depth}, "
        f"{total} {planned.token.symbol}"
    )
    rows = [
        ("root", told.root.hex()),
        ("distributor", _shown(tree.distributor)),
        ("vault", _shown(tree.vault)),
    ]
    return [heading, *facts(rows, indent=2)]


def steps_lines(steps: "Sequence[Step]", roles: "dict[Address, str]") -> list[str]:
    """List the steps by number, with who signs each, and whence and where tokens move."""
    lines = []
    for number, step in enumerate(steps, 1):
        transaction = step.transaction()
        lines.append(f"{number:3}. {step.title}")
        for at, key in enumerate(transaction.signers):
            lines.append(f"     {'         ' if at else 'signed by'} {roles.get(key, _shown(key))}")
        if step.tree is not None and step.kind == "fund":
            lines.append(f"     from {_shown(step.planned.source)}")
            lines.append(f"     to   {_shown(step.tree.vault)}")
    return lines


def roles_of(plan: "Plan") -> "dict[Address, str]":
    """Say what every signer of a plan is, e.g. `admin and funder 4RKm...`."""
    roles: dict[Address, list[str]] = {}
    for planned in plan.tokens:
        settings = planned.settings
        for key, role in (
            (settings.admin, "admin"),
            (planned.trees[0].arguments.base, "base"),
            (settings.funder, "funder"),
        ):
            if key is not None and role not in roles.setdefault(key, []):
                roles[key].append(role)
    return {key: f"{' and '.join(names)} {_shown(key)}" for key, names in roles.items()}


def moving_lines(steps: "Sequence[Step]") -> list[str]:
    """Add up what leaves token accounts and wallets, at most."""
    from merkle.deployment.steps import costs_of
    from merkle.program.rent import SOL_DECIMALS

    totals: dict[str, tuple[int, PlannedToken]] = {}
    for step in steps:
        symbol = step.planned.token.symbol
        before = totals.get(symbol, (0, step.planned))[0]
        totals[symbol] = (before + step.amount, step.planned)
    rows = [
        (f"{symbol} of mint {_shown(planned.token.mint)}", amount(total, planned.token.decimals))
        for symbol, (total, planned) in totals.items()
    ]
    rows += [
        (f"SOL of {_shown(cost.payer)}", amount(cost.rent + cost.fees, SOL_DECIMALS))
        for cost in costs_of(list(steps))
    ]
    return facts(flush_right(rows))


def freshness_line(freshness: "Freshness") -> str:
    """Say what the transactions carry."""
    if freshness.blockhash is None:
        return "empty: put a recent one in, or pass --rpc-url or --blockhash"
    shown = _shown(freshness.blockhash)
    return shown if freshness.nonce is None else f"{shown}, of nonce {_shown(freshness.nonce)}"


def checked_lines(checked: "Sequence[Checked]", *, every: bool) -> list[str]:
    """Show a line per tree and below it what failed, or with `every` each single check."""
    titles = [one.title for one in checked]
    counts = [_count(one) for one in checked]
    widths = max(map(len, titles)), max(map(len, counts))
    lines = []
    for one, title, count in zip(checked, titles, counts, strict=True):
        start = f"{title.ljust(widths[0])}  {_verdict(passed=one.passed)}  {count.ljust(widths[1])}"
        lines.append(f"{start}  {_shown(one.address)}")
        lines += _check_lines(one.checks if every else one.failed)
    return lines


def _count(checked: "Checked") -> str:
    total = counted(len(checked.checks), "check")
    return total if checked.passed else f"{len(checked.failed)} of {total}"


def _check_lines(checks: "Sequence[Check]") -> list[str]:
    """Show what each check found, and below it what is planned where that is something else."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        verdict = _verdict(passed=check.passed).ljust(len(PLANNED))
        lines.append(f"  {check.name.ljust(width)}  {verdict}  {check.found}")
        if not check.passed:
            lines.append(f"  {' ' * width}  {PLANNED}  {check.expected}")
    return lines


def _verdict(*, passed: bool) -> str:
    return "pass" if passed else "FAIL"


def _shown(key: bytes) -> str:
    from allocation.address import format_address

    return format_address(key)
