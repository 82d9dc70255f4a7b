"""Two JSON documents: where they differ, by the path of the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.bundle.files import read_file
from merkle.bundle.findings import BundleError, Finding, quoted
from merkle.bundle.layout import MANIFEST
from merkle.bundle.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def differing_values(bundle: Path, rebuilt: Path, file: str) -> list[Finding]:
    """Return the values in which a JSON file is not as the inputs give it.

    Errors: BundleError where it can't be read, or is not laid out as this tool does.
    """
    theirs, ours = (parse_json(file, read_file(folder, file)[0]) for folder in (bundle, rebuilt))
    return [Finding(file=file, problem=problem) for problem in unequal("", theirs, ours)]


def manifest_members(content: bytes) -> dict[str, object]:
    """Read a manifest as plain JSON: whatever it holds can be compared.

    Errors: BundleError for what is laid out otherwise than this tool does.
    """
    document = parse_json(MANIFEST, content)
    if not isinstance(document, dict):
        raise BundleError(MANIFEST, "is no object")
    return document


def unequal(place: str, theirs: object, ours: object) -> Iterator[str]:
    """Yield where two JSON values differ, each as both have it; the order of keys counts."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and list(theirs) == list(ours):
        for key, value in ours.items():
            yield from unequal(f"{place}.{key}".removeprefix("."), theirs[key], value)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for at, value in enumerate(ours):
            yield from unequal(f"{place}[{at}]", theirs[at], value)
    elif type(theirs) is not type(ours) or theirs != ours:
        yield f"{place or 'it'} is {_shown(theirs)}, the inputs give {_shown(ours)}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return f"an object of {quoted(', '.join(value))}" if value else "an empty object"
    return f"a list of {len(value):,}" if isinstance(value, list) else quoted(value)
