"""A wallet's claim: its transactions, why it would fail, how much is claimed already."""

from merkle.claim.facts import ChainFacts, known_accounts
from merkle.claim.preflight import refusals
from merkle.claim.standing import LeafStanding, Standing, standing_of
from merkle.claim.transactions import (
    ClaimError,
    ClaimOptions,
    ClaimStep,
    KnownAccounts,
    WalletClaim,
    claim_accounts,
    claim_transactions,
)

__all__ = [
    "ChainFacts",
    "ClaimError",
    "ClaimOptions",
    "ClaimStep",
    "KnownAccounts",
    "LeafStanding",
    "Standing",
    "WalletClaim",
    "claim_accounts",
    "claim_transactions",
    "known_accounts",
    "refusals",
    "standing_of",
]
