"""The node that `asr deploy` asks, if one is named, and what its transactions carry."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING

import typer

from merkle.cli.app import checked_address
from merkle.cli.output import printable

if TYPE_CHECKING:
    from merkle.program.transactions import Freshness
    from merkle.rpc import Client


def connected(url: str | None) -> "Client | None":
    """Prepare to ask the node that the operator names; without one nothing is asked."""
    from merkle import rpc

    return None if url is None else rpc.connect(url)


def chosen_freshness(
    client: "Client | None",
    blockhash: str | None,
    nonce: str | None,
    authority: str | None,
) -> "Freshness":
    """Return what the transactions carry: what is given, else what the node says, else nothing.

    Errors: RpcError; AsrError for a nonce account that does not fit.
    """
    from merkle import rpc
    from merkle.program.transactions import Freshness
    from merkle.rpc.nonces import with_stored_blockhash

    if (nonce is None) != (authority is None):
        raise typer.BadParameter("give --nonce-account and --nonce-authority together")
    given = None if blockhash is None else checked_address(blockhash, "--blockhash")
    if nonce is not None and authority is not None:
        account = checked_address(nonce, "--nonce-account")
        owner = checked_address(authority, "--nonce-authority")
        fresh = Freshness(blockhash=given, nonce=account, nonce_authority=owner)
        return fresh if client is None else with_stored_blockhash(client, fresh, account, owner)
    if given is None and client is not None:
        return Freshness(blockhash=rpc.latest_blockhash(client).hash)
    return Freshness(blockhash=given)


def checked_time(text: str, name: str) -> int:
    """Read a moment of the command line; a bad one is misuse, exit 2."""
    from allocation.errors import BadValueError
    from merkle.deployment.moments import time_of

    try:
        return time_of(text)
    except BadValueError as error:
        raise typer.BadParameter(f"{printable(text)}: {error}", param_hint=name) from error
