"""Golden transcripts: sessions in `golden/*.txt` are run again and have to come out the same.

A session is a text file: comments (`## `) and steps. A step is a line `$ command`, what it printed
(stdout and stderr as they came) and `[exit N]`. `asr` runs inside this process through its entry
point; every other command prepares files and runs in a shell. Bundle ids are shown as
`<bundle id>`: they cover breakdown.parquet, whose footer names the version of DuckDB.

    python -m tests.golden            say which transcripts differ
    python -m tests.golden --write    write them anew; the diff is for a human to read
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from merkle.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent / "golden"
PROMPT: Final = "$ "
COMMENT: Final = "## "
SURROUNDINGS: Final = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}


def replay(transcript: str) -> str:
    """Run the commands of a transcript in an empty folder; return the transcript of this run."""
    replayed = []
    with tempfile.TemporaryDirectory() as folder, _moved_to(folder):
        for line in transcript.splitlines():
            if line.startswith(COMMENT):
                replayed.append(line)
            elif line.startswith(PROMPT):
                replayed += [*_step(line.removeprefix(PROMPT)), ""]
    return "\n".join(replayed).replace(os.path.realpath(folder), "<folder>")


def _step(command: str) -> list[str]:
    words = shlex.split(command)
    output, code = _run_asr(words[1:]) if words[0] == "asr" else _run_shell(command)
    masked = re.sub(r"(bundle.id\W+)[0-9a-f]{64}", r"\1<bundle id>", output)
    return [PROMPT + command, *masked.splitlines(), f"[exit {code}]"]


def _run_asr(words: list[str]) -> tuple[str, int]:
    """Run the entry point; `> FILE` at the end takes stdout away, as in a shell."""
    shown = io.StringIO()
    words, target = (words[:-2], words[-1]) if words[-2:-1] == [">"] else (words, None)
    with contextlib.ExitStack() as stack:
        stdout = stack.enter_context(Path(target).open("w")) if target else shown
        stack.enter_context(contextlib.redirect_stdout(stdout))
        stack.enter_context(contextlib.redirect_stderr(shown))
        try:
            main(words)
        except SystemExit as done:
            return shown.getvalue(), int(done.code or 0)
    raise AssertionError("main returned instead of exiting")


def _run_shell(command: str) -> tuple[str, int]:
    done = subprocess.run(  # noqa: S603 - the command stands in a file of this repository
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr, done.returncode


@contextlib.contextmanager
def _moved_to(folder: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(SURROUNDINGS)
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _refresh(*, write: bool) -> int:
    changed = 0
    for path in sorted(FOLDER.glob("*.txt")):
        before = path.read_text()
        after = replay(before)
        if after != before:
            changed += 1
            sys.stdout.write(f"{path.name} {'written' if write else 'differs'}\n")
            if write:
                path.write_text(after)
    return 0 if write else min(changed, 1)


if __name__ == "__main__":
    sys.exit(_refresh(write="--write" in sys.argv))
