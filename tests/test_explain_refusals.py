"""A bundle that contradicts itself is refused, however carefully its digests were forged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest

from merkle.cli import main
from tests.building import build
from tests.conftest import FIXTURES
from tests.plain_bundle import dump, put, seal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# The round worked by hand in fixtures/README.md: A has three votes, the last without power, and
# gets 15 + 12; E is excluded.
A: Final = "8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR"
B: Final = "29d2S7vB453rNYFdR5Ycwt7y9haRT5fwVwL9zTmBhfV2"
C: Final = "LbUiWL3xVV8hTFYBVdbTNrpDo41NKS6o3LHHuDzjfcY"
E: Final = "QWmroo4YnnMqYW3cnxWkFdaTxGD3P7vMSzwMHGbUzwF"

Files = dict[str, bytes]

IN_ORDER: Final = "ORDER BY file_row_number"
ROWS: Final = "SELECT * EXCLUDE file_row_number FROM ROWS"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The bundle of the round worked by hand, as files."""
    bundle = tmp_path_factory.mktemp("by-hand") / "bundle"
    build(FIXTURES / "by-hand" / "round.toml", bundle)
    return {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Put files on disk and explain a wallet: exit code, stdout, stderr."""

    def run(files: Mapping[str, bytes], wallet: str = A, *options: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as done:
            main(["explain", str(put(files, tmp_path)), wallet, *options])
        printed = capsys.readouterr()
        return int(done.value.code or 0), printed.out, printed.err

    return run


def with_breakdown(files: Files, folder: Path, query: str) -> Files:
    """Replace the breakdown by what a query makes of it, and seal again."""
    before, after = folder / "before.parquet", folder / "after.parquet"
    before.write_bytes(files["breakdown.parquet"])
    made = query.replace("FROM ROWS", f"FROM read_parquet('{before}', file_row_number = true)")
    duckdb.execute(f"COPY ({made}) TO '{after}' (FORMAT parquet)")
    return seal({**files, "breakdown.parquet": after.read_bytes()})


def changing(condition: str = f"wallet = '{A}' AND proposal = 'first'", **cells: str) -> str:
    """Write the query that changes cells of the rows that meet a condition."""
    changed = ", ".join(
        f'CASE WHEN {condition} THEN {value} ELSE "{column}" END AS "{column}"'
        for column, value in cells.items()
    )
    return f"SELECT * EXCLUDE file_row_number REPLACE ({changed}) FROM ROWS {IN_ORDER}"  # noqa: S608 - ours


def as_text(column: str, value: str) -> str:
    """Write the query that turns a column into text, with `value` in the first row of A."""
    return changing(**{column: value}).replace(f'ELSE "{column}"', f'ELSE "{column}"::VARCHAR')


def test_the_sound_bundle_is_explained(sound: Files, explained: Any) -> None:
    code, out, err = explained(sound)
    assert (0, "") == (code, err)
    assert "sum          15 + 12 + 0 = 27\n" in out


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (
            changing(JUP_reward="16"),
            (
                "proposal first: its reward is 16, but weight 1 of a total of 3 and a pool of 43 "
                "give 15"
            ),
        ),
        (changing(weight="2"), "proposal first: power 1 cannot have weight 2"),
        (changing(power="NULL"), "proposal first: power None cannot have weight 1"),
        (
            changing(cause="'excluded'"),
            "an excluded wallet has a vote that is not excluded",
        ),
        (
            changing(cause="'minimum_vote'"),
            "proposal first: the cause is 'minimum_vote', but by the rules a power of 1 has None",
        ),
        (
            changing(cause="'side'"),
            "proposal first: the cause is 'side', but by the rules a power of 1 has None",
        ),
        (
            changing(f"wallet = '{A}' AND proposal = 'third'", cause="NULL"),
            "proposal third: the cause is None, but by the rules a power of 0 has 'zero_power'",
        ),
        (
            changing(JUP_cause="'excluded'"),
            "proposal first: its causes are None and 'excluded'",
        ),
        (
            changing(proposal="'fourth'"),
            "the rows are not votes on different proposals, in id order",
        ),
        (
            changing(proposal="'second'"),
            "the rows are not votes on different proposals, in id order",
        ),
        (
            changing(proposal="NULL"),
            "the rows are not votes on different proposals, in id order",
        ),
        (as_text("weight", "'1e3'"), "'1e3' is no whole number"),
        (as_text("weight", "'-1'"), "'-1' is no whole number"),
        (as_text("weight", "repeat('9', 101)"), f"'{'9' * 100}' is no whole number"),
        (changing(JUP_reward="NULL"), "None is no whole number"),
        (
            "SELECT * EXCLUDE (file_row_number, JUP_cause) FROM ROWS ORDER BY file_row_number",
            None,
        ),
        ("SELECT [1] AS wallet", None),
    ],
)
def test_a_forged_row_is_refused(
    query: str, problem: str | None, sound: Files, explained: Any, tmp_path: Path
) -> None:
    code, out, err = explained(with_breakdown(sound, tmp_path, query))
    assert (1, "") == (code, out)
    # where the columns are others, the rest is in the words of DuckDB
    expected = f"{problem}\n" if problem else "no breakdown of this round: Binder Error: "
    assert err.startswith(f"error: breakdown.parquet: {A}: {expected}")


@pytest.mark.parametrize(
    ("wallet", "query", "problem"),
    [
        (
            A,
            f"{ROWS} WHERE proposal != 'first' ORDER BY file_row_number",
            "the steps add up to 12, but the leaf of JUP has 27",
        ),
        (
            A,
            changing(
                f"wallet = '{A}' AND power > 0",
                cause="'excluded'",
                JUP_cause="'excluded'",
                JUP_reward="0",
            ),
            "the steps add up to 0, but the leaf of JUP has 27",
        ),
    ],
)
def test_rows_that_make_another_sum_than_the_leaf_are_refused(
    wallet: str, query: str, problem: str, sound: Files, explained: Any, tmp_path: Path
) -> None:
    code, out, err = explained(with_breakdown(sound, tmp_path, query), wallet)
    assert (1, "", f"error: JUP/allocations.csv: {wallet}: {problem}\n") == (code, out, err)


def test_a_paid_wallet_without_a_row_is_refused(
    sound: Files, explained: Any, tmp_path: Path
) -> None:
    forged = with_breakdown(sound, tmp_path, f"{ROWS} WHERE wallet != '{A}'")
    assert (
        1,
        "",
        f"error: breakdown.parquet: {A}: has no row of it, but it is paid\n",
    ) == explained(forged)


def test_a_row_that_pays_a_wallet_without_a_leaf_is_refused(
    sound: Files, explained: Any, tmp_path: Path
) -> None:
    query = changing(
        f"wallet = '{E}'", cause="NULL", JUP_cause="NULL", power="3", weight="3", JUP_reward="43"
    )
    code, _, err = explained(with_breakdown(sound, tmp_path, query), E)
    problem = "the steps add up to 43, but the leaf of JUP has nothing"
    assert (1, f"error: JUP/allocations.csv: {E}: {problem}\n") == (code, err)


def test_what_is_no_parquet_is_refused(sound: Files, explained: Any) -> None:
    code, _, err = explained(seal({**sound, "breakdown.parquet": b"PAR1 nothing PAR1"}))
    assert 1 == code
    assert err.startswith(f"error: breakdown.parquet: {A}: no breakdown of this round: ")
    assert 1 == err.count("\n")


@pytest.mark.parametrize("name", ["breakdown.parquet", "report.json", "round.toml"])
def test_a_file_without_its_digest_is_refused(name: str, sound: Files, explained: Any) -> None:
    code, _, err = explained({**sound, name: sound[name] + b"\n"})
    assert 1 == code
    assert err.startswith(f"error: {name}: its sha256 is ")


def edited(files: Files, name: str, place: str, value: object) -> Files:
    """Change one value of a JSON file, `place` as in `tokens.0.pool`, and seal again."""
    document: Any = json.loads(files[name])
    *steps, last = place.split(".")
    inner = document
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if value is None:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return seal({**files, name: dump(document)})


FIRST: Final = "tokens.0.proposals.0"


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("method", "list", "method is not 'per-proposal'"),
        ("tokens", [], "tokens is no list of 1"),
        ("tokens", "JUP", "tokens is no list of 1"),
        ("tokens.0", 7, "tokens[0] has no symbol"),
        ("tokens.0.symbol", "WEN", "tokens[0].symbol is not 'JUP'"),
        ("tokens.0.proposals", [], "tokens[0].proposals is no list of 3"),
        (f"{FIRST}.id", "second", "tokens[0].proposals[0].id is not 'first'"),
        (f"{FIRST}.pool", "44", "tokens[0].proposals[0]: 42 and 1 left over are not 44"),
        (f"{FIRST}.pool", 43, "tokens[0].proposals[0].pool is no whole number in quotes"),
        (f"{FIRST}.pool", "043", "tokens[0].proposals[0].pool is no whole number in quotes"),
        (f"{FIRST}.pool", "9" * 101, "tokens[0].proposals[0].pool is too long for a number"),
        (f"{FIRST}.floors", None, "tokens[0].proposals[0] has no floors"),
        (f"{FIRST}.divisor", "2", "tokens[0].proposals[0]: total_weight 3 is no multiple"),
    ],
)
def test_a_forged_report_is_refused(
    place: str, value: object, problem: str, sound: Files, explained: Any
) -> None:
    code, out, err = explained(edited(sound, "report.json", place, value))
    assert (1, "") == (code, out)
    assert err.startswith(f"error: report.json: {problem}")


def test_a_pool_that_the_round_does_not_give_is_refused(sound: Files, explained: Any) -> None:
    forged = edited(sound, "report.json", f"{FIRST}.pool", "44")
    forged = edited(forged, "report.json", f"{FIRST}.floors", "43")
    code, _, err = explained(forged)
    assert (1, "error: report.json: tokens[0].proposals[0].pool is not '43'\n") == (code, err)


def test_a_total_that_the_rewards_do_not_have_is_refused(sound: Files, explained: Any) -> None:
    code, _, err = explained(edited(sound, "report.json", f"{FIRST}.total_weight", "4"))
    problem = "its reward is 15, but weight 1 of a total of 4 and a pool of 43 give 11"
    assert 1 == code
    assert f"error: breakdown.parquet: {A}: proposal first: {problem}\n" == err


@pytest.mark.parametrize(
    ("old", "new"), [(b'"0.000100"', b'"0.000101"'), (b'"1/3"', b'"1/2"'), (b'"By hand"', b'"B"')]
)
def test_a_round_file_that_the_manifest_does_not_know_is_refused(
    old: bytes, new: bytes, sound: Files, explained: Any
) -> None:
    forged = seal({**sound, "round.toml": sound["round.toml"].replace(old, new)})
    code, _, err = explained(forged)
    assert (1, "error: manifest.json: has other rules or tokens than round.toml\n") == (code, err)


def test_a_manifest_with_other_tokens_than_the_round_is_refused(
    sound: Files, explained: Any
) -> None:
    code, _, err = explained(edited(sound, "manifest.json", "tokens.0.decimals", 7))
    assert (1, "error: manifest.json: has other rules or tokens than round.toml\n") == (code, err)


def test_a_broken_round_file_is_refused_with_its_line(sound: Files, explained: Any) -> None:
    broken = sound["round.toml"].replace(b'"1/3"', b'"0.33"')
    code, _, err = explained(seal({**sound, "round.toml": broken}))
    assert 1 == code
    assert err.startswith("error: round.toml:")
    assert "'0.33'" in err


def test_for_machines_a_refusal_is_a_finding(sound: Files, explained: Any, tmp_path: Path) -> None:
    code, out, err = explained(with_breakdown(sound, tmp_path, changing(weight="2")), A, "--json")
    assert (1, "") == (code, err)
    assert {
        "file": "breakdown.parquet",
        "problem": "proposal first: power 1 cannot have weight 2",
        "line": None,
        "wallet": A,
    } == json.loads(out)["findings"][0]
