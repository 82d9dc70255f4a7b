"""Writes the files of a folder, and hashes them on the way."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

from merkle.bundle.files import BLOCK
from merkle.bundle.layout import SUMS, folders_of, format_sums
from merkle.bundle.staging import sync

if TYPE_CHECKING:
    import hashlib
    from collections.abc import Iterable
    from concurrent.futures import Future
    from io import FileIO
    from pathlib import Path

MOST_WAITING: Final = 4  # blocks; they bound the memory, whatever the disk does


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file while it is written; its methods run in the second thread."""

    name: str
    stream: FileIO
    digest: hashlib._Hash = field(default_factory=sha256)

    def append(self, block: bytes) -> None:
        self.digest.update(block)
        rest = memoryview(block)
        while rest:  # the system may take less than it is given
            rest = rest[self.stream.write(rest) :]

    def close(self) -> None:
        os.fsync(self.stream.fileno())
        self.stream.close()

    def hash_and_close(self) -> None:
        while block := self.stream.read(BLOCK):
            self.digest.update(block)
        self.close()


class Writer:
    """Writes files into an empty folder; `finish` makes a bundle of them.

    A second thread hashes and writes while the caller makes the next block: both of its jobs
    leave the interpreter to others. What fails there is raised at a later call.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[_File] = []
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        for file in self._files:
            file.stream.close()

    def write(self, name: str, blocks: Iterable[bytes]) -> None:
        """Write one file, block by block."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _File(name=name, stream=path.open("xb", buffering=0))
        self._files.append(file)
        for block in blocks:
            self._later(self._thread.submit(file.append, block))
        self._later(self._thread.submit(file.close))

    def adopt(self, name: str) -> None:
        """Take in a file that somebody else has written into the folder."""
        self._files.append(_File(name=name, stream=(self._folder / name).open("rb", buffering=0)))
        self._later(self._thread.submit(self._files[-1].hash_and_close))

    def finish(self) -> str:
        """Write the list of digests, wait until the disk has all, and return the bundle's id."""
        self._wait_for_all_but(0)
        digests = {file.name: file.digest.hexdigest() for file in self._files}
        self.write(SUMS, [format_sums(digests)])
        self._wait_for_all_but(0)
        for folder in folders_of(digests):
            sync(self._folder / folder)
        return self._files[-1].digest.hexdigest()

    def _later(self, task: Future[None]) -> None:
        self._waiting.append(task)
        self._wait_for_all_but(MOST_WAITING)

    def _wait_for_all_but(self, count: int) -> None:
        while len(self._waiting) > count:
            self._waiting.popleft().result()
