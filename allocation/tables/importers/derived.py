"""Addresses that a program derives: which account belongs to whom is proven, not believed."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from allocation.address import parse_address

if TYPE_CHECKING:
    from allocation.address import Address

GOVERN: Final = parse_address("GovaE4iu227srtG2s3tZzB4RmWBzw8sTwrCLZz7kN7rY")
LOCKED_VOTER: Final = parse_address("voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where accounts have to come from; by default Jupiter's program, and whatever locker it is."""

    program: Address | None = None
    locker: Address | None = None


_MARKER: Final = b"ProgramDerivedAddress"
_LIKELY_BUMPS: Final = [bytes((bump,)) for bump in range(255, 207, -1)]
# the first that lies off the curve is the one, as half of all do: 2^-48 of them are missed


def is_vote(
    account: bytes, proposal: bytes, voter: bytes, program: bytes, bump: int | None = None
) -> bool:
    """Tell whether `account` is the one in which `program` keeps this voter's vote.

    Source: TeamRaccoons/WAGMI@c7dc581 programs/govern/src/instructions/new_vote.rs
    """
    return _is_derived(account, b"Vote" + proposal + voter, program, bump)


def is_escrow(
    account: bytes, locker: bytes, owner: bytes, program: bytes, bump: int | None = None
) -> bool:
    """Tell whether `account` is the escrow of this owner in this locker of `program`.

    Source: TeamRaccoons/WAGMI@c7dc581 programs/locked-voter/src/instructions/new_escrow.rs
    """
    return _is_derived(account, b"Escrow" + locker + owner, program, bump)


def _is_derived(account: bytes, seeds: bytes, program: bytes, bump: int | None) -> bool:
    """Tell whether the hash over seeds, bump and program gives the address.

    Without a known bump the likely ones are tried. Whether the hash lies off the curve need not
    be asked: that it equals an account's address is no accident.

    Source: anza-xyz/solana-sdk pubkey/src/lib.rs, create_program_address
    """
    end = program + _MARKER
    for each in _LIKELY_BUMPS if bump is None else (bytes((bump,)),):
        if sha256(seeds + each + end).digest() == account:
            return True
    return False
