"""Trees that are wrong as a whole are told from those that are right, and from each other."""

from __future__ import annotations

import base58
import pytest

from tests.audits import problems_of
from tests.published_trees import Documents, Publication, keyed_by_wallet, list_of
from tests.test_audit_published import ROWS, TREES, changed, text_of


@pytest.mark.parametrize(
    ("versions", "problems"),
    [
        ((7, 8, 9), []),
        ((7, 8, 0), ["has version 0, not 9"]),
        ((1, 0, 2), ["has version 0, not 1", "has version 1, not 0"]),
        ((5, 2, 1), ["has version 1, not 3", "has version 5, not 1"]),
    ],
    ids=["all later", "one earlier", "two exchanged", "none right"],
)
def test_versions_are_held_to_those_of_most_trees(
    versions: tuple[int, ...], problems: list[str]
) -> None:
    def renumber(documents: Documents) -> None:
        for document, version in zip(documents.values(), versions, strict=True):
            document["airdrop_version"] = version

    assert problems == problems_of(changed(renumber).audit(), "roots")


def test_of_trees_in_one_file_the_distributor_is_named() -> None:
    documents = keyed_by_wallet(TREES)
    leaf = documents["0.json"][text_of(ROWS[5])]
    documents["1.json"] = {text_of(ROWS[0]): leaf}
    audit = Publication(content=list_of(ROWS[:10]), documents=documents).audit()
    first, second, third = (base58.b58encode(bytes([number] * 32)).decode() for number in (1, 2, 3))
    assert [
        f"has a leaf in 0.json (distributor {first}), and in 0.json (distributor {second})"
    ] == problems_of(audit, "one leaf each")
    problems = problems_of(audit, "roots")
    assert f"distributor {third}: has 3 leaves, the list gives 2" in problems
