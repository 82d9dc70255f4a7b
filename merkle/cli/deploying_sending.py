"""`asr deploy send`: sign with the operator's own keypairs, send, and read everything back."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import BundleArgument, JsonFlag, example
from merkle.cli.deploying import deploy
from merkle.cli.deploying_bundle import read_plan_file
from merkle.cli.deploying_checked import show_checked
from merkle.cli.deploying_files import read_small
from merkle.cli.deploying_text import (
    moving_lines,
    roles_of,
    steps_lines,
    token_lines,
)
from merkle.cli.output import counted, facts, network_text, print_lines, printable, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocation.address import Address
    from merkle.deployment.chain import Found
    from merkle.deployment.keys import SigningKey
    from merkle.deployment.planning import Plan
    from merkle.deployment.steps import Step
    from merkle.rpc import Client, Network, Signature
    from merkle.rpc.deploying import Sender
    from merkle.rpc.journal import Journal

SHORT_ID: Final = 16  # digits of a bundle id in the name of its journal
MOST_EXPENSIVE: Final = 10_000_000  # a step would cost 0.0025 SOL

PlanOption = Annotated[
    Path, typer.Option("--plan", metavar="FILE", help="The plan that `deploy plan` wrote.")
]


@deploy.command(
    epilog=example(
        "asr deploy send bundle --plan plan.json --rpc-url URL --keypair a.json --keypair b.json"
    )
)
def send(
    bundle: BundleArgument,
    *,
    plan_file: PlanOption,
    url: Annotated[str, typer.Option("--rpc-url", metavar="URL", help="The node to send to.")],
    keypairs: Annotated[
        list[Path],
        typer.Option("--keypair", metavar="FILE", help="One for every signer; never copied."),
    ],
    price: Annotated[
        int | None,
        typer.Option(
            "--compute-price",
            metavar="N",
            min=1,
            max=MOST_EXPENSIVE,
            help="Micro-lamports per compute unit, to be taken sooner.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Send what is left of a plan: real tokens move.

    Shows the chain and everything that moves, asks, and signs each transaction with a fresh
    blockhash; every distributor is read back before a vault is paid. Run it again after a
    failure: what is there is checked, not repeated. deploy-....sent beside the plan notes what was
    sent; keep it until all is done. Send from one folder at a time: two runs at once, in two
    folders, do not know of each other and may pay a vault twice.
    """
    from merkle import rpc
    from merkle.bundle.sound import open_sound
    from merkle.rpc.journal import open_journal

    opened = open_sound(bundle)
    plan = read_plan_file(plan_file, opened)
    keys = _keys(keypairs)
    client = rpc.connect(url)
    network = rpc.network(client)
    journal_file = plan_file.with_name(f"deploy-{opened.id[:SHORT_ID]}.sent")
    _say(as_json, [*facts([("network", network_text(network)), ("node", client.shown)]), ""])
    with open_journal(journal_file, opened.id, network.genesis_hash) as journal:
        sender = _sender(client, plan, keys, journal, price, as_json=as_json)
        with _doubts(journal):
            sender.settle()
            steps = _agreed_steps(sender, network, yes=yes, as_json=as_json)
            sender.send(steps)
        _finish(sender, network, as_json=as_json)


def _keys(paths: "Sequence[Path]") -> "dict[Address, SigningKey]":
    """Read keypairs; nothing of them is shown but the address."""
    from merkle.deployment.keys import LARGEST_KEYPAIR, read_keypair

    keys = {}
    for path in paths:
        key = read_keypair(str(path), read_small(path, LARGEST_KEYPAIR, "a keypair"))
        keys[key.address] = key
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            warn([f"{path} can be read by others on this machine; run `chmod 600 {path}`"])
    return keys


def _sender(
    client: "Client",
    plan: "Plan",
    keys: "Mapping[Address, SigningKey]",
    journal: "Journal",
    price: int | None,
    *,
    as_json: bool,
) -> "Sender":
    from merkle.rpc.deploying import Patience, Sender

    def announce(step: "Step", signature: "Signature") -> None:
        _say(as_json, [f"sending: {step.title}", f"  {signature}"])

    return Sender(
        client=client,
        plan=plan,
        keys=keys,
        journal=journal,
        announce=announce,
        tell=lambda line: _say(as_json, [line]),
        patience=Patience(),
        price=price,
    )


@contextmanager
def _doubts(journal: "Journal") -> "Iterator[None]":
    """Say, when a run breaks off, what nobody knows the end of."""
    from merkle.rpc import RpcError

    try:
        yield
    except (RpcError, OSError, KeyboardInterrupt):
        warn(
            f"{sent.step}: {sent.signature} may have landed, or land still; run this again: it is "
            "looked for first"
            for sent in journal.unsettled
        )
        raise


def _agreed_steps(
    sender: "Sender", network: "Network", *, yes: bool, as_json: bool
) -> "list[Step]":
    """Show what is left, refuse what cannot be right, and ask.

    Errors: DeploymentError.
    """
    from merkle import rpc
    from merkle.deployment.cautions import chain_cautions
    from merkle.deployment.keys import missing_signers
    from merkle.deployment.pending import obstacles

    found = sender.read()
    now = rpc.clock(sender.client).unix_timestamp
    _refuse(obstacles(sender.plan, found, now, sender.price))
    warn(chain_cautions(sender.plan, found))
    steps = sender.pending(found)
    _say(as_json, _agreement(sender.plan, steps, found))
    roles = roles_of(sender.plan)
    missing = missing_signers([step.transaction() for step in steps], sender.keys)
    _refuse([f"--keypair is missing for {roles[key]}" for key in missing])
    if steps and not yes:
        _ask(len(steps), network)
    return steps


def _agreement(plan: "Plan", steps: "list[Step]", found: "Found") -> list[str]:
    lines = [line for planned in plan.tokens for line in (*token_lines(planned), "")]
    lines += _held_lines(plan, found)
    if not steps:
        return [*lines, "Everything is there already; nothing is left to send."]
    return [
        *lines,
        f"{counted(len(steps), 'transaction')} left",
        *steps_lines(steps, roles_of(plan)),
        *("", "What moves, at most", *moving_lines(steps), ""),
    ]


def _held_lines(plan: "Plan", found: "Found") -> list[str]:
    """Say which vaults hold something already, and what that means."""
    from merkle.cli.output import amount
    from merkle.deployment.chain import token_account_in
    from merkle.deployment.pending import lack

    lines = []
    for planned in plan.tokens:
        for tree in planned.trees:
            vault = token_account_in(found, tree.vault)
            if isinstance(vault, str) or not vault.amount:
                continue
            missing = lack(planned, tree, found)
            decimals, symbol = planned.token.decimals, planned.token.symbol
            word = "lacks" if missing > 0 else "holds too much by" if missing < 0 else ""
            rest = f" and {word} {amount(abs(missing), decimals)}" if word else ", all it needs"
            held = amount(vault.amount, decimals)
            lines.append(f"the vault of {symbol} tree {tree.tree.number} holds {held}{rest}")
    return [*lines, ""] if lines else []


def _ask(count: int, network: "Network") -> None:
    """Ask on a terminal; without one, only --yes says yes.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    if not sys.stdin.isatty():
        raise AsrError("nobody is there to ask; nothing was sent; pass --yes to send")
    question = f"Sign and send {counted(count, 'transaction')} on {_chain_name(network)}?"
    try:
        is_agreed = typer.confirm(question, err=True)
    except typer.Abort:  # Ctrl-C, or the end of the input
        is_agreed = False
    if not is_agreed:
        raise AsrError("not agreed; nothing was sent")


def _chain_name(network: "Network") -> str:
    return "an unknown network" if network.name == "unknown" else network.name


def _finish(sender: "Sender", network: "Network", *, as_json: bool) -> None:
    """Read everything back once more, and exit by it."""
    from merkle.deployment.checks import check_plan

    checked = check_plan(sender.plan, sender.read())
    _say(as_json, [""])
    show_checked(checked, network, every=False, as_json=as_json)


def _refuse(problems: "Sequence[str]") -> None:
    """Refuse to send anything while there is a problem.

    Errors: DeploymentError with every one.
    """
    from merkle.deployment.tokens import DeploymentError

    if problems:
        raise DeploymentError("\n".join([*problems, "nothing was sent"]))


def _say(as_json: bool, lines: "Sequence[str]") -> None:
    """Print for people; with --json on stderr, since stdout holds the document alone."""
    if as_json:
        typer.echo("\n".join(printable(line) for line in lines), err=True)
    else:
        print_lines([printable(line) for line in lines])
