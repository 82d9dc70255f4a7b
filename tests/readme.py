"""README's sessions: its `console` blocks are run in a copy of the project and compared.

A line `$ command` starts a command, what follows is what it printed (stdout and stderr). A `python`
block whose first line is `# name.py` is saved under that name first. All blocks share one copy.
Behind the node that they name stands a chain in memory, as it is when the first of them asks.

    python -m tests.readme            say whether README prints what really happens
    python -m tests.readme --write    put what happens into README; the diff is for a human to read
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from tests.chain.server import serving
from tests.readme_chain import chain_of

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
PROMPT: Final = "$ "
VERIFIER: Final = "merkle/bundle/standalone/verify.py"
COPIED: Final = ("fixtures", "Makefile", "pyproject.toml", "requirements.lock", VERIFIER)
SURROUNDINGS: Final = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C"}

NODE: Final = "https://rpc.example"

_CONSOLE: Final = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_SCRIPT: Final = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def replay(text: str) -> str:
    """Return `text` with the output of every command as it came out just now."""
    with tempfile.TemporaryDirectory(prefix="asr-readme-") as folder, ExitStack() as held:
        copy = Copy(Path(folder), held)
        _copy_project(copy.folder)
        for name, source in _SCRIPT.findall(text):
            (copy.folder / name).write_text(source, "utf-8")
        return _CONSOLE.sub(lambda block: _session(block[1], copy), text)


@dataclass
class Copy:
    """A copy of the project, and its node from the first question on."""

    folder: Path
    held: ExitStack

    @cached_property
    def node(self) -> str:
        """The address behind NODE."""
        return self.held.enter_context(serving(chain_of(self.folder))).url


def _copy_project(copy: Path) -> None:
    """Copy what the commands need; the environment that runs this stands in for theirs."""
    for name in COPIED:
        source = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)


def _session(block: str, copy: Copy) -> str:
    commands = [line for line in block.splitlines() if line.startswith(PROMPT)]
    return "".join(f"{line}\n{_run(line.removeprefix(PROMPT), copy)}" for line in commands)


def _run(command: str, copy: Copy) -> str:
    """Run one command line; make is told that the environment is there."""
    command = re.sub(r"^make ", "make -o .venv/.ready ", command)
    if NODE in command:
        return _run(command.replace(NODE, copy.node), copy).replace(copy.node, NODE)
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **SURROUNDINGS, "PATH": path}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # those of a make that runs the tests
        environment.pop(name, None)
    done = subprocess.run(  # noqa: S603 - the command stands in a file of this repository
        ["/bin/bash", "-c", command],
        cwd=copy.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.replace(str(copy.folder), "")


def main() -> None:
    """Compare README with what happens, or write it."""
    said = README.read_text("utf-8")
    happens = replay(said)
    if "--write" in sys.argv[1:]:
        README.write_text(happens, "utf-8")
    elif said != happens:
        raise SystemExit("README prints something else than happens; run with --write and read")


if __name__ == "__main__":
    main()
