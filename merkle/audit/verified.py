"""What `verify` finds in a bundle, sorted by the line of the audit that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from merkle.audit.checks import judged, not_possible
from merkle.bundle.findings import counted
from merkle.bundle.layout import INPUTS, MANIFEST, REPORT, ROUND, is_bundle_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.audit.checks import Check
    from merkle.bundle.findings import Finding
    from merkle.verify import Verification

FILES: Final = "files"
DOCUMENTS: Final = "documents"
RULES: Final = "rules"
PROOFS: Final = "proofs"

_DOCUMENTS: Final = (MANIFEST, ROUND, INPUTS, REPORT)


def files_check(verification: Verification) -> Check:
    """Say whether exactly the right files are there, with the digests that are listed."""
    holds = f"{counted(verification.files, 'file')} with the digests in SHA256SUMS, and no others"
    return judged(FILES, holds, findings_about(FILES, verification.findings))


def documents_check(verification: Verification) -> Check:
    """Say whether manifest, inputs and report are well-formed and of one mind."""
    holds = "manifest.json, inputs.json and report.json are of one mind"
    return judged(DOCUMENTS, holds, findings_about(DOCUMENTS, verification.findings))


def proofs_check(verification: Verification) -> Check:
    """Say whether the allocations give each root, and each proof leads to its root."""
    findings = findings_about(PROOFS, verification.findings)
    if not verification.tokens:
        return not_possible(PROOFS, f"{MANIFEST} can't be read, and it names the trees", findings)
    proofs, roots = counted(verification.proofs, "proof"), counted(verification.trees, "root")
    holds = f"{roots} recomputed, {proofs} folded"
    return judged(PROOFS, holds, findings)


def findings_about(name: str, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that belong to a check; each belongs to exactly one."""
    return [finding for finding in findings if _about(finding) == name]


def _about(finding: Finding) -> str:
    file, problem = finding.file, finding.problem
    if problem.startswith(("its sha256 is ", "unknown ")) or not is_bundle_file(file):
        return FILES
    if file == ROUND or (file == MANIFEST and problem.endswith(f" by {ROUND}")):
        return RULES
    if "/" in file or (file == MANIFEST and ", the allocations " in problem):
        return PROOFS
    return DOCUMENTS if file in _DOCUMENTS else FILES
