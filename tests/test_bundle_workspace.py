"""The folder beside a bundle's name in which a build works before it writes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.bundle.staging import workspace
from tests.killing import leftovers, names, write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workspace_is_gone_when_its_work_is_done(tmp_path: Path) -> None:
    with workspace(tmp_path / "bundle") as folder:
        (folder / "spill").mkdir()
        assert [folder.name] == leftovers(tmp_path)
    assert [] == names(tmp_path)


def test_a_build_leaves_the_workspace_of_a_live_one_alone(tmp_path: Path) -> None:
    with workspace(tmp_path / "bundle") as folder:
        write(tmp_path / "bundle")
        assert folder.is_dir()
    assert ["bundle"] == names(tmp_path)


def test_the_next_build_clears_the_workspace_of_a_killed_one(tmp_path: Path) -> None:
    builder = os.fork()
    if not builder:  # pragma: no cover - the child is killed before it could report
        with workspace(tmp_path / "bundle") as folder:
            (folder / "spill").mkdir()
            (folder / "spill" / "rows").write_bytes(b"what memory did not hold")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(builder, 0)
    assert leftovers(tmp_path)
    write(tmp_path / "bundle")
    assert ["bundle"] == names(tmp_path)


def test_a_workspace_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(AsrError, match=r"bundle was not written: .*No such file or directory"),
        workspace(tmp_path / "missing" / "bundle"),
    ):
        pass


@pytest.mark.parametrize("name", ["note.txt", "JUP/keys.json", "JUP/proofs/link"])
def test_force_deletes_nothing_that_is_no_part_of_a_bundle(name: str, tmp_path: Path) -> None:
    write(tmp_path / "bundle")
    stranger = tmp_path / "bundle" / name
    stranger.parent.mkdir(parents=True, exist_ok=True)
    stranger.symlink_to(tmp_path) if name.endswith("link") else stranger.write_text("mine", "utf-8")
    with pytest.raises(AsrError, match=f"{name} is no part of a bundle; move it away"):
        write(tmp_path / "bundle", force=True)
    assert stranger.exists()
