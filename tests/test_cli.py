"""The command line: transcripts of whole sessions, and what a transcript cannot show."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from merkle.cli import exports, main, verifying
from merkle.codec import CATEGORIES, EXPORT_FORMATS
from merkle.leaf import LEAF_FORMATS
from tests.golden import FOLDER, replay

WALLET = "9tvKkHddwagcQee7nGnS8koxsh4aqpY8FCQhPtMKsCji"
START = "from merkle.cli import main; main()"


class Outcome(NamedTuple):
    code: int
    stdout: str
    stderr: str


def asr(*arguments: str | Path) -> Outcome:
    """Run one command in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        pytest.raises(SystemExit) as done,
    ):
        main([str(argument) for argument in arguments])
    return Outcome(int(done.value.code or 0), stdout.getvalue(), stderr.getvalue())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample round and its bundle."""
    folder = tmp_path_factory.mktemp("sample")
    assert 0 == asr("init", folder).code
    assert 0 == asr("build", folder / "round.toml", "--out", folder / "bundle").code
    return folder


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_session_goes_as_its_transcript_says(path: Path) -> None:
    said = path.read_text("utf-8")
    happens = replay(said)
    lines = unified_diff(said.splitlines(), happens.splitlines(), lineterm="")
    assert "" == "\n".join(lines), "if this is meant: python -m tests.golden --write"


def test_the_version_is_that_of_the_package() -> None:
    assert f"asr {version('asr')}\n" == asr("--version").stdout


def test_a_shell_completes_commands() -> None:
    asked = {"_ASR_COMPLETE": "complete_bash", "COMP_WORDS": "asr bu", "COMP_CWORD": "1"}
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", START],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ["build"] == done.stdout.split()


def test_the_choices_are_those_of_the_codec_and_the_leaves() -> None:
    assert EXPORT_FORMATS == get_args(exports.Format)
    assert CATEGORIES == get_args(exports.Category)
    assert tuple(LEAF_FORMATS) == get_args(verifying.Leaf)


def test_a_thousand_errors_are_printed_and_all_of_them_with_json(tmp_path: Path) -> None:
    asr("init", tmp_path)
    with (tmp_path / "votes.csv").open("a", encoding="utf-8") as votes:
        votes.writelines(f"nowhere,{WALLET},{row},for\n" for row in range(1, 1_502))
    printed = asr("check", tmp_path / "round.toml")
    assert 1 == printed.code
    assert "" == printed.stdout
    assert 1_000 == printed.stderr.count("no proposal of the round; ")
    assert "... and 501 more (--json lists all)" in printed.stderr
    listed = asr("check", tmp_path / "round.toml", "--json")
    assert 1 == listed.code
    assert "" == listed.stderr
    assert 1_501 == len(json.loads(listed.stdout)["findings"])


def test_a_single_input_error_is_a_finding_too(tmp_path: Path) -> None:
    (tmp_path / "tree.json").write_text("[", "utf-8")
    arguments = ("--mint", WALLET, "--decimals", "6", "--out", tmp_path / "bundle", "--json")
    document = json.loads(asr("import", "trees", tmp_path / "tree.json", *arguments).stdout)
    assert [1] == [finding["line"] for finding in document["findings"]]


def test_no_text_of_a_stranger_reaches_the_terminal_raw(tmp_path: Path) -> None:
    name = "\x1b[2J\u202evil\udcff.toml"
    refused = asr("check", tmp_path / name)
    assert "\\x1b[2J\\u202evil\\udcff.toml" in refused.stderr
    assert "\x1b" not in refused.stderr
    document = asr("check", tmp_path / name, "--json").stdout
    assert document.isascii()
    assert name in json.loads(document)["error"]


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    refused = asr("verify", "--proof", tmp_path, "--root", "00" * 32)
    assert (1, f"error: {tmp_path}: Is a directory\n") == (refused.code, refused.stderr)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_says_so_in_one_line(number: signal.Signals, tmp_path: Path) -> None:
    pipe = tmp_path / "proof.json"
    os.mkfifo(pipe)  # opening it for reading waits for a writer
    command = [sys.executable, "-c", START, "verify", "--proof", str(pipe), "--root", "00" * 32]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 - ours
        with pipe.open("w"):  # returns once the command has begun to read
            process.send_signal(number)
        # closed before it is waited for: a signal that comes just before a read does not end it
        stdout, stderr = process.communicate()
    assert (130, b"", b"interrupted\n") == (process.returncode, stdout, stderr)


def run_as_command(folder: Path, body: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the group that does what no real one should."""
    script = folder / "command.py"
    script.write_text(
        "from merkle.cli.app import app\n"
        f"@app.command()\ndef strange():\n    {body}\n"
        "app(['strange'])\n",
        "utf-8",
    )
    paths = os.pathsep.join([str(FOLDER.parent.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(  # noqa: S603 - ours
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_an_interrupted_query_says_so_in_one_line(tmp_path: Path) -> None:
    # what DuckDB raises on Ctrl-C; when it notices one depends on the query and the machine
    done = run_as_command(tmp_path, "raise RuntimeError('Query interrupted')")
    assert (130, b"interrupted\n") == (done.returncode, done.stderr)


def test_a_mistake_of_ours_is_not_hidden(tmp_path: Path) -> None:
    done = run_as_command(tmp_path, "raise RuntimeError('unforeseen')")
    assert 1 == done.returncode
    assert b"RuntimeError: unforeseen" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["summary"], ["proof", WALLET], ["explain", "1" * 32, "--json"]]
)
def test_a_reader_who_leaves_is_no_error(sample: Path, arguments: list[str]) -> None:
    command, *rest = arguments
    receiver, sender = os.pipe()
    os.close(receiver)
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", START, command, str(sample / "bundle"), *rest],
        stdout=sender,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(sender)
    assert (1, b"") == (done.returncode, done.stderr)


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_output_that_takes_nothing_is_an_error_in_one_line(
    sample: Path, options: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-c", START, "summary", str(sample / "bundle"), *options],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (1, b"error: No space left on device\n") == (done.returncode, done.stderr)


def test_a_short_disk_is_refused_before_anything_is_written(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 5, 5))
    refused = asr(
        "export", sample / "bundle", "--format", "jupiter-tree", "--out", tmp_path / "trees"
    )
    assert 1 == refused.code
    assert "needs 50,113 bytes, the disk has 5 left; make room" in refused.stderr
    assert "" == refused.stdout
    assert [] == list(tmp_path.iterdir())
