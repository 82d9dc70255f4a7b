"""What `write_bundle` writes, against a plain writer that shares nothing with it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from allocation.allocate import allocations_of
from allocation.errors import InvariantError
from allocation.round_file import load_round, rules_sha256
from allocation.units import BaseUnits
from merkle.bundle import BundleError, open_bundle
from merkle.bundle.write import write_bundle
from merkle.verify import verify_bundle
from tests.audits import files_of
from tests.plain_bundle import (
    WEN,
    PlainRound,
    PlainToken,
    list_csv,
    plain_bundle,
    plain_rows,
    round_text,
    seal,
    wallets,
)

if TYPE_CHECKING:
    from pathlib import Path

LOCKED = [(wallet, 5, 7 * at) for at, wallet in enumerate(wallets(6))]
CASES = {
    "shards of four": [PlainToken(rows=plain_rows(10))],
    "one leaf": [PlainToken(rows=plain_rows(1))],
    "no address, input order": [PlainToken(rows=plain_rows(7), base=None, order="input")],
    "jito, later versions": [PlainToken(rows=plain_rows(5), program="jito", first_version=300)],
    "locked amounts, no decimals": [PlainToken(rows=LOCKED, decimals=0)],
    "leaves that hold the mint": [
        PlainToken(rows=LOCKED, program="none", base=None, leaf="mint-bound", decimals=9)
    ],
    "two tokens, a pool with a rest": [
        PlainToken(rows=plain_rows(9), claim="stake", pool=10_000_000),
        PlainToken(rows=LOCKED, symbol="wen_2", mint=WEN, decimals=5),
    ],
    "the largest amounts": [PlainToken(rows=[(bytes(31) + b"\x01", 2**64 - 2, 1)], decimals=19)],
}

NOBODY = PlainToken(rows=[], symbol="WEN", mint=WEN)


def build(tokens: list[PlainToken], folder: Path) -> tuple[Path, PlainRound]:
    """Build a bundle from a list; the second result is the same round for the plain writer."""
    (folder / "round.toml").write_text(round_text(tokens))
    (folder / "list.csv").write_bytes(list_csv(tokens))
    the_round = load_round(folder / "round.toml")
    out = folder / "bundle"
    with allocations_of(the_round, folder) as allocations:
        write_bundle(out, the_round, allocations)
        plain = PlainRound(
            tokens=tokens,
            rules_sha256=rules_sha256(the_round),
            inputs_sha256=allocations.inputs_sha256,
            report=allocations.report,
            input_digest=sha256(list_csv(tokens)).hexdigest(),
        )
    return out, plain


@pytest.mark.parametrize("tokens", CASES.values(), ids=CASES)
def test_every_byte_but_the_breakdown_is_that_of_the_plain_writer(
    tokens: list[PlainToken], tmp_path: Path
) -> None:
    out, plain = build(tokens, tmp_path)
    written = files_of(out)
    breakdown = {"breakdown.parquet": written["breakdown.parquet"]}
    assert seal({**plain_bundle(plain), **breakdown}) == written


def test_what_is_written_verifies_and_its_id_is_that_of_the_list_of_digests(
    tmp_path: Path,
) -> None:
    out, _ = build(CASES["two tokens, a pool with a rest"], tmp_path)
    verification = verify_bundle(out)
    assert () == verification.findings
    assert (2, 5, 15, 15) == (
        verification.tokens,
        verification.trees,
        verification.wallets,
        verification.proofs,
    )
    expected = sha256((out / "SHA256SUMS").read_bytes()).hexdigest()
    assert expected == verification.bundle_id == open_bundle(out).id


def test_a_token_that_pays_nobody_has_no_tree(tmp_path: Path) -> None:
    out, _ = build([PlainToken(rows=plain_rows(3)), NOBODY], tmp_path)
    assert b"pubkey,amount,locked_amount\n" == (out / "WEN" / "allocations.csv").read_bytes()
    assert ["allocations.csv"] == [path.name for path in (out / "WEN").iterdir()]
    assert () == verify_bundle(out).findings


def test_a_name_that_could_steer_a_terminal_is_refused_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    tokens = [PlainToken(rows=plain_rows(3))]
    (tmp_path / "round.toml").write_text(round_text(tokens))
    (tmp_path / "list.csv").write_bytes(list_csv(tokens))
    the_round = replace(load_round(tmp_path / "round.toml"), name="A \x1b[2J round")
    with (
        allocations_of(the_round, tmp_path) as allocations,
        pytest.raises(BundleError, match=r"round is 'A \\x1b\[2J round', not a printable text"),
    ):
        write_bundle(tmp_path / "bundle", the_round, allocations)
    assert {"round.toml", "list.csv"} == {path.name for path in tmp_path.iterdir()}


def test_a_total_that_the_trees_do_not_add_up_to_stops_the_build(tmp_path: Path) -> None:
    tokens = [PlainToken(rows=plain_rows(3), pool=3_000_006)]
    (tmp_path / "round.toml").write_text(round_text(tokens))
    (tmp_path / "list.csv").write_bytes(list_csv(tokens))
    the_round = load_round(tmp_path / "round.toml")
    with allocations_of(the_round, tmp_path) as allocations:
        (token,) = allocations.tokens
        object.__setattr__(token, "token", replace(token.token, pool=BaseUnits(3_000_007)))
        with pytest.raises(InvariantError, match=r"tokens\[0\].pool is 3000007"):
            write_bundle(tmp_path / "bundle", the_round, allocations)
    assert not (tmp_path / "bundle").exists()


def test_progress_counts_the_trees_of_each_token(tmp_path: Path) -> None:
    tokens = [PlainToken(rows=plain_rows(9))]
    (tmp_path / "round.toml").write_text(round_text(tokens))
    (tmp_path / "list.csv").write_bytes(list_csv(tokens))
    the_round = load_round(tmp_path / "round.toml")
    told: list[tuple[str, int, int]] = []
    with allocations_of(the_round, tmp_path) as allocations:
        write_bundle(
            tmp_path / "bundle", the_round, allocations, progress=lambda *step: told.append(step)
        )
    stage = "JUP: trees and proofs"
    assert [(stage, 1, 3), (stage, 2, 3), (stage, 3, 3)] == told
