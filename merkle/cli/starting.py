"""`asr init`: a round that builds as it stands."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from merkle.cli.app import JsonFlag, app, example
from merkle.cli.output import facts, print_json, print_lines, printable

SAMPLE: Final = {
    "round.toml": "the round file, every option explained",
    "votes.csv": "sample votes: 12 wallets, 3 proposals",
}


@app.command(epilog=example("asr init my-round"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is missing.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Start a round with a sample that builds as it stands.

    Writes a round file that explains every option, and small votes to go with it.
    """
    from importlib.resources import files

    from allocation.errors import AsrError

    for name in SAMPLE:
        if (folder / name).exists():
            raise AsrError(f"{folder / name} exists; choose another folder, nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    for name in SAMPLE:
        content = files("merkle.cli").joinpath("sample", name).read_bytes()
        with (folder / name).open("xb") as file:
            file.write(content)
    if as_json:
        print_json({"written": [str(folder / name) for name in SAMPLE]})
        return
    print_lines([*facts([(printable(folder / name), what) for name, what in SAMPLE.items()]), ""])
    round_file, out = (shlex.quote(printable(folder / name)) for name in ("round.toml", "bundle"))
    print_lines(["next:", f"  asr check {round_file}", f"  asr build {round_file} --out {out}"])
