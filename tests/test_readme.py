"""README says nothing that is not so."""

from __future__ import annotations

import re
import tomllib
from difflib import unified_diff
from typing import TYPE_CHECKING

from allocation.units import format_tokens
from tests.readme import README, ROOT, replay

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sessions_in_the_readme_are_what_happens() -> None:
    said = README.read_text("utf-8")
    happens = replay(said)
    assert "" == "\n".join(unified_diff(said.splitlines(), happens.splitlines(), lineterm=""))


def test_a_rehearsal_that_no_test_can_repeat_is_one_of_the_bundle_that_is_built() -> None:
    session = r"^(?:  )?\$ asr {} \.out/asr-2025-q3\b.*?^bundle id  (\w+)$"
    said = README.read_text("utf-8")
    verified, rehearsed = (
        set(re.findall(session.format(command), said, re.MULTILINE | re.DOTALL))
        for command in ("verify", "rehearse")
    )
    assert 1 == len(verified)
    assert verified == rehearsed


def test_the_readme_gives_a_reason_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    development = project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[>]", text)[0] for text in project["dependencies"] + development}
    table = README.read_text("utf-8").partition("## Dependencies")[2].partition("\n## ")[0]
    assert names == set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_every_file_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text("utf-8"))
    assert [] == [link for link in links if not (ROOT / link).exists()]


def test_the_documents_name_no_path_of_a_machine() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "fixtures").rglob("*.md"), ROOT / "requirements.lock"]
    assert [] == [
        f"{document.name}: {found}"
        for document in documents
        for found in re.findall(r"/(?:home|root|tmp|Users|work)/\S*", document.read_text("utf-8"))
    ]


def test_the_division_by_pencil_is_right_and_is_what_the_wallet_gets(fixture_bundle: Path) -> None:
    section = README.read_text("utf-8").partition("### One wallet")[2].partition("\n## ")[0]
    plain = section.replace(",", "").replace("\n", " ")
    steps = re.findall(r"(\d+) × (\d+) ÷ (\d+) = (\d+) remainder (\d+)", plain)  # noqa: RUF001
    for pool, power, total, share, remainder in (map(int, step) for step in steps):
        assert (share, remainder) == divmod(pool * power, total)
    assert 3 == len(steps)
    ((addends, total_share),) = re.findall(r"((?:\d+ \+ )+\d+) = (\d+) base units", plain)
    assert int(total_share) == sum(map(int, addends.split(" + ")))
    (wallet,) = re.findall(r"`(\w{43,44})`", section)
    rewards = (fixture_bundle / "JUP" / "allocations.csv").read_text("utf-8")
    assert f"\n{wallet},{format_tokens(int(total_share), 6)},0.000000\n" in rewards
