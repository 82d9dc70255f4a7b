"""The wallets that have not claimed, as CSV: written beside its name while the chain is asked."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from merkle.bundle.manifest import TokenEntry
    from merkle.rpc.claim_records import Leaf

HEADER: Final = "wallet,mint,symbol,tree,amount,locked_amount\n"


def check_csv(out: Path | None, *, force: bool) -> None:
    """Refuse before the work what could not be written after it.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    if out is None:
        return
    if out.is_dir():
        raise AsrError(f"{out} is a folder; name a file")
    if not out.parent.is_dir():
        raise AsrError(f"{out}: the folder {out.parent} does not exist; make it first")
    if os.path.lexists(out) and not force:
        raise AsrError(f"{out} exists; choose another name, or replace it with --force")


class UnclaimedFile:
    """One row per wallet and token, amounts in tokens with all decimals, as in allocations.csv."""

    def __init__(self, out: Path, *, force: bool) -> None:
        self._out, self._force = out, force
        self._part = out.parent / f".{out.name}.asr-{os.getpid()}-{secrets.token_hex(8)}"
        self._stream = self._part.open("x", encoding="utf-8", newline="")
        self._stream.write(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stream.close()
        finally:
            self._part.unlink(missing_ok=True)

    def add(self, token: "TokenEntry", number: int, leaf: "Leaf") -> None:
        """Write the row of one leaf."""
        from allocation.address import format_address
        from allocation.units import format_tokens

        amounts = (format_tokens(units, token.decimals) for units in (leaf.unlocked, leaf.locked))
        cells = (format_address(leaf.claimant), format_address(token.mint), token.symbol, number)
        self._stream.write(",".join(map(str, (*cells, *amounts))) + "\n")

    def publish(self) -> None:
        """Give the complete file its name.

        Errors: AsrError where something has taken the name meanwhile.
        """
        self._stream.flush()
        os.fsync(self._stream.fileno())
        check_csv(self._out, force=self._force)
        self._part.replace(self._out)
