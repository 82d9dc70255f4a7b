"""The file that an import writes: there when it is complete, and never in place of another."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation.tables.importers.rows import Row

_LINES_AT_ONCE: Final = 50_000


def check_target(out: Path, source: Path, *, force: bool) -> None:
    """Refuse a name that the result cannot take, before the work.

    Errors: AsrError saying what stands in the way.
    """
    if out.is_dir():
        raise AsrError(f"{out} is a folder; name a file")
    if not out.parent.is_dir():
        raise AsrError(f"{out}: the folder {out.parent} does not exist; make it first")
    if not source.is_file():
        raise AsrError(f"{source}: no such file; give the path of an export")
    if out.exists() and out.samefile(source):
        raise AsrError(f"{out} is the file to import; choose another name")
    if os.path.lexists(out) and not force:
        raise _already_there(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands around wallet and amount in each line."""

    header: str
    before: Mapping[bytes, str]  # by group
    has_last: bool


def write_rows(out: Path, rows: Sequence[Row], layout: Layout, *, force: bool) -> None:
    """Write the rows beside `out`, then give them its name.

    Errors: AsrError where `out` has come into being meanwhile and `force` is not given.
    """
    part = out.parent / f".{out.name}.asr-{os.getpid()}-{secrets.token_hex(8)}"
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            file.write(f"{layout.header}\n")
            for start in range(0, len(rows), _LINES_AT_ONCE):
                file.write(_lines(rows[start : start + _LINES_AT_ONCE], layout))
            file.flush()
            os.fsync(file.fileno())
        if force:
            part.replace(out)
        else:
            _name(part, out)
    finally:
        part.unlink(missing_ok=True)


def _lines(rows: Sequence[Row], layout: Layout) -> str:
    before, comma = layout.before, "," if layout.has_last else ""
    return "".join(
        f"{before[group]}{format_address(wallet)},{amount}{comma}{last if comma else ''}\n"
        for group, wallet, amount, last, _ in rows
    )


def _name(part: Path, out: Path) -> None:
    """Give a complete file its name; a link replaces nothing, where the disk knows links."""
    try:
        out.hardlink_to(part)
    except FileExistsError as error:
        raise _already_there(out) from error
    except OSError:
        if os.path.lexists(out):
            raise _already_there(out) from None
        part.replace(out)


def _already_there(out: Path) -> AsrError:
    return AsrError(f"{out} exists; choose another name, or replace it with --force")
