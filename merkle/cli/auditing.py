"""`asr audit`: a bundle built once more and compared, or a published list and its trees."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import JsonFlag, app, example
from merkle.cli.output import counted, print_json, print_lines, printable, progress
from merkle.cli.rounds import DeepFlag, MemoryOption, ThreadsOption

if TYPE_CHECKING:
    from merkle.audit import Audit, Check

SHOWN_FINDINGS: Final = 20  # of one check

_VERDICTS: Final = {True: "pass", False: "FAIL"}


@app.command(
    epilog=example(
        "asr audit bundle --inputs folder",
        "asr audit --list list.csv --trees tree_*.json --mint MINT --decimals 6",
    )
)
def audit(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="Folder made by `build`.")],
    *,
    inputs: Annotated[
        Path | None,
        typer.Option("--inputs", metavar="DIR", help="What the round's inputs are relative to."),
    ] = None,
    threads: ThreadsOption = None,
    memory: MemoryOption = None,
    allow_deep: DeepFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Build everything again and compare it with what is there."""
    from merkle.audit import Effort, audit_bundle

    with TemporaryDirectory(prefix="asr-audit-") as scratch, progress() as report:
        effort = Effort(scratch=Path(scratch), threads=threads, memory=memory, progress=report)
        found = audit_bundle(
            bundle,
            bundle if inputs is None else inputs,
            effort,
            allow_deep=allow_deep,
            processes=threads or os.cpu_count() or 1,
        )
    _finish(found, as_json=as_json)


def _finish(found: "Audit", *, as_json: bool) -> None:
    """Print an audit and exit by it."""
    if as_json:
        print_json({"passed": found.passed, **asdict(found)})
    else:
        print_lines(_lines(found))
    raise typer.Exit(0 if found.passed else 1)


def _lines(found: "Audit") -> list[str]:
    """Lay out one line per check, then what is wrong, and the verdict."""
    width = max(len(check.name) for check in found.checks)
    lines = [
        f"{check.name.ljust(width)}  {_VERDICTS[check.passed]}  {printable(check.summary)}"
        for check in found.checks
    ]
    for check in found.checks:
        lines += _finding_lines(check)
    failed = sum(not check.passed for check in found.checks)
    verdict = f"All {counted(len(found.checks), 'check')} pass."
    if failed:
        verdict = f"{failed} of {counted(len(found.checks), 'check')} failed: not to be trusted."
    rest = [] if found.bundle_id is None else [f"bundle id  {found.bundle_id}"]
    return [*lines, "", verdict, *rest]


def _finding_lines(check: "Check") -> list[str]:
    if not check.findings:
        return []
    shown = [f"  {printable(finding)}" for finding in check.findings[:SHOWN_FINDINGS]]
    more = len(check.findings) - SHOWN_FINDINGS
    rest = [f"  ... and {counted(more, 'more finding')} (--json lists more)"] if more > 0 else []
    return ["", check.name, *shown, *rest]
