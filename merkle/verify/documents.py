"""inputs.json and report.json: well-formed, and of one mind with round and manifest."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from allocation.round import InputFiles
from allocation.rules import applied
from allocation.units import U64_MAX
from merkle.bundle.findings import BundleError, quoted
from merkle.bundle.layout import INPUTS, REPORT
from merkle.bundle.manifest import token_object
from merkle.bundle.strict_json import document

if TYPE_CHECKING:
    from allocation.round import Round
    from merkle.bundle.manifest import Manifest
    from merkle.bundle.strict_json import Node
    from merkle.verify.task import Task

INPUT_KEYS: Final = ("name", "format", "bytes", "rows", "sha256")
TOKEN_KEYS: Final = (
    "symbol",
    "mint",
    "decimals",
    "pool",
    "allocated",
    "unallocated",
    "wallets",
)
INPUT_FORMATS: Final = ("csv", "jsonl", "parquet")

# in a round file an input file is the only kind of text that may be absent
_INPUTS: Final = [field.name for field in fields(InputFiles) if field.type == "str | None"]


def check_inputs(task: Task, the_round: Round | None) -> None:
    """Find what is no list of inputs, or not the inputs that the round names."""
    content = task.read(INPUTS)
    if content is None:
        return
    try:
        names = {
            kind: _input_name(entry) for kind, entry in document(INPUTS, content).entries().items()
        }
    except BundleError as error:
        task.findings.add_error(error)
        return
    if the_round is None:
        return
    written = {kind: getattr(the_round.inputs, kind) for kind in _INPUTS}
    for kind in sorted({*names, *_INPUTS}):
        ours, theirs = names.get(kind), written.get(kind)
        if ours != theirs:
            task.findings.add(INPUTS, f"{quoted(kind)} is {quoted(ours)}, not {quoted(theirs)}")


def _input_name(entry: Node) -> str:
    members = entry.members(INPUT_KEYS)
    members["format"].choice(INPUT_FORMATS)
    members["bytes"].integer(0, U64_MAX)
    members["rows"].integer(0, U64_MAX)
    members["sha256"].sha256()
    return members["name"].text("(?s).+", "a file name")


def check_report(task: Task, manifest: Manifest | None, the_round: Round | None) -> None:
    """Find what is no report, or says otherwise than manifest and round of the same things."""
    content = task.read(REPORT)
    if content is None:
        return
    try:
        report = document(REPORT, content)
        report.entries()
        if manifest is not None:
            _compare(task, report, manifest)
        if the_round is not None and the_round.method != "list":
            _compare_values(task, report.member("rules"), applied(the_round), "the round")
    except BundleError as error:
        task.findings.add_error(error)


def _compare(task: Task, report: Node, manifest: Manifest) -> None:
    _compare_values(task, report, {"method": manifest.method})
    tokens = report.member("tokens").items()
    if len(tokens) != len(manifest.tokens):
        report.refuse(f"has {len(tokens)} tokens, the manifest {len(manifest.tokens)}")
    for node, token in zip(tokens, manifest.tokens, strict=True):
        stated = token_object(token)
        _compare_values(task, node, {key: stated[key] for key in TOKEN_KEYS})


def _compare_values(
    task: Task, node: Node, stated: dict[str, object], source: str = "the manifest"
) -> None:
    for key, expected in stated.items():
        member = node.member(key)
        if type(member.value) is not type(expected) or member.value != expected:
            problem = f"is {quoted(member.value)}, {source} has {quoted(expected)}"
            task.findings.add(REPORT, f"{member.place} {problem}")
