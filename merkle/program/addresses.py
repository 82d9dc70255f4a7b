"""Where accounts live: addresses that programs derive from seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from allocation.address import Address
from merkle.program.ids import ASSOCIATED_TOKEN_PROGRAM, LOCKED_VOTER, TOKEN_PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from merkle.program.profiles import Profile

DISTRIBUTOR_SEED: Final = b"MerkleDistributor"
CLAIM_STATUS_SEED: Final = b"ClaimStatus"
LOCKER_SEED: Final = b"Locker"
ESCROW_SEED: Final = b"Escrow"


def distributor_address(
    profile: Profile | None, base: Address | None, mint: Address, version: int
) -> Address | None:
    """Derive where one shard's distributor lives; None without a program or a base it needs.

    Source: instructions/**/new_distributor.rs of every program: "MerkleDistributor", base (not
            jito), mint, u64le version.
    """
    if profile is None or (profile.has_base and base is None):
        return None
    seeds = [DISTRIBUTOR_SEED, mint, version.to_bytes(8, "little")]
    if profile.has_base and base is not None:
        seeds.insert(1, base)
    return _derived(profile.program_id, seeds)


def claim_status_address(profile: Profile, claimant: bytes, distributor: bytes) -> Address:
    """Derive where the record of a claim lives: it exists once the claim is made.

    Source: new_claim.rs of every program: "ClaimStatus", claimant, distributor.
    """
    return _derived(profile.program_id, [CLAIM_STATUS_SEED, claimant, distributor])


def claim_status_addresses(
    profile: Profile, claimants: Iterable[bytes], distributor: bytes
) -> list[Address]:
    """Derive the records of many claimants of one distributor."""
    return [claim_status_address(profile, claimant, distributor) for claimant in claimants]


def associated_token_address(owner: bytes, mint: bytes) -> Address:
    """Derive a wallet's own account of a mint, of the classic SPL Token program.

    Source: associated-token-account program: owner, token program, mint.
    """
    return _derived(ASSOCIATED_TOKEN_PROGRAM, [owner, TOKEN_PROGRAM, mint])


def associated_token_addresses(owners: Iterable[bytes], mint: bytes) -> list[Address]:
    """Derive the accounts that many wallets have of one mint."""
    return [associated_token_address(owner, mint) for owner in owners]


def locker_address(base: bytes) -> Address:
    """Derive a locker, which all stake accounts of one governance belong to.

    Source: locked_voter, instructions/new_locker.rs: "Locker", base.
    """
    return _derived(LOCKED_VOTER, [LOCKER_SEED, base])


def escrow_address(locker: bytes, owner: bytes) -> Address:
    """Derive a wallet's stake account in a locker.

    Source: locked_voter, instructions/new_escrow.rs: "Escrow", locker, owner.
    """
    return _derived(LOCKED_VOTER, [ESCROW_SEED, locker, owner])


def escrow_addresses(locker: bytes, owners: Iterable[bytes]) -> list[Address]:
    """Derive the stake accounts of many wallets in one locker."""
    return [escrow_address(locker, owner) for owner in owners]


def _derived(program_id: Address, seeds: Sequence[bytes]) -> Address:
    """Find the first address off the curve, from bump 255 down."""
    address, _ = Pubkey.find_program_address(seeds, Pubkey(program_id))
    return Address(bytes(address))
