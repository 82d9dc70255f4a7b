"""Kills builds at any moment and looks at what they leave; run by the tests, prints two counts."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from merkle.bundle.staging import staged
from merkle.bundle.writer import Writer
from tests.plain_bundle import PlainRound, PlainToken, plain_bundle, plain_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

KILLS: Final = 25
LONGEST_LIFE: Final = 0.03  # seconds; time for some builds
FILES: Final = plain_bundle(PlainRound(tokens=[PlainToken(rows=plain_rows(9))]))
OTHERS: Final = plain_bundle(PlainRound(tokens=[PlainToken(rows=plain_rows(5))]))


def write(out: Path, files: Mapping[str, bytes] = FILES, *, force: bool = False) -> str:
    """Write files as a build does; SHA256SUMS comes from the writer."""
    with staged(out, force=force) as folder, Writer(folder) as writer:
        for name, content in files.items():
            if name != "SHA256SUMS":
                writer.write(name, [content[:100], content[100:]])
        return writer.finish()


def read(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def leftovers(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.startswith(".")]


def build_for_ever(folder: Path, *, force: bool) -> None:
    for number in count():
        name = "bundle" if force else f"bundle-{number}"
        write(folder / name, [FILES, OTHERS][number % 2], force=force)


def kill_one(folder: Path, seconds: float, *, force: bool) -> int:
    """Return how many leftovers the next build of the same name has had to clear."""
    builder = os.fork()
    if not builder:
        build_for_ever(folder, force=force)
    time.sleep(seconds)
    os.kill(builder, signal.SIGKILL)
    os.waitpid(builder, 0)
    bundles = [path for path in folder.iterdir() if not path.name.startswith(".")]
    assert all(read(bundle) in (FILES, OTHERS) for bundle in bundles)
    left = leftovers(folder)
    for name in {re.sub(r"^\.|\.asr-.*", "", leftover) for leftover in left}:
        write(folder / name, force=True)
    assert not leftovers(folder)
    for bundle in folder.iterdir():
        shutil.rmtree(bundle)
    return len(left)


def main() -> None:
    folder, mode = sys.argv[1:]
    chance = random.Random(mode)  # noqa: S311 - moments, not secrets
    lives = [chance.uniform(0, LONGEST_LIFE) for _ in range(KILLS)]
    cleared = [kill_one(Path(folder), life, force=mode == "force") for life in lives]
    sys.stdout.write(f"{len(cleared)} {sum(cleared)}\n")


if __name__ == "__main__":
    main()
