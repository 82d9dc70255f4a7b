"""The names in a bundle, and the list of digests that ties them together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from merkle.bundle.findings import BundleError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST: Final = "manifest.json"
ROUND: Final = "round.toml"
INPUTS: Final = "inputs.json"
REPORT: Final = "report.json"
BREAKDOWN: Final = "breakdown.parquet"
VERIFIER: Final = "verify.py"
SUMS: Final = "SHA256SUMS"

FIRST_FORMAT: Final = 1
FORMAT: Final = 2
"""Of the bundles that are written; all from the first on are read. The second brought VERIFIER."""

FIXED_FILES: Final = (BREAKDOWN, INPUTS, MANIFEST, REPORT, ROUND, VERIFIER)
"""Every bundle has these beside the files of its tokens; one of the first format no VERIFIER."""

SYMBOL_PATTERN: Final = r"(?!(?i:sha256sums)(?:/|$))[A-Za-z0-9][A-Za-z0-9_-]{0,15}"
"""It names a folder: never one of the files, on any file system."""

SMALL_FILE: Final = 64 << 20
"""Bytes; manifest, round, inputs, report and digests never come near it."""

_FILES_OF_TOKENS: Final = r"(allocations\.csv|proofs/tree_(0|[1-9][0-9]{0,9})\.json)"
_PATH: Final = re.compile(
    "|".join([*map(re.escape, FIXED_FILES), f"{SYMBOL_PATTERN}/{_FILES_OF_TOKENS}"])
)
_SUM_LINE: Final = re.compile("([0-9a-f]{64})  (.+)")


def allocations_file(symbol: str) -> str:
    """Name the allocations of a token."""
    return f"{symbol}/allocations.csv"


def tree_file(symbol: str, number: int) -> str:
    """Name the proofs of one shard."""
    return f"{symbol}/proofs/tree_{number}.json"


def is_bundle_file(name: str) -> bool:
    """Say whether a path within a folder is one that a bundle may have."""
    return name == SUMS or _PATH.fullmatch(name) is not None


def fixed_files(bundle_format: int) -> tuple[str, ...]:
    """Name the files that every bundle of a format has."""
    return FIXED_FILES[:-1] if bundle_format == FIRST_FORMAT else FIXED_FILES


def expected_files(tree_counts: Mapping[str, int], bundle_format: int) -> list[str]:
    """Name every file but the list of digests, for trees per symbol."""
    allocations = [allocations_file(symbol) for symbol in tree_counts]
    trees = [
        tree_file(symbol, number)
        for symbol, count in tree_counts.items()
        for number in range(count)
    ]
    return [*fixed_files(bundle_format), *allocations, *trees]


def folders_of(files: Iterable[str]) -> set[str]:
    """Name every folder that holds one of the files; the bundle itself is the empty name."""
    folders = {""}
    for file in files:
        parts = file.split("/")[:-1]
        folders |= {"/".join(parts[: depth + 1]) for depth in range(len(parts))}
    return folders


def format_sums(digests: Mapping[str, str]) -> bytes:
    """List the digests of all files as `sha256sum -c` reads them, sorted by path."""
    return "".join(f"{digests[file]}  {file}\n" for file in sorted(digests)).encode()


def parse_sums(content: bytes) -> dict[str, str]:
    """Read the digests by path; no path leads out of the bundle.

    Errors: BundleError naming the line that is not what `format_sums` writes.
    """
    digests: dict[str, str] = {}
    last = ""
    for number, line in enumerate(content.decode("latin-1").split("\n")[:-1], 1):
        match = _SUM_LINE.fullmatch(line)
        if not match:
            raise BundleError(SUMS, "not '<sha256>  <path>'", line=number)
        digest, file = match.groups()
        if not _PATH.fullmatch(file):
            raise BundleError(SUMS, f"{quoted(file)} is no file of a bundle", line=number)
        if file <= last:
            raise BundleError(SUMS, f"{file} stands twice or is not in order", line=number)
        digests[file] = digest
        last = file
    if not content.endswith(b"\n"):
        raise BundleError(SUMS, "empty" if not content else "no newline at the end")
    return digests
