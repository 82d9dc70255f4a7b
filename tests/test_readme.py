"""README says nothing that is not so."""

from __future__ import annotations

import re
import tomllib
from difflib import unified_diff

from tests.readme import README, ROOT, replay


def test_the_sessions_in_the_readme_are_what_happens() -> None:
    said = README.read_text("utf-8")
    happens = replay(said)
    assert "" == "\n".join(unified_diff(said.splitlines(), happens.splitlines(), lineterm=""))


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
