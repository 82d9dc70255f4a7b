"""What dead builds leave is cleared, and live ones don't disturb each other."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.bundle.staging import staged
from tests.killing import FILES, OTHERS, leftovers, names, read, write
from tests.plain_bundle import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent


def build_slowly(out: Path, meanwhile: Callable[[Path], object], *, force: bool = False) -> None:
    """Build OTHERS, while something else happens to `out`."""
    with staged(out, force=force) as folder:
        put(OTHERS, folder)
        meanwhile(out)
        assert OTHERS == read(folder)


def test_a_file_that_takes_the_name_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match=r"bundle was not written: .*: Not a directory"):
        build_slowly(tmp_path / "bundle", lambda out: out.write_text("a file"), force=True)
    assert ["bundle"] == names(tmp_path)


def flock_after(happening: Callable[[], object]) -> Callable[[int, int], None]:
    """Return a lock call before which something happens, the first time."""
    real, happenings = fcntl.flock, [happening]

    def flock(descriptor: int, operation: int) -> None:
        if happenings:
            happenings.pop()()
        real(descriptor, operation)

    return flock


@pytest.mark.parametrize("remade", [False, True])
def test_a_folder_taken_for_a_leftover_before_its_lock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, remade: bool
) -> None:
    """Another build clears it between the two system calls that open and lock the file."""

    def clear() -> None:
        (folder,) = tmp_path.iterdir()
        shutil.rmtree(folder)
        if remade:
            put({"lock": b""}, folder)

    monkeypatch.setattr(fcntl, "flock", flock_after(clear))
    write(tmp_path / "bundle")
    assert FILES == read(tmp_path / "bundle")


def test_a_folder_removed_before_its_lock_is_opened_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, removed = os.open, list[str]()

    def open_after_removal(path: Path, *others: int, **more: int) -> int:
        if str(path).endswith("lock") and not removed:
            removed.append(str(path))
            Path(path).parent.rmdir()
        return real(path, *others, **more)

    monkeypatch.setattr(os, "open", open_after_removal)
    write(tmp_path / "bundle")
    assert 1 == len(removed)
    assert FILES == read(tmp_path / "bundle")


def test_a_disk_that_cannot_lock_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks() -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock_after(no_locks))
    with pytest.raises(AsrError, match="bundle was not written: No locks available"):
        write(tmp_path / "bundle")


DEAD = ".bundle.asr-1-0123456789abcdef"


def test_what_a_dead_build_has_left_is_cleared(tmp_path: Path) -> None:
    put({"bundle/JUP/allocations.csv": b"half", "lock": b""}, tmp_path / DEAD)
    write(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def test_what_a_build_has_left_that_died_before_its_lock_is_cleared(tmp_path: Path) -> None:
    (tmp_path / DEAD).mkdir()
    write(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        ".other.asr-1-0123456789abcdef",
        ".bundle.asr-x.asr-1-0123456789abcdef",
        ".bundle.asr-1-0123456789abcdef0",
        ".bundleXasr-1-0123456789abcdef",
    ],
)
def test_what_belongs_to_others_is_left_alone(name: str, tmp_path: Path) -> None:
    put({"old/file": b"theirs"}, tmp_path / name)
    write(tmp_path / "bundle")
    assert {name, "bundle"} == set(names(tmp_path))
    assert b"theirs" == (tmp_path / name / "old" / "file").read_bytes()


def test_a_leftover_that_cannot_be_opened_does_not_stop_a_build(tmp_path: Path) -> None:
    (tmp_path / DEAD).mkdir()
    (tmp_path / DEAD / "lock").symlink_to(tmp_path)
    write(tmp_path / "bundle")
    assert {DEAD, "bundle"} == set(names(tmp_path))


def test_a_file_named_like_a_leftover_does_not_stop_a_build(tmp_path: Path) -> None:
    (tmp_path / DEAD).write_text("a file")
    write(tmp_path / "bundle")
    assert FILES == read(tmp_path / "bundle")


def test_a_live_build_is_left_alone_and_whoever_is_later_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    with pytest.raises(AsrError, match="bundle exists; choose another name"):
        build_slowly(out, write)
    assert FILES == read(out)
    assert ["bundle"] == names(tmp_path)


def test_with_force_whoever_is_later_replaces(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    build_slowly(out, write, force=True)
    assert OTHERS == read(out)
    assert ["bundle"] == names(tmp_path)


def test_with_force_what_came_between_is_not_replaced_unless_it_is_a_bundle(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    with pytest.raises(AsrError, match="is no bundle"):
        build_slowly(out, partial(put, {"letter.txt": b"dear"}), force=True)
    assert {"letter.txt": b"dear"} == read(out)
    assert ["bundle"] == names(tmp_path)


def test_a_bundle_that_a_dead_build_had_moved_aside_comes_back(tmp_path: Path) -> None:
    put({f"old/{name}": content for name, content in FILES.items()}, tmp_path / DEAD)
    put({f"bundle/{name}": content for name, content in OTHERS.items()}, tmp_path / DEAD)
    with pytest.raises(AsrError, match="bundle exists"):
        write(tmp_path / "bundle", OTHERS)
    assert FILES == read(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def test_a_bundle_that_was_replaced_already_does_not_come_back(tmp_path: Path) -> None:
    put({f"rubbish/{name}": content for name, content in FILES.items()}, tmp_path / DEAD)
    write(tmp_path / "bundle", OTHERS)
    assert OTHERS == read(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


@pytest.mark.parametrize("gone", [False, True])
def test_a_folder_that_is_another_one_while_it_is_looked_at_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    """Another build takes the bundle aside and puts its own there."""
    out, real, happened = tmp_path / "bundle", Path.iterdir, list[Path]()
    put({"letter.txt": b"dear"}, out)

    def iterdir(path: Path) -> Iterator[Path]:
        if path == out and not happened:
            happened.append(path)
            path.rename(tmp_path / "aside")
            names = [] if gone else list(real(tmp_path / "aside"))
            put(OTHERS, path)
            if gone:
                raise FileNotFoundError
            return iter(names)
        return real(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    write(out, force=True)
    assert 1 == len(happened)
    assert FILES == read(out)


@pytest.mark.parametrize("gone", [False, True])
def test_a_bundle_that_is_taken_away_while_it_is_looked_into_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    """Another build takes it aside after its names were read, and maybe puts its own there."""
    out, real, happened = tmp_path / "bundle", os.scandir, list[Path]()
    put(FILES, out)

    def scandir(path: Path) -> Iterator[os.DirEntry[str]]:
        if path == out / "JUP" and not happened:
            happened.append(out.rename(tmp_path / "aside"))
            if not gone:
                put(OTHERS, out)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    write(out, force=True)
    assert [tmp_path / "aside"] == happened
    assert FILES == read(out)


@pytest.mark.parametrize("force", [False, True])
def test_many_builds_at_the_same_time_end_with_one_whole_bundle(
    tmp_path: Path, *, force: bool
) -> None:
    builders, rounds = 4, 12
    barrier = Barrier(builders)
    variants = [FILES, OTHERS]

    def build(number: int) -> list[str]:
        problems = []
        for at in range(rounds):
            barrier.wait()
            try:
                write(tmp_path / f"bundle-{at}", variants[number % 2], force=force)
            except AsrError as error:
                problems.append(str(error))
        return problems

    with ThreadPoolExecutor(builders) as pool:
        problems = [text for found in pool.map(build, range(builders)) for text in found]
    assert [0 if force else rounds * (builders - 1)] == [len(problems)]
    assert all(re.search("exists; choose another name", problem) for problem in problems)
    assert all(read(tmp_path / f"bundle-{at}") in variants for at in range(rounds))
    assert [] == leftovers(tmp_path)


@pytest.mark.parametrize("mode", ["force", "new"])
def test_a_build_killed_at_any_moment_leaves_no_half_bundle(mode: str, tmp_path: Path) -> None:
    """In a process of its own: forking is no good idea where other threads may run."""
    killer = [sys.executable, "-m", "tests.killing", str(tmp_path), mode]
    done = subprocess.run(killer, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    killed, cleared = map(int, done.stdout.split())
    assert killed == 25
    assert cleared > 5  # most are killed while they write
