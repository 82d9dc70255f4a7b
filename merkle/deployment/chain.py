"""What a chain holds of a deployment, as it was read: accounts by address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from merkle.program.errors import ProgramError
from merkle.program.ids import SYSTEM_PROGRAM, TOKEN_PROGRAM
from merkle.program.layouts_token import decode_mint, decode_token_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from allocation.address import Address
    from merkle.deployment.planning import Plan
    from merkle.program.layouts_token import Mint, TokenAccount

T = TypeVar("T")

NOTHING_THERE: Final = "there is none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAccount:
    """One account, as a node tells it."""

    lamports: int
    owner: Address  # the program
    content: bytes
    executable: bool = False


Found: TypeAlias = "Mapping[Address, FoundAccount | None]"
"""Every account that `accounts_of` names; None where there is none."""


def accounts_of(plan: Plan) -> list[Address]:
    """Name every account that a plan is compared with, each once."""
    return list(dict.fromkeys(_accounts(plan)))


def _accounts(plan: Plan) -> Iterator[Address]:
    for planned in plan.tokens:
        settings, token = planned.settings, planned.token
        yield from (token.profile.program_id, token.mint, planned.clawback_receiver)
        yield from (planned.source, settings.admin, settings.funder)
        if planned.locker is not None:
            yield planned.locker
        for tree in planned.trees:
            yield from (tree.distributor, tree.vault)


def mint_in(found: Found, address: Address) -> Mint | str:
    """Read a mint, or say why there is none that a claim program takes."""
    return _decoded(found[address], TOKEN_PROGRAM, decode_mint, _NOT_CLASSIC)


def token_account_in(found: Found, address: Address) -> TokenAccount | str:
    """Read a token account, or say why there is none."""
    return _decoded(found[address], TOKEN_PROGRAM, decode_token_account, _NOT_CLASSIC)


def decoded_in(
    found: Found, address: Address, program: Address, decode: Callable[[bytes], T]
) -> T | str:
    """Read an account of a program, or say why there is none."""
    return _decoded(found[address], program, decode, "it belongs to another program")


_NOT_CLASSIC: Final = (
    "it does not belong to the classic SPL Token program, and no claim program takes it"
)


def _decoded(
    account: FoundAccount | None, program: Address, decode: Callable[[bytes], T], foreign: str
) -> T | str:
    if account is None or (account.owner == SYSTEM_PROGRAM and not account.content):
        return NOTHING_THERE  # lamports alone, which anybody may send anywhere, hinder no program
    if account.owner != program:
        return foreign
    try:
        return decode(account.content)
    except ProgramError as error:
        return str(error)
