"""One wallet's claims, from a bundle's checked proofs and the locker that its round names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allocation.address import format_address
from allocation.errors import AsrError
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import ROUND
from merkle.bundle.sound import read_round
from merkle.claim.instructions import WalletClaim
from merkle.program.addresses import locker_address
from merkle.program.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from allocation.round import Claim
    from merkle.bundle.locate import WalletProof
    from merkle.bundle.read import Bundle


def with_locked(proofs: Sequence[WalletProof]) -> list[WalletProof]:
    """Return those of a wallet's proofs by which something is locked.

    Errors: AsrError where there are none.
    """
    found = [proof for proof in proofs if proof.locked]
    if not found:
        wallet, symbols = proofs[0].wallet, ", ".join(proof.token.symbol for proof in proofs)
        raise AsrError(f"nothing of what {format_address(wallet)} gets is locked: {symbols}")
    return found


def wallet_claims(
    bundle: Bundle, proofs: Sequence[WalletProof], *, of_locked: bool = False
) -> list[WalletClaim]:
    """Return the claims that proofs of `merkle.bundle.locate` lead to, in their order.

    They are the first ones, or those of the locked amounts.

    Errors: AsrError for a token that nothing on a chain pays; BundleError; InputErrors.
    """
    stakes = any(proof.token.claim == "stake" for proof in proofs)
    lockers = _lockers(bundle) if stakes else {}
    return [_claim(proof, lockers.get(proof.token.mint), of_locked=of_locked) for proof in proofs]


def _claim(proof: WalletProof, locker: Address | None, *, of_locked: bool) -> WalletClaim:
    token, profile = proof.token, PROFILES.get(proof.token.program)
    if profile is None:
        raise AsrError(
            f"{token.symbol} has no program, so it cannot be claimed on a chain; name other tokens "
            "with --token"
        )
    if proof.tree.distributor is None:
        raise AsrError(
            f"{token.symbol} has no distributor address yet; set base in the round file and build "
            "the bundle again, or name other tokens with --token"
        )
    return WalletClaim(
        profile=profile,
        distributor=proof.tree.distributor,
        mint=token.mint,
        claim=cast("Claim", token.claim),
        claimant=proof.wallet,
        unlocked=proof.unlocked,
        locked=proof.locked,
        siblings=proof.siblings,
        of_locked=of_locked,
        locker=locker,
        symbol=token.symbol,
        decimals=token.decimals,
    )


def _lockers(bundle: Bundle) -> dict[Address, Address]:
    """Return the locker of each mint that is staked, as the bundle's own round file names it."""
    bases = {
        token.mint: token.distributor.locker_base
        for token in read_round(bundle).tokens
        if token.claim == "stake"
    }
    for token in bundle.manifest.tokens:
        if token.claim == "stake" and bases.get(token.mint) is None:
            problem = f"names no locker for {token.symbol}, mint {format_address(token.mint)}"
            raise BundleError(ROUND, problem)
    return {mint: locker_address(base) for mint, base in bases.items() if base is not None}
