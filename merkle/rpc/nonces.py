"""Durable nonces: the blockhash that an account stores, for transactions that do not expire."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.errors import AsrError
from merkle.program.ids import SYSTEM_PROGRAM
from merkle.program.layouts_system import decode_nonce
from merkle.rpc.accounts import account
from merkle.rpc.placed import read_placed

if TYPE_CHECKING:
    from allocation.address import Address
    from merkle.program.transactions import Freshness
    from merkle.rpc.client import Client


def with_stored_blockhash(
    client: Client, freshness: Freshness, nonce: Address, authority: Address
) -> Freshness:
    """Fill in the blockhash that the account `nonce` stores; `authority` signs for it.

    Errors: RpcError; AsrError for an account that is no nonce, that answers to another authority,
            or that stores another blockhash than the one that was given.
    """
    found = account(client, nonce)
    stored = read_placed(found, SYSTEM_PROGRAM, decode_nonce, "nonce account", nonce)
    if stored is None:
        raise AsrError(f"there is no nonce account {format_address(nonce)}; make one first")
    if stored.authority != authority:
        own, signs = format_address(stored.authority), format_address(authority)
        raise AsrError(
            f"the nonce account answers to {own}, not to {signs}; name it with --nonce-authority"
        )
    if freshness.blockhash not in (None, stored.blockhash):
        raise AsrError("the nonce account stores another blockhash; leave --blockhash out")
    return replace(freshness, blockhash=stored.blockhash)
