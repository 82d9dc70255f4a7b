"""`asr diff`: two dry runs side by side, or a dry run and what was published."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli import diffs_gates as expected
from merkle.cli.app import JsonFlag, TokenOption, app, checked_address, example
from merkle.cli.diffs_files import check_apart, check_file, check_folder, write_folder
from merkle.cli.diffs_sides import Named, open_sides
from merkle.cli.output import print_lines, progress
from merkle.cli.writing import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.diff import Diff
    from merkle.diff.gates import Violation

DEFAULT_WALLETS: Final = 20_000  # in a page, of every token
NOTES: Final = """\b
A side is a bundle, or published trees: one file, or a folder of .json files,
of Jupiter's or Jito's trees or of proofs by wallet.

\b
A file of expectations (names are those of the options):
    allow_removed = 0            # of every token
    max_change = "10%"           # of the wallet's old amount
    max_total_change = "1500"    # tokens, or with % of the old total
    allow_cause = ["pool", "total", "rounding"]
    [tokens.JUP]                 # goes before what stands above
    allow_removed = 5

"""


@app.command(
    epilog=NOTES
    + example(
        "asr diff bundle-monday bundle-tuesday --html diff.html",
        "asr diff published-trees/ bundle --token JUP",
        "asr diff old new --allow-removed 0 --max-change 10% --no-unexplained",
        "asr diff old new --expect expectations.toml --json",
    )
)
def diff(  # noqa: PLR0913 - one parameter per option
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A bundle, or published trees.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="What is compared with it.")],
    *,
    token: TokenOption = None,
    mint: Annotated[
        str | None, typer.Option(metavar="MINT", help="What published trees pay.")
    ] = None,
    decimals: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=19, help="Of that mint.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page to read and to attach.")
    ] = None,
    html_wallets: Annotated[
        int, typer.Option(metavar="N", min=0, help="Most wallets of a token in that page.")
    ] = DEFAULT_WALLETS,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write everything as CSV files.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what --html and --csv name.")] = (
        False
    ),
    allow_added: expected.Added = None,
    allow_removed: expected.Removed = None,
    allow_raised: expected.Raised = None,
    allow_lowered: expected.Lowered = None,
    allow_relocked: expected.Relocked = None,
    allow_moved: expected.Moved = None,
    max_change: expected.MaxChange = None,
    max_total_change: expected.MaxTotalChange = None,
    no_unexplained: expected.NoUnexplained = False,
    allow_cause: expected.AllowCause = None,
    same_roots: expected.SameRoots = False,
    same_rules: expected.SameRules = False,
    same_inputs: expected.SameInputs = False,
    expect: expected.Expect = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare what two sides pay, to whom, and from which trees.

    Says why it differs. Exit 0: the same can be claimed from both, whatever else differs. Exit 1:
    it can't. Where something is expected (--allow-..., --max-..., --no-..., --same-..., --expect),
    that decides instead. Exit 0: everything is as expected. Exit 1: it isn't.
    """
    from merkle.diff.gates import Gates

    asked = expected.Asked(
        gates=Gates(
            allow_added=allow_added,
            allow_removed=allow_removed,
            allow_raised=allow_raised,
            allow_lowered=allow_lowered,
            allow_relocked=allow_relocked,
            allow_moved=allow_moved,
            max_change=expected.percent(max_change, "--max-change"),
            max_total_change=expected.percent_or_tokens(max_total_change, "--max-total-change"),
            no_unexplained=no_unexplained or None,
            allow_cause=expected.causes(allow_cause, "--allow-cause"),
            same_roots=same_roots or None,
        ),
        same_rules=same_rules,
        same_inputs=same_inputs,
        file=expect,
    )
    mint_key = checked_address(mint, "--mint") if mint is not None else None
    _check(html, csv, force=force)
    difference = _compared((old, new), Named(token=token, mint=mint_key, decimals=decimals))
    violations = asked.violations(difference)
    if html is not None:
        _write_page(html, difference, violations, html_wallets)
    if csv is not None:
        write_folder(csv, difference, violations)
    _print(difference, violations, as_json=as_json)
    raise typer.Exit(_code(difference, violations))


def _check(html: Path | None, csv: Path | None, *, force: bool) -> None:
    if html is not None:
        check_file(html, force=force)
    if csv is not None:
        check_folder(csv, force=force)
    if html is not None and csv is not None:
        check_apart(html, csv)


def _compared(paths: tuple[Path, Path], named: Named) -> "Diff":
    """Compare two sides; what the rounds say otherwise of other tokens is left out."""
    from merkle.diff import compare
    from merkle.diff.wording import concerning

    with TemporaryDirectory(prefix="asr-diff-") as scratch, progress() as report:
        sides = open_sides(paths, named, report)
        difference = compare(*sides, Path(scratch), report)
    symbols = {token.symbol for side in sides for token in side.tokens}
    return replace(difference, settings=concerning(difference.settings, symbols))


def _write_page(
    path: Path, difference: "Diff", violations: "Sequence[Violation] | None", wallets: int
) -> None:
    from merkle.web.diff_page import diff_page

    write_file(path, diff_page(difference, violations, wallets))


def _print(difference: "Diff", violations: "Sequence[Violation] | None", *, as_json: bool) -> None:
    from merkle.cli.diffs_json import json_parts
    from merkle.cli.diffs_text import diff_lines

    if not as_json:
        print_lines(diff_lines(difference, violations))
        return
    for part in json_parts(difference, violations):
        typer.echo(part, nl=False)
    typer.echo()


def _code(difference: "Diff", violations: "Sequence[Violation] | None") -> int:
    from merkle.diff.claims import all_alike

    good = all_alike(difference) if violations is None else not violations
    return 0 if good else 1
