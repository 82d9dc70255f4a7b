"""`asr audit`: a bundle built once more and compared, or a published list and its trees."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from merkle.cli.app import JsonFlag, app, checked_address, example
from merkle.cli.imports import ProgramOption
from merkle.cli.output import counted, print_json, print_lines, printable, progress
from merkle.cli.rounds import DeepFlag, MemoryOption, ThreadsOption
from merkle.cli.tree_files import contents_of, files_of_trees

if TYPE_CHECKING:
    from merkle.audit import Audit, Check, Effort, Terms

Unit = Literal["ui", "base"]

SHOWN_FINDINGS: Final = 10  # of one check

_VERDICTS: Final = {True: "pass", False: "FAIL"}


@app.command(
    epilog=example(
        "asr audit bundle --inputs folder",
        "asr audit --list list.csv --trees tree_*.json --mint MINT --decimals 6",
    )
)
def audit(  # noqa: PLR0913 - one parameter per option
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="BUNDLE", help="Folder made by `build`; or, with --list, trees."),
    ] = None,
    *,
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--inputs",
            metavar="DIR",
            help="Folder of the round file, with its inputs; default: the bundle itself.",
        ),
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", metavar="CSV", help="A published list: pubkey,amount[,locked]."),
    ] = None,
    trees: Annotated[
        list[Path] | None,
        typer.Option("--trees", metavar="PATH", help="Of --list: files, or folders of *.json."),
    ] = None,
    mint: Annotated[str | None, typer.Option("--mint", metavar="MINT", help="Of --list.")] = None,
    decimals: Annotated[
        int | None,
        typer.Option("--decimals", metavar="N", min=0, max=19, help="Of the mint of --list."),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            "--max-leaves",
            metavar="N",
            min=1,
            help="Rows of --list per tree; default: as the trees tell.",
        ),
    ] = None,
    unit: Annotated[
        Unit, typer.Option("--unit", metavar="UNIT", help="Of --list: ui (tokens) or base.")
    ] = "ui",
    program: ProgramOption = "none",
    threads: ThreadsOption = None,
    memory: MemoryOption = None,
    allow_deep: DeepFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Build everything again and compare it with what is there.

    A bundle is verified, built once more from its inputs, and compared byte for byte. With --list
    it is trees that others published: built again from the list, and compared proof by proof.
    Every check has its line. Exit 1 if one of them fails.
    """
    from merkle.audit import Effort

    of_lists = (trees, mint, decimals, most, *_changed(unit, program))
    with TemporaryDirectory(prefix="asr-audit-") as scratch, progress() as report:
        effort = Effort(scratch=Path(scratch), threads=threads, memory=memory, progress=report)
        if listed is not None and inputs is None:
            terms = _terms(mint, decimals, most, unit, "none" if allow_deep else program)
            found = _audit_published(listed, [*(trees or []), *(paths or [])], terms, effort)
        elif listed is None and len(paths or []) == 1 and not any(map(_is_given, of_lists)):
            found = _audit_bundle((paths or [])[0], inputs, effort, allow_deep=allow_deep)
        else:
            problem = "give either one BUNDLE, or --list with --trees, --mint and --decimals"
            raise typer.BadParameter(problem, param_hint="BUNDLE")
    if as_json:
        print_json({"passed": found.passed, **asdict(found)})
    else:
        print_lines(_lines(found))
    raise typer.Exit(0 if found.passed else 1)


def _changed(unit: str, program: str) -> list[str | None]:
    """Return options of lists that are not as they are by default."""
    return [None if unit == "ui" else unit, None if program == "none" else program]


def _is_given(option: object) -> bool:
    return option is not None and option != []


def _audit_bundle(
    bundle: Path, inputs: Path | None, effort: "Effort", *, allow_deep: bool
) -> "Audit":
    from allocation.errors import AsrError
    from merkle.audit import audit_bundle

    folder = bundle if inputs is None else inputs
    if inputs is not None and not inputs.is_dir():
        raise AsrError(f"{inputs}: no such folder; --inputs is the folder of the round file")
    processes = effort.threads or os.cpu_count() or 1
    return audit_bundle(bundle, folder, effort, allow_deep=allow_deep, processes=processes)


def _terms(
    mint: str | None, decimals: int | None, most: int | None, unit: Unit, program: str
) -> "Terms":
    from merkle.audit import Terms

    if mint is None or decimals is None:
        raise typer.BadParameter("needs --mint and --decimals", param_hint="--list")
    address = checked_address(mint, "--mint")
    return Terms(mint=address, decimals=decimals, most=most, unit=unit, program=program)


def _audit_published(listed: Path, trees: list[Path], terms: "Terms", effort: "Effort") -> "Audit":
    from allocation.errors import AsrError
    from merkle.audit import audit_published

    if not listed.is_file():
        raise AsrError(f"{listed}: no regular file; --list is a CSV of pubkey,amount")
    if not trees:
        raise AsrError("no tree is given; pass the files, or their folder, with --trees")
    files: list[Path] = []
    for path in trees:
        found = files_of_trees(path)
        if not found:
            raise AsrError(f"{path}: no .json in this folder; name the trees' own folder")
        files += found
    return audit_published(listed, contents_of(files, effort.progress), terms, effort)


def _lines(found: "Audit") -> list[str]:
    """Lay out one line per check, then what is wrong, and the verdict."""
    width = max(len(check.name) for check in found.checks)
    lines = [
        f"{_VERDICTS[check.passed]}  {check.name.ljust(width)}  {printable(check.summary)}"
        for check in found.checks
    ]
    for check in found.checks:
        lines += _finding_lines(check)
    count = counted(len(found.checks), "check")
    failed = sum(not check.passed for check in found.checks)
    verdict = f"{failed} of {count} failed." if failed else f"All {count} passed."
    rest = [] if found.bundle_id is None else [f"bundle id  {found.bundle_id}"]
    return [*lines, "", verdict, *rest]


def _finding_lines(check: "Check") -> list[str]:
    """Show the first things that are wrong."""
    if not check.findings:
        return []
    shown = [f"  {printable(finding)}" for finding in check.findings[:SHOWN_FINDINGS]]
    more = len(check.findings) - SHOWN_FINDINGS
    rest = [f"  ... and {counted(more, 'more finding')} (--json lists more)"] if more > 0 else []
    return ["", check.name, *shown, *rest]
