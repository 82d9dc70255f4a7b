"""Is it really in the tree? Checks whole bundles and single proofs, believing nobody."""

from merkle.bundle.findings import Finding
from merkle.verify.bundles import Verification, verify_bundle
from merkle.verify.single import ProofError, SingleProof, parse_root, verify_proof

__all__ = [
    "Finding",
    "ProofError",
    "SingleProof",
    "Verification",
    "parse_root",
    "verify_bundle",
    "verify_proof",
]
