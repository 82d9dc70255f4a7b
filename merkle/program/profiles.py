"""The claim programs, as data: ids, what each can claim, how deep its trees may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.address import Address, parse_address
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.round import Claim

DEEPEST: Final = 32  # Jupiter's builder stops at 2^32 - 1 leaves
MOST_LEAVES: Final = 2**DEEPEST - 1

Activation: TypeAlias = Literal["point", "slot", "none"]
"""When claims begin: a point that is a slot or a time, a slot, or with the distributor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One deployed claim program.

    Source: lib.rs (id), instructions/*.rs and state/*.rs (the rest) of master (jupiter), asr, 2024,
            Kamino and Jito. Depths: the most proof hashes that the tightest claim transaction
            holds within 1232 bytes (merkle.claim.shapes). Bytes: executed for kamino and jito; of
            the others INIT_SPACE + 8, or size_of the struct, a multiple of 8, + 8.
    """

    name: str
    program_id: Address
    has_base: bool  # whether a base key is a seed of the distributor's address
    depths: Mapping[Claim, int]  # claims that the program has -> siblings that fit
    activation: Activation
    has_operator: bool  # whether a claim may need the signature of an operator
    has_bonus: bool  # whether claiming late may pay more
    has_closable: bool  # whether an admin may close what is closable, which re-opens claims
    stakes_in_new_claim: bool  # new_claim pays into the stake account; there is no other claim
    creates_vault: bool  # new_distributor makes the vault; elsewhere it must exist
    binds_destination: bool  # the account that is paid must be the claimant's own
    distributor_bytes: int  # what its accounts are allocated with
    claim_status_bytes: int
    records_bonus_as_unlocked: bool  # the record of a claim adds the bonus to the unlocked amount

    @property
    def is_master(self) -> bool:
        """Whether it is Jupiter's rewrite, which names other accounts than all that came before."""
        return self.name == "jupiter"


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile(
            name="jupiter",
            program_id=parse_address("DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"),
            has_base=True,
            depths={"stake": 15, "transfer": 16},
            activation="point",
            has_operator=True,
            has_bonus=True,
            has_closable=True,
            stakes_in_new_claim=False,
            creates_vault=False,
            binds_destination=False,
            distributor_bytes=448,
            claim_status_bytes=160,
            records_bonus_as_unlocked=False,
        ),
        Profile(
            name="jupiter-asr-2024",
            program_id=parse_address("Dis2TfkFnXFkrtvAktEkw37sdb7qwJgY6H7YZJwk51wK"),
            has_base=True,
            depths={"stake": 17},
            activation="slot",
            has_operator=False,
            has_bonus=True,
            has_closable=True,
            stakes_in_new_claim=True,
            creates_vault=False,
            binds_destination=True,
            distributor_bytes=376,
            claim_status_bytes=104,
            records_bonus_as_unlocked=False,
        ),
        Profile(
            name="jupiter-2024",
            program_id=parse_address("DiSLRwcSFvtwvMWSs7ubBMvYRaYNYupa76ZSuYLe6D7j"),
            has_base=True,
            depths={"transfer": 22},
            activation="point",
            has_operator=False,
            has_bonus=True,
            has_closable=True,
            stakes_in_new_claim=False,
            creates_vault=False,
            binds_destination=True,
            distributor_bytes=376,
            claim_status_bytes=104,
            records_bonus_as_unlocked=True,
        ),
        Profile(
            name="kamino",
            program_id=parse_address("KdisqEcXbXKaTrBFqeDLhMmBvymLTwj9GmhDcdJyGat"),
            has_base=True,
            depths={"transfer": 22},
            activation="slot",
            has_operator=False,
            has_bonus=False,
            has_closable=True,
            stakes_in_new_claim=False,
            creates_vault=False,
            binds_destination=True,
            distributor_bytes=376,
            claim_status_bytes=104,
            records_bonus_as_unlocked=False,
        ),
        Profile(
            name="jito",
            program_id=parse_address("mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv"),
            has_base=False,
            depths={"transfer": 22},
            activation="none",
            has_operator=False,
            has_bonus=False,
            has_closable=False,
            stakes_in_new_claim=False,
            creates_vault=True,
            binds_destination=True,
            distributor_bytes=240,
            claim_status_bytes=64,
            records_bonus_as_unlocked=False,
        ),
    )
}


def depth_limit(profile: Profile | None, claim: Claim) -> int:
    """Return how many siblings a proof may have so that every claim fits a transaction.

    Errors: KeyError for a claim that the program does not have; `check_round` refuses it.
    """
    return DEEPEST if profile is None else profile.depths[claim]


def leaf_limit(depth: int) -> int:
    """Return how many leaves a tree of `depth` holds at most."""
    return min(1 << depth, MOST_LEAVES)


def too_deep(profile: Profile, claim: Claim, leaves: int) -> str:
    """Say why so many leaves in one tree are too many."""
    limit = depth_limit(profile, claim)
    return (
        f"{leaves:,} leaves in one tree need {depth_of(leaves)} hashes per proof, a {claim} claim "
        f"of {profile.name} has room for {limit}: at most {leaf_limit(limit):,} leaves fit"
    )
