"""The one family of errors: its texts are what the operator reads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PRINTED_ERRORS = 1_000
PRINTED_KINDS = 10
PRINTED_CHARACTERS = 100  # of one value; a cell of a hostile file may hold megabytes


class AsrError(Exception):
    """Something the operator can understand and mend; printed as it is, without a traceback."""


class InvariantError(AsrError):
    """Our own promise about money is broken: never the input's fault, always a reason to stop."""

    def __init__(self, promise: str) -> None:
        super().__init__(
            f"internal error: {promise}; nothing was written; please report this with the input"
        )


class BadValueError(AsrError):
    """A value is not what it has to be; whoever knows where it stands makes an InputError of it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem, self.remedy = problem, remedy


class InputError(AsrError):
    """One cell of one input is wrong: says where, what, and what to do.

    `line` is the physical line of a text file (the header is line 1), the row of a Parquet file
    (from 1), or 0 where a file as a whole is meant. An empty `value` is not printed: the problem
    says that it is empty or missing. `kind` groups errors for the summary counts.
    """

    def __init__(
        self,
        source: str,
        line: int,
        column: str,
        value: str,
        problem: str,
        remedy: str,
        *,
        kind: str | None = None,
    ) -> None:
        place = f"{source}:{line}" if line else source
        cell = f"{column} {_shortened(value)}" if value else column
        super().__init__(f"{place}: {cell}: {problem}; {remedy}")
        self.source, self.line, self.column = source, line, column
        self.value, self.problem, self.remedy = value, problem, remedy
        self.kind = kind or problem

    def as_json(self) -> dict[str, str | int]:
        """Return the facts of this finding for machines."""
        return {
            "source": self.source,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "problem": self.problem,
            "remedy": self.remedy,
        }


class InputErrors(AsrError):  # noqa: N818 - the plural says that it holds many
    """Everything that is wrong with the inputs of one run, in the order of files and lines."""

    def __init__(self, findings: Sequence[InputError]) -> None:
        super().__init__(_summary(findings))
        self.findings = tuple(findings)


def _shortened(value: str) -> str:
    """Quote a value so that nothing in it reaches the terminal raw, and cut what is too long."""
    if len(value) <= PRINTED_CHARACTERS:
        return repr(value)
    return f"{value[:PRINTED_CHARACTERS]!r}... ({len(value):,} characters)"


def _summary(findings: Sequence[InputError]) -> str:
    lines = [str(finding) for finding in findings[:PRINTED_ERRORS]]
    if len(findings) > PRINTED_ERRORS:
        lines.append(f"... and {len(findings) - PRINTED_ERRORS:,} more (--json lists all)")
    if len(findings) > 1:
        lines.append(f"{len(findings):,} errors{_counts_by_kind(findings)}")
    return "\n".join(lines)


def _counts_by_kind(findings: Sequence[InputError]) -> str:
    """Count what repeats; where nothing does, the lines above have said it all."""
    counts = Counter(finding.kind for finding in findings)
    if len(counts) == len(findings):
        return ""
    shown = [f"{count:,} x {kind}" for kind, count in counts.most_common(PRINTED_KINDS)]
    if len(counts) > PRINTED_KINDS:
        shown.append(f"{len(counts) - PRINTED_KINDS:,} other kinds")
    return ": " + ", ".join(shown)
