"""Two files of the same name, byte for byte; neither is ever held as a whole."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from merkle.bundle.files import open_file
from merkle.bundle.findings import Finding, quoted
from merkle.bundle.lines import wallet_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from merkle.bundle.files import HashedFile

SHOWN_LINES: Final = 20  # of one file that differ
_BEFORE: Final = 24  # bytes shown before the first that differs


def same_bytes(bundle: Path, rebuilt: Path, file: str, name: str | None = None) -> bool:
    """Say whether a file is the same in two bundles.

    `name` is what it is called in `rebuilt`, if not as in the bundle.

    Errors: BundleError where it can't be read.
    """
    with open_file(bundle, file) as theirs, open_file(rebuilt, name or file) as ours:
        pairs = zip_longest(theirs.blocks(), ours.blocks())
        return all(one == other for one, other in pairs)


def differing_lines(
    bundle: Path, rebuilt: Path, file: str, name: str | None = None
) -> list[Finding]:
    """Return the first lines in which a file is not as the inputs give it; `name` as above.

    Errors: BundleError where it can't be read.
    """
    findings: list[Finding] = []
    with open_file(bundle, file) as theirs, open_file(rebuilt, name or file) as ours:
        pairs = zip_longest(_lines(theirs), _lines(ours))
        for number, (one, other) in enumerate(pairs, 1):
            if one == other:
                continue
            if len(findings) == SHOWN_LINES:
                findings.append(Finding(file=file, problem="more lines differ"))
                break
            findings.append(_finding(file, number, one, other))
    return findings


def _lines(file: HashedFile) -> Iterator[bytes]:
    """Yield each line with its newline, so that the end of a file shows too."""
    for block in file.lines():
        yield from block.splitlines(keepends=True)


def _finding(file: str, number: int, theirs: bytes | None, ours: bytes | None) -> Finding:
    wallets = [wallet_of(line or b"") if "/" in file else b"" for line in (theirs, ours)]
    start = len(wallets[0]) + 1 if wallets[0] and wallets[0] == wallets[1] else 0
    shown = _from_difference(theirs or b"", ours or b"", start)
    texts = [
        "nothing" if line is None else quoted(cut)
        for line, cut in zip((theirs, ours), shown, strict=True)
    ]
    wallet = (wallets[1] or wallets[0]).decode() or None
    problem = f"is {texts[0]}, the inputs give {texts[1]}"
    return Finding(file=file, line=number, wallet=wallet, problem=problem)


def _from_difference(theirs: bytes, ours: bytes, start: int) -> tuple[bytes, bytes]:
    """Cut both lines shortly before the first byte that differs, but not before `start`."""
    if theirs.endswith(b"\n") and ours.endswith(b"\n"):
        theirs, ours = theirs[:-1], ours[:-1]
    pairs = enumerate(zip(theirs, ours, strict=False))
    shortest = min(len(theirs), len(ours))
    first = next((at for at, (one, other) in pairs if one != other), shortest)
    start = max(first - _BEFORE, start)
    return theirs[start:], ours[start:]
