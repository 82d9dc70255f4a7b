"""Collects what is wrong, without end but not without bounds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from merkle.bundle.findings import BundleError, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PER_FILE: Final = 10_000


class Findings:
    """Everything found so far, in the order in which it was found."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def add(
        self, file: str, problem: str, *, line: int | None = None, wallet: str | None = None
    ) -> None:
        """Record one thing; beyond MOST_PER_FILE of one file they are only counted."""
        self._counts[file] += 1
        if self._counts[file] <= MOST_PER_FILE:
            self._found.append(Finding(file=file, problem=problem, line=line, wallet=wallet))

    def add_error(self, error: BundleError) -> None:
        """Record why reading stopped."""
        found = error.finding
        self.add(found.file, found.problem, line=found.line, wallet=found.wallet)

    def add_all(self, others: Findings) -> None:
        """Record what others have found, after all that was found so far."""
        for found in others._found:
            self.add(found.file, found.problem, line=found.line, wallet=found.wallet)
        for file, count in others._counts.items():
            self._counts[file] += max(count - MOST_PER_FILE, 0)

    def check_digest(self, sums: Mapping[str, str], file: str, digest: str) -> None:
        """Hold a file's sha256 to the list; what is not listed is found elsewhere."""
        if digest != sums.get(file, digest):
            self.add(file, f"its sha256 is {digest}, SHA256SUMS has {sums[file]}")

    def all(self) -> tuple[Finding, ...]:
        """Return what was recorded, and per file how much more there was."""
        more = [
            Finding(file=file, problem=f"{count - MOST_PER_FILE:,} more findings")
            for file, count in self._counts.items()
            if count > MOST_PER_FILE
        ]
        return (*self._found, *more)
