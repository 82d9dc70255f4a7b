"""A bundle opened to be acted upon: its manifest holds together, its round is what it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from allocation.errors import AsrError
from allocation.round_file import load_round
from merkle.bundle.consistency import contradictions
from merkle.bundle.files import read_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST, ROUND
from merkle.bundle.read import open_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.round import Round
    from merkle.bundle.read import Bundle


class Named(Protocol):
    """A token, in whatever form."""

    @property
    def symbol(self) -> str:
        """Return what people call it."""


Token = TypeVar("Token", bound=Named)


def open_sound(path: Path) -> Bundle:
    """Open a bundle whose manifest does not contradict itself.

    Errors: AsrError and BundleError as `open_bundle`; BundleError for a contradiction.
    """
    bundle = open_bundle(path)
    check_sound(bundle)
    return bundle


def check_sound(bundle: Bundle) -> None:
    """Refuse a manifest that contradicts itself.

    Errors: BundleError with the first contradiction.
    """
    for problem in contradictions(bundle.manifest):
        raise BundleError(MANIFEST, problem)


def chosen(tokens: Sequence[Token], symbol: str | None) -> list[Token]:
    """Return all tokens of a bundle, or the one that is asked for.

    Errors: AsrError for a symbol that the bundle has not.
    """
    found = [token for token in tokens if symbol in (None, token.symbol)]
    if not found:
        known = ", ".join(token.symbol for token in tokens)
        raise AsrError(f"the bundle has no token {symbol!a}; it has {known}")
    return found


def read_round(bundle: Bundle) -> Round:
    """Read a bundle's round file, which alone names the lockers.

    Errors: BundleError for a file that is not the one the bundle lists; InputErrors.
    """
    content, digest = read_file(bundle.path, ROUND)
    bundle.check_digest(ROUND, digest)
    the_round = load_round(bundle.path / ROUND)
    if the_round.content != content:  # pragma: no cover - takes a race with whoever writes it
        raise BundleError(ROUND, "changed while it was read")
    return the_round
