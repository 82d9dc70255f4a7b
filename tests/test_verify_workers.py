"""Several processes find what one finds, in the same order, and end with the one they serve."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.bundle.findings import Finding
from merkle.verify import findings, verify_bundle
from merkle.verify.findings import Findings
from merkle.verify.workers import workers
from tests.forging import CSV, TREE, Leaf, leaves_of, replaced, sound, with_leaves
from tests.plain_bundle import put

if TYPE_CHECKING:
    from tests.forging import Files

SOUND = sound()
MANY = 10**9  # leaves
ROOT = Path(__file__).parent.parent


def forged() -> Files:
    """Change every leaf of one tree, the locked amount of a row, and drop another tree."""
    leaves = [Leaf(leaf.wallet, leaf.fields | {"amount": 1}) for leaf in leaves_of(SOUND)]
    changed = with_leaves(SOUND, leaves)
    changed = replaced(changed, CSV, b"1.000009,0.000000", b"1.000009,0.000001")
    return {name: content for name, content in changed.items() if "tree_2" not in name}


@pytest.mark.parametrize("files", [SOUND, forged()], ids=["sound", "forged"])
def test_processes_find_what_one_finds_in_the_same_order(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(files, tmp_path)
    expected = verify_bundle(path)
    monkeypatch.setattr("merkle.verify.workers.WORTH_PROCESSES", 1)
    stages: list[tuple[str, int, int]] = []
    found = verify_bundle(path, processes=2, progress=lambda *stage: stages.append(stage))
    assert expected == found
    assert (files is SOUND) == (not found.findings)
    assert [4, 8, 10] == [done for stage, done, _ in stages if stage == "JUP: proofs"]


def test_what_others_have_found_is_counted_beyond_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(findings, "MOST_PER_FILE", 2)
    ours, theirs = Findings(), Findings()
    ours.add(TREE, "first")
    for number in range(5):
        theirs.add(TREE, f"number {number}", line=number + 1)
    ours.add_all(theirs)
    assert (
        Finding(file=TREE, problem="first"),
        Finding(file=TREE, problem="number 0", line=1),
        Finding(file=TREE, problem="4 more findings"),
    ) == ours.all()


def test_a_killed_process_is_said_in_words() -> None:
    with pytest.raises(AsrError, match="a process that checked trees was killed"):  # noqa: SIM117
        with workers(2, MANY) as executor:
            executor.submit(os.abort).result()


def test_processes_end_with_the_one_they_serve_even_where_it_is_killed() -> None:
    code = (
        "import os, signal\n"
        "from merkle.verify.workers import workers\n"
        f"with workers(2, {MANY}) as executor:\n"
        "    print(executor.submit(abs, -7).result(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", code]
    # what they print to is closed only when all of them have ended
    done = subprocess.run(  # noqa: S603 - ours
        command, stdout=subprocess.PIPE, cwd=ROOT, timeout=60, check=False
    )
    assert (-9, b"7\n") == (done.returncode, done.stdout)
