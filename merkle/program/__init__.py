"""The claim programs, byte for byte: profiles, addresses, instructions, accounts, errors.

What every command needs is here; instructions, transactions and accounts are imported from their
modules, since one wallet's proof needs none of them.

Source: everywhere in this package "master" is jup-ag/distributor@304c28a, "asr" its branch
        distributor_asr@3481f26, "2024" its branch distributor_2024@8eca929; Kamino is
        Kamino-Finance/distributor@91a1444, Jito jito-foundation/distributor@2cf79f6; each with
        paths below programs/merkle-distributor/src. locked_voter is TeamRaccoons/WAGMI@c7dc581,
        below programs/locked-voter/src. Jito, Kamino and locked_voter were also executed; of
        Jupiter's distributors there is no public binary, what is said of them is from source.
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
