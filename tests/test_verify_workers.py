"""Several processes find what one finds, in the same order, and end with the one they serve."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from allocation.errors import AsrError
from merkle.bundle.findings import Finding
from merkle.verify import findings, verify_bundle
from merkle.verify.findings import Findings
from merkle.verify.workers import runner
from tests.forging import CSV, TREE, Leaf, leaves_of, replaced, sound, with_leaves
from tests.plain_bundle import put

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    done = [done for stage, done, _ in stages if stage == "JUP: proofs"]
    assert (3, 10) == (len(done), done[-1])
    assert sorted(done) == done


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


@pytest.mark.parametrize("count", [2, 5])
def test_a_killed_process_is_said_in_words(count: int) -> None:
    with pytest.raises(AsrError, match="a process that did a part of the work was killed"):  # noqa: SIM117
        with runner(2, MANY) as run:
            list(run(signal.raise_signal, [signal.SIGKILL] * count))


def test_a_process_that_has_been_killed_gets_no_job() -> None:
    def killed() -> Iterator[int]:
        for process in active_children():
            process.kill()
            process.join()
        yield -7

    with pytest.raises(AsrError, match="a process that did a part of the work was killed"):  # noqa: SIM117
        with runner(2, MANY) as run:
            list(run(abs, killed()))


def test_more_jobs_than_processes_are_all_done() -> None:
    with runner(2, MANY) as run:
        assert list(range(9)) == sorted(run(abs, range(0, -9, -1)))
        assert ["word" * 100_000] * 5 == list(run(str, ["word" * 100_000] * 5))
    assert [] == active_children()


def test_few_leaves_and_one_process_need_no_other() -> None:
    for processes, leaves in ((1, MANY), (2, 100)):
        with runner(processes, leaves) as run:
            assert [os.getpid()] == list(run(lambda _: os.getpid(), [0]))


@pytest.mark.parametrize("signals", [1, 2])
def test_an_interruption_ends_every_process(signals: int) -> None:
    code = (
        "import os, signal, threading, time\n"
        "from merkle.verify.workers import runner\n"
        "def interrupt():\n"
        f"    for _ in range({signals}):\n"
        "        os.killpg(os.getpgid(0), signal.SIGINT)\n"
        f"with runner(2, {MANY}) as run:\n"
        "    print(next(run(abs, [-7])), flush=True)\n"
        "    threading.Timer(0.2, interrupt).start()\n"
        "    list(run(time.sleep, [60, 60, 60]))\n"
    )
    done = started(code)
    assert (-signal.SIGINT, b"7\n") == (done.returncode, done.stdout)


def test_processes_end_with_the_one_they_serve_even_where_it_is_killed() -> None:
    code = (
        "import os, signal\n"
        "from merkle.verify.workers import runner\n"
        f"with runner(2, {MANY}) as run:\n"
        "    print(*run(abs, [-7]), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = started(code)
    assert (-signal.SIGKILL, b"7\n") == (done.returncode, done.stdout)


def test_a_process_whose_result_nobody_waits_for_ends_without_a_word() -> None:
    code = (
        "import time\n"
        "from merkle.verify.workers import runner\n"
        f"with runner(2, {MANY}) as run:\n"
        "    print(next(run(time.sleep, [0, 0.5])))\n"
    )
    done = started(code)
    assert (0, b"None\n", b"") == (done.returncode, done.stdout, done.stderr)


def started(code: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program to the end of all its processes: only then what they print to is closed."""
    return subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
        start_new_session=True,
    )
