"""`asr deploy`: from a bundle to distributors on chain. This module: the group, and `plan`."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, app, check_new, example
from merkle.cli.deploying_bundle import planned_by
from merkle.cli.deploying_chain import checked_time, chosen_freshness, connected
from merkle.cli.deploying_text import (
    freshness_line,
    moving_lines,
    roles_of,
    steps_lines,
    token_lines,
)
from merkle.cli.output import (
    counted,
    facts,
    network_text,
    print_json,
    print_lines,
    printable,
    progress,
    warn,
)
from merkle.cli.writing import write_file

if TYPE_CHECKING:
    from merkle.bundle.read import Bundle
    from merkle.deployment.planning import Plan
    from merkle.program.transactions import Freshness
    from merkle.rpc import Client, Network

deploy = typer.Typer(
    name="deploy",
    help="Plan, send, check and keep the distributors of a bundle.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(deploy)

RpcOption = Annotated[
    str | None, typer.Option("--rpc-url", metavar="URL", help="A node to ask; none by default.")
]
BlockhashOption = Annotated[
    str | None, typer.Option("--blockhash", metavar="HASH", help="For the transactions.")
]
NonceOption = Annotated[
    str | None, typer.Option("--nonce-account", metavar="KEY", help="A durable nonce.")
]
NonceAuthorityOption = Annotated[
    str | None, typer.Option("--nonce-authority", metavar="KEY", help="Who signs for the nonce.")
]
DeployOption = Annotated[
    Path, typer.Option("--deploy", metavar="FILE", help="The settings: deploy.toml.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The time that a plan's moments are held against, and whose clock it is."""

    seconds: int
    clock: str


@deploy.command(
    epilog=example(
        "asr deploy plan bundle --deploy deploy.toml --out plan.json",
        "asr deploy plan bundle --deploy deploy.toml --rpc-url URL --out plan.json",
    )
)
def plan(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    settings: DeployOption,
    url: RpcOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the plan here.")
    ] = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="Hold times against this, in UTC."),
    ] = None,
    symbol: TokenOption = None,
    verified: Annotated[
        bool, typer.Option("--verify", help="Verify the whole bundle first, as `asr verify` does.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say what a deployment will do, and send nothing.

    Prints every address, argument, amount and cost. --out writes plan.json with the unsigned
    transactions, and as instructions for a multisig; `send` and `check` read it.
    """
    from merkle.deployment.cautions import cautions_of
    from merkle.deployment.document import format_plan, plan_document

    if out is not None:
        check_new(out)
    opened = _opened(bundle, verified=verified)
    made = planned_by(opened, settings, symbol)
    asked = connected(url)
    freshness = chosen_freshness(asked, blockhash, nonce, nonce_authority)
    moment = _time(now, asked)
    # of what stands already no time is too late: with a node, it says what is still to be made
    warnings = cautions_of(made, moment.seconds if asked is None else None)
    warnings += [*_on_chain(made, asked, moment.seconds), *_nonce_cautions(made, freshness)]
    if out is not None:
        write_file(out, format_plan(made, freshness))
    network = _network(asked)
    warn([] if as_json else warnings)
    if as_json:
        shown = None if network is None else network.genesis_hash
        document = {"genesis_hash": shown, "warnings": warnings}
        print_json({**document, "plan": plan_document(made, freshness)})
    else:
        rows = _heading(opened, network, moment, freshness, verified=verified)
        print_lines([*facts(rows), *_plan_lines(made), *_last_lines(opened, out)])


def _opened(path: Path, *, verified: bool) -> "Bundle":
    from allocation.errors import AsrError
    from merkle.bundle.sound import open_sound
    from merkle.verify import verify_bundle

    if verified:
        with progress() as report:
            found = verify_bundle(path, progress=report)
        if found.findings:
            raise AsrError(f"{path} does not hold: {found.findings[0]}; run `asr verify {path}`")
    return open_sound(path)


def _time(now: str | None, client: "Client | None") -> Time:
    from merkle import rpc

    if now is not None:
        return Time(seconds=checked_time(now, "--now"), clock="as given by --now")
    if client is not None:
        return Time(seconds=rpc.clock(client).unix_timestamp, clock="the chain's clock")
    return Time(seconds=int(time.time()), clock="this machine's clock")


def _network(client: "Client | None") -> "Network | None":
    from merkle import rpc

    return None if client is None else rpc.network(client)


def _on_chain(made: "Plan", client: "Client | None", now: int) -> list[str]:
    """Say what already stands on chain and what there is in the way."""
    from merkle.deployment.cautions import chain_cautions
    from merkle.deployment.pending import obstacles, pending_steps
    from merkle.deployment.steps import steps_of
    from merkle.rpc.deploying import Patience, read_chain

    if client is None:
        return []
    found = read_chain(client, made, 0, Patience())
    steps, left = len(steps_of(made)), len(pending_steps(made, found))
    done = [f"{left} of these {steps} transactions are left to send"] if left < steps else []
    told = [*done, *obstacles(made, found, now), *chain_cautions(made, found)]
    return [f"on chain: {line}" for line in told]


def _nonce_cautions(made: "Plan", freshness: "Freshness") -> list[str]:
    from merkle.deployment.steps import steps_of

    steps = len(steps_of(made))
    if freshness.nonce is None or steps == 1:
        return []
    only_one = f"one nonce serves one transaction: of these {steps} only one can land"
    return [f"{only_one}; plan again with the nonce's next value after each"]


def _heading(
    bundle: "Bundle",
    network: "Network | None",
    moment: Time,
    freshness: "Freshness",
    *,
    verified: bool,
) -> list[tuple[str, str]]:
    from merkle.deployment.moments import show_time

    not_asked = "not asked: no --rpc-url"
    unverified = "not here: run `asr verify` first, or pass --verify"
    return [
        ("round", bundle.manifest.round),
        ("verified", "yes, the whole bundle" if verified else unverified),
        ("network", not_asked if network is None else network_text(network)),
        ("time", f"{show_time(moment.seconds)}, {moment.clock}"),
        ("blockhash", freshness_line(freshness)),
    ]


def _plan_lines(made: "Plan") -> list[str]:
    from merkle.deployment.steps import steps_of

    lines = []
    for planned in made.tokens:
        lines += ["", *token_lines(planned)]
    steps = steps_of(made)
    heading = f"{counted(len(steps), 'transaction')}, in this order; nothing is signed or sent here"
    return [
        *lines,
        *("", heading, *steps_lines(steps, roles_of(made))),
        *("", "What moves, at most", *moving_lines(steps)),
    ]


def _last_lines(bundle: "Bundle", out: Path | None) -> list[str]:
    written = [] if out is None else ["", f"written to {printable(out)}"]
    return [*written, "", f"bundle id  {bundle.id}"]
