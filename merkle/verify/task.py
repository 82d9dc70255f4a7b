"""What every part of a verification shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.bundle.files import open_file, read_file
from merkle.bundle.findings import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.progress import Progress
    from merkle.verify.findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The bundle, the digests it claims to have, and where findings go."""

    root: Path
    sums: Mapping[str, str]
    findings: Findings
    progress: Progress | None

    def read(self, file: str) -> bytes | None:
        """Read a small file and check its digest; None where it can't be read."""
        try:
            content, digest = read_file(self.root, file)
        except BundleError as error:
            self.findings.add_error(error)
            return None
        self.findings.check_digest(self.sums, file, digest)
        return content

    def check_digest(self, file: str) -> None:
        """Check the digest of a file of which nothing else is asked."""
        try:
            with open_file(self.root, file) as opened:
                self.findings.check_digest(self.sums, file, opened.sha256())
        except BundleError as error:
            self.findings.add_error(error)
