"""The path of an input -> a file that may be read, and that stays as it is meanwhile."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError
from allocation.tables.csv_file import CsvFile
from allocation.tables.jsonl_file import JsonLinesFile
from allocation.tables.parquet_file import ParquetFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.tables.columns import Layout
    from allocation.tables.findings import Findings
    from allocation.tables.source import Source

_FORMATS: Final[dict[str, Callable[[DuckDBPyConnection, Path, Layout], Source]]] = {
    ".csv": CsvFile,
    ".jsonl": JsonLinesFile,
    ".ndjson": JsonLinesFile,
    ".parquet": ParquetFile,
}
_CHECK_PATH: Final = "check the path in the round file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What changes when a file is written to."""

    device: int
    number: int
    size: int
    changed: int  # nanoseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """An input file that is there."""

    name: str  # as written in the round file
    path: Path
    stamp: Stamp
    source: Source


def locate(
    db: DuckDBPyConnection, folder: Path, layout: Layout, findings: Findings
) -> Located | None:
    """Find the file of an input, or note why it may not be read.

    DuckDB takes a path for a pattern and for a URL; so such characters are refused anywhere in it.
    """
    name = findings.source
    path = folder.absolute() / name
    special = next((mark for mark in ("://", *"*?[]{") if mark in f"{name}\n{path}"), None)
    if special:
        problem = f"{special!r} in a path means more than itself"
        findings.add(0, "file", str(path), problem, "rename the file or its folder")
        return None
    source = _FORMATS.get(path.suffix.lower())
    if source is None:
        problem = f"the ending {path.suffix!r} names no format"
        findings.add(0, "file", "", problem, f"name it {', '.join(_FORMATS)}, as it is")
        return None
    try:
        stamp = stamp_of(path)
    except OSError as error:
        findings.add(0, "file", "", (error.strerror or "cannot be read").lower(), _CHECK_PATH)
        return None
    if stamp is None:
        findings.add(0, "file", "", "not a regular file", _CHECK_PATH)
        return None
    return Located(name=name, path=path, stamp=stamp, source=source(db, path, layout))


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a regular file that may be read, None of anything else.

    Errors: OSError where there is nothing, or no permission.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return None
    with path.open("rb"):
        pass
    return Stamp(
        device=status.st_dev,
        number=status.st_ino,
        size=status.st_size,
        changed=status.st_mtime_ns,
    )


def refuse_changed(located: Located) -> None:
    """Refuse a file that was written to while it was read.

    Errors: AsrError.
    """
    try:
        stamp = stamp_of(located.path)
    except OSError:
        stamp = None
    if stamp != located.stamp:
        raise AsrError(f"{located.name}: changed while it was read; run again when it is complete")
