"""`asr scenarios`: what other rules, or another round, would do."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import JsonFlag, TokenOption, app, example
from merkle.cli.output import print_json, print_lines, printable, progress, warn
from merkle.cli.rounds import MemoryOption, RoundArgument, ThreadsOption

if TYPE_CHECKING:
    from allocation.round import Round
    from allocation.scenarios import Rule
    from merkle.cli.scenarios_view import View

LIST: Final = "LIST"  # of values, separated by commas
TERMS: Final = """\b
Terms:
  kept     wallets that get something
  dropped  the others that have voting power or stake
  moved    what wallets get beyond what they get as written, added up; with
           --compare, beyond what they get in the first round
  top 1 %  what this part of the kept wallets, rounded up, gets of all that is
           allocated; where fewer are kept, these are fewer, too
  median   the lower one, so that somebody really gets it

"""


@app.command(
    epilog=TERMS
    + example(
        "asr scenarios round.toml --minimum 5,10,50,100,250 --token JUP",
        "asr scenarios round.toml --minimum none,50 --rounding floor --csv rules.csv",
        "asr scenarios by-votes.toml --compare by-stakes.toml --plot methods.svg",
    )
)
def scenarios(  # noqa: PLR0913 - one parameter per option
    round_file: RoundArgument,
    *,
    minimum: Annotated[
        str | None,
        typer.Option(metavar=LIST, help="Least vote, or least average stake; in tokens."),
    ] = None,
    minimum_payout: Annotated[
        str | None, typer.Option(metavar=LIST, help="Least reward, in tokens of each mint.")
    ] = None,
    maximum_payout: Annotated[
        str | None, typer.Option(metavar=LIST, help="Most reward; only for time-weighted.")
    ] = None,
    rounding: Annotated[
        str | None, typer.Option(metavar=LIST, help="largest-remainder, floor.")
    ] = None,
    denominator: Annotated[
        str | None, typer.Option(metavar=LIST, help="counted, all; only for per-proposal.")
    ] = None,
    on_empty: Annotated[
        str | None, typer.Option(metavar=LIST, help="leave, redistribute; likewise.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="ROUND", help="Another round to set beside this one as it stands."),
    ] = None,
    symbol: TokenOption = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all figures, one row each.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw one token, as .svg or .png; needs asr[plot]."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    threads: ThreadsOption = None,
    memory: MemoryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show side by side what other rules would do; build nothing.

    Each LIST has values of one rule, worded as in the round file and separated by commas;
    "none" is without the rule. Several lists make every combination. The round as written
    comes first, and is what the others are compared with.

    With --compare two rounds stand side by side instead: the same wallets once by votes and once
    by stakes, say, each with a round file of its own. Tokens go by their mint.
    """
    from merkle.cli.scenarios_files import csv_bytes, document
    from merkle.cli.scenarios_plot import picture
    from merkle.cli.scenarios_text import comparison_lines, scenario_lines

    lists: dict[Rule, str | None] = {
        "minimum": minimum,
        "minimum payout": minimum_payout,
        "maximum payout": maximum_payout,
        "rounding": rounding,
        "denominator": denominator,
        "on empty": on_empty,
    }
    asked = {rule: values.split(",") for rule, values in lists.items() if values is not None}
    if compare and asked:
        raise typer.BadParameter(
            "two rounds are compared as they stand; leave the lists out", param_hint="--compare"
        )
    _check_files(csv, plot, force=force)
    how = _How(symbol=symbol, threads=threads, memory=memory, drawn=plot is not None)
    view = (
        _varied(round_file, asked, how) if compare is None else _compared(round_file, compare, how)
    )
    if csv is not None:
        _write(csv, csv_bytes(view), force=force)
    if plot is not None:
        _write(plot, picture(view, plot.suffix[1:].lower()), force=force)
    if as_json:
        print_json(document(view))
        return
    warn(view.found.warnings)
    print_lines(scenario_lines(view) if compare is None else comparison_lines(view))


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """What to look at, and with what."""

    symbol: str | None
    threads: int | None
    memory: str | None
    drawn: bool


def _varied(round_file: Path, asked: "dict[Rule, list[str]]", how: _How) -> "View":
    """Run one round under every combination of rules."""
    from allocation.round_file import load_round
    from allocation.scenarios import RuleError, scenarios_of
    from allocation.side_by_side import run_scenarios
    from merkle.cli.scenarios_view import View

    the_round = load_round(round_file)
    try:
        variants = scenarios_of(the_round, asked, how.symbol)
    except RuleError as error:
        option = "--" + error.rule.replace(" ", "-")
        raise typer.BadParameter(
            f"{printable(error.value)!r}: {error}", param_hint=option
        ) from error
    if how.drawn:
        _check_drawable(the_round, how.symbol, len(variants))
    with TemporaryDirectory(prefix="asr-scenarios-") as scratch, progress() as report:
        found = run_scenarios(variants, Path(scratch), how.symbol, how.threads, how.memory, report)
    rounds = tuple(variant.the_round for variant in variants)
    return View(found=found, rounds=rounds, asked=tuple(asked))


def _compared(round_file: Path, other: Path, how: _How) -> "View":
    """Run two rounds as they stand."""
    from allocation.round_file import load_round
    from allocation.two_rounds import NAMES, compare_rounds
    from merkle.cli.scenarios_view import View

    rounds = load_round(round_file), load_round(other)
    if how.drawn:
        _check_drawable(rounds[0], how.symbol, len(NAMES))
    with TemporaryDirectory(prefix="asr-scenarios-") as scratch, progress() as report:
        found = compare_rounds(*rounds, Path(scratch), how.symbol, how.threads, how.memory, report)
    return View(found=found, rounds=rounds, asked=())


def _check_files(csv: Path | None, plot: Path | None, *, force: bool) -> None:
    """Refuse before the work what could not be written after it.

    Errors: AsrError.
    """
    from allocation.errors import AsrError
    from merkle.cli.scenarios_plot import check_plot

    for path in (csv, plot):
        if path is not None and os.path.lexists(path) and not force:
            raise AsrError(f"{path} exists; choose another name, or replace it with --force")
        if path is not None and not path.parent.is_dir():
            raise AsrError(f"{path}: the folder {path.parent} does not exist; make it first")
    if plot is not None:
        check_plot(plot)


def _check_drawable(the_round: "Round", symbol: str | None, drawn: int) -> None:
    """Refuse a picture that nobody could read.

    Errors: AsrError.
    """
    from allocation.errors import AsrError
    from merkle.cli.scenarios_plot import MOST_DRAWN

    if symbol is None and len(the_round.tokens) > 1:
        symbols = ", ".join(token.symbol for token in the_round.tokens)
        raise AsrError(f"--plot draws one token: name it with --token; the round has {symbols}")
    if drawn > MOST_DRAWN:
        raise AsrError(f"--plot draws at most {MOST_DRAWN} scenarios, not {drawn}: vary less")


def _write(path: Path, content: bytes, *, force: bool) -> None:
    with path.open("wb" if force else "xb") as file:
        file.write(content)
