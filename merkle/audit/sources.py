"""The inputs: whether the files that are there are those that the bundle was made of."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, Final

from allocation.units import U64_MAX
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.bundle.files import followed, open_file, read_file
from merkle.bundle.findings import BundleError, Finding, counted, printable
from merkle.bundle.layout import INPUTS
from merkle.bundle.strict_json import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from merkle.audit.checks import Check
    from merkle.bundle.strict_json import Node

NAME: Final = "inputs"


def inputs_check(bundle: Path, folder: Path) -> Check:
    """Compare the size and the sha256 of every input with the bundle's list; nothing is parsed.

    Their rows are counted when they are read, and compared with the rebuilt inputs.json.
    """
    try:
        content, _ = read_file(bundle, INPUTS)
        entries = document(INPUTS, content).entries()
        findings = [
            finding for kind, entry in entries.items() for finding in _check(kind, entry, folder)
        ]
    except BundleError as error:
        return not_possible(NAME, f"{INPUTS} can't be read", findings_of(error))
    holds = f"{counted(len(entries), 'file')} of the size and sha256 in {INPUTS}"
    return judged(NAME, "; ".join([holds, *_outside(entries, folder)]), findings)


def input_path(folder: Path, name: str) -> Path:
    """Return where an input lies: it may be a link, as nothing in a bundle may.

    A link to itself, or a name too long, is left for whoever opens it to refuse.
    """
    return followed(folder / name)


def _outside(entries: Mapping[str, Node], folder: Path) -> Iterator[str]:
    """Name inputs that are not in the folder, though whoever asks may think that they are."""
    for entry in entries.values():
        name = entry.member("name").printable()
        if normpath(name).startswith(("/", "../")):
            yield f"{name} is outside of {printable(str(folder))}"


def _check(kind: str, entry: Node, folder: Path) -> Iterator[Finding]:
    """Hold one file to its entry.

    Errors: BundleError for an entry that is none.
    """
    name = entry.member("name").printable()
    size = entry.member("bytes").integer(0, U64_MAX)
    digest = entry.member("sha256").sha256()
    try:
        actual_size, actual_digest = _measure(folder, name)
    except BundleError as error:
        problem = error.finding.problem
        if problem == "missing":
            shown = printable(str(folder))
            problem = f"not in {shown}; pass the folder of the round file with --inputs"
        yield Finding(file=name, problem=f"{kind}: {problem}")
        return
    if actual_size != size:
        problem = f"{kind}: has {actual_size:,} bytes, {INPUTS} has {size:,}"
        yield Finding(file=name, problem=problem)
    if actual_digest != digest:
        problem = f"{kind}: its sha256 is {actual_digest}, {INPUTS} has {digest}"
        yield Finding(file=name, problem=problem)


def _measure(folder: Path, name: str) -> tuple[int, str]:
    """Return the size and the sha256 of a file.

    Errors: BundleError where it can't be read.
    """
    path = input_path(folder, name)
    with open_file(path.parent, path.name) as opened:
        return sum(map(len, opened.blocks())), opened.sha256()
