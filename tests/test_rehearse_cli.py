"""`asr rehearse`: what is printed, with which exit code, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import pytest

from merkle.cli import main, rehearsing
from merkle.program import PROFILES
from merkle.rehearse import Programs, rehearse_bundle
from tests.chain import claims
from tests.forging import leaves_of, sound, with_leaves
from tests.plain_bundle import WEN, PlainToken, put
from tests.rehearsals import rows, stage_chain, staked, token_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run `asr rehearse` on a bundle in a folder with programs, on the modelled chain."""
    monkeypatch.setattr("merkle.rehearse.Programs", partial(Programs, make_machine=stage_chain))
    for name in ("claim.so", "voter.so"):
        (tmp_path / name).write_bytes(name.encode())

    def asr_rehearse(files: dict[str, bytes], *options: str) -> tuple[int, str, str]:
        bundle = put(files, tmp_path / "bundle")
        named = [option.replace("@", f"{tmp_path}/") for option in options]
        with pytest.raises(SystemExit) as done:
            main(["rehearse", str(bundle), "--program-so", f"{tmp_path}/claim.so", *named])
        printed = capsys.readouterr()
        return int(done.value.code or 0), printed.out, printed.err

    return asr_rehearse


def test_a_rehearsal_says_which_program_ran_and_what_it_did(run: Any) -> None:
    code, text, _ = run(sound([staked(10)]), "--voter-so", "@voter.so")
    assert 0 == code
    lines = text.split("\n")
    assert "program  jupiter DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R" == lines[0]
    assert "voter    locked_voter voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj" == lines[2]
    assert "token tree version wallets claimed paid left refused" == " ".join(lines[5].split())
    assert "JUP 0 0 4 4 0.004021 0.000000 12 of 12" == " ".join(lines[6].split())
    assert "bytes of 1,232" in text
    assert "Every claim worked, every forgery was refused" in text


def test_a_rehearsal_on_another_program_says_what_was_not_shown(run: Any) -> None:
    files = sound([staked(3), PlainToken(rows=rows(3), symbol="WEN", mint=WEN, base=None)])
    code, text, _ = run(files, "--voter-so", "@voter.so", "--program", "kamino", "--wallets", "2")
    assert 0 == code
    said = " ".join(text.split())
    assert "JUP, WEN: the bundle is for jupiter; kamino ran, at addresses of its own." in said
    assert "JUP: kamino can't stake. Each claim was paid to its wallet, which then staked" in said
    assert "WEN: the bundle has no base yet; a made-up one took its place." in said
    assert "JUP, WEN: a sample, 2 of 3 wallets." in said
    _, text, _ = run(files, "--program", "kamino", "--token", "JUP")
    assert "staking was not rehearsed, claims were paid to wallets; give --voter-so." in text


def test_json_says_all_of_it(run: Any) -> None:
    code, text, _ = run(sound([staked(5)]), "--voter-so", "@voter.so", "--json")
    document = json.loads(text)
    assert 0 == code
    assert document["is_good"]
    assert ("jupiter", 5, []) == (
        document["program"]["profile"],
        document["claims"],
        document["problems"],
    )
    (token,) = document["tokens"]
    assert ("stake", "stake", "jupiter") == (
        token["bundle_claim"],
        token["executed_as"],
        token["bundle_program"],
    )
    assert ["4007", "1003"] == [tree["paid"] for tree in token["trees"]]
    assert ["0", "0"] == [tree["left_in_vault"] for tree in token["trees"]]
    assert 0 < token["compute_units"]["smallest"]


def test_problems_are_told_by_kind_with_the_first_wallets(run: Any) -> None:
    name = "JUP/proofs/tree_0.json"
    leaves = leaves_of(sound([PlainToken(rows=rows(6), most=6)]), name)
    for leaf in leaves[:5]:
        leaf.fields["proof"][0] = [0] * 32
    forged = with_leaves(sound([PlainToken(rows=rows(6), most=6)]), leaves, name)
    code, text, _ = run(forged)
    assert 1 == code
    assert 1 == text.count("JUP: claim: jupiter: InvalidProof 6002")
    assert all(f"  tree 0: {leaf.wallet}\n" in text for leaf in leaves[:3])
    assert "  and 2 more\n    Program " in text
    assert "5 problems. Do not deploy before this is solved." in text


def test_kinds_of_problems_beyond_the_first_are_counted(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay = claims._pay
    monkeypatch.setattr("tests.chain.claims._pay", lambda claim, amount: pay(claim, amount - 1))
    code, text, _ = run(sound([PlainToken(rows=rows(15), most=15)]))
    assert 1 == code
    assert "and 6 other kinds of problems (--json has them)" in text
    assert "JUP: balance: the wallet holds 999 base units, not 1000\n  tree 0: " in text


def test_a_program_that_makes_no_distributor_is_shown_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real thing without any foreign file: SPL Token is a program, but no claim program."""
    (tmp_path / "token.so").write_bytes(token_program())
    bundle = put(sound([PlainToken(rows=rows(3))]), tmp_path / "bundle")
    with pytest.raises(SystemExit) as done:
        main(["rehearse", str(bundle), "--program-so", str(tmp_path / "token.so")])
    text = capsys.readouterr().out
    assert 1 == done.value.code
    assert "0.000000  no vault   0 of 0" in text
    assert "JUP: new_distributor: jupiter: " in text
    assert "    Program DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R invoke [1]" in text
    assert "0 claims in " in text
    assert "1 problem. Do not deploy before this is solved." in text


def test_a_file_that_is_no_program_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.so").write_bytes(b"\x1b[2J no ELF")
    bundle = put(sound([PlainToken(rows=rows(3))]), tmp_path / "bundle")
    with pytest.raises(SystemExit) as done:
        main(["rehearse", str(bundle), "--program-so", str(tmp_path / "text.so")])
    assert 1 == done.value.code
    assert "jupiter: the machine can't load the file as a program: " in capsys.readouterr().err


@pytest.mark.parametrize("wallets", ["0", "-1", "1.5", "", "many", "9" * 11])
def test_a_number_of_wallets_that_is_none_is_misuse(run: Any, wallets: str) -> None:
    code, _, problem = run(sound([PlainToken(rows=rows(3))]), "--wallets", wallets)
    assert 2 == code
    assert "write all, or a number from 1 on" in problem


def test_an_unknown_program_is_misuse(run: Any) -> None:
    assert 2 == run(sound([PlainToken(rows=rows(3))]), "--program", "saber")[0]


def test_what_is_no_file_of_a_program_is_refused(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sound([PlainToken(rows=rows(3))])
    assert "no such file; give the file that" in run(files, "--voter-so", "@missing.so")[2]
    assert "no regular file; give the file that" in run(files, "--voter-so", "@bundle")[2]
    monkeypatch.setattr(rehearsing, "MOST_BYTES", 7)
    code, _, problem = run(files)
    assert 1 == code
    assert f"{tmp_path}/claim.so: more than the 7 bytes that a program can have" in problem


def test_the_time_that_is_left_follows_from_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([100.0, 110.0])
    monkeypatch.setattr("merkle.cli.rehearsing.time.monotonic", lambda: next(moments))
    shown: list[tuple[str, int, int]] = []
    show = rehearsing._with_time_left(lambda *stage: shown.append(stage))
    show("claims", 0, 3_000)
    show("claims", 1_000, 3_000)
    assert ("claims", 0, 3_000) == shown[0]
    assert ("claims: 1,000 of 3,000, 20 s left", 1_000, 3_000) == shown[1]


def test_who_watches_is_told_how_far_it_is(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stages: list[tuple[str, int, int]] = []

    class Watched:
        def __enter__(self) -> Callable[[str, int, int], None]:
            return lambda *stage: stages.append(stage)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(rehearsing, "progress", Watched)
    assert 0 == run(sound([PlainToken(rows=rows(3))]))[0]
    assert ("claims: 3 of 3, 0 s left", 3, 3) == stages[-1]


def test_the_command_knows_every_program() -> None:
    assert tuple(PROFILES) == get_args(rehearsing.Program)


def test_a_voter_that_nothing_needs_is_told_not_to_have_run(run: Any) -> None:
    files, said = sound([PlainToken(rows=rows(3))]), "the program of --voter-so did not run"
    _, text, _ = run(files, "--voter-so", "@voter.so")
    assert f"- nothing here is staked: {said}.\n" in text
    assert said not in run(files)[1]
    assert said not in run(sound([staked(3)]), "--voter-so", "@voter.so")[1]


def test_wallets_without_a_key_are_told(run: Any) -> None:
    _, text, _ = run(sound([PlainToken(rows=rows(20))]))
    assert "wallets only a program can sign; here nobody had to." in text


def test_sizes_that_differ_are_shown_as_a_range(run: Any) -> None:
    _, text, _ = run(sound([PlainToken(rows=rows(5))]))
    assert "471 to 535, median 535" in text


def test_a_rehearsal_of_nothing_has_no_costs(tmp_path: Path) -> None:
    bundle = put(sound([PlainToken(rows=[])]), tmp_path)
    programs = Programs(claim=b"modelled", make_machine=stage_chain)
    from merkle.cli.rehearsing_text import rehearsal_document, rehearsal_lines  # noqa: PLC0415

    rehearsal = replace(rehearse_bundle(bundle, programs), seconds=0.0)
    lines = rehearsal_lines(rehearsal)
    assert "0 claims in 0.0 s, 0 a second and core" in lines
    assert "There was nothing to claim." in lines
    assert 0 == rehearsal_document(rehearsal)["claims_per_second_and_core"]
