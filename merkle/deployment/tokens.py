"""What a bundle says of the trees that are to be deployed, and which cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.errors import AsrError
from merkle.leaf import JUPITER
from merkle.program import PROFILES, distributor_address

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.round import Claim
    from merkle.program import Profile


class DeploymentError(AsrError):
    """A deployment cannot be made as it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One tree of a token.

    Units: base units of the token's mint.
    """

    number: int
    version: int
    root: bytes
    max_num_nodes: int
    max_total_claim: int
    depth: int
    zero_amounts: int | None = None  # leaves without an unlocked amount; None: nobody counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One mint and its trees."""

    symbol: str
    mint: Address
    decimals: int
    claim: Claim
    program: str
    base: Address | None
    locker_base: Address | None  # of what is staked in
    leaf: str
    trees: tuple[Tree, ...]
    has_locked: bool | None = None  # whether amounts vest; None: nobody looked

    @property
    def profile(self) -> Profile:
        """Return the claim program; `check_token` refuses a token that has none."""
        return PROFILES[self.program]

    def distributor(self, version: int) -> Address:
        """Derive the address of one tree's distributor."""
        address = distributor_address(self.profile, self.base, self.mint, version)
        assert address is not None  # noqa: S101 - check_token has refused what has none
        return address


def check_token(token: Token) -> None:
    """Refuse what no distributor can be made for.

    Errors: DeploymentError.
    """
    if token.program not in PROFILES:
        reason = "its leaves bind the mint" if token.leaf != JUPITER.name else "it has no program"
        raise DeploymentError(
            f"{token.symbol}: {reason}, and no claim program that is known verifies it; "
            "leave it out with --token"
        )
    if token.profile.has_base and token.base is None:
        raise DeploymentError(
            f"{token.symbol}: its trees have no address yet; "
            "set base in the round file and build the bundle again"
        )
    if token.claim == "stake" and token.locker_base is None:
        raise DeploymentError(
            f"{token.symbol}: its round names no locker_base, but claims are staked; "
            "set it in the round file and build the bundle again"
        )
