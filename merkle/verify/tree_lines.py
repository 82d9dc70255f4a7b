"""Cuts a tree file into the lines of its leaves, and finds what is wrong around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from merkle.bundle.lines import TREE_HEAD, TREE_TAIL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle.bundle.files import HashedFile
    from merkle.verify.findings import Findings

READ_AT_ONCE: Final = 1 << 22  # bytes; some thousand leaves, so that each step is worth its start

_HEAD: Final = TREE_HEAD.rstrip()
_TAIL: Final = TREE_TAIL.rstrip()


def leaf_lines(file: HashedFile, findings: Findings) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the lines of leaves without comma and newline, each block with its first line number.

    Errors: BundleError where the file can't be read on.
    """
    read, last, closed = 0, 0, False  # lines so far; the last one of a leaf; whether all is over
    without_comma: list[int] = []
    for block in file.lines(READ_AT_ONCE):
        if closed:
            findings.add(file.file, "goes on after the closing brace", line=read + 1)
        lines = _split(file, block, read, findings)
        first, read = read + 1, read + len(lines)
        if first == 1:
            first = _after_head(file, lines, findings)
        closed = lines[-1:] == [_TAIL]
        if closed:
            lines.pop()
        if lines:
            last = first + len(lines) - 1
            without_comma += [
                number for number, line in enumerate(lines, first) if not line.endswith(b",")
            ]
            yield first, [line.removesuffix(b",") for line in lines]
    if not closed:
        findings.add(file.file, "does not end with a brace on a line of its own", line=read or None)
    _check_commas(file, without_comma, last, findings)


def _split(file: HashedFile, block: bytes, read: int, findings: Findings) -> list[bytes]:
    lines = block.split(b"\n")
    if lines[-1]:
        findings.add(file.file, "no newline at the end", line=read + len(lines))
    else:
        lines.pop()
    return lines


def _after_head(file: HashedFile, lines: list[bytes], findings: Findings) -> int:
    """Drop the first line and return the number of the next; without a head all are leaves."""
    if lines[0] == _HEAD:
        del lines[0]
        return 2
    findings.add(file.file, "does not begin with a brace on a line of its own", line=1)
    return 1


def _check_commas(
    file: HashedFile, without_comma: list[int], last: int, findings: Findings
) -> None:
    for number in without_comma:
        if number != last:
            findings.add(file.file, "no comma after the leaf", line=number)
    if last and last not in without_comma[-1:]:
        findings.add(file.file, "a comma after the last leaf", line=last)
