"""`asr rehearse`: every claim of a bundle on the claim program, before anything is deployed."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, app, example
from merkle.cli.output import print_json, print_lines, progress
from merkle.cli.rehearsing_text import rehearsal_document, rehearsal_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str, int, int], None]

MOST_BYTES: Final = 10 << 20  # of a program; no account on chain is larger

Program = Literal["jupiter", "jupiter-asr-2024", "jupiter-2024", "kamino", "jito"]


@app.command(
    epilog=example(
        "solana program dump mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv jito.so",
        "asr rehearse bundle --program-so jito.so --program jito",
    )
)
def rehearse(
    bundle: BundleArgument,
    *,
    program_so: Annotated[
        Path,
        typer.Option("--program-so", metavar="FILE", help="The claim program, as dumped."),
    ],
    voter_so: Annotated[
        Path | None,
        typer.Option("--voter-so", metavar="FILE", help="The locked_voter program, to stake."),
    ] = None,
    program: Annotated[
        Program | None,
        typer.Option(
            "--program",
            metavar="PROFILE",
            help="Which program FILE is: jupiter, jupiter-asr-2024, jupiter-2024, kamino, jito; "
            "by default the one that the bundle is for.",
        ),
    ] = None,
    wallets: Annotated[
        str,
        typer.Option(
            "--wallets", metavar="all|N", help="Let at most N of each tree claim, evenly spread."
        ),
    ] = "all",
    symbol: TokenOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Execute every claim on the claim program's own binary.

    Runs it in a virtual machine: creates mint, distributor and vault, lets every wallet claim with
    its proof from the bundle, checks each base unit, and tries forgeries. Nothing leaves this
    machine. Exit 1 unless every claim works and every forgery is refused.
    """
    from merkle.rehearse import Programs, rehearse_bundle

    most = _most(wallets)
    programs = Programs(
        claim=_read_program(program_so),
        profile=program,
        voter=None if voter_so is None else _read_program(voter_so),
    )
    processes = os.cpu_count() or 1
    with progress() as report:
        rehearsal = rehearse_bundle(
            bundle,
            programs,
            symbol=symbol,
            most=most,
            processes=processes,
            progress=None if report is None else _with_time_left(report),
        )
    if as_json:
        print_json(rehearsal_document(rehearsal))
    else:
        print_lines(rehearsal_lines(rehearsal))
    raise typer.Exit(0 if rehearsal.is_good else 1)


def _most(wallets: str) -> int | None:
    """Read how many wallets of a tree claim; None: all of them."""
    if wallets == "all":
        return None
    if not re.fullmatch("[1-9][0-9]{0,9}", wallets):
        raise typer.BadParameter("write all, or a number from 1 on", param_hint="--wallets")
    return int(wallets)


def _read_program(path: Path) -> bytes:
    """Read a program, and never more than one can be."""
    from allocation.errors import AsrError

    if not path.is_file():
        problem = "no regular file" if path.exists() else "no such file"
        raise AsrError(f"{path}: {problem}; give the file that `solana program dump` writes")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise AsrError(f"{path}: more than the {MOST_BYTES:,} bytes that a program can have")
    return content


def _with_time_left(report: "Report") -> "Report":
    """Say how long it takes still, as far as that can be told from what is done."""
    start = time.monotonic()

    def show(stage: str, done: int, total: int) -> None:
        if done:
            left = (time.monotonic() - start) * (total - done) / done
            stage = f"{stage}: {done:,} of {total:,}, {left:.0f} s left"
        report(stage, done, total)

    return show
