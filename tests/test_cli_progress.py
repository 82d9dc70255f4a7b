"""Progress: one line of a terminal, for work that takes a while."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from merkle.cli import main, output
from tests.test_cli import START, WALLET, asr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample round and its bundle."""
    folder = tmp_path_factory.mktemp("sample")
    assert 0 == asr("init", folder).code
    assert 0 == asr("build", folder / "round.toml", "--out", folder / "bundle").code
    return folder


@contextlib.contextmanager
def on_a_terminal(after: float = 0.0) -> Iterator[list[str]]:
    """Make stderr a terminal with progress from the start; the list gets what it shows."""
    ours, theirs = pty.openpty()
    shown = list[str]()
    with (
        pytest.MonkeyPatch.context() as patch,
        os.fdopen(ours, "rb", buffering=0) as screen,
        os.fdopen(theirs, "w") as stderr,
        contextlib.redirect_stderr(stderr),
    ):
        patch.setattr(output, "PROGRESS_AFTER", after)
        patch.setattr(output, "PROGRESS_EVERY", 0.0)
        yield shown
        print("|", end="", file=stderr, flush=True)
        text = b""
        while not text.endswith(b"|"):  # a terminal hands out what has arrived so far
            text += screen.read(1 << 16)
        shown.append(text.decode().removesuffix("|"))


def test_progress_is_one_line_that_is_wiped_at_the_end() -> None:
    with on_a_terminal() as shown, output.progress() as report:
        assert report is not None
        report("JUP: trees and proofs", 1, 4)
        report("JUP: done", 4, 4)
        report("writing", 0, 0)
    drawn = ["JUP: trees and proofs  25 %", "JUP: done 100 %".ljust(27), "writing".ljust(15)]
    assert ["\r" + "\r".join([*drawn, " " * 7, ""])] == shown


@pytest.mark.parametrize(
    ("seconds", "done", "total", "text"),
    [
        (10.0, 1, 4, ", 30 s left"),
        (60.0, 1, 4, ", 3 min 00 s left"),
        (9.0, 2, 3, ", 4 s left"),
        (2.9, 1, 4, ""),
        (10.0, 0, 4, ""),
        (10.0, 4, 4, ""),
        (10.0, 0, 0, ""),
    ],
)
def test_what_is_left_is_foreseen_once_something_is_done(
    seconds: float, done: int, total: int, text: str
) -> None:
    assert text == output.left_text(seconds, done, total)


def test_progress_of_what_is_quick_shows_nothing() -> None:
    with on_a_terminal(after=60.0) as shown, output.progress() as report:
        assert report is not None
        report("reading", 1, 2)
    assert [""] == shown


def test_progress_is_cut_to_the_terminal_and_escaped() -> None:
    with on_a_terminal() as shown, output.progress() as report:
        assert report is not None
        report("\x1b" + "x" * 1_000, 1, 2)
    assert ["\r\\x1b" + "x" * 75 + "\r" + " " * 79 + "\r"] == shown


def test_nobody_watches_a_pipe() -> None:
    with contextlib.redirect_stderr(io.StringIO()), output.progress() as report:
        assert report is None


def test_a_name_that_a_terminal_cannot_show_is_spelled_out(sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample / "bundle", tmp_path / "bundle")
    (tmp_path / "bundle" / "\u6771").write_text("")
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", START, "verify", "bundle"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert (1, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"\\u6771: unknown file\n")


def test_nobody_watches_where_stderr_is_closed(sample: Path) -> None:
    command = f'"$0" -c "{START}" verify bundle 2>&-'
    done = subprocess.run(  # noqa: S603 - ours
        ["/bin/sh", "-c", command, sys.executable], cwd=sample, stdout=subprocess.PIPE, check=False
    )
    assert 0 == done.returncode
    assert b"Everything holds" in done.stdout


@pytest.mark.parametrize("command", ["build", "check", "verify", "diff", "export", "import"])
def test_long_work_reports_progress_on_a_terminal(
    sample: Path, tmp_path: Path, command: str
) -> None:
    round_file, bundle, out = sample / "round.toml", sample / "bundle", tmp_path / "out"
    tree = bundle / "JUP" / "proofs" / "tree_0.json"
    arguments: dict[str, list[str | Path]] = {
        "build": [round_file, "--out", out],
        "check": [round_file],
        "verify": [bundle],
        "diff": [bundle, bundle],
        "export": [bundle, "--format", "csv", "--out", out],
        "import": ["trees", tree, "--mint", WALLET, "--decimals", "6", "--out", out],
    }
    with (
        on_a_terminal() as shown,
        contextlib.redirect_stdout(io.StringIO()),
        pytest.raises(SystemExit) as done,
    ):
        main([command, *map(str, arguments[command])])
    assert not done.value.code
    assert "".join(shown).startswith("\r")
