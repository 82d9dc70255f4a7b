"""The fast path and the plain reader agree on any stakes, events and multipliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import InputErrors
from allocation.tables import open_database
from allocation.tables.columns import layouts_of
from allocation.tables.findings import Findings
from allocation.tables.read import open_input
from allocation.tables.walk import walk
from tests.input_files import A, B
from tests.stake_files import START, StakeFolder

if TYPE_CHECKING:
    import pytest

wallet = st.sampled_from([A, B, A, B, "x", ""])
day = st.sampled_from(["2025-07-01", "2025-07-02", "2025-07-03", "2025-06-30", "2025-02-29", "x"])
amount = st.sampled_from(["1", "2", "1.50", "1.5", "-1", "", "1.509", "18446744073709551616"])
truth = st.sampled_from(["true", "false", "true", "TRUE", ""])
second = st.sampled_from([str(START), str(START - 9), "1751587200", "x", "", "253402300800"])
change = st.sampled_from(["1", "-1", "1.50", "1.5", "-0", "+1", "-0.001", "", "--1"])
fraction = st.sampled_from(["1", "2/4", "1/2", "1/999", "1/1000", "1/7", "0", "0.5", ""])


def both_agree(folder: StakeFolder, kind: str, name: str, **files: Any) -> None:
    """What is read is what the plain reader finds nothing wrong with, days and balances aside.

    A disagreement where the fast path sees trouble is an InvariantError already.
    """
    named = {kind: name, **files}
    later = ("missing day", "negative balance", "no rows")
    found: list[str] = []
    try:
        folder.stakes(**named)
    except InputErrors as error:
        mine = [f for f in error.findings if f.source == name and f.kind not in later]
        found = [str(finding) for finding in mine]
    findings = Findings(name)
    with open_database(folder.path / "scratch", 1, None) as db:
        layout = next(of for _, of in layouts_of(folder.round(**named)) if of.kind == kind)
        opened = open_input(db, folder.path, layout, findings)
        if opened:
            walk(layout, opened.located.source, opened.header, findings)
    assert [str(finding) for finding in findings] == found


rows_of_stakes = st.lists(st.tuples(day, wallet, amount, truth), max_size=5)
choices = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["base", "ui"]),
        "excess_decimals": st.sampled_from(["refuse", "floor"]),
        "decimals": st.just(2),
    }
)


@settings(max_examples=80, deadline=None)
@given(rows_of_stakes, choices, st.booleans(), st.booleans())
def test_both_passes_agree_on_any_stakes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    files: dict[str, Any],
    outside: bool,
    lines: bool,
) -> None:
    folder = StakeFolder(tmp_path_factory.getbasetemp())
    names = ("date", "wallet", "staked", "cooling")
    if lines:
        folder.lines("any.jsonl", [dict(zip(names, row, strict=True)) for row in rows])
    else:
        folder.write("any.csv", "\n".join(map(",".join, [names, *rows])))
    name = "any.jsonl" if lines else "any.csv"
    both_agree(folder, "stakes", name, ignore_outside=outside, **files)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(second, wallet, change, st.sampled_from("abc")), max_size=5), choices)
def test_both_passes_agree_on_any_events(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], files: dict[str, Any]
) -> None:
    folder = StakeFolder(tmp_path_factory.getbasetemp())
    names = ("timestamp", "wallet", "delta", "id")
    folder.write("any.csv", "\n".join(map(",".join, [names, *rows])))
    both_agree(folder, "stake_events", "any.csv", **files)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(wallet, fraction), max_size=5))
def test_both_passes_agree_on_any_multipliers(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    folder = StakeFolder(tmp_path_factory.getbasetemp())
    folder.write("any.csv", "\n".join(map(",".join, [("wallet", "multiplier"), *rows])))
    folder.write("events.csv", f"timestamp,wallet,delta\n{START},{A},1\n")
    both_agree(folder, "multipliers", "any.csv", stake_events="events.csv")
