"""`asr claim`: one wallet's claim as unsigned transactions, and why it would fail."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from merkle.cli.app import (
    BundleArgument,
    JsonFlag,
    TokenOption,
    WalletArgument,
    app,
    checked_address,
    example,
)
from merkle.cli.claiming_json import document
from merkle.cli.claiming_text import lines
from merkle.cli.claiming_view import View
from merkle.cli.output import print_json, print_lines

if TYPE_CHECKING:
    from allocation.address import Address
    from merkle.claim.transactions import ClaimOptions
    from merkle.program.transactions import Freshness

MOST_UNITS: Final = 1_400_000  # compute units that a transaction may have
MOST_PRICE: Final = 2**64 - 1  # micro-lamports per unit; the instruction holds a u64

Version = Literal["legacy", "v0"]


@app.command(
    epilog=example(
        "asr claim bundle WALLET --token JUP",
        "asr claim bundle WALLET --rpc-url https://api.example.org --simulate",
        "asr claim bundle WALLET --locked",
    )
)
def claim(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    wallet: WalletArgument,
    *,
    symbol: TokenOption = None,
    locked: Annotated[
        bool,
        typer.Option("--locked", help="After the claim: take what is free of what was locked."),
    ] = False,
    rpc_url: Annotated[
        str | None,
        typer.Option("--rpc-url", metavar="URL", help="Ask this node what exists already."),
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Let the node try it; needs --rpc-url.")
    ] = False,
    operator: Annotated[
        str | None,
        typer.Option("--operator", metavar="KEY", help="Signs too, where claims need it."),
    ] = None,
    fee_payer: Annotated[
        str | None,
        typer.Option("--fee-payer", metavar="KEY", help="Pays instead of the wallet."),
    ] = None,
    compute_limit: Annotated[
        int | None,
        typer.Option("--compute-limit", metavar="N", min=1, max=MOST_UNITS, help="Compute units."),
    ] = None,
    compute_price: Annotated[
        int | None,
        typer.Option(
            "--compute-price",
            metavar="N",
            min=0,
            max=MOST_PRICE,
            help="Millionths of a lamport per unit.",
        ),
    ] = None,
    version: Annotated[
        Version, typer.Option("--version", metavar="VERSION", help="legacy or v0.")
    ] = "legacy",
    blockhash: Annotated[
        str | None, typer.Option("--blockhash", metavar="HASH", help="A recent blockhash.")
    ] = None,
    nonce_account: Annotated[
        str | None,
        typer.Option(
            "--nonce-account",
            metavar="KEY",
            help="Use its nonce; offline, --blockhash is what it stores.",
        ),
    ] = None,
    nonce_authority: Annotated[
        str | None,
        typer.Option(
            "--nonce-authority", metavar="KEY", help="Signs for it; default: the fee payer."
        ),
    ] = None,
    cancel_unstaking: Annotated[
        bool,
        typer.Option(
            "--cancel-unstaking", help="Turn max lock on again, where an unstake is running."
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a wallet's claim: transactions to be signed elsewhere.

    Nothing is signed or sent, and no key is asked for. JUP that is to be staked goes into the
    wallet's stake account, which is made first where it is missing. With --rpc-url everything
    that a claim touches is looked up: exit 1 if it would fail, with every reason. Once the
    wallet has claimed, what is free of a locked amount is taken; without a node, say --locked.
    """
    from merkle.claim.transactions import ClaimOptions

    checked_address(wallet, "WALLET")
    if simulate and rpc_url is None:
        raise typer.BadParameter("a node has to try it: give --rpc-url", param_hint="--simulate")
    options = ClaimOptions(
        operator=_key(operator, "--operator"),
        fee_payer=_key(fee_payer, "--fee-payer"),
        compute_limit=compute_limit,
        compute_price=compute_price,
        version=version,
        freshness=_freshness(blockhash, nonce_account, nonce_authority),
        cancel_unstaking=cancel_unstaking,
    )
    view = _view(bundle, wallet, symbol, options, rpc_url, simulate=simulate, of_locked=locked)
    if as_json:
        print_json(document(view))
    else:
        print_lines(lines(view))
    raise typer.Exit(1 if view.would_fail else 0)


def _view(
    bundle: Path,
    wallet: str,
    symbol: str | None,
    options: "ClaimOptions",
    rpc_url: str | None,
    *,
    simulate: bool,
    of_locked: bool,
) -> View:
    """Find the wallet's proofs, and make its claims ready."""
    from merkle import rpc
    from merkle.bundle.locate import find_wallet
    from merkle.bundle.read import open_bundle
    from merkle.rpc.claiming import ready_offline, ready_online
    from merkle.rpc.wallet_claims import wallet_claims, with_locked

    opened = open_bundle(bundle)
    proofs = find_wallet(opened, wallet, symbol)
    if of_locked:
        proofs = with_locked(proofs)
    claims = wallet_claims(opened, proofs, of_locked=of_locked)
    if rpc_url is None:
        ready = ready_offline(claims, options)
        return View(bundle_id=opened.id, proofs=proofs, ready=ready, options=options)
    client = rpc.connect(rpc_url)
    asked, ready = ready_online(client, claims, options, simulate=simulate)
    return View(
        bundle_id=opened.id,
        proofs=proofs,
        ready=ready,
        options=options,
        node=client.shown,
        asked=asked,
    )


def _freshness(blockhash: str | None, nonce: str | None, authority: str | None) -> "Freshness":
    from merkle.program.transactions import Freshness

    if authority is not None and nonce is None:
        raise typer.BadParameter("name the account, too", param_hint="--nonce-account")
    return Freshness(
        blockhash=_key(blockhash, "--blockhash"),
        nonce=_key(nonce, "--nonce-account"),
        nonce_authority=_key(authority, "--nonce-authority"),
    )


def _key(text: str | None, name: str) -> "Address | None":
    return None if text is None else checked_address(text, name)
