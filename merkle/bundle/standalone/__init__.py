"""The verifier that every bundle brings: one file that needs Python and nothing else.

`verify.py` is never imported here: it is written into bundles as it stands, to be read and run by
people who do not have, or do not trust, this package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from merkle.bundle.layout import VERIFIER

KNOWN_VERIFIERS: Final = {
    2: frozenset({"1c714f8d4f7b89761771984903dbccd72af6418a3d9cd8d2e1aae6e7d18d3e2a"}),
}
"""By format: sha256 of each verify.py that a release has written. New ones join, none leaves."""


def verifier() -> bytes:
    """Return the verifier that is written into new bundles."""
    return Path(__file__).with_name(VERIFIER).read_bytes()
