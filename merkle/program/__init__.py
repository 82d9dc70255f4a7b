"""The claim programs, byte for byte: profiles, addresses, instructions, accounts, errors.

What every command needs is here; instructions, transactions and accounts are imported from their
modules, since one wallet's proof needs none of them.
"""

from merkle.program.addresses import distributor_address
from merkle.program.profiles import (
    DEEPEST,
    MOST_LEAVES,
    PROFILES,
    Profile,
    depth_limit,
    leaf_limit,
    too_deep,
)
from merkle.program.rounds import check_round

__all__ = [
    "DEEPEST",
    "MOST_LEAVES",
    "PROFILES",
    "Profile",
    "check_round",
    "depth_limit",
    "distributor_address",
    "leaf_limit",
    "too_deep",
]
