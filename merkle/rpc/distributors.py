"""The distributors of a token on chain, each held to the tree that it has to serve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from allocation.address import format_address
from merkle.claim.amounts import tokens_text
from merkle.program.addresses import associated_token_address
from merkle.program.layouts_distributor import decode_distributor
from merkle.rpc.accounts import accounts
from merkle.rpc.placed import MisplacedError, read_placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.program.profiles import Profile
    from merkle.rpc.client import Client
    from merkle.rpc.types import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDistributor:
    """What stands where a tree's distributor has to be: the account, or why it serves no tree.

    With a `problem` nothing can be claimed with the proofs of the bundle.
    """

    account: DistributorAccount | None = None
    problem: str = ""


def read_distributor(
    client: Client, profile: Profile, token: TokenEntry, tree: TreeEntry
) -> tuple[int, FoundDistributor]:
    """Read the distributor of a tree that has an address; the first result is the slot.

    Errors: RpcError.
    """
    read = accounts(client, [_address_of(tree)])
    (account,) = read.accounts
    return read.slot, _judged(profile, token, tree, account)


def shortcomings(
    token: TokenEntry, tree: TreeEntry, distributor: DistributorAccount
) -> Iterator[str]:
    """Yield how a distributor of the right root keeps claimants from what the tree gives them."""
    if distributor.max_num_nodes < tree.max_num_nodes:
        yield (
            f"the distributor takes {distributor.max_num_nodes:,} claims at most, the tree has "
            f"{tree.max_num_nodes:,} wallets"
        )
    most = distributor.max_total_claim - distributor.total_bonus
    if most < tree.max_total_claim:
        pays = tokens_text(most, token.symbol, token.decimals)
        gives = tokens_text(tree.max_total_claim, token.symbol, token.decimals)
        yield f"the distributor pays {pays} at most, the tree gives {gives}"


def _judged(
    profile: Profile, token: TokenEntry, tree: TreeEntry, account: Account | None
) -> FoundDistributor:
    address, decode = _address_of(tree), partial(decode_distributor, profile)
    try:
        found = read_placed(account, profile.program_id, decode, "distributor", address)
    except MisplacedError as error:
        return FoundDistributor(problem=str(error))
    if found is None:
        place = format_address(address)
        problem = f"there is no distributor {place}: not created yet, or on another network"
        return FoundDistributor(problem=problem)
    for problem in _differences(token, tree, found):
        return FoundDistributor(problem=f"the distributor {format_address(address)} {problem}")
    return FoundDistributor(account=found)


def _address_of(tree: TreeEntry) -> Address:
    assert tree.distributor is not None  # noqa: S101 - whoever asks a chain has seen to that
    return tree.distributor


def _differences(token: TokenEntry, tree: TreeEntry, found: DistributorAccount) -> Iterator[str]:
    """Yield what makes it another tree's distributor."""
    if found.root != tree.root:
        yield f"has the root {found.root.hex()}, the bundle {tree.root.hex()}"
    if found.mint != token.mint:
        yield f"pays the mint {format_address(found.mint)}, not {format_address(token.mint)}"
    vault = associated_token_address(_address_of(tree), token.mint)
    if found.vault != vault:
        yield f"pays from {format_address(found.vault)}, not from {format_address(vault)}"
