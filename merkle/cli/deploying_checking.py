"""`asr deploy check`: every distributor of a bundle against the chain, field by field."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, example
from merkle.cli.deploying import deploy
from merkle.cli.deploying_bundle import planned_by, read_plan_file
from merkle.cli.deploying_checked import show_checked
from merkle.cli.output import network_text, print_lines

if TYPE_CHECKING:
    from merkle.deployment.planning import Plan


@deploy.command(
    epilog=example(
        "asr deploy check bundle --plan plan.json --rpc-url URL",
        "asr deploy check bundle --deploy deploy.toml --rpc-url URL",
    )
)
def check(
    bundle: BundleArgument,
    *,
    url: Annotated[str, typer.Option("--rpc-url", metavar="URL", help="The node to ask.")],
    plan_file: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="What was planned.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--deploy", metavar="FILE", help="Or how it is planned.")
    ] = None,
    symbol: TokenOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show every check, not only those that failed.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare every distributor and vault with the plan.

    Shows a line per tree, and below it every value that differs. Exit 1 if one does: a claim could
    fail, or somebody else could have made it.
    """
    from merkle import rpc
    from merkle.deployment.checks import check_plan
    from merkle.rpc.deploying import Patience, read_chain

    plan = _planned(bundle, plan_file, settings, symbol)
    client = rpc.connect(url)
    network = rpc.network(client)
    found = read_chain(client, plan, 0, Patience())
    if not as_json:
        print_lines([f"network  {network_text(network)}", ""])
    show_checked(check_plan(plan, found), network, every=every, as_json=as_json)


def _planned(
    bundle: Path, plan_file: Path | None, settings: Path | None, symbol: str | None
) -> "Plan":
    from merkle.bundle.sound import open_sound

    opened = open_sound(bundle)
    if plan_file is not None and settings is None and symbol is None:
        return read_plan_file(plan_file, opened)
    if plan_file is None and settings is not None:
        return planned_by(opened, settings, symbol)
    raise typer.BadParameter("give --plan alone, or --deploy (with --token for one token)")
