"""A folder that is there whole or not at all: built beside its final name, then renamed.

Everything of one build stands in a hidden folder beside the final name:

    .NAME.asr-PID-RANDOM/
      lock      held locked (flock) as long as the build lives, whatever its process id is
      bundle/   what is being written; renamed to NAME when complete
      old/      the bundle it replaces, until the new one has its name
      rubbish/  the same afterwards, while it is deleted

Work that comes before (`workspace`) has a folder of the same kind, with a lock of its own.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from allocation.errors import AsrError
from merkle.bundle.layout import MANIFEST, SUMS, is_bundle_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def staged(target: Path, *, force: bool) -> Iterator[Path]:
    """Lend an empty folder that becomes `target` when the block ends without an error.

    An existing bundle is replaced only with `force`. What dead builds of the same name have left
    is cleared; live ones are left alone.

    Errors: AsrError where `target` cannot be written or, without `force`, exists.
    """
    try:
        check_target(target, force=force)
        target = target.parent.resolve() / target.name
        _clear_leftovers(target)
        folder, lock = _own_folder(target)
        try:
            (folder / "bundle").mkdir()
            yield folder / "bundle"
            _publish(folder, target, force=force)
        finally:
            _remove(folder, lock, target)
    except OSError as error:
        raise unwritten(target, error) from error


@contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """Lend a folder beside `target` for what memory does not hold; it is gone when the block ends.

    One that a dead build has left is cleared by the next build of the same name.

    Errors: AsrError where nothing can be written beside `target`.
    """
    try:
        folder, lock = _own_folder(target.parent.resolve() / target.name)
    except OSError as error:
        raise unwritten(target, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a name that a bundle can't take.

    Errors: AsrError saying what stands in the way.
    """
    if target.name in ("", ".."):
        raise AsrError(f"{target}: give the new folder a name")
    if not target.parent.is_dir():
        raise AsrError(f"{target}: the folder {target.parent} does not exist; make it first")
    names, foreign = _look_into(target)
    if names and not force:
        raise AsrError(f"{target} exists; choose another name, or replace it with --force")
    if names and not names >= {MANIFEST, SUMS}:
        raise AsrError(f"{target} is no bundle, and --force replaces nothing else; remove it first")
    if foreign:
        path = target / min(foreign)
        raise AsrError(f"{path} is no part of a bundle; move it away, --force would delete it")


def _look_into(target: Path) -> tuple[set[str], set[str]]:
    """Return the names in a folder, and all files below it that no bundle has.

    Other builds may rename and delete it meanwhile: what comes out is of one folder, and empty
    where there is none.

    Errors: AsrError for anything else than a folder.
    """
    while True:
        try:
            before = target.lstat()
            if not stat.S_ISDIR(before.st_mode):
                raise AsrError(f"{target} exists and is no folder; choose another name")
            names, foreign = {path.name for path in target.iterdir()}, _foreign_in(target)
            if os.path.samestat(before, target.lstat()):
                return names, foreign
        except FileNotFoundError:
            if not os.path.lexists(target):
                return set(), set()


def _foreign_in(target: Path) -> set[str]:
    """Return the files below a folder that no bundle has, by their paths in it.

    Errors: FileNotFoundError where something is gone before it is reached.
    """
    foreign, folders = set(), [""]
    while folders:
        folder = folders.pop()
        with os.scandir(target / folder) as entries:
            for entry in entries:
                name = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif not is_bundle_file(name):
                    foreign.add(name)
    return foreign


def sync(path: Path) -> None:
    """Wait until the disk holds a file's bytes or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _own_folder(target: Path) -> tuple[Path, int]:
    """Make a folder and lock it; another build may mistake it for a leftover until it is locked."""
    while True:
        name = f".{target.name}.asr-{os.getpid()}-{secrets.token_hex(8)}"
        folder = target.parent / name
        folder.mkdir()
        lock = _lock(folder)
        if lock is not None:
            return folder, lock


def _lock(folder: Path) -> int | None:
    """Lock a build's folder: None where a live build holds it or it is gone.

    The system drops the lock with the process that holds it, so nothing is guessed from ids.
    """
    path = folder / "lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except FileNotFoundError:
        return None
    ours = False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # it may have been removed, and even made anew, between the two calls
        ours = os.path.samestat(os.fstat(lock), path.stat())
    except (BlockingIOError, FileNotFoundError):
        pass
    finally:
        if not ours:
            os.close(lock)
    return lock if ours else None


def _clear_leftovers(target: Path) -> None:
    """Remove the folders of builds that have died, and bring back what one had moved aside."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.asr-[0-9]+-[0-9a-f]{{16}}")
    for folder in list(target.parent.iterdir()):
        if not pattern.fullmatch(folder.name):
            continue
        with suppress(OSError):  # one of another user is left to him
            lock = _lock(folder)
            if lock is not None:
                _remove(folder, lock, target)


def _publish(folder: Path, target: Path, *, force: bool) -> None:
    """Give the complete bundle its name; a rename replaces nothing but an empty folder."""
    sync(folder)
    while not _renamed(folder / "bundle", target):
        check_target(target, force=force)
        _move_aside(folder, target)
    sync(target.parent)
    with suppress(FileNotFoundError):
        (folder / "old").rename(folder / "rubbish")  # from here on nothing brings it back


def _move_aside(folder: Path, target: Path) -> None:
    """Take the bundle that stands in the way, unless another build takes it first."""
    old = folder / "old"
    shutil.rmtree(old, ignore_errors=True)
    with suppress(FileNotFoundError):
        target.rename(old)


def _renamed(source: Path, target: Path) -> bool:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _remove(folder: Path, lock: int, target: Path) -> None:
    """Remove a build's folder, its lock last; an old bundle without its name gets it back."""
    try:
        old = folder / "old"
        if old.is_dir() and not os.path.lexists(target):
            old.rename(target)
        for name in ("bundle", "old", "rubbish"):
            shutil.rmtree(folder / name, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def unwritten(target: Path, error: OSError) -> AsrError:
    """Return the error that says what was not written, why, and what to do."""
    place = "" if error.filename is None else f"{error.filename}: "
    remedy = "; make room on that disk, or use another one" if error.errno in _NO_ROOM else ""
    return AsrError(f"{target} was not written: {place}{error.strerror or error}{remedy}")
