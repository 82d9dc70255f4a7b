"""A whole bundle: everything that `verify` checks, and everything built once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import AsrError
from merkle.audit.amounts import amounts_checks
from merkle.audit.checks import Audit, findings_of, judged, not_possible
from merkle.audit.rebuilding import rebuild
from merkle.audit.same import Comparison, not_compared
from merkle.audit.sources import inputs_check
from merkle.audit.verified import (
    RULES,
    documents_check,
    files_check,
    findings_about,
    proofs_check,
)
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import ROUND
from merkle.bundle.read import open_bundle
from merkle.program import check_round
from merkle.verify import verify_bundle
from merkle.verify.findings import Findings
from merkle.verify.round_file import read_round
from merkle.verify.task import Task

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.round import Round
    from merkle.audit.checks import Check
    from merkle.audit.rebuilding import Effort
    from merkle.bundle.read import Bundle
    from merkle.verify import Verification


def audit_bundle(
    path: Path,
    inputs: Path,
    effort: Effort,
    *,
    allow_deep: bool = False,
    processes: int = 1,
) -> Audit:
    """Verify a bundle, build it again from the files in `inputs`, and compare.

    Every check is made; one that can't be says why and counts as failed. All of them pass
    wherever and by however many threads the bundle was built: Parquet's bytes depend on DuckDB's
    version, so the breakdown is compared by rows, and the manifest without the tool's version.

    Errors: AsrError where there is no folder; OSError where the scratch folder is none.
    """
    verification = verify_bundle(path, processes=processes, progress=effort.progress)
    bundle, why = _opened(path)
    the_round = _round_of(path)
    rebuilt_check, rebuilt = rebuild(the_round, inputs, effort)
    compared = (
        not_compared(_symbols(the_round, bundle))
        if rebuilt is None
        else Comparison(path, rebuilt, inputs, effort).checks()
    )
    return Audit(
        checks=(
            files_check(verification),
            documents_check(verification),
            _rules_check(verification, the_round, allow_deep=allow_deep),
            proofs_check(verification),
            *amounts_checks(bundle, why, allow_deep=allow_deep),
            inputs_check(path, inputs),
            rebuilt_check,
            *compared,
        ),
        bundle_id=verification.bundle_id,
    )


def _opened(path: Path) -> tuple[Bundle | None, str]:
    try:
        return open_bundle(path), ""
    except BundleError as error:
        return None, str(error)


def _round_of(path: Path) -> Round | None:
    """Read the round file; what is wrong with it is among what `verify` has found."""
    return read_round(Task(root=path, sums={}, findings=Findings(), progress=None))


def _rules_check(verification: Verification, the_round: Round | None, *, allow_deep: bool) -> Check:
    """Say whether the bundle was made by the rules of its round, and these can be carried out."""
    findings = findings_about(RULES, verification.findings)
    if the_round is None:
        return not_possible(RULES, f"{ROUND} can't be read", findings)
    try:
        check_round(the_round, allow_deep=allow_deep)
    except AsrError as error:
        findings += findings_of(error)
    return judged(RULES, f"those of {ROUND}, method {the_round.method}", findings)


def _symbols(the_round: Round | None, bundle: Bundle | None) -> list[str]:
    """Name the tokens whose files would be compared."""
    if the_round is not None:
        return [token.symbol for token in the_round.tokens]
    return ["tokens"] if bundle is None else [token.symbol for token in bundle.manifest.tokens]
