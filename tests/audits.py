"""A bundle that is really built, to be forged, and what an audit says of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from merkle.audit import Audit, Effort, audit_bundle
from merkle.bundle.layout import FIXED_FILES
from tests.building import build
from tests.forging import TOKENS, Files
from tests.plain_bundle import list_csv, put, round_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from merkle.audit import Check

LIST = list_csv(TOKENS)
ROUND = round_text(TOKENS).encode()

REBUILT = {f"rebuilt {name}" for name in (*FIXED_FILES, "JUP", "wen_2")}
"""The checks that compare a bundle with one built anew."""


def files_of(folder: Path) -> Files:
    """Read a bundle as bytes by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def built(content: bytes = LIST, text: bytes = ROUND) -> Files:
    """Build the round of a list."""
    return built_of({"list.csv": content}, text)


def built_of(inputs: Mapping[str, bytes], text: bytes) -> Files:
    """Build a round of these inputs."""
    with TemporaryDirectory() as name:
        folder = put({"round.toml": text, **inputs}, Path(name))
        build(folder / "round.toml", folder / "bundle", threads=1)
        return files_of(folder / "bundle")


def audit_at(bundle: Path, inputs: Path, scratch: Path, threads: int | None = None) -> Audit:
    """Audit a bundle where it is."""
    return audit_bundle(bundle, inputs, Effort(scratch=scratch, threads=threads))


def audit_of(files: Files, inputs: Mapping[str, bytes] | None = None, **options: bool) -> Audit:
    """Audit files as a bundle on disk, beside its inputs."""
    inputs = {"list.csv": LIST} if inputs is None else inputs
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("bundle", "inputs", "scratch"):
            (folder / part).mkdir()
        put(files, folder / "bundle")
        put(inputs, folder / "inputs")
        effort = Effort(scratch=folder / "scratch", threads=1)
        return audit_bundle(folder / "bundle", folder / "inputs", effort, **options)


def failed(audit: Audit) -> set[str]:
    """Name the checks that fail."""
    return {check.name for check in audit.checks if not check.passed}


def check_of(audit: Audit, name: str) -> Check:
    (check,) = [check for check in audit.checks if check.name == name]
    return check


def problems_of(audit: Audit, name: str) -> list[str]:
    return [finding.problem for finding in check_of(audit, name).findings]
