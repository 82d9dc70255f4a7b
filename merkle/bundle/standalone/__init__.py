"""The verifier that every bundle brings: one file that needs Python and nothing else.

`verify.py` is never imported here: it is written into bundles as it stands, to be read and run by
people who do not have, or do not trust, this package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from merkle.bundle.layout import VERIFIER

KNOWN_VERIFIERS: Final = {
    2: frozenset({"915c3c4b7f39a84a53cb49fefeefcf9b618868876378e74ecff20f397bb69e63"}),
}
"""By format: sha256 of each verify.py that a release has written. New ones join, none leaves."""


def verifier() -> bytes:
    """Return the verifier that is written into new bundles."""
    return Path(__file__).with_name(VERIFIER).read_bytes()
