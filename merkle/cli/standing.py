"""`asr status`: who has claimed and who has not, as a chain says."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, app, example
from merkle.cli.output import print_json, print_lines, progress
from merkle.cli.standing_csv import UnclaimedFile, check_csv
from merkle.cli.standing_text import lines
from merkle.cli.standing_view import View, document

CONNECTIONS: Final = 4
MOST_CONNECTIONS: Final = 32


@app.command(
    epilog=example(
        "asr status bundle --rpc-url https://api.example.org",
        "asr status bundle --rpc-url URL --token JUP --csv unclaimed.csv",
    )
)
def status(
    bundle: BundleArgument,
    *,
    rpc_url: Annotated[str, typer.Option("--rpc-url", metavar="URL", help="The node to ask.")],
    symbol: TokenOption = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write the wallets that have not claimed."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    connections: Annotated[
        int,
        typer.Option(
            "--connections",
            metavar="N",
            min=1,
            max=MOST_CONNECTIONS,
            help="Questions at once; fewer, where the node limits them.",
        ),
    ] = CONNECTIONS,
    as_json: JsonFlag = False,
) -> None:
    """Show how far a bundle has been claimed.

    Looks up the record of every wallet's claim, holds each to its leaf, and the sums to what the
    distributors count themselves. Exit 1 if a distributor is missing or serves another tree, or
    if anything on chain contradicts the bundle.
    """
    from merkle import rpc
    from merkle.bundle.sound import chosen, open_sound
    from merkle.rpc.standing import Watcher, standing_of_token

    check_csv(csv, force=force)
    opened = open_sound(bundle)
    tokens = chosen(opened.manifest.tokens, symbol)
    # many calls, so a busy node is given more time to recover than a single one would need
    clients = [rpc.connect(rpc_url, limits=rpc.Limits(attempts=8)) for _ in range(connections)]
    network = rpc.network(rpc.connect(rpc_url))  # where nothing listens, that is said sooner
    with ExitStack() as stack:
        report = stack.enter_context(progress())
        file = None if csv is None else stack.enter_context(UnclaimedFile(csv, force=force))
        watcher = Watcher(progress=report, unclaimed=None if file is None else file.add)
        standings = tuple(standing_of_token(clients, opened, token, watcher) for token in tokens)
        is_whole = all(standing.is_whole for standing in standings)
        if file is not None and is_whole:
            file.publish()
    view = View(
        bundle_id=opened.id,
        node=clients[0].shown,
        network=network,
        standings=standings,
        written=csv if is_whole else None,
        is_unwritten=csv is not None and not is_whole,
    )
    if as_json:
        print_json(document(view))
    else:
        print_lines(lines(view))
    raise typer.Exit(0 if view.is_sound else 1)
