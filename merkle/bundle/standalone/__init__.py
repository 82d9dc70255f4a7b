"""The verifier that every bundle brings: one file that needs Python and nothing else.

`verify.py` is never imported here: it is written into bundles as it stands, to be read and run by
people who do not have, or do not trust, this package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from merkle.bundle.layout import VERIFIER

KNOWN_VERIFIERS: Final = {
    2: frozenset({"3cc4e4b8791c137f65523e65838cb12f643e70cd6ac6480e15b4f6e35c8981f9"}),
}
"""By format: sha256 of each verify.py that a release has written. New ones join, none leaves."""


def verifier() -> bytes:
    """Return the verifier that is written into new bundles."""
    return Path(__file__).with_name(VERIFIER).read_bytes()
