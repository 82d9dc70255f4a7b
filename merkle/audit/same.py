"""A bundle against the one built anew: the same bytes in every file, or where they differ."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from merkle.audit.breakdown import differing_rows
from merkle.audit.checks import counted, findings_of, judged, not_possible
from merkle.audit.lines import differing_lines, same_bytes
from merkle.bundle.files import list_folder, read_file
from merkle.bundle.findings import BundleError, Finding, quoted
from merkle.bundle.layout import (
    BREAKDOWN,
    FIXED_FILES,
    MANIFEST,
    allocations_file,
    tree_file,
)
from merkle.bundle.manifest import parse_manifest
from merkle.bundle.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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

    def __init__(self, bundle: Path, rebuilt: Path, effort: Effort) -> None:
        self._bundle = bundle
        self._rebuilt = rebuilt
        self._effort = effort
        content, _ = read_file(rebuilt, MANIFEST)
        self._trees = parse_manifest(content).tree_counts()
        self._ours = _members(content)
        self._theirs: dict[str, object] = {}
        self._unreadable: list[Finding] = []
        try:
            content, _ = read_file(bundle, MANIFEST)
            self._theirs = _members(content)
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
        name, same = REBUILT + file, "the same bytes"
        if file == MANIFEST:
            return self._manifest_check(name)
        if self._is_newer(file):
            return judged(name, f"a bundle of format {self._theirs['format']} has none", [])
        try:
            if same_bytes(self._bundle, self._rebuilt, file):
                return judged(name, same, [])
            if file == BREAKDOWN:
                findings = differing_rows(self._bundle, self._rebuilt, self._effort)
                return judged(name, "the same columns and rows, in other bytes", findings)
            return judged(name, same, differing_lines(self._bundle, self._rebuilt, file))
        except BundleError as error:
            return not_possible(name, f"{file} can't be read", findings_of(error))

    def _is_newer(self, file: str) -> bool:
        """Say whether a file is missing because bundles of the older format have none of it."""
        return file not in list_folder(self._bundle, "") and self._theirs.get(
            "format"
        ) != self._ours.get("format")

    def _manifest_check(self, name: str) -> Check:
        if self._unreadable:
            return not_possible(name, f"{MANIFEST} can't be read", self._unreadable)
        theirs, ours = (
            {key: value for key, value in side.items() if key not in _BY_TOOL}
            for side in (self._theirs, self._ours)
        )
        problems = _unequal("", theirs, ours)
        findings = [Finding(file=MANIFEST, problem=problem) for problem in problems]
        other = [key for key in _BY_TOOL if self._theirs.get(key) != self._ours.get(key)]
        but = f"the same but for {' and '.join(other)}" if other else "the same bytes"
        return judged(name, but, findings)

    def _token_check(self, symbol: str, trees: int) -> Check:
        """Compare all files of a token."""
        files = [allocations_file(symbol), *(tree_file(symbol, at) for at in range(trees))]
        found = [list(self._differences(file, symbol, at)) for at, file in enumerate(files)]
        holds = f"the same bytes in {files[0]} and {counted(trees, 'tree')}"
        return judged(REBUILT + symbol, holds, list(chain.from_iterable(found)))

    def _differences(self, file: str, symbol: str, number: int) -> list[Finding]:
        if self._effort.progress is not None:
            self._effort.progress(f"{symbol}: comparing", number, self._trees[symbol])
        try:
            if same_bytes(self._bundle, self._rebuilt, file):
                return []
            return differing_lines(self._bundle, self._rebuilt, file)
        except BundleError as error:
            return findings_of(error)


def _members(content: bytes) -> dict[str, object]:
    """Read a manifest as plain JSON: whatever it holds can be compared.

    Errors: BundleError for what is laid out otherwise than this tool does.
    """
    document = parse_json(MANIFEST, content)
    if not isinstance(document, dict):
        raise BundleError(MANIFEST, "is no object")
    return document


def _unequal(place: str, theirs: object, ours: object) -> Iterator[str]:
    """Yield where two JSON values differ; the order of keys counts."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and list(theirs) == list(ours):
        for key, value in ours.items():
            yield from _unequal(f"{place}.{key}".removeprefix("."), theirs[key], value)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for at, value in enumerate(ours):
            yield from _unequal(f"{place}[{at}]", theirs[at], value)
    elif type(theirs) is not type(ours) or theirs != ours:
        yield f"{place or 'it'} is {_shown(theirs)}, the inputs give {_shown(ours)}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return f"an object of {quoted(', '.join(value))}"
    return f"a list of {len(value):,}" if isinstance(value, list) else quoted(value)
