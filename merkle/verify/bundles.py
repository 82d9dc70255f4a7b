"""A whole bundle: every leaf and root recomputed, every proof folded, every byte accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from merkle.bundle.consistency import contradictions
from merkle.bundle.files import check_folder, list_folder, read_file
from merkle.bundle.findings import BundleError, printable
from merkle.bundle.layout import (
    BREAKDOWN,
    FIRST_FORMAT,
    FIXED_FILES,
    FORMAT,
    MANIFEST,
    SUMS,
    VERIFIER,
    fixed_files,
    folders_of,
    parse_sums,
)
from merkle.bundle.manifest import parse_manifest
from merkle.bundle.standalone import KNOWN_VERIFIERS
from merkle.verify.documents import check_inputs, check_report
from merkle.verify.findings import Findings
from merkle.verify.round_file import check_round, read_round
from merkle.verify.task import Task
from merkle.verify.tokens import TokenCheck
from merkle.verify.workers import runner

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from allocation.progress import Progress
    from merkle.bundle.findings import Finding
    from merkle.bundle.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was checked in a bundle, and everything that is wrong with it."""

    bundle_id: str | None  # sha256 of SHA256SUMS; None where it can't be read
    findings: tuple[Finding, ...]
    files: int  # whose digests were compared
    tokens: int
    trees: int
    wallets: int  # rows of allocations, over all tokens
    proofs: int  # that lead to their root


def verify_bundle(
    path: Path, *, processes: int = 1, progress: Progress | None = None
) -> Verification:
    """Check a bundle against itself, whoever wrote it; each file is read once.

    Large bundles are checked by as many `processes`. What is found and its order do not depend on
    that.

    Errors: AsrError where there is no folder; what is wrong in it is in the findings.
    """
    check_folder(path)
    findings = Findings()
    sums, bundle_id = _read_sums(path, findings)
    task = Task(root=path, sums=sums, findings=findings, progress=progress)
    manifest = _read_manifest(task)
    files = {*fixed_files(FIRST_FORMAT), *sums} if manifest is None else manifest.files()
    _check_names(task, files)
    the_round = read_round(task)
    if manifest is not None and the_round is not None:
        check_round(task, the_round, manifest)
    check_inputs(task, the_round)
    check_report(task, manifest, the_round)
    task.check_digest(BREAKDOWN)
    if VERIFIER in files:
        _check_verifier(task, manifest)
    checks = [] if manifest is None else _check_tokens(task, manifest, processes)
    if manifest is None:
        for file in sums.keys() - FIXED_FILES:
            task.check_digest(file)
    return Verification(
        bundle_id=bundle_id,
        findings=findings.all(),
        files=len(files),
        tokens=len(checks),
        trees=sum(check.trees for check in checks),
        wallets=sum(check.wallets for check in checks),
        proofs=sum(check.proofs for check in checks),
    )


def _read_sums(path: Path, findings: Findings) -> tuple[dict[str, str], str | None]:
    bundle_id = None
    try:
        content, bundle_id = read_file(path, SUMS)
        return parse_sums(content), bundle_id
    except BundleError as error:
        findings.add_error(error)
        return {}, bundle_id


def _read_manifest(task: Task) -> Manifest | None:
    """Read the manifest, and find where it contradicts itself."""
    content = task.read(MANIFEST)
    if content is None:
        return None
    try:
        manifest = parse_manifest(content)
    except BundleError as error:
        task.findings.add_error(error)
        return None
    for problem in contradictions(manifest):
        task.findings.add(MANIFEST, problem)
    return manifest


def _check_names(task: Task, files: Collection[str]) -> None:
    """Find files that nobody expects, on disk or in the list; missing ones are found on opening."""
    expected, folders = set(files), folders_of(files)
    known = expected | folders | {SUMS}
    for folder in sorted(folders):
        for name, kind in sorted(list_folder(task.root, folder).items()):
            if name not in known:
                task.findings.add(printable(name), f"unknown {kind}")
    if task.sums:
        for file in sorted(expected - task.sums.keys()):
            task.findings.add(SUMS, f"does not list {file}")
        for file in sorted(task.sums.keys() - expected):
            task.findings.add(SUMS, f"lists {file}, which is no file of this bundle")


def _check_verifier(task: Task, manifest: Manifest | None) -> None:
    """Find a verifier that no release of this tool has written: it might say anything."""
    content = task.read(VERIFIER)
    known = KNOWN_VERIFIERS[FORMAT if manifest is None else manifest.format]
    if content is not None and sha256(content).hexdigest() not in known:
        task.findings.add(VERIFIER, "not the verifier that asr writes; do not run it")


def _check_tokens(task: Task, manifest: Manifest, processes: int) -> list[TokenCheck]:
    checks = []
    leaves = sum(tree.max_num_nodes for token in manifest.tokens for tree in token.trees)
    with runner(processes, leaves) as run:
        for index, token in enumerate(manifest.tokens):
            checks.append(TokenCheck(task, f"tokens[{index}]", token))
            checks[-1].run(run)
    return checks
