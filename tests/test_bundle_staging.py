"""A bundle is there whole or not at all, whatever happens to those who build it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.bundle.staging import staged
from merkle.bundle.writer import Writer
from tests.killing import FILES, OTHERS, names, read, write
from tests.plain_bundle import put

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_files_are_there_when_the_block_ends_and_nothing_else_is(tmp_path: Path) -> None:
    write(tmp_path / "bundle")
    assert FILES == read(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def build_until_it_breaks(out: Path, *, force: bool = False) -> None:
    with staged(out, force=force) as folder:
        put(FILES, folder)
        raise KeyError("broken")


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="broken"):
        build_until_it_breaks(tmp_path / "bundle")
    assert [] == names(tmp_path)


def test_an_existing_bundle_is_kept_without_force(tmp_path: Path) -> None:
    write(tmp_path / "bundle")
    with pytest.raises(AsrError, match="bundle exists; choose another name, or replace it with"):
        write(tmp_path / "bundle", OTHERS)
    assert FILES == read(tmp_path / "bundle")


def test_an_existing_bundle_is_replaced_with_force(tmp_path: Path) -> None:
    write(tmp_path / "bundle")
    write(tmp_path / "bundle", OTHERS, force=True)
    assert OTHERS == read(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def test_a_forced_build_that_fails_leaves_the_old_bundle(tmp_path: Path) -> None:
    write(tmp_path / "bundle")
    with pytest.raises(KeyError, match="broken"):
        build_until_it_breaks(tmp_path / "bundle", force=True)
    assert FILES == read(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def test_force_replaces_nothing_but_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(AsrError, match="home is no bundle, and --force replaces nothing else"):
        write(tmp_path / "home", force=True)
    assert ["letter.txt"] == names(tmp_path / "home")


def test_an_empty_folder_may_become_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    write(tmp_path / "bundle")
    assert FILES == read(tmp_path / "bundle")


@pytest.mark.parametrize("kind", ["file", "link to a bundle", "link to nothing"])
def test_what_is_no_folder_is_refused_even_with_force(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("a file")
    else:
        out.symlink_to(write_to(tmp_path) if kind == "link to a bundle" else tmp_path / "nowhere")
    with pytest.raises(AsrError, match="out exists and is no folder; choose another name"):
        write(out, force=True)
    assert out.is_file() or out.is_symlink()


def write_to(folder: Path) -> Path:
    write(folder / "bundle")
    return folder / "bundle"


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match=r"the folder .*nowhere does not exist; make it first"):
        write(tmp_path / "nowhere" / "bundle")


def test_a_parent_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AsrError, match=r"the folder .*file does not exist; make it first"):
        write(tmp_path / "file" / "bundle")


@pytest.mark.parametrize("name", [".", "..", "folder/.."])
def test_a_path_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(AsrError, match="give the new folder a name"):
        write(Path(name))


def test_a_name_too_long_for_the_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match=r"was not written: .*File name too long"):
        write(tmp_path / ("b" * 250))


def test_a_path_is_meant_as_it_is_written_over_links_too(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link" / "bundle")
    assert FILES == read(tmp_path / "real" / "bundle")


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    remedy = "make room on that disk, or use another one"
    with pytest.raises(AsrError, match=f"bundle was not written: File too large; {remedy}$"):
        write(tmp_path / "bundle")
    assert [] == names(tmp_path)


@pytest.mark.usefixtures("full_disk")
def test_blocks_waiting_for_a_failing_disk_are_bounded(tmp_path: Path) -> None:
    """The writer stops asking for blocks soon after one could not be written."""
    asked = []

    def blocks() -> Iterator[bytes]:
        for number in range(1000):
            asked.append(number)
            yield b"x" * 100

    with pytest.raises(AsrError, match="File too large"):
        write_blocks(tmp_path / "bundle", blocks())
    assert len(asked) < 20


def write_blocks(out: Path, blocks: Iterator[bytes]) -> None:
    with staged(out, force=False) as folder, Writer(folder) as writer:
        writer.write("file", blocks)
