"""Is it really in the tree? Checks whole bundles and single proofs, believing nobody."""

from merkle.bundle.findings import Finding
from merkle.verify.bundles import Verification, verify_bundle

__all__ = ["Finding", "Verification", "verify_bundle"]
