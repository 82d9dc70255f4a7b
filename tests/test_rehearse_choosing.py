"""Which program a bundle is rehearsed on, and what each file has to be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocation.errors import AsrError
from merkle.bundle import BundleError
from merkle.rehearse import Programs, machine
from tests.forging import sound
from tests.plain_bundle import LOCKER_BASE, PlainToken, seal
from tests.rehearsals import MODEL, rehearsed, rows, staked, token_program

JUPITER = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"
SMALL = PlainToken(rows=rows(3))


def test_a_real_program_that_is_no_claim_program_is_found_in_its_own_words() -> None:
    rehearsal = rehearsed([SMALL], Programs(claim=token_program()))
    (problem,) = rehearsal.problems
    assert ("new_distributor", None) == (problem.step, problem.wallet)
    assert problem.problem.endswith("; is the file the program of jupiter?")
    assert f"Program {JUPITER} invoke [1]" == problem.logs[0]
    assert not rehearsal.is_good


def test_a_real_program_that_is_no_voter_is_found() -> None:
    programs = Programs(claim=token_program(), voter=token_program())
    (problem,) = rehearsed([staked(2)], programs).problems
    assert "opening a stake account" == problem.step


@pytest.mark.parametrize("content", [b"", b"not an ELF", b"\x7fELF" + bytes(500)])
def test_a_file_that_is_no_program_is_refused(content: bytes) -> None:
    with pytest.raises(AsrError, match="jupiter: the machine can't load the file as a program: "):
        rehearsed([SMALL], Programs(claim=content))


def test_long_logs_are_cut() -> None:
    assert "x" * machine.LONGEST_LINE + "..." == machine.shortened("x" * 5_000)


def test_a_stake_needs_the_voter() -> None:
    with pytest.raises(AsrError, match=r"JUP is staked when it is claimed; give .* --voter-so"):
        rehearsed([staked(2)], replace(MODEL, voter=None))


def test_a_program_that_only_stakes_pays_no_wallet() -> None:
    with pytest.raises(AsrError, match="JUP is claimed into wallets, but jupiter-asr-2024 stakes"):
        rehearsed([SMALL], replace(MODEL, profile="jupiter-asr-2024"))


def test_tokens_for_several_programs_need_one_to_be_named() -> None:
    other = PlainToken(rows=rows(2), symbol="WEN", mint=LOCKER_BASE, program="jito", base=None)
    with pytest.raises(AsrError, match=r"several programs \(WEN for jito, JUP for jupiter\)"):
        rehearsed([SMALL, other])
    assert "kamino" == rehearsed([SMALL, other], replace(MODEL, profile="kamino")).profile


def test_a_token_for_no_program_needs_one_to_be_named() -> None:
    token = replace(SMALL, program="none", base=None)
    with pytest.raises(AsrError, match="JUP is for no program; say with --program"):
        rehearsed([token])
    assert rehearsed([token], replace(MODEL, profile="jito")).is_good


def test_leaves_that_no_program_verifies_are_refused() -> None:
    with pytest.raises(AsrError, match="wen_2: no claim program verifies mint-bound leaves"):
        rehearsed(sound(), replace(MODEL, profile="kamino"))


def test_a_stake_whose_round_has_no_locker_is_refused() -> None:
    files = sound([staked(2)])
    text = files["round.toml"].replace(b"locker_base", b"# locker_base")
    with pytest.raises(BundleError, match="JUP is staked, but has no locker_base"):
        rehearsed(seal(files | {"round.toml": text}))
    with pytest.raises(BundleError, match=r"round\.toml: its sha256 is"):
        rehearsed(files | {"round.toml": text})


def test_a_bundle_whose_round_has_other_tokens_is_refused() -> None:
    files = sound([staked(2)])
    text = files["round.toml"].replace(b'"JUP"', b'"JUQ"')
    with pytest.raises(BundleError, match="JUP is staked, but has no locker_base"):
        rehearsed(seal(files | {"round.toml": text}))
