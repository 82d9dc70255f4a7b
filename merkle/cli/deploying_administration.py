"""`asr deploy set-...` and `clawback`: changes of distributors that stand, for others to sign."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from typing import TYPE_CHECKING, Annotated

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, checked_address, example
from merkle.cli.deploying import (
    BlockhashOption,
    NonceAuthorityOption,
    NonceOption,
    RpcOption,
    deploy,
)
from merkle.cli.deploying_changes import Fresh, Target, show
from merkle.cli.output import printable

if TYPE_CHECKING:
    from allocation.address import Address
    from merkle.deployment.moments import Activation

AdminOption = Annotated[
    str, typer.Option("--admin", metavar="KEY", help="The admin of today, who signs and pays.")
]
TreeOption = Annotated[
    int | None, typer.Option("--tree", metavar="N", min=0, help="This tree only.")
]
OwnerOption = Annotated[
    str,
    typer.Option("--clawback-owner", metavar="KEY", help="Its token account of each mint is paid."),
]


@deploy.command(
    "set-admin", epilog=example("asr deploy set-admin bundle --admin KEY --new-admin KEY")
)
def set_admin(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    admin: AdminOption,
    new_admin: Annotated[
        str, typer.Option("--new-admin", metavar="KEY", help="Who is to be the admin.")
    ],
    symbol: TokenOption = None,
    tree: TreeOption = None,
    url: RpcOption = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Hand distributors over to another admin.

    The new one need not sign: a wrong address loses the distributors for good. Prints unsigned
    transactions.
    """
    from merkle.deployment.administration import NewAdmin

    change = NewAdmin(
        admin=checked_address(admin, "--admin"),
        new_admin=_somebody(new_admin, "--new-admin"),
    )
    fresh = Fresh(url=url, blockhash=blockhash, nonce=nonce, authority=nonce_authority)
    show(change, Target(bundle=bundle, symbol=symbol, tree=tree), fresh, as_json=as_json)


@deploy.command(
    "set-operator", epilog=example("asr deploy set-operator bundle --admin KEY --operator KEY")
)
def set_operator(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    admin: AdminOption,
    operator: Annotated[
        str, typer.Option("--operator", metavar="KEY", help="Whose signature claims need then.")
    ],
    symbol: TokenOption = None,
    tree: TreeOption = None,
    url: RpcOption = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Name another operator for the claims.

    They need its signature then. Works only where distributors were made with an operator. Prints
    unsigned transactions.
    """
    from merkle.deployment.administration import NewOperator

    change = NewOperator(
        admin=checked_address(admin, "--admin"), operator=_somebody(operator, "--operator")
    )
    fresh = Fresh(url=url, blockhash=blockhash, nonce=nonce, authority=nonce_authority)
    show(change, Target(bundle=bundle, symbol=symbol, tree=tree), fresh, as_json=as_json)


@deploy.command(
    "set-clawback-receiver",
    epilog=example("asr deploy set-clawback-receiver bundle --admin KEY --clawback-owner KEY"),
)
def set_clawback_receiver(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    admin: AdminOption,
    owner: OwnerOption,
    symbol: TokenOption = None,
    tree: TreeOption = None,
    url: RpcOption = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Let clawbacks pay somebody else.

    The token accounts are made where they are missing. Prints unsigned transactions.
    """
    from merkle.deployment.administration import NewClawbackReceiver

    change = NewClawbackReceiver(
        admin=checked_address(admin, "--admin"), owner=_somebody(owner, "--clawback-owner")
    )
    fresh = Fresh(url=url, blockhash=blockhash, nonce=nonce, authority=nonce_authority)
    show(change, Target(bundle=bundle, symbol=symbol, tree=tree), fresh, as_json=as_json)


@deploy.command(
    "set-activation",
    epilog=example(
        "asr deploy set-activation bundle --admin KEY --activation 2026-01-31T12:00:00Z",
        "asr deploy set-activation bundle --admin KEY --activation 350000000 --token WEN",
    ),
)
def set_activation(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    admin: AdminOption,
    activation: Annotated[
        str,
        typer.Option("--activation", metavar="WHEN", help="A time in UTC, a slot, or none: now."),
    ],
    symbol: TokenOption = None,
    tree: TreeOption = None,
    url: RpcOption = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Say when claims begin.

    That is a time, or a slot where distributors count in slots. How one counts was said when it
    was made; with --rpc-url it is looked up. Prints unsigned transactions.
    """
    from merkle.deployment.administration import NewActivation

    change = NewActivation(
        admin=checked_address(admin, "--admin"), activation=_checked_activation(activation)
    )
    fresh = Fresh(url=url, blockhash=blockhash, nonce=nonce, authority=nonce_authority)
    show(change, Target(bundle=bundle, symbol=symbol, tree=tree), fresh, as_json=as_json)


@deploy.command(
    epilog=example("asr deploy clawback bundle --caller KEY --clawback-owner KEY --rpc-url URL")
)
def clawback(  # noqa: PLR0913 - one parameter per option
    bundle: BundleArgument,
    *,
    caller: Annotated[
        str, typer.Option("--caller", metavar="KEY", help="Who signs and pays the fee: anybody.")
    ],
    owner: OwnerOption,
    symbol: TokenOption = None,
    tree: TreeOption = None,
    url: RpcOption = None,
    blockhash: BlockhashOption = None,
    nonce: NonceOption = None,
    nonce_authority: NonceAuthorityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take back what nobody has claimed.

    That ends all claims for good. It works from the start of clawback on, and only to the receiver
    that the distributor names. Prints unsigned transactions.
    """
    from merkle.deployment.administration import Clawback

    change = Clawback(
        caller=checked_address(caller, "--caller"),
        owner=checked_address(owner, "--clawback-owner"),
    )
    fresh = Fresh(url=url, blockhash=blockhash, nonce=nonce, authority=nonce_authority)
    show(change, Target(bundle=bundle, symbol=symbol, tree=tree), fresh, as_json=as_json)


def _somebody(text: str, name: str) -> "Address":
    """Read an address that is to be put on chain; nobody's loses what it is put on."""
    from merkle.program.ids import NO_KEY

    key = checked_address(text, name)
    if key == NO_KEY:
        problem = "the system program, which is nobody; give the key of somebody"
        raise typer.BadParameter(problem, param_hint=name)
    return key


def _checked_activation(text: str) -> "Activation":
    """Read a time, a slot or "none"; a bad one is misuse, exit 2."""
    from allocation.errors import BadValueError
    from merkle.deployment.moments import activation_of

    try:
        return activation_of(int(text) if text.isascii() and text.isdigit() else text)
    except BadValueError as error:
        name = "--activation"
        raise typer.BadParameter(f"{printable(text)}: {error}", param_hint=name) from error
