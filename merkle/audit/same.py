"""A bundle against the one built anew: the same bytes in every file, or where they differ."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError
from merkle.audit.breakdown import differing_rows
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.audit.documents import differing_values, manifest_members, unequal
from merkle.audit.lines import differing_lines, same_bytes
from merkle.audit.sources import input_path
from merkle.bundle.files import read_file
from merkle.bundle.findings import BundleError, Finding, counted, printable, quoted
from merkle.bundle.layout import (
    BREAKDOWN,
    FIXED_FILES,
    FORMAT,
    MANIFEST,
    ROUND,
    VERIFIER,
    allocations_file,
    fixed_files,
    tree_file,
)
from merkle.bundle.manifest import parse_manifest
from merkle.bundle.standalone import KNOWN_VERIFIERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from merkle.audit.checks import Check
    from merkle.audit.rebuilding import Effort

TOOL: Final = "tool"
REBUILT: Final = "rebuilt "  # before the name of a file or a token
WHY_NOT: Final = "there is no rebuilt bundle"

_BY_TOOL: Final = ("format", "tool")  # what another version writes otherwise of the same round


def not_compared(symbols: Sequence[str]) -> list[Check]:
    """Say of every comparison that there is nothing to compare with."""
    names = [REBUILT + name for name in (*FIXED_FILES, *symbols)]
    return [not_possible(name, WHY_NOT) for name in (TOOL, *names)]


class Comparison:
    """Compares a bundle with the one that its inputs give, file by file."""

    def __init__(self, bundle: Path, rebuilt: Path, inputs: Path, effort: Effort) -> None:
        self._bundle = bundle
        self._rebuilt = rebuilt
        self._inputs = inputs
        self._effort = effort
        content, _ = read_file(rebuilt, MANIFEST)
        tokens = parse_manifest(content).tokens
        self._trees = {token.symbol: len(token.trees) for token in tokens}
        self._ours = manifest_members(content)
        self._theirs: dict[str, object] = {}
        self._unreadable: list[Finding] = []
        try:
            content, _ = read_file(bundle, MANIFEST)
            self._theirs = manifest_members(content)
        except BundleError as error:
            self._unreadable = findings_of(error)

    def checks(self) -> list[Check]:
        """Make one check for each file that every bundle has, and one for each token."""
        return [
            self._tool_check(),
            *map(self._file_check, FIXED_FILES),
            *(self._token_check(symbol, trees) for symbol, trees in self._trees.items()),
        ]

    def _tool_check(self) -> Check:
        """Say which versions have built and rebuilt the bundle: others may be right as well."""
        if self._unreadable:
            return not_possible(TOOL, f"{MANIFEST} can't be read", self._unreadable)
        theirs, ours = quoted(self._theirs.get("tool")), quoted(self._ours["tool"])
        if theirs == ours:
            return judged(TOOL, f"built and audited by {ours}", [])
        return judged(TOOL, f"built by {theirs}, audited by {ours}: no fault by itself", [])

    def _file_check(self, file: str) -> Check:
        name = REBUILT + file
        if self._is_newer(file):
            return judged(name, f"a bundle of format {self._theirs['format']} has none", [])
        try:
            return self._compare(file, name)
        except BundleError as error:
            return not_possible(name, f"{file} can't be read", findings_of(error))

    def _compare(self, file: str, name: str) -> Check:
        """Compare a file as its kind allows.

        Errors: BundleError where it can't be read.
        """
        if file == MANIFEST:
            return self._manifest_check(name)
        if file == VERIFIER:
            return self._verifier_check(name)
        if file == ROUND:
            return self._round_check(name)
        if same_bytes(self._bundle, self._rebuilt, file):
            return judged(name, "the same bytes", [])
        if file == BREAKDOWN:
            return self._rows_check(name)
        return judged(name, "the same bytes", self._differences(file))

    def _round_check(self, name: str) -> Check:
        """Hold the round file to the one that lies beside the inputs, if there is one.

        What was rebuilt follows the bundle's own: nothing else tells that its rules are others.
        """
        shown = printable(str(self._inputs))
        try:
            path = input_path(self._inputs, ROUND)
            files = (self._bundle, path.parent, ROUND, path.name)
            findings = [] if same_bytes(*files) else differing_lines(*files)
        except BundleError as error:
            if error.finding.problem == "missing":
                return judged(name, f"the bundle's own: {shown} has none", [])
            return not_possible(name, f"that in {shown} can't be compared", findings_of(error))
        return judged(name, "the same bytes", findings)

    def _rows_check(self, name: str) -> Check:
        try:
            findings = differing_rows(self._bundle, self._rebuilt, self._effort)
        except AsrError as error:
            return not_possible(name, "its rows can't be compared here", findings_of(error))
        return judged(name, "the same columns and rows, in other bytes", findings)

    def _is_newer(self, file: str) -> bool:
        """Say whether bundles of the older format have no such file."""
        written = self._theirs.get("format")
        return isinstance(written, int) and file not in fixed_files(written)

    def _verifier_check(self, name: str) -> Check:
        """Accept the verifier of any release of this tool: it is no function of the inputs.

        Errors: BundleError where it can't be read.
        """
        _, digest = read_file(self._bundle, VERIFIER)
        known = digest in KNOWN_VERIFIERS[FORMAT]
        problem = "not the verifier of any release of asr; do not run it"
        findings = [] if known else [Finding(file=VERIFIER, problem=problem)]
        return judged(name, "a verifier that asr has released", findings)

    def _manifest_check(self, name: str) -> Check:
        if self._unreadable:
            return not_possible(name, f"{MANIFEST} can't be read", self._unreadable)
        theirs, ours = (
            {key: value for key, value in side.items() if key not in _BY_TOOL}
            for side in (self._theirs, self._ours)
        )
        problems = unequal("", theirs, ours)
        findings = [Finding(file=MANIFEST, problem=problem) for problem in problems]
        other = [key for key in _BY_TOOL if self._theirs.get(key) != self._ours.get(key)]
        but = f"the same but for {' and '.join(other)}" if other else "the same bytes"
        return judged(name, but, findings)

    def _token_check(self, symbol: str, trees: int) -> Check:
        """Compare all files of a token; where the allocations differ, the trees do of course."""
        allocations = allocations_file(symbol)
        holds = f"the same bytes in {allocations} and {counted(trees, 'tree')}"
        findings = self._found_in(allocations)
        is_follower = bool(findings)
        for number in range(trees):
            if self._effort.progress is not None:
                self._effort.progress(f"{symbol}: comparing", number, trees)
            file = tree_file(symbol, number)
            found = self._found_in(file)
            if found and is_follower:
                found = [Finding(file=file, problem="is another tree, as its allocations are")]
            findings += found
        return judged(REBUILT + symbol, holds, findings)

    def _found_in(self, file: str) -> list[Finding]:
        """Return how a file differs, or why it can't be read."""
        try:
            if same_bytes(self._bundle, self._rebuilt, file):
                return []
            return self._differences(file)
        except BundleError as error:
            return findings_of(error)

    def _differences(self, file: str) -> list[Finding]:
        """Say where files of different bytes differ: documents by their values, if these do."""
        values: list[Finding] = []
        if file.endswith(".json") and "/" not in file:
            with suppress(BundleError):  # then its lines say more
                values = differing_values(self._bundle, self._rebuilt, file)
        return values or differing_lines(self._bundle, self._rebuilt, file)
