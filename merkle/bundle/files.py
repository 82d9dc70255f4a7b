"""Files of a bundle as bytes: never through a link, never another kind of file, never too many."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, TypeAlias

from allocation.errors import AsrError
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import SMALL_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK: Final = 1 << 21
MOST_WAITING: Final = 8  # blocks read but not hashed yet
LONGEST_LINE: Final = 1 << 16  # bytes; a leaf at depth 32 needs 5,000

Kind: TypeAlias = Literal["file", "folder", "link", "other"]

_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not hold us up


class _Digest:
    """A sha256 that a second thread computes, never far behind: hashing frees the interpreter."""

    def __init__(self) -> None:
        self._sha256 = sha256()
        self._waiting: list[bytes] = []
        self._thread: Thread | None = None

    def update(self, block: bytes) -> None:
        self._waiting.append(block)
        if len(self._waiting) == MOST_WAITING:
            self._join()
            self._thread = Thread(target=self._hash, args=(self._waiting,))
            self._thread.start()
            self._waiting = []

    def hexdigest(self) -> str:
        self._join()
        self._hash(self._waiting)
        self._waiting = []
        return self._sha256.hexdigest()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _hash(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self._sha256.update(block)


class HashedFile:
    """A file that is hashed while it is read: one pass over the bytes serves both."""

    def __init__(self, file: str, stream: BinaryIO) -> None:
        self.file = file
        self._stream = stream
        self._digest = _Digest()

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the bytes from here to the end of the file."""
        while block := self._stream.read(size):
            self._digest.update(block)
            yield block

    def lines(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield blocks of whole lines; only the file's last line may lack its newline.

        Errors: BundleError where a line is too long for anything that a bundle holds.
        """
        rest = b""
        for block in self.blocks(size):
            end = block.rfind(b"\n") + 1
            if end:
                yield b"".join([rest, memoryview(block)[:end]])
                rest = block[end:]
            else:
                rest += block
            if len(rest) > LONGEST_LINE:
                raise BundleError(self.file, "a line longer than any that a bundle holds")
        if rest:
            yield rest

    def sha256(self) -> str:
        """Return the digest of the whole file, reading what is left of it."""
        for _ in self.blocks():
            pass
        return self._digest.hexdigest()


@contextmanager
def open_file(root: Path, file: str, *, limit: int | None = None) -> Iterator[HashedFile]:
    """Open a regular file of the bundle at `root`, following no link inside it.

    Errors: BundleError where it is missing, anything but a regular file, or larger than `limit`.
    """
    try:
        with os.fdopen(_open_inside(root, file), "rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            if limit is not None and size > limit:
                raise BundleError(file, f"has {size:,} bytes; at most {limit:,} are expected")
            yield HashedFile(file, stream)
    except OSError as error:
        raise BundleError(file, _why_unreadable(root, file, error)) from error


def followed(path: Path) -> Path:
    """Return where a path leads over links, the same on every Python.

    One that leads to itself, or whose name is too long, is left for whoever opens it to refuse.
    """
    return Path(os.path.realpath(path))


def check_folder(root: Path) -> None:
    """Refuse a path that leads to no folder.

    Errors: AsrError.
    """
    if not root.is_dir():
        raise AsrError(f"{root}: no such folder; give the path of a bundle")


def read_file(root: Path, file: str) -> tuple[bytes, str]:
    """Read a small file; the second result is its sha256.

    Errors: as `open_file`.
    """
    with open_file(root, file, limit=SMALL_FILE) as opened:
        content = b"".join(opened.blocks())
        return content, opened.sha256()


def list_folder(root: Path, folder: str) -> dict[str, Kind]:
    """List the entries of one folder, by path in the bundle; nothing if it can't be entered."""
    try:
        descriptor = _open_folder(root, folder.split("/") if folder else [])
    except OSError:
        return {}
    try:
        with os.scandir(descriptor) as entries:
            prefix = f"{folder}/" if folder else ""
            return {prefix + entry.name: _kind(entry) for entry in entries}
    finally:
        os.close(descriptor)


def _kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def _open_inside(root: Path, file: str) -> int:
    *folders, name = file.split("/")
    folder = _open_folder(root, folders)
    try:
        descriptor = os.open(name, _FILE_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleError(file, "no regular file")
    return descriptor


def _open_folder(root: Path, names: list[str]) -> int:
    """Open a folder step by step; only the way to the bundle itself may lead over links."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for name in names:
        outer = descriptor
        try:
            descriptor = os.open(name, _FOLDER_FLAGS, dir_fd=outer)
        finally:
            os.close(outer)
    return descriptor


def _why_unreadable(root: Path, file: str, error: OSError) -> str:
    """Name a link as such: the system says "too many levels" or "not a directory"."""
    parts = file.split("/")
    steps = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    links = [step for step in steps if os.path.islink(root / step)]  # noqa: PTH114 - never raises
    if links:
        return f"{links[0]} is a link"
    return "missing" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
