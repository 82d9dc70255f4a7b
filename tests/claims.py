"""One wallet's claims for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.claim import WalletClaim
from merkle.program import PROFILES
from merkle.program.layouts_distributor import DistributorAccount
from merkle.program.layouts_token import TokenAccount
from merkle.program.layouts_voter import Escrow
from tests.plain_programs import key

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.round import Claim

CLAIMANT, OPERATOR, SPONSOR = key("claimant"), key("operator"), key("sponsor")
MINT, LOCKER, DISTRIBUTOR = key("mint"), key("locker"), key("distributor")


def wallet_claim(
    program: str = "jupiter",
    claim: Claim = "stake",
    *,
    siblings: int = 3,
    unlocked: int = 1_000,
    locked: int = 0,
    locker: Address | None = LOCKER,
) -> WalletClaim:
    return WalletClaim(
        profile=PROFILES[program],
        distributor=DISTRIBUTOR,
        mint=MINT,
        claim=claim,
        claimant=CLAIMANT,
        unlocked=unlocked,
        locked=locked,
        siblings=tuple(bytes([number]) * 32 for number in range(siblings)),
        locker=locker,
    )


def distributor_account(root: bytes) -> DistributorAccount:
    """Return a distributor of jupiter whose claims stake and are open."""
    return DistributorAccount(
        bump=255,
        version=0,
        root=root,
        mint=MINT,
        vault=key("vault"),
        max_total_claim=5_000,
        max_num_nodes=8,
        total_amount_claimed=1_000,
        num_nodes_claimed=1,
        start_vesting=0,
        end_vesting=1,
        clawback_start=2_000_000_000,
        clawback_receiver=key("receiver"),
        admin=key("admin"),
        clawed_back=False,
        base=key("base"),
        locker=LOCKER,
        claim_type=2,
    )


def escrow_account() -> Escrow:
    """Return a stake account under max lock."""
    return Escrow(
        locker=LOCKER,
        owner=CLAIMANT,
        bump=255,
        tokens=key("escrow_tokens"),
        amount=5,
        started_at=0,
        ends_at=0,
        vote_delegate=CLAIMANT,
        is_max_lock=True,
        partial_unstaking_amount=0,
    )


def token_account(owner: Address, amount: int) -> TokenAccount:
    return TokenAccount(mint=MINT, owner=owner, amount=amount)
