"""A manifest that is not what it should be, or not of one mind with the rest, is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import base58
import pytest

from merkle.bundle.findings import BundleError
from merkle.bundle.manifest import format_manifest, parse_manifest
from tests.forging import edited, findings_in, problems_in, replaced, sound
from tests.plain_bundle import JUP, WEN, dump, seal

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = sound()
REMOVED = object()
OTHER = base58.b58encode(bytes(range(32))).decode()


def edit_at(path: str, value: object) -> Callable[[Any], None]:
    """Return an edit of the value at a path such as `tokens.0.pool`."""

    def edit(document: Any) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in way:
            document = document[step]
        if value is REMOVED:
            del document[last]
        else:
            document[last] = value

    return edit


def problems_after(path: str, value: object, name: str = "manifest.json") -> list[str]:
    files = edited(SOUND, name, edit_at(path, value))
    return [finding.problem for finding in findings_in(files) if finding.file == name]


FORMS = [
    ("format", REMOVED, "the document has no format"),
    ("format", 3, "format is 3; this version of asr reads 1 to 2"),
    ("format", 0, "format is 0; this version of asr reads 1 to 2"),
    ("format", "1", "format is '1', not a whole number from 0 to 18446744073709551615"),
    ("format", True, "format is true, not a whole number"),
    ("tool", "zip 3.0", "tool is 'zip 3.0', not this tool and its version"),
    ("round", "", "round is '', not a printable text"),
    ("round", "\x1b[2J", r"round is '\x1b[2J', not a printable text"),
    ("round", 7, "round is 7, not a printable text"),
    ("method", "lottery", "method is 'lottery', not one of per-proposal, "),
    ("method", ["list"], "method is a list, not one of"),
    ("rules_sha256", "A" * 64, f"rules_sha256 is '{'A' * 64}', not a sha256 in hexadecimal"),
    ("inputs_sha256", None, "inputs_sha256 is null, not a sha256 in hexadecimal"),
    ("more", 1, "the document has the keys 'format, tool, round"),
    ("tokens", [], "tokens is empty"),
    ("tokens", {}, "tokens is no list"),
    ("tokens.0", 5, "tokens[0] is no object"),
    ("tokens.0.symbol", "../x", "tokens[0].symbol is '../x', not a symbol that can name a folder"),
    ("tokens.0.symbol", "sha256sums", "tokens[0].symbol is 'sha256sums', not a symbol"),
    ("tokens.0.symbol", "WEN_2", "tokens holds the symbol wen_2 twice"),
    ("tokens.0.symbol", "J" * 17, "tokens[0].symbol is 'JJJJJJJJJJJJJJJJJ', not a symbol"),
    ("tokens.0.mint", WEN, f"tokens holds the mint {WEN} twice"),
    ("tokens.0.mint", JUP[:-1], f"tokens[0].mint is '{JUP[:-1]}': "),
    ("tokens.0.mint", "a\nb", r"tokens[0].mint is 'a\nb', not a base58 address"),
    ("tokens.0.decimals", 20, "tokens[0].decimals is 20, not a whole number from 0 to 19"),
    ("tokens.0.claim", "steal", "tokens[0].claim is 'steal', not one of transfer, stake"),
    ("tokens.0.program", "A", "tokens[0].program is 'A', not a program or none"),
    ("tokens.0.base", "", "tokens[0].base is '': empty"),
    ("tokens.0.leaf", "oak", "tokens[0].leaf is 'oak', not one of jupiter, mint-bound"),
    ("tokens.0.max_leaves_per_tree", 0, "tokens[0].max_leaves_per_tree is 0, not a whole"),
    ("tokens.0.order", "random", "tokens[0].order is 'random', not one of key, input"),
    ("tokens.0.pool", 5, "tokens[0].pool is 5, not base units as plain digits in quotes"),
    ("tokens.0.pool", "05", "tokens[0].pool is '05', not base units"),
    ("tokens.0.pool", str(2**64), "tokens[0].pool is above 2^64 - 1"),
    ("tokens.0.pool", "9" * 5000, "tokens[0].pool is above 2^64 - 1"),
    ("tokens.0.pool", "x" * 5000, f"tokens[0].pool is '{'x' * 80}'... (5,000 characters), not"),
    ("tokens.0.unallocated", {"\x1b": "1"}, r"tokens[0].unallocated has '\x1b' where a cause is"),
    ("tokens.0.unallocated", {"rounding": 1}, "tokens[0].unallocated.rounding is 1, not base"),
    ("tokens.0.wallets", -1, "tokens[0].wallets is -1, not a whole number"),
    ("tokens.0.trees.1.version", 2**64, "tokens[0].trees[1].version is 18446744073709551616"),
    ("tokens.0.trees.1.distributor", "x", "tokens[0].trees[1].distributor is 'x': 1 byte"),
    ("tokens.0.trees.1.root", "0" * 63, f"tokens[0].trees[1].root is '{'0' * 63}', not 32 bytes"),
    ("tokens.0.trees.1.max_num_nodes", 0, "tokens[0].trees[1].max_num_nodes is 0, not a whole"),
    ("tokens.0.trees.1.depth", 33, "tokens[0].trees[1].depth is 33, not a whole number from 0"),
    ("tokens.0.trees.1.depth", REMOVED, "tokens[0].trees[1] has the keys 'version, distributor,"),
]


@pytest.mark.parametrize(("path", "value", "problem"), FORMS)
def test_a_manifest_of_another_form_is_refused_at_its_place(
    path: str, value: object, problem: str
) -> None:
    (found,) = problems_after(path, value)
    assert problem == found[: len(problem)]


CONTRADICTIONS = [
    ("tokens.0.wallets", 11, "tokens[0].wallets is 11, but the trees have 10 leaves"),
    ("tokens.0.allocated", "5", "tokens[0].allocated is 5, but the trees' claims add up to "),
    ("tokens.0.unallocated", {"rounding": "1"}, "tokens[0].unallocated adds up to 1, but there is"),
    ("tokens.1.pool", "99", "tokens[1].pool is 99, but 18 + 82 unallocated are not"),
    ("tokens.1.program", "jupiter", "tokens[1].leaf is mint-bound, which no program verifies"),
    ("tokens.0.program", "phantom", "tokens[0].program is phantom, which nobody knows"),
    ("tokens.0.program", "jupiter-asr-2024", "tokens[0].claim is transfer, which jupiter-asr-2024"),
    ("tokens.0.program", "jito", "tokens[0].trees[0].distributor is not "),
    ("tokens.0.base", OTHER, "tokens[0].trees[0].distributor is not "),
    ("tokens.0.base", None, "tokens[0].trees[0].distributor is not null, which program, base"),
    ("tokens.0.trees.1.distributor", OTHER, "tokens[0].trees[1].distributor is not "),
    ("tokens.0.trees.1.version", 7, "tokens[0].trees[1].distributor is not "),
    ("tokens.0.trees.1.version", 0, "tokens[0].trees have a version twice"),
    ("tokens.0.trees.1.root", "ab" * 32, "tokens[0].trees[1].root_base58 is another root than"),
    ("tokens.0.trees.1.root_base58", OTHER, "tokens[0].trees[1].root_base58 is another root than"),
    ("tokens.0.trees.1.max_num_nodes", 5, "tokens[0].wallets is 10, but the trees have 11 leaves"),
    ("tokens.0.max_leaves_per_tree", 3, "tokens[0].trees[0].max_num_nodes is above max_leaves"),
    ("tokens.0.trees.1.depth", 3, "tokens[0].trees[1].depth is not 2, that of 4 leaves"),
    ("tokens.0.trees.1.max_total_claim", "1", "tokens[0].trees[1].max_total_claim is 1, the alloc"),
]


@pytest.mark.parametrize(("path", "value", "problem"), CONTRADICTIONS)
def test_a_manifest_that_contradicts_itself_or_the_trees_is_found(
    path: str, value: object, problem: str
) -> None:
    assert problem in [found[: len(problem)] for found in problems_after(path, value)]


OTHERWISE_THAN_THE_ROUND = [
    ("round", "Another round"),
    ("method", "per-proposal"),
    ("rules_sha256", "ab" * 32),
    ("tokens.0.mint", OTHER),
    ("tokens.0.decimals", 5),
    ("tokens.0.pool", "10000055"),
    ("tokens.0.claim", "stake"),
    ("tokens.0.program", "kamino"),
    ("tokens.0.base", OTHER),
    ("tokens.1.leaf", "jupiter"),
    ("tokens.0.max_leaves_per_tree", 12_000),
    ("tokens.0.order", "input"),
]


@pytest.mark.parametrize(("path", "value"), OTHERWISE_THAN_THE_ROUND)
def test_a_manifest_that_says_otherwise_than_the_round_is_found(path: str, value: object) -> None:
    place = path.replace(".0.", "[0].").replace(".1.", "[1].")
    found = [problem for problem in problems_after(path, value) if problem.startswith(place)]
    assert any(problem.endswith("by round.toml") for problem in found)


def test_other_tokens_than_those_of_the_round_are_found() -> None:
    found = problems_after("tokens.0.symbol", "JUP2")
    assert "tokens is 'JUP2, wen_2', but 'JUP, wen_2' by round.toml" in found


def test_later_versions_than_the_round_gives_are_found() -> None:
    files = replaced(SOUND, "round.toml", b"first_version = 0", b"first_version = 1")
    found = [finding.problem for finding in findings_in(files) if "version" in finding.problem]
    assert "tokens[0].trees[2].version is 2, but 3 by round.toml" in found


def test_trees_cut_otherwise_than_the_round_says_are_found() -> None:
    first, second, *others = SOUND["round.toml"].split(b"max_leaves_per_tree = 4")
    for sizes, expected in (
        (b"[3, 5]", "tokens[0].trees[0].max_num_nodes is 4, but 3 by round.toml"),
        (b"[4]", "the number of tokens[0].trees is 3, but 1 by round.toml"),
    ):
        own = first + b"tree_sizes = " + sizes + second
        content = b"max_leaves_per_tree = 4".join([own, *others])
        problems = [found.problem for found in findings_in(seal({**SOUND, "round.toml": content}))]
        assert expected in problems


def test_every_key_of_a_round_file_that_is_none_is_found_at_its_line() -> None:
    files = replaced(SOUND, "round.toml", b"first_version = 0", b"first_version = -1")
    files = replaced(files, "round.toml", b'order = "key"', b'order = "luck"')
    found = [finding for finding in findings_in(files) if finding.file == "round.toml"]
    lines = files["round.toml"].split(b"\n")
    assert [b"first_version = -1", b'order = "luck"'] == [
        lines[finding.line - 1] for finding in found if finding.line
    ]
    assert found[0].problem.startswith("distributor.first_version '-1': ")


def test_what_a_round_file_lacks_is_named_without_a_value() -> None:
    files = replaced(SOUND, "round.toml", b'name = "A plain round"\n', b"")
    assert ["round.name: missing"] == problems_in(files, "round.toml")


def test_a_round_file_that_is_no_toml_is_found() -> None:
    files = seal({**SOUND, "round.toml": b"\xff\xfe"})
    (found,) = findings_in(files)
    assert ("round.toml", 1) == (found.file, found.line)


INPUTS = [
    ("allocations.name", "other.csv", "'allocations' is 'other.csv', not 'list.csv'"),
    ("allocations.name", "", "allocations.name is '', not a file name"),
    ("allocations.format", "xlsx", "allocations.format is 'xlsx', not one of csv, jsonl, parquet"),
    ("allocations.bytes", -1, "allocations.bytes is -1, not a whole number"),
    ("allocations.rows", "3", "allocations.rows is '3', not a whole number"),
    ("allocations.sha256", "", "allocations.sha256 is '', not a sha256"),
    ("allocations.more", 1, "allocations has the keys 'name, format, bytes, rows, sha256, more'"),
    ("allocations", REMOVED, "'allocations' is null, not 'list.csv'"),
]


@pytest.mark.parametrize(("path", "value", "problem"), INPUTS)
def test_inputs_that_are_not_those_of_the_round_are_found(
    path: str, value: object, problem: str
) -> None:
    (found,) = problems_after(path, value, "inputs.json")
    assert problem == found[: len(problem)]


def test_an_input_that_the_round_does_not_name_is_found() -> None:
    votes = {"name": "v.csv", "format": "csv", "bytes": 1, "rows": 1, "sha256": "ab" * 32}
    (found,) = problems_after("votes", votes, "inputs.json")
    assert "'votes' is 'v.csv', not null" == found


def test_inputs_are_read_though_the_round_file_is_none() -> None:
    files = seal({**SOUND, "round.toml": b"[", "inputs.json": dump({"votes": 1})})
    assert {"round.toml", "inputs.json"} == {finding.file for finding in findings_in(files)}


REPORT = [
    ("method", "per-proposal", "method is 'per-proposal', the manifest has 'list'"),
    ("method", REMOVED, "the document has no method"),
    ("tokens", [], "the document has 0 tokens, the manifest 2"),
    ("tokens", "none", "tokens is no list"),
    ("tokens.0.symbol", "jup", "tokens[0].symbol is 'jup', the manifest has 'JUP'"),
    ("tokens.0.wallets", 9, "tokens[0].wallets is 9, the manifest has 10"),
    ("tokens.0.wallets", "10", "tokens[0].wallets is '10', the manifest has 10"),
    ("tokens.1.pool", None, "tokens[1].pool is null, the manifest has '100'"),
    ("tokens.1.unallocated", {}, "tokens[1].unallocated is an object, the manifest has an object"),
    ("tokens.1.allocated", REMOVED, "tokens[1] has no allocated"),
]


@pytest.mark.parametrize(("path", "value", "problem"), REPORT)
def test_a_report_that_says_otherwise_than_the_manifest_is_found(
    path: str, value: object, problem: str
) -> None:
    (found,) = problems_after(path, value, "report.json")
    assert problem == found


def test_a_manifest_in_another_layout_is_refused() -> None:
    content = SOUND["manifest.json"]
    for other in (content[:-1], content.replace(b"  ", b"\t"), content.replace(b"{", b"{ ", 1)):
        with pytest.raises(
            BundleError, match="JSON in another layout than the one this tool writes"
        ):
            parse_manifest(other)


def test_a_manifest_is_written_as_it_was_read() -> None:
    assert SOUND["manifest.json"] == format_manifest(parse_manifest(SOUND["manifest.json"]))
