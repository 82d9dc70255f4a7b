"""Many errors in a long file: every one is found, in order, with counts by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocation.address import format_address
from allocation.errors import InputErrors
from allocation.tables import findings as findings_module
from tests.allocation_rounds import key
from tests.input_files import InputFolder

if TYPE_CHECKING:
    from pathlib import Path

SPOILED = {
    "negative": "{p},{w},-5,{s}",
    "an exponent": "{p},{w},1e3,{s}",
    "a fraction": "{p},{w},1.5,{s}",
    "above 2^64 - 1 base units": "{p},{w},99999999999999999999,{s}",
    "no address": "{p},{w}x,5,{s}",
    "no proposal of the round": "{w},{w},5,{s}",
    "too few cells": "{p},{w},5",
    "too many cells": "{p},{w},5,{s},{s}",
    "a quote is opened and not closed in this line": '{p},{w},5,"{s}',
    "repeated row": "{p0},{w0},13,{s}",
}


@pytest.fixture
def folder(tmp_path: Path) -> InputFolder:
    return InputFolder(tmp_path)


def test_forty_bad_rows_of_ten_kinds_are_found_among_many(folder: InputFolder) -> None:
    wallets = [format_address(key(3**number % 2**255)) for number in range(4_000)]
    rows = [f"P{number % 2},{wallet},{number},yes" for number, wallet in enumerate(wallets)]
    lines = []
    for bad in range(40):
        row, kind = 100 * bad + 57, list(SPOILED)[bad % 10]
        proposal, wallet, _, side = rows[row].split(",")
        rows[row] = SPOILED[kind].format(p=proposal, w=wallet, s=side, p0="P0", w0=wallets[0])
        lines.append((row + 2, kind))
    folder.write("votes.csv", "\n".join(["proposal,wallet,voting_power,side", *rows]))
    with pytest.raises(InputErrors) as caught:
        folder.read()
    assert lines == [(finding.line, finding.kind) for finding in caught.value.findings]
    last = str(caught.value).splitlines()[-1]
    assert last.startswith("40 errors: 4 x ")
    assert all(f"4 x {kind}" in last for kind in SPOILED)


@pytest.mark.parametrize("name", ["votes.csv", "votes.jsonl"])
def test_reading_ends_when_more_errors_help_nobody(
    folder: InputFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(findings_module, "MOST_FINDINGS", 3)
    folder.write(name, "proposal,wallet,voting_power\n" * 9)
    if name.endswith("csv"):
        folder.write(name, "proposal,wallet,voting_power\n" + "P0,x,1\n" * 9)
    found = folder.errors(votes=name)
    assert 4 == len(found)
    assert found[-1].endswith(
        ": file: reading ended here, after 3 errors; mend what they have in common first"
    )


def test_a_huge_value_is_kept_short(folder: InputFolder) -> None:
    folder.write("votes.csv", f"proposal,wallet,voting_power\nP0,{'x' * 500_000},1\n")
    with pytest.raises(InputErrors) as caught:
        folder.read()
    assert findings_module.MOST_CHARACTERS == len(caught.value.findings[0].value)
