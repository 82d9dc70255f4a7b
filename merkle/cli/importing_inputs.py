"""`asr import votes` and `asr import stakes`: governance data as it comes, into input files."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from merkle.cli.app import JsonFlag, checked_address, example
from merkle.cli.output import facts, print_json, print_lines, progress, table

if TYPE_CHECKING:
    from allocation.tables.importers import Imported, Origin, PowerRule

VoteShape = Literal["govern-votes", "realms-votes", "vote-accounts", "escrow-accounts"]
StakeShape = Literal["stakers", "escrow-accounts"]

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The export to read.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV file to write.")]
ProgramOption = Annotated[
    str | None,
    typer.Option(
        "--program", metavar="ADDRESS", help="Whose accounts they are; default: Jupiter's program."
    ),
]
LockerOption = Annotated[
    str | None,
    typer.Option(
        "--locker", metavar="ADDRESS", help="Which locker counts; needed where there are several."
    ),
]
ForceFlag = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]


ProposalOption = Annotated[
    str | None,
    typer.Option("--proposal", metavar="ID", help="Whose votes; where FILE does not say."),
]
AtOption = Annotated[
    int | None,
    typer.Option("--at", metavar="TIME", min=1, help="Unix second whose power counts, of escrows."),
]
LongestOption = Annotated[
    int | None,
    typer.Option("--max-stake-duration", metavar="SECONDS", min=1, help="The locker's; with --at."),
]
MultiplierOption = Annotated[
    int,
    typer.Option("--multiplier", metavar="N", min=1, max=255, help="The locker's vote multiplier."),
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        formats=["%Y-%m-%d"],
        help="The day (UTC) that ends with these stakes; without it: opening balances.",
    ),
]


def votes(  # noqa: PLR0913 - one parameter per option
    file: FileArgument,
    *,
    shape: Annotated[
        VoteShape,
        typer.Option("--from", metavar="SHAPE", help=", ".join(get_args(VoteShape)) + "."),
    ],
    out: OutOption,
    proposal: ProposalOption = None,
    program: ProgramOption = None,
    locker: LockerOption = None,
    at: AtOption = None,
    longest: LongestOption = None,
    multiplier: MultiplierOption = 1,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Turn an export of votes into proposal,wallet,voting_power,side.

    Escrow accounts are no votes: each becomes a vote for --proposal with the power it has --at
    that time, such as the end of voting.
    """
    from allocation.tables.importers import import_votes

    rule = _rule_of(at, longest, multiplier)
    origin = _origin_of(program, locker)
    with progress() as report:
        imported = import_votes(
            shape,
            file,
            out,
            proposal=proposal,
            origin=origin,
            rule=rule,
            force=force,
            progress=report,
        )
    _print_imported(out, imported, "votes", as_json=as_json)


def stakes(  # noqa: PLR0913 - likewise
    file: FileArgument,
    *,
    shape: Annotated[
        StakeShape,
        typer.Option("--from", metavar="SHAPE", help=", ".join(get_args(StakeShape)) + "."),
    ],
    out: OutOption,
    day: DayOption = None,
    program: ProgramOption = None,
    locker: LockerOption = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Turn an export of stakes into date,wallet,staked.

    Without --date they become opening balances: wallet,staked.
    """
    from allocation.tables.importers import import_stakes

    origin = _origin_of(program, locker)
    on = day.date() if day else None
    with progress() as report:
        imported = import_stakes(
            shape, file, out, day=on, origin=origin, force=force, progress=report
        )
    _print_imported(out, imported, "stakes", as_json=as_json)


def register(group: typer.Typer) -> None:
    """Add both commands to the group `asr import`."""
    group.command(
        epilog=example(
            "asr import votes --from govern-votes listing.txt --proposal CqMs... --out votes.csv",
            "asr import votes --from vote-accounts dump.json --out votes.csv",
        )
    )(votes)
    group.command(
        epilog=example(
            "asr import stakes --from stakers listing.txt --out opening.csv",
            "asr import stakes --from escrow-accounts dump.json --date 2025-07-01 --out day.csv",
        )
    )(stakes)


def _rule_of(at: int | None, longest: int | None, multiplier: int) -> "PowerRule | None":
    """Return the rule that the options make; half of one is misuse."""
    from allocation.tables.importers import PowerRule

    if at is not None and longest is not None:
        return PowerRule(at=at, max_stake_duration=longest, multiplier=multiplier)
    if at is None and longest is None and multiplier == 1:
        return None
    raise typer.BadParameter("give both --at and --max-stake-duration, or neither")


def _origin_of(program: str | None, locker: str | None) -> "Origin":
    from allocation.tables.importers import Origin

    return Origin(
        program=None if program is None else checked_address(program, "--program"),
        locker=None if locker is None else checked_address(locker, "--locker"),
    )


def _print_imported(out: Path, imported: "Imported", noun: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(out, imported))
        return
    without = {"votes": "without power", "stakes": "without stake"}[noun]
    counts = {noun: imported.rows, "wallets": imported.wallets, without: imported.zero}
    counts |= imported.notes
    rows: list[tuple[str, object]] = [("written", out)]
    rows += [(name, f"{count:,}") for name, count in counts.items()]
    lines = facts([*rows, ("in all", f"{imported.total:,} base units")])
    if noun == "votes":
        header = ("proposal", "votes", "base units")
        cells = [(group.name, f"{group.rows:,}", f"{group.total:,}") for group in imported.groups]
        lines += ["", *table(header, cells)]
    print_lines(lines)


def _document(out: Path, imported: "Imported") -> dict[str, object]:
    return {
        "written": str(out),
        "rows": imported.rows,
        "wallets": imported.wallets,
        "zero": imported.zero,
        "total": str(imported.total),
        "notes": dict(imported.notes),
        "groups": [
            {"proposal": group.name or None, "rows": group.rows, "total": str(group.total)}
            for group in imported.groups
        ],
    }
