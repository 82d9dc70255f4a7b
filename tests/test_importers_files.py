"""What an import writes is complete or not there, and replaces nothing unasked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from allocation.address import Address
from allocation.allocate import allocations_of
from allocation.errors import AsrError
from allocation.round_file import load_round
from allocation.tables.importers import (
    STAKE_OPTIONS,
    VOTE_OPTIONS,
    Origin,
    PowerRule,
    import_stakes,
    import_votes,
)
from tests.governance_exports import PROPOSAL, A, B, escrow_account, saved, vote_account

RULE = PowerRule(at=1, max_stake_duration=1)
KEY = Address(bytes(A))


def importing(folder: Path, out: Path, **options: Any) -> None:
    source = folder / "dump.json"
    if not source.exists():
        saved(folder, [vote_account(A, 5)], "dump.json")
    import_votes("vote-accounts", source, out, **options)


def refused(folder: Path, out: Path, **options: Any) -> str:
    with pytest.raises(AsrError) as caught:
        importing(folder, out, **options)
    return str(caught.value).replace(str(folder), "")


def test_an_existing_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = saved(tmp_path, "mine", "votes.csv")
    assert "/votes.csv exists; choose another name, or replace it with --force" == refused(
        tmp_path, out
    )
    assert "mine" == out.read_text()
    importing(tmp_path, out, force=True)
    assert out.read_text().startswith("proposal,wallet,")
    assert {"dump.json", "votes.csv"} == {path.name for path in tmp_path.iterdir()}


def test_a_dangling_link_is_an_existing_name(tmp_path: Path) -> None:
    out = tmp_path / "votes.csv"
    out.symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path, out).startswith("/votes.csv exists;")
    importing(tmp_path, out, force=True)
    assert not out.is_symlink()


def test_names_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "/folder is a folder; name a file" == refused(tmp_path, tmp_path / "folder")
    assert "/no/votes.csv: the folder /no does not exist; make it first" == refused(
        tmp_path, tmp_path / "no" / "votes.csv"
    )
    source = tmp_path / "dump.json"
    assert "/dump.json is the file to import; choose another name" == refused(
        tmp_path, source, force=True
    )
    source.unlink()
    source.mkdir()
    assert "/dump.json: no such file; give the path of an export" == refused(
        tmp_path, tmp_path / "votes.csv"
    )


def test_a_name_taken_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "votes.csv"
    link = Path.hardlink_to

    def taken_first(self: Path, target: Path) -> None:
        self.write_text("theirs")
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", taken_first)
    assert refused(tmp_path, out).startswith("/votes.csv exists;")
    assert "theirs" == out.read_text()


@pytest.mark.parametrize("taken", [False, True])
def test_a_disk_without_links_does_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    out = tmp_path / "votes.csv"

    def no_links(self: Path, _: Path) -> None:
        if taken:
            self.write_text("theirs")
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    if taken:
        assert refused(tmp_path, out).startswith("/votes.csv exists;")
        assert "theirs" == out.read_text()
    else:
        importing(tmp_path, out)
        assert out.read_text().startswith("proposal,wallet,")
    assert {"dump.json", "votes.csv"} == {path.name for path in tmp_path.iterdir()}


def test_many_rows_are_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.tables.importers.writing._LINES_AT_ONCE", 1)
    path = saved(tmp_path, [escrow_account(B, 2), escrow_account(A, 1)])
    out = tmp_path / "out.csv"
    import_stakes("escrow-accounts", path, out, day=date(2025, 9, 30))
    assert (
        f"date,wallet,staked,cooling\n2025-09-30,{A},1,false\n2025-09-30,{B},2,false\n"
        == out.read_text()
    )


@pytest.mark.parametrize(
    ("shape", "options", "named"),
    [
        ("stakers", {}, "'stakers' is no shape; the shapes are govern-votes, realms-votes, vote-a"),
        ("govern-votes", {"origin": Origin(locker=KEY)}, "--locker has no meaning for govern-vo"),
        ("govern-votes", {"rule": RULE}, "--at has no meaning for govern-votes; leave it out"),
        ("realms-votes", {"origin": Origin(program=KEY)}, "--program has no meaning for realms-"),
        ("vote-accounts", {"proposal": "x"}, "--proposal has no meaning for vote-accounts; leave"),
        ("escrow-accounts", {"proposal": "x"}, "escrow-accounts hold no votes: give --proposal a"),
        ("escrow-accounts", {"rule": RULE}, "escrow-accounts hold no votes: give --proposal and "),
    ],
)
def test_options_that_a_shape_does_not_know_or_lacks_are_refused(
    tmp_path: Path, shape: str, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(AsrError) as caught:
        import_votes(shape, saved(tmp_path, "x"), tmp_path / "out.csv", **options)
    assert str(caught.value).startswith(named)


def test_stakes_have_shapes_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match="'govern-votes' is no shape; the shapes are stakers, esc"):
        import_stakes("govern-votes", saved(tmp_path, "x"), tmp_path / "out.csv")
    assert {"escrow-accounts"} == VOTE_OPTIONS.keys() & STAKE_OPTIONS.keys()


def test_long_work_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.tables.importers.rows.TOLD_EVERY", 2)
    accounts = [escrow_account(owner, 1) for owner in (A, B, PROPOSAL)]
    told: list[tuple[str, int, int]] = []
    import_stakes(
        "escrow-accounts",
        saved(tmp_path, accounts),
        tmp_path / "out.csv",
        progress=lambda *stage: told.append(stage),
    )
    assert [("reading, 2 rows so far", 2, 0)] == told


def test_a_round_pays_by_the_votes_that_were_imported(tmp_path: Path) -> None:
    accounts = [vote_account(A, 3, 0), vote_account(B, 1, 1), vote_account(B, 9, proposal=B)]
    import_votes("vote-accounts", saved(tmp_path, accounts), tmp_path / "votes.csv")
    lines = ["[round]", 'name = "r"', 'method = "per-proposal"', "[[tokens]]", 'symbol = "JUP"']
    lines += ['mint = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"', "decimals = 0"]
    lines += ['pool = "100"', "[[proposals]]", f'id = "{PROPOSAL}"', 'title = "t"', 'weight = "1"']
    lines += ["[inputs]", 'votes = "votes.csv"', 'other_proposals = "ignore"']
    the_round = load_round(saved(tmp_path, "\n".join(lines), "round.toml"))
    with allocations_of(the_round, tmp_path) as allocations:
        (token,) = allocations.tokens
        paid = [bytes(key) for key in allocations.keys[token.wallets]], token.unlocked.tolist()
    assert ([bytes(A), bytes(B)], [75, 25]) == paid
