"""The records of claims on chain: read in batches, each held to its wallet's leaf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from merkle.claim.standing import LeafStanding, contradictions
from merkle.program.addresses import claim_status_addresses
from merkle.program.layouts_distributor import decode_claim_status
from merkle.rpc.accounts import accounts
from merkle.rpc.placed import MisplacedError, read_placed
from merkle.rpc.types import DataSlice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from merkle.claim.standing import Payer
    from merkle.rpc.client import Client
    from merkle.rpc.types import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf, in base units."""

    claimant: Address
    unlocked: int
    locked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """One leaf, how it stands, and what contradicts it.

    Where no record of a claim can be read from what stands there, `standing` is None.
    """

    leaf: Leaf
    standing: LeafStanding | None
    contradiction: str = ""


def read_records(client: Client, payer: Payer, leaves: Sequence[Leaf]) -> list[FoundRecord]:
    """Ask for the records of some leaves of one distributor.

    Errors: RpcError.
    """
    profile, claimants = payer.profile, (leaf.claimant for leaf in leaves)
    keys = claim_status_addresses(profile, claimants, payer.distributor)
    # one byte more than a record has: a longer account shows, and a huge one is not sent
    part = DataSlice(offset=0, length=profile.claim_status_bytes + 1)
    read = accounts(client, keys, part=part)
    return [
        _judged(payer, leaf, key, account)
        for leaf, key, account in zip(leaves, keys, read.accounts, strict=True)
    ]


def _judged(payer: Payer, leaf: Leaf, address: Address, account: Account | None) -> FoundRecord:
    profile = payer.profile
    decode = partial(decode_claim_status, profile)
    try:
        record = read_placed(account, profile.program_id, decode, "record of the claim", address)
    except MisplacedError as error:
        return FoundRecord(leaf=leaf, standing=None, contradiction=str(error))
    standing = LeafStanding(
        claimant=leaf.claimant, unlocked=leaf.unlocked, locked=leaf.locked, record=record
    )
    problems = () if record is None else contradictions(payer, standing, record)
    return FoundRecord(leaf=leaf, standing=standing, contradiction="; ".join(problems))
