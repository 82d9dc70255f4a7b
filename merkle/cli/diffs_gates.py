"""What `asr diff` is held to: options of the command line, and a file of expectations."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from merkle.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from merkle.diff import Diff
    from merkle.diff.gates import Expected, Gates, Violation
    from merkle.diff.limits import Limit


def _count(help_text: str) -> object:
    return typer.Option(metavar="N", min=0, help=help_text)


Added = Annotated[int | None, _count("Expect at most N new wallets.")]
Removed = Annotated[int | None, _count("Expect at most N wallets to be gone.")]
Raised = Annotated[int | None, _count("Expect at most N wallets to get more.")]
Lowered = Annotated[int | None, _count("Expect at most N wallets to get less.")]
Relocked = Annotated[int | None, _count("Expect at most N to have another part locked.")]
Moved = Annotated[int | None, _count("Expect at most N wallets in another tree.")]
MaxChange = Annotated[
    str | None,
    typer.Option(metavar="PERCENT", help="Expect no wallet of both sides to change by more."),
]
MaxTotalChange = Annotated[
    str | None,
    typer.Option(metavar="PERCENT%|TOKENS", help="Expect no token's total to change by more."),
]
NoUnexplained = Annotated[
    bool, typer.Option("--no-unexplained", help="Expect every change to have a recorded cause.")
]
AllowCause = Annotated[
    list[str] | None,
    typer.Option(metavar="CAUSE", help="Expect no other cause than this; may be repeated."),
]
SameRoots = Annotated[bool, typer.Option("--same-roots", help="Expect the same trees.")]
SameRules = Annotated[bool, typer.Option("--same-rules", help="Expect the same settings.")]
SameInputs = Annotated[bool, typer.Option("--same-inputs", help="Expect the same inputs.")]
Expect = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="All of these as TOML, also for each token."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the options say; the names are those of the keys of a file."""

    gates: "Gates"
    same_rules: bool
    same_inputs: bool
    file: Path | None

    def violations(self, difference: "Diff") -> "Sequence[Violation] | None":
        """Return everything that is not as expected; None where nothing was asked for.

        Errors: InputErrors for a bad file; AsrError for one that expects nothing; OSError.
        """
        from allocation.errors import AsrError
        from merkle.diff.gates import Expected, violations_of

        expected = Expected(
            every=self.gates, tokens={}, same_rules=self.same_rules, same_inputs=self.same_inputs
        )
        if self.file is not None:
            expected = _over_file(expected, self.file, difference)
        if expected.is_anything:
            return violations_of(difference, expected)
        if self.file is None:
            return None
        raise AsrError(
            f"{printable(str(self.file))}: nothing is expected, so anything would pass; write what "
            "may differ, e.g. allow_removed = 0"
        )


def percent(text: str | None, option: str) -> "Limit | None":
    """Read percent of the command line; bad ones are misuse."""
    from merkle.diff.limits import percent_of_old

    return _checked(percent_of_old, text, option)


def percent_or_tokens(text: str | None, option: str) -> "Limit | None":
    """Read percent or tokens of the command line; bad ones are misuse."""
    from merkle.diff import limits

    return _checked(limits.percent_or_tokens, text, option)


def causes(names: list[str] | None, option: str) -> tuple[str, ...] | None:
    """Read names of causes; unknown ones are misuse."""
    from allocation.errors import BadValueError
    from merkle.diff.gates_file import cause_of

    try:
        return tuple(map(cause_of, names)) if names else None
    except BadValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _checked(parse: "Callable[[object], Limit]", text: str | None, option: str) -> "Limit | None":
    from allocation.errors import BadValueError

    try:
        return None if text is None else parse(text)
    except BadValueError as error:
        raise typer.BadParameter(f"{printable(text)}: {error}", param_hint=option) from error


def _over_file(asked: "Expected", path: Path, difference: "Diff") -> "Expected":
    """Read the file; it may name every token of both bundles, compared or not."""
    from allocation.errors import InputError, InputErrors
    from merkle.diff.gates_file import merged, parse_expected

    symbols = {token.symbol: None for token in difference.tokens}
    for side in (difference.old, difference.new):
        if side.bundle is not None:
            symbols |= {token.symbol: None for token in side.bundle.manifest.tokens}
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        finding = InputError(name, 0, "file", "", "not UTF-8", "save the file as UTF-8")
        raise InputErrors([finding]) from error
    return merged(parse_expected(name, text, list(symbols)), asked)
