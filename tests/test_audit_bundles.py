"""A bundle that its inputs give passes, wherever and however it was built; another one does not."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from allocation.errors import AsrError
from merkle.audit import Effort, audit_bundle
from merkle.audit.same import Comparison
from tests.audits import LIST, audit_at, audit_of, built, check_of, failed, problems_of
from tests.building import build
from tests.conftest import FIXTURES
from tests.forging import TOKENS, Files, edited
from tests.plain_bundle import list_csv, plain_rows, put, round_text, seal
from tests.test_import_trees import MADE, imported, written
from tests.voted_bundle import INPUTS, VOTED, WALLETS

if TYPE_CHECKING:
    from pathlib import Path

SOUND = built()


def test_a_sound_bundle_of_a_list_passes_every_check() -> None:
    audit = audit_of(SOUND)
    assert set() == failed(audit)
    assert audit.passed


def test_a_round_of_votes_passes_elsewhere_by_other_threads(
    fixture_bundle: Path, tmp_path: Path
) -> None:
    shutil.copytree(fixture_bundle, tmp_path / "moved")
    shutil.copytree(FIXTURES / "asr-2024-q1", tmp_path / "elsewhere")
    audit = audit_at(tmp_path / "moved", tmp_path / "elsewhere", tmp_path / "scratch", threads=1)
    assert set() == failed(audit)


def test_a_round_of_stakes_passes(tmp_path: Path) -> None:
    folder = FIXTURES / "asr-2025-q3"
    build(folder / "round.toml", tmp_path / "bundle", threads=2)
    audit = audit_at(tmp_path / "bundle", folder, tmp_path / "scratch", threads=1)
    assert set() == failed(audit)


def test_imported_trees_pass_by_the_list_in_the_bundle_itself(tmp_path: Path) -> None:
    imported(tmp_path / "bundle", *written(tmp_path / "trees", "jupiter-tree"))
    audit = audit_at(tmp_path / "bundle", tmp_path / "bundle", tmp_path / "scratch")
    assert set() == failed(audit)
    assert f"{len(MADE.claimants)} allocations" in check_of(audit, "wallets").summary


def test_what_was_built_twice_has_progress_and_the_same_bundle_id(tmp_path: Path) -> None:
    put(SOUND, tmp_path / "bundle")
    put({"list.csv": LIST}, tmp_path / "inputs")
    stages: list[str] = []
    effort = Effort(scratch=tmp_path / "scratch", progress=lambda stage, *_: stages.append(stage))
    audit = audit_bundle(tmp_path / "bundle", tmp_path / "inputs", effort)
    assert {"reading the inputs", "JUP: proofs", "JUP: trees and proofs", "JUP: comparing"} <= set(
        stages
    )
    assert audit.bundle_id


def test_shuffled_rows_fail_by_the_digest_of_the_input_only() -> None:
    header, *rows = LIST.splitlines(keepends=True)
    shuffled = header + b"".join(sorted(rows))
    audit = audit_of(SOUND, {"list.csv": shuffled})
    assert {"inputs", "rebuilt inputs.json"} == failed(audit)
    assert set() == failed(audit_of(built(shuffled), {"list.csv": shuffled}))


def test_a_breakdown_that_another_duckdb_wrote_passes_by_its_rows(
    tmp_path: Path,
) -> None:
    audit = audit_of(with_breakdown(VOTED, tmp_path, "SELECT * FROM given"), INPUTS)
    assert set() == failed(audit)
    summary = check_of(audit, "rebuilt breakdown.parquet").summary
    assert "the same columns and rows, in other bytes" == summary


def test_rows_that_the_memory_does_not_hold_fail_as_such_and_the_rest_is_compared(
    tmp_path: Path,
) -> None:
    put(with_breakdown(VOTED, tmp_path, "SELECT * FROM given"), tmp_path / "bundle")
    put(VOTED, tmp_path / "rebuilt")
    effort = Effort(scratch=tmp_path / "scratch", memory="100KB")
    bundle = tmp_path / "bundle"
    checks = Comparison(bundle, tmp_path / "rebuilt", bundle, effort).checks()
    (failing,) = [check for check in checks if not check.passed]
    assert "rebuilt breakdown.parquet" == failing.name
    assert "not possible: its rows can't be compared here" == failing.summary
    assert failing.findings[0].problem.startswith("the memory is not enough: ")


def with_breakdown(files: Files, folder: Path, query: str) -> Files:
    """Write the breakdown anew, uncompressed, and seal again."""
    given, written = folder / "given.parquet", folder / "written.parquet"
    given.write_bytes(files["breakdown.parquet"])
    with duckdb.connect() as db:
        db.read_parquet(str(given)).create_view("given")
        db.execute(f"COPY ({query}) TO '{written}' (FORMAT parquet, COMPRESSION uncompressed)")
    return seal({**files, "breakdown.parquet": written.read_bytes()})


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (
            "SELECT * REPLACE (CASE WHEN proposal <> 'one' THEN cause END AS cause) FROM given",
            "cause is null, the inputs give 'excluded'",
        ),
        (
            "SELECT * REPLACE ((power + (power = 1000020)::UBIGINT)::UBIGINT AS power) FROM given",
            "power is '1000021', the inputs give '1000020'",
        ),
        ("SELECT * FROM given LIMIT 19", "has 19 rows, the inputs give 20"),
        ("SELECT * FROM given UNION ALL SELECT * FROM given", "has 40 rows, the inputs give 20"),
        ("SELECT * REPLACE (power::HUGEINT AS power) FROM given", "has the columns "),
        ("SELECT * EXCLUDE (power), power FROM given", "has the columns "),
        ("SELECT * FROM given ORDER BY power DESC", "wallet is "),
    ],
)
def test_a_resealed_breakdown_of_other_rows_or_types_fails(
    tmp_path: Path, query: str, problem: str
) -> None:
    audit = audit_of(with_breakdown(VOTED, tmp_path, query), INPUTS)
    assert {"rebuilt breakdown.parquet"} == failed(audit)
    assert problem in " ".join(problems_of(audit, "rebuilt breakdown.parquet"))


def test_of_many_rows_that_differ_the_first_are_shown(tmp_path: Path) -> None:
    token = replace(TOKENS[0], rows=plain_rows(21))
    content = list_csv([token])
    files = built(content, round_text([token]).encode())
    query = "SELECT * REPLACE ((JUP_reward + 1)::UBIGINT AS JUP_reward) FROM given"
    audit = audit_of(with_breakdown(files, tmp_path, query), {"list.csv": content})
    problems = problems_of(audit, "rebuilt breakdown.parquet")
    assert (21, "more rows differ") == (len(problems), problems[-1])


def test_each_row_that_other_votes_change_is_shown() -> None:
    more = [f"{proposal},{wallet},1\n" for wallet in WALLETS for proposal in ("one", "two")]
    other = {**INPUTS, "votes.csv": ("proposal,wallet,voting_power\n" + "".join(more)).encode()}
    audit = audit_of(VOTED, other)
    assert 20 == len(problems_of(audit, "rebuilt breakdown.parquet"))


def test_no_breakdown_at_all_is_no_traceback() -> None:
    audit = audit_of(seal({**SOUND, "breakdown.parquet": b"PAR1 none PAR1"}))
    (problem,) = problems_of(audit, "rebuilt breakdown.parquet")
    assert problem.startswith("no breakdown: ")


def test_another_version_of_the_tool_is_said_and_passes() -> None:
    files = edited(SOUND, "manifest.json", lambda manifest: manifest.update(tool="asr 0.0.7"))
    audit = audit_of(files)
    assert set() == failed(audit)
    assert check_of(audit, "tool").summary.startswith("built by 'asr 0.0.7', audited by 'asr ")
    assert "the same but for tool" == check_of(audit, "rebuilt manifest.json").summary


def test_a_bundle_of_the_first_format_passes_without_what_later_ones_have() -> None:
    files = {name: content for name, content in SOUND.items() if name != "verify.py"}
    audit = audit_of(edited(files, "manifest.json", lambda manifest: manifest.update(format=1)))
    assert set() == failed(audit)


def test_trees_too_deep_for_a_claim_fail_unless_they_are_allowed() -> None:
    token = replace(TOKENS[0], most=70_000)
    files = built(list_csv([token]), round_text([token]).encode())
    inputs = {"list.csv": list_csv([token])}
    audit = audit_of(files, inputs)
    assert {"rules"} == failed(audit)
    assert set() == failed(audit_of(files, inputs, allow_deep=True))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match="no such folder"):
        audit_at(tmp_path / "nowhere", tmp_path, tmp_path)


def test_everything_said_is_data_for_machines() -> None:
    assert json.dumps(asdict(audit_of(SOUND)))
