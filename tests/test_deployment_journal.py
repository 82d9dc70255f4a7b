"""The journal of what was sent: it survives a crash, knows its bundle, and is used by one run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from allocation.errors import AsrError
from merkle.rpc import Signature
from merkle.rpc.journal import LARGEST_JOURNAL, Journal, Sent, open_journal

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

FIRST = Sent(step="create JUP 0", signature=Signature("first"), last_valid_block_height=9)
SECOND = Sent(step="fund JUP 0", signature=Signature("second"), last_valid_block_height=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deploy.sent"


def opened(
    path: Path, bundle_id: str = "bundle", network: str = "net"
) -> AbstractContextManager[Journal]:
    return open_journal(path, bundle_id, network)


def test_what_was_sent_is_known_after_a_crash(path: Path) -> None:
    with opened(path) as journal:
        journal.sending(FIRST)
        journal.settled(FIRST.signature, "confirmed", 5)
        journal.sending(SECOND)
    with opened(path) as journal:
        assert ([SECOND], 5) == (journal.unsettled, journal.slot)
        journal.settled(SECOND.signature, "expired", 7)
    with opened(path) as journal:
        assert ([], 7) == (journal.unsettled, journal.slot)


def test_what_has_landed_is_known_by_its_step(path: Path) -> None:
    with opened(path) as journal:
        journal.sending(FIRST)
        journal.settled(FIRST.signature, "confirmed", 5)
        journal.sending(SECOND)
        journal.settled(SECOND.signature, "expired", None)
    with opened(path) as journal:
        landed = [step for step in (FIRST.step, SECOND.step) if journal.has_landed(step)]
        assert ([FIRST.step], 5) == (landed, journal.slot)
    with opened(path, network="another") as journal:
        assert not journal.has_landed(FIRST.step)


def test_a_note_is_on_disk_before_anything_leaves(path: Path) -> None:
    with opened(path) as journal:
        journal.sending(FIRST)
        assert b'"first"' in path.read_bytes()


def test_what_could_not_be_noted_is_in_no_doubt(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    with opened(path) as journal:
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space left"):
            journal.sending(FIRST)
        assert [] == journal.unsettled


def test_who_interrupts_the_writing_is_told_of_what_may_be_noted(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with opened(path) as journal:
        monkeypatch.setattr("os.fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.sending(FIRST)
        assert [FIRST] == journal.unsettled


def test_a_journal_is_a_regular_file(path: Path) -> None:
    path.mkdir()
    with (
        pytest.raises(AsrError, match="no regular file, and notes of what is sent go there"),
        opened(path),
    ):
        pass


def test_a_torn_line_never_left_and_is_cut_off(path: Path) -> None:
    with opened(path) as journal:
        journal.sending(FIRST)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"bundle_id": "bu')
    with opened(path) as journal:
        assert [FIRST] == journal.unsettled
        journal.sending(SECOND)
    assert 2 == len([json.loads(line) for line in path.read_bytes().splitlines()])


def test_two_runs_do_not_use_one_journal(path: Path) -> None:
    with opened(path), pytest.raises(AsrError, match="another run sends this bundle"), opened(path):
        pass


def test_what_was_sent_on_another_network_is_left_alone(path: Path) -> None:
    with opened(path, network="devnet") as journal:
        journal.sending(FIRST)
    with opened(path, network="mainnet") as journal:
        assert [] == journal.unsettled


def test_what_landed_on_another_network_says_nothing_of_this_ones_slots(path: Path) -> None:
    with opened(path, network="devnet") as journal:
        journal.sending(FIRST)
        journal.settled(FIRST.signature, "confirmed", 1_000)
    with opened(path, network="mainnet") as journal:
        assert 0 == journal.slot


def test_a_journal_of_another_bundle_is_refused(path: Path) -> None:
    with opened(path) as journal:
        journal.sending(FIRST)
    with (
        pytest.raises(AsrError, match="it belongs to another bundle"),
        opened(path, bundle_id="other"),
    ):
        pass


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[]",
        "{}",
        "[" * 100_000,
        '{"signature": "first"}',
        json.dumps(
            {
                "bundle_id": "bundle",
                "network": "net",
                "step": "s",
                "signature": "t",
                "last_valid_block_height": "9",
            }
        ),
    ],
)
def test_a_line_that_no_run_wrote_is_refused(path: Path, line: Any) -> None:
    path.write_text(f"{line}\n", "utf-8")
    with pytest.raises(AsrError, match="then move the file away"), opened(path):
        pass


def test_a_file_far_too_large_is_refused(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(LARGEST_JOURNAL + 1)
    with pytest.raises(AsrError, match="too large"), opened(path):
        pass
