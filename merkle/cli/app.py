"""The command group: one place that turns every error into one clear message and an exit code.

Exit 0: done. Exit 1: refused or wrong; the reason stands on stderr, or with --json on stdout as
{"error": ..., "findings": [...]}. Exit 2: the command line itself is wrong; usage on stderr. Exit
130: interrupted.
"""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from merkle.cli.output import print_json, printable
from merkle.cli.sparing import spare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.address import Address

_QUERY_INTERRUPTED: Final = "Query interrupted"  # what DuckDB makes of Ctrl-C
_JSON: Final = "merkle.cli.json"  # key in the context's notes, which all its children share


class OneHandler(TyperGroup):
    """Prints what a command raises; nothing else in the project does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line up to the name of the command."""
        spare(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name."""
        command = super().get_command(ctx, cmd_name)
        spare([] if command is None else command.get_params(ctx))
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command named in `ctx`; its errors become a message and an exit code."""
        from allocation.errors import AsrError

        try:
            return super().invoke(ctx)
        except AsrError as error:
            _print_error(error, as_json=ctx.meta.get(_JSON, False))
        except BrokenPipeError:
            raise  # the reader has left: typer ends the run without a word
        except OSError as error:
            _print_error(AsrError(_explained(error)), as_json=ctx.meta.get(_JSON, False))
        except KeyboardInterrupt:
            _stop()
        except RuntimeError as error:
            if str(error) != _QUERY_INTERRUPTED:  # typer's own way to exit is one of these, too
                raise
            _stop()
        raise typer.Exit(1)


def _stop() -> NoReturn:
    """Say in one line that somebody pressed Ctrl-C."""
    typer.echo("interrupted", err=True)
    raise typer.Exit(130) from None


def _print_error(error: Exception, *, as_json: bool) -> None:
    """Print the message whole; with --json every finding, however many there are.

    Where stdout takes nothing more, as on a full disk, the message goes to stderr.
    """
    if as_json:
        findings = _findings_of(error)
        message = f"{len(findings):,} findings" if len(findings) > 1 else str(error)
        try:
            print_json({"error": message, "findings": findings})
        except BrokenPipeError:
            raise  # as everywhere: the reader has left
        except OSError:
            as_json = False
    if not as_json:
        lines = [printable(line) for line in str(error).split("\n")]
        typer.echo("\n".join(["error: " + lines[0], *lines[1:]]), err=True)


def _findings_of(error: Exception) -> "list[Mapping[str, object]]":
    """Return what an error says about places in files."""
    from allocation.errors import InputError, InputErrors
    from merkle.bundle.findings import BundleError

    if isinstance(error, InputErrors):
        return [finding.as_json() for finding in error.findings]
    if isinstance(error, InputError):
        return [error.as_json()]
    return [asdict(error.finding)] if isinstance(error, BundleError) else []


def _explained(error: OSError) -> str:
    """Name the path and the reason, without the number that Python puts first."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _note_json(ctx: typer.Context, *, value: bool) -> bool:
    ctx.meta[_JSON] = value
    return value


app = typer.Typer(
    cls=OneHandler,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quick to start, and nothing in it is markup
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(*, value: bool) -> None:
    """Print the version and end the run."""
    if value:
        from importlib.metadata import version

        typer.echo(f"asr {version('asr')}")
        raise typer.Exit


@app.callback()
def group(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Turn votes into rewards that can be claimed on Solana, and prove every number.

    Exit codes: 0 done, 1 refused or wrong, 2 misused. With --json stdout holds one JSON document,
    and if a command refuses that is {"error": ..., "findings": [...]}.
    """


JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on stdout.", callback=_note_json)
]
BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="Folder made by `build`.")]
TokenOption = Annotated[
    str | None, typer.Option("--token", metavar="SYMBOL", help="This token only.")
]
WalletArgument = Annotated[str, typer.Argument(metavar="WALLET", help="Base58 address.")]


def example(*lines: str) -> str:
    """Lay out the last paragraph of a command's help; the mark keeps typer from refilling it."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def check_new(out: Path) -> None:
    """Refuse a name that something has already; these commands replace nothing.

    Errors: AsrError.
    """
    from allocation.errors import AsrError
    from merkle.bundle.staging import check_target

    if out.exists() or out.is_symlink():
        raise AsrError(f"{out} exists; choose another name")
    check_target(out, force=False)


def checked_address(text: str, name: str) -> "Address":
    """Read an address of the command line; a bad one is misuse, exit 2."""
    from allocation.address import AddressError, parse_address

    try:
        return parse_address(text)
    except AddressError as error:
        from merkle.deployment.keys import holds_secret

        if holds_secret(text):
            problem = "this is a secret key, which is not shown here; give its address"
            raise typer.BadParameter(problem, param_hint=name) from None
        raise typer.BadParameter(f"{printable(text)}: {error}", param_hint=name) from error
