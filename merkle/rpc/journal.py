"""What was sent, on disk before it leaves: a run that stops half way is taken up by the next.

One line of JSON per event, appended and synced. Without it, a run that follows a crash at once
could not know of a payment that is still on its way, and would pay again. The file is locked while
a run uses it, so that no two send at once. It is that of a bundle, not of a plan: whoever plans the
same trees once more still has to know of it.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from allocation.errors import AsrError
from merkle.bundle.staging import sync
from merkle.rpc.types import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_JOURNAL: Final = 16 << 20  # bytes; an event takes 300
LANDED: Final = "confirmed"
_SENT_KEYS: Final = {"bundle_id", "network", "step", "signature", "last_valid_block_height"}
_SETTLED_KEYS: Final = {"signature", "state", "slot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One transaction that was, or was about to be, sent."""

    step: str
    signature: Signature
    last_valid_block_height: int


class Journal:
    """The journal of one bundle on one network."""

    def __init__(self, stream: BinaryIO, name: str, bundle_id: str, network: str) -> None:
        self._stream, self._name, self._bundle_id, self._network = stream, name, bundle_id, network
        self._open: dict[str, Sent] = {}
        self._landed: set[str] = set()
        self._slot = 0
        for line in self._lines():
            self._take(line)

    @property
    def unsettled(self) -> list[Sent]:
        """What was sent on this network and nobody knows the end of."""
        return list(self._open.values())

    @property
    def slot(self) -> int:
        """The last slot at which something of this bundle landed, or was known to have expired."""
        return self._slot

    def reach(self, slot: int) -> None:
        """Take what is older than a slot for outdated, in this run."""
        self._slot = max(self._slot, slot)

    def has_landed(self, step: str) -> bool:
        """Say whether a transaction of that step, sent by a run that notes it here, has landed."""
        return step in self._landed

    def sending(self, sent: Sent) -> None:
        """Note a transaction; only then may it leave."""
        self._open[sent.signature] = sent  # first: who interrupts the writing is told of it
        try:
            self._write(
                {
                    "bundle_id": self._bundle_id,
                    "network": self._network,
                    "step": sent.step,
                    "signature": sent.signature,
                    "last_valid_block_height": sent.last_valid_block_height,
                }
            )
        except OSError:
            del self._open[sent.signature]  # it does not leave
            raise

    def settled(self, signature: Signature, state: str, slot: int | None) -> None:
        """Note what became of it."""
        self._write({"signature": signature, "state": state, "slot": slot})
        self._settle(self._open.pop(signature), state, slot or 0)

    def _settle(self, sent: Sent, state: object, slot: int) -> None:
        self.reach(slot)
        if state == LANDED:
            self._landed.add(sent.step)

    def _write(self, event: dict[str, object]) -> None:
        self._stream.write(json.dumps(event).encode("ascii") + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _lines(self) -> list[bytes]:
        """Return the whole lines; a torn one at the end never left, and is cut off."""
        content = self._stream.read(LARGEST_JOURNAL + 1)
        if len(content) > LARGEST_JOURNAL:
            raise self._bad("too large")
        whole = content.rfind(b"\n") + 1
        self._stream.truncate(whole)
        self._stream.seek(whole)
        return content[:whole].splitlines()

    def _take(self, line: bytes) -> None:
        event = self._event(line)
        if event.keys() == _SETTLED_KEYS:
            settled = self._open.pop(str(event["signature"]), None)
            slot = event["slot"]
            if settled is not None:
                self._settle(settled, event["state"], slot if type(slot) is int else 0)
        elif event.keys() != _SENT_KEYS or type(event["last_valid_block_height"]) is not int:
            raise self._bad("a line that nobody wrote")
        elif event["bundle_id"] != self._bundle_id:
            raise self._bad("it belongs to another bundle")
        elif event["network"] == self._network:
            signature = Signature(str(event["signature"]))
            height = event["last_valid_block_height"]
            self._open[signature] = Sent(
                step=str(event["step"]), signature=signature, last_valid_block_height=height
            )

    def _event(self, line: bytes) -> dict[str, object]:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._bad("a line that is no JSON") from error
        if not isinstance(event, dict):
            raise self._bad("a line that nobody wrote")
        return event

    def _bad(self, problem: str) -> AsrError:
        return AsrError(
            f"{self._name}: {problem}; see what became of that deployment, then move the file away"
        )


@contextmanager
def open_journal(path: Path, bundle_id: str, network: str) -> Iterator[Journal]:
    """Open the journal of a bundle on a network, which its genesis hash names.

    Errors: AsrError where another run uses it, or for what no run has written.
    """
    if path.exists() and not path.is_file():
        raise AsrError(f"{path}: no regular file, and notes of what is sent go there; move it away")
    with path.open("a+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AsrError(f"{path}: another run sends this bundle; wait for its end") from error
        stream.seek(0)
        sync(path.parent)  # the name of a new file is on disk too
        yield Journal(stream, str(path), bundle_id, network)
