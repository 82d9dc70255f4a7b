"""Which proposal a vote belongs to: named in the file, or once for all of it, never both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import AddressError, format_address, parse_address
from allocation.errors import AsrError
from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from allocation.tables.importers.rows import Rows


class Proposals:
    """The proposals of one import by the bytes that order them."""

    def __init__(self, given: str | None) -> None:
        self.texts: dict[bytes, str] = {}
        self._given = given
        self._groups: dict[str, bytes] = {}

    def settled(self, rows: Rows, line: int, *, named: bool) -> bool:
        """Tell whether the file or --proposal names the proposals; both or neither is refused."""
        if named == (self._given is None):
            return True
        problem = "the file names no proposal"
        bad = BadCellError("proposal", None, problem, "give it with --proposal")
        if named:
            problem = "the file names its proposals itself"
            bad = BadCellError("--proposal", self._given, problem, "leave --proposal out")
        rows.refuse(line, bad)
        return False

    def group_of(self, rows: Rows, line: int, text: str | None) -> bytes | None:
        """Return the key of the proposal in a cell, or of the given one where there is no cell.

        None where that is no address, which is refused.
        """
        column, text = ("--proposal", self._given or "") if text is None else ("proposal", text)
        group: bytes | None = self._groups.get(text)
        if group is None and (group := rows.address(line, column, text)) is not None:
            self._groups[text] = group
            self.texts[group] = text
        return group

    def group_of_key(self, key: bytes) -> bytes:
        """Return the same for a proposal whose key is known."""
        if key not in self.texts:
            self.texts[key] = format_address(key)
        return key

    def group_of_any(self) -> bytes:
        """Return what orders the given proposal, which may be any text: nothing else is there.

        Errors: AsrError where it is not even printable.
        """
        text = self._given or ""
        if not text.isprintable() or text != text.strip() or not text:
            raise AsrError(f"--proposal {text!r}: empty or not printable; give the proposal's id")
        try:
            group: bytes = parse_address(text)
        except AddressError:
            group = text.encode()
        self.texts[group] = text
        return group
