"""A bundle on disk, opened: its manifest and the digests that it claims for its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.bundle.files import check_folder, read_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST, SUMS, parse_sums
from merkle.bundle.manifest import parse_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from merkle.bundle.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose manifest is well-formed and has its digest; nothing else is checked yet."""

    path: Path
    id: str  # sha256 of SHA256SUMS: what operators compare
    manifest: Manifest
    sums: Mapping[str, str]  # sha256 by file

    def check_digest(self, file: str, digest: str) -> None:
        """Hold a file's sha256 to the list.

        Errors: BundleError.
        """
        if self.sums[file] != digest:
            raise BundleError(file, f"its sha256 is {digest}, {SUMS} has {self.sums[file]}")


def open_bundle(path: Path) -> Bundle:
    """Read a bundle's manifest and its list of digests.

    Errors: AsrError where there is no folder; BundleError for what is not as this tool writes it.
    """
    check_folder(path)
    content, bundle_id = read_file(path, SUMS)
    sums = parse_sums(content)
    content, digest = read_file(path, MANIFEST)
    bundle = Bundle(path=path, id=bundle_id, manifest=parse_manifest(content), sums=sums)
    differing = sums.keys() ^ set(bundle.manifest.files())
    if differing:
        raise BundleError(SUMS, f"lists other files than {MANIFEST}, see {min(differing)}")
    bundle.check_digest(MANIFEST, digest)
    return bundle
