"""What an audit says: one check after the other, each of them passed or not, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import InputError, InputErrors
from merkle.bundle.findings import BundleError, Finding, cell_text, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.errors import AsrError

MOST_FINDINGS: Final = 1_000  # of one check; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: whether it holds, and all that is wrong with it."""

    name: str
    passed: bool
    summary: str  # what was compared; or how much is wrong; or why nothing could be compared
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All checks in their order; there are as many, whatever fails."""

    checks: tuple[Check, ...]
    bundle_id: str | None = None  # sha256 of SHA256SUMS; None where there is none to read

    @property
    def passed(self) -> bool:
        """Whether every check has passed."""
        return all(check.passed for check in self.checks)


def judged(name: str, holds: str, findings: Sequence[Finding]) -> Check:
    """Say what holds, or that it does not and why."""
    if not findings:
        return Check(name=name, passed=True, summary=holds)
    more = len(findings) - MOST_FINDINGS
    rest = [Finding(file="", problem=f"{more:,} more findings")] if more > 0 else []
    return Check(
        name=name,
        passed=False,
        summary=counted(len(findings), "finding"),
        findings=(*findings[:MOST_FINDINGS], *rest),
    )


def not_possible(name: str, why: str, findings: Sequence[Finding] = ()) -> Check:
    """Say that a check could not be made, which is as bad as one that fails."""
    return Check(
        name=name,
        passed=False,
        summary=f"not possible: {why}",
        findings=judged(name, "", findings).findings,
    )


def findings_of(error: AsrError) -> list[Finding]:
    """Return what an error says, each thing of its own."""
    if isinstance(error, InputErrors):
        return [_of_input(each) for each in error.findings]
    if isinstance(error, InputError):
        return [_of_input(error)]
    if isinstance(error, BundleError):
        return [error.finding]
    return [Finding(file="", problem=str(error))]


def _of_input(error: InputError) -> Finding:
    problem = f"{cell_text(error)}: {error.problem}; {error.remedy}"
    return Finding(file=error.source, line=error.line or None, problem=problem)
