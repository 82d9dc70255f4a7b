"""The transactions that claimers send, by what is in them: they limit how deep a tree may be.

A claim has to fit a packet. The tightest shape of each program and claim decides how many hashes a
proof may have: these are the depths of the profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.address import Address
from merkle.claim.instructions import (
    WalletClaim,
    budget,
    claim_accounts,
    claim_instruction,
    escrow_tokens,
    open_escrow,
    wallet_tokens,
)
from merkle.program.ids import (
    ASSOCIATED_TOKEN_PROGRAM,
    LOCKED_VOTER,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
)
from merkle.program.profiles import DEEPEST, PROFILES
from merkle.program.transactions import PACKET_BYTES, LookupTable, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from allocation.round import Claim
    from merkle.program.instructions_claim import ClaimAccounts
    from merkle.program.profiles import Profile
    from merkle.program.transactions import MessageVersion


Part: TypeAlias = Literal[
    "budget", "escrow", "escrow tokens", "wallet tokens", "operator", "fee sponsor"
]
"""Compute limit and price; a new stake account under max lock; a new token account of the stake
account, or of the wallet; a second signature; a fee payer who is not the claimant, a third one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a claim's transaction holds besides the claim."""

    program: str  # a profile
    claim: Claim
    parts: tuple[Part, ...]


def _key(name: str) -> Address:
    """Return some key; which one does not change a size."""
    return Address(sha256(name.encode()).digest())


CLAIMANT: Final = _key("claimant")
OPERATOR: Final = _key("operator")
SPONSOR: Final = _key("sponsor")
MINT: Final = _key("mint")
LOCKER: Final = _key("locker")
DISTRIBUTOR: Final = _key("distributor")

_TRANSFERS: Final[tuple[tuple[Part, ...], ...]] = (
    (),
    ("budget",),
    ("wallet tokens",),
    ("wallet tokens", "budget"),
)
_TRANSFERS_WITH_OPERATOR: Final[tuple[tuple[Part, ...], ...]] = (
    ("operator",),
    ("wallet tokens", "budget", "operator"),
    ("wallet tokens", "budget", "operator", "fee sponsor"),
)
_STAKES: Final[tuple[tuple[Part, ...], ...]] = (
    (),
    ("budget",),
    ("budget", "escrow tokens"),
    ("budget", "operator"),
    ("budget", "operator", "fee sponsor"),
    ("budget", "escrow tokens", "operator"),
    ("budget", "escrow", "escrow tokens"),
)
_STAKES_OF_ASR: Final[tuple[tuple[Part, ...], ...]] = (
    (),
    ("budget",),
    ("budget", "escrow tokens", "wallet tokens"),
)


def _shapes(program: str, claim: Claim, *all_parts: tuple[Part, ...]) -> list[Shape]:
    return [Shape(program=program, claim=claim, parts=parts) for parts in all_parts]


SHAPES: Final = (
    *_shapes("jito", "transfer", *_TRANSFERS),
    *_shapes("kamino", "transfer", *_TRANSFERS),
    *_shapes("jupiter-2024", "transfer", *_TRANSFERS),
    *_shapes("jupiter", "transfer", *_TRANSFERS, *_TRANSFERS_WITH_OPERATOR),
    *_shapes("jupiter", "stake", *_STAKES),
    *_shapes("jupiter-asr-2024", "stake", *_STAKES_OF_ASR),
)
"""Every shape that a claimer of a program may meet."""


def bytes_of(
    shape: Shape, siblings: int, version: MessageVersion = "legacy", *, with_table: bool = False
) -> int:
    """Return how large a claim of a shape is, with a proof of so many hashes, when it is signed."""
    claim = _claim(shape, siblings)
    accounts = claim_accounts(claim, OPERATOR if "operator" in shape.parts else None)
    payer = SPONSOR if "fee sponsor" in shape.parts else CLAIMANT
    return size_of(
        _instructions(shape, claim, accounts, payer),
        payer,
        version=version,
        tables=[_table(accounts)] if with_table else [],
    )


def most_siblings(
    shape: Shape, version: MessageVersion = "legacy", *, with_table: bool = False
) -> int:
    """Return how many hashes a proof may have at most, so that the claim fits a packet."""
    return max(
        siblings
        for siblings in range(DEEPEST + 1)
        if bytes_of(shape, siblings, version, with_table=with_table) <= PACKET_BYTES
    )


def tightest(profile: Profile, claim: Claim) -> int:
    """Return how many hashes fit every shape of a program's claim, without a lookup table."""
    versions: tuple[MessageVersion, ...] = ("legacy", "v0")
    return min(
        most_siblings(shape, version)
        for shape in SHAPES
        if (shape.program, shape.claim) == (profile.name, claim)
        for version in versions
    )


def _claim(shape: Shape, siblings: int) -> WalletClaim:
    return WalletClaim(
        profile=PROFILES[shape.program],
        distributor=DISTRIBUTOR,
        mint=MINT,
        claim=shape.claim,
        claimant=CLAIMANT,
        unlocked=1,
        locked=0,
        siblings=(bytes(32),) * siblings,
        locker=LOCKER,
    )


def _instructions(
    shape: Shape, claim: WalletClaim, accounts: ClaimAccounts, payer: Address
) -> Sequence[Instruction]:
    return [
        *(budget(200_000, 1) if "budget" in shape.parts else []),
        *(open_escrow(accounts, payer) if "escrow" in shape.parts else []),
        *(escrow_tokens(accounts, MINT, payer) if "escrow tokens" in shape.parts else []),
        *(wallet_tokens(accounts, MINT, payer) if "wallet tokens" in shape.parts else []),
        claim_instruction(claim, accounts),
    ]


def _table(accounts: ClaimAccounts) -> LookupTable:
    """Return a table of what all claims of one distributor share."""
    programs = (TOKEN_PROGRAM, SYSTEM_PROGRAM, LOCKED_VOTER, ASSOCIATED_TOKEN_PROGRAM)
    entries = (accounts.distributor, accounts.vault, MINT, LOCKER, *programs)
    return LookupTable(address=_key("table"), entries=entries)
