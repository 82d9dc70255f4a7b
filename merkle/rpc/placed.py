"""Accounts that have to be of a certain program: read as such, or refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from allocation.address import format_address
from allocation.errors import AsrError
from merkle.program.ids import SYSTEM_PROGRAM
from merkle.program.layouts import AccountError

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.address import Address
    from merkle.rpc.types import Account

Content = TypeVar("Content")


class MisplacedError(AsrError):
    """What stands at an address is not what has to stand there."""


def is_absent(account: Account | None) -> bool:
    """Say whether nothing was made at an address; anybody may send lamports to it all the same."""
    return account is None or (account.owner == SYSTEM_PROGRAM and not account.data)


def read_placed(
    account: Account | None,
    program: Address,
    decode: Callable[[bytes], Content],
    kind: str,
    address: Address,
) -> Content | None:
    """Read what stands at an address, None where nothing was made there.

    Errors: MisplacedError for an account of another program, or of another form.
    """
    if account is None or is_absent(account):
        return None
    place = f"{kind} {format_address(address)}"
    if account.owner != program:
        owner, expected = format_address(account.owner), format_address(program)
        raise MisplacedError(f"the {place} belongs to the program {owner}, not to {expected}")
    try:
        return decode(account.data)
    except AccountError as error:
        raise MisplacedError(f"the {place}: {error}") from error
