"""A distribution on disk: written whole or not at all, and read as if an enemy had written it.

Alone knows the names of the files in a bundle. `write` is imported by who builds: reading one
wallet's proof stays light.
"""

from merkle.bundle.findings import BundleError, Finding
from merkle.bundle.locate import UnknownWalletError, WalletProof, find_wallet
from merkle.bundle.read import Bundle, open_bundle

__all__ = [
    "Bundle",
    "BundleError",
    "Finding",
    "UnknownWalletError",
    "WalletProof",
    "find_wallet",
    "open_bundle",
]
