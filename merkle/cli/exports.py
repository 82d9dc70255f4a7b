"""`asr export`: the files of other tools."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from merkle.cli.app import BundleArgument, JsonFlag, TokenOption, app, check_new, example
from merkle.cli.describing import deployment_lines
from merkle.cli.output import counted, facts, print_json, print_lines, printable, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.progress import Progress
    from merkle.bundle.manifest import TokenEntry
    from merkle.bundle.read import Bundle
    from merkle.codec import ExportFile
    from merkle.distribution import Distribution

Format = Literal["jupiter-tree", "jupiter-kv", "jupiter-asr-tree", "jito-tree", "csv"]
Category = Literal["staker", "searcher", "validator"]


FormatOption = Annotated[
    Format, typer.Option("--format", metavar="FORMAT", help=", ".join(get_args(Format)) + ".")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to make.")]
TreeOption = Annotated[
    int | None, typer.Option("--tree", metavar="N", min=0, help="This tree only.")
]
CategoryOption = Annotated[
    Category | None,
    typer.Option(
        "--category",
        metavar="CATEGORY",
        help=f"Where a jito-tree puts all amounts: {', '.join(get_args(Category))}.",
    ),
]


@app.command(
    epilog=example(
        "asr export bundle --format jupiter-tree --out trees",
        "asr export bundle --format csv --token JUP --tree 0 --out list",
    )
)
def export(
    bundle: BundleArgument,
    *,
    export_format: FormatOption,
    out: OutOption,
    symbol: TokenOption = None,
    number: TreeOption = None,
    category: CategoryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write trees, proofs or lists for Jupiter's and Jito's tools.

    DIR holds a folder per token. Every tree is built anew and has to have the bundle's root.
    """
    from merkle.bundle.read import open_bundle
    from merkle.codec import export_files

    check_new(out)
    opened = open_bundle(bundle)
    tokens = _chosen(opened, symbol)
    with progress() as report:
        files = {
            f"{token.symbol}/{file.name}": file
            for token in tokens
            for file in export_files(
                _checked(opened, token, number, report),
                export_format,
                tree=number,
                category=category,
            )
        }
        sizes = {name: file.size() for name, file in files.items()}
    _check_space(out, sum(sizes.values()))
    if not as_json:
        total = f"{counted(len(files), 'file')}, {sum(sizes.values()):,} bytes"
        print_lines([f"writing {total} to {printable(out)}"])
    _write(out, files)
    if as_json:
        print_json(_document(opened, sizes))
    else:
        print_lines(_lines(tokens, number, sizes))


def _chosen(bundle: "Bundle", symbol: str | None) -> "list[TokenEntry]":
    """Return the tokens that have trees, or the one that is asked for."""
    from allocation.errors import AsrError

    tokens = bundle.manifest.tokens
    chosen = [token for token in tokens if token.trees and symbol in (None, token.symbol)]
    if not chosen:
        which = f"no token {symbol!a} with trees" if symbol else "no trees"
        raise AsrError(f"the bundle has {which}; its tokens: {', '.join(t.symbol for t in tokens)}")
    return chosen


def _checked(
    bundle: "Bundle", token: "TokenEntry", number: int | None, report: "Progress | None"
) -> "Distribution":
    """Read a token back and build its trees; whatever is exported has the roots of the bundle.

    Errors: BundleError naming the first tree with another root or address.
    """
    from merkle.bundle.columns import read_distribution
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import MANIFEST

    distribution = read_distribution(bundle, token)
    for at, tree in enumerate(token.trees):
        if number in (None, at):
            shard = distribution.shard(at)
            if (shard.tree.root, shard.distributor) != (tree.root, tree.distributor):
                problem = "has another root or distributor than its allocations give"
                raise BundleError(MANIFEST, f"{token.symbol}: tree {at} {problem}")
        if report is not None:
            report(f"{token.symbol}: building trees", at + 1, len(token.trees))
    return distribution


def _check_space(out: Path, needed: int) -> None:
    """Refuse a short disk before anything is written to it.

    Errors: AsrError saying how much there is.
    """
    from allocation.errors import AsrError

    free = shutil.disk_usage(out.parent).free
    if free < needed:
        raise AsrError(f"{out} needs {needed:,} bytes, the disk has {free:,} left; make room")


def _write(out: Path, files: "Mapping[str, ExportFile]") -> None:
    """Write all files, or leave nothing under the name `out`."""
    from merkle.bundle.staging import staged, sync

    with progress() as report, staged(out, force=False) as folder:
        for count, (name, file) in enumerate(files.items(), 1):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as stream:
                stream.writelines(file.parts())
            sync(path)
            if report is not None:
                report("writing files", count, len(files))


def _lines(tokens: "list[TokenEntry]", number: int | None, sizes: "Mapping[str, int]") -> list[str]:
    """Say what was written, and what a deployment of it needs."""
    lines = facts([(name, f"{size:>15,} bytes") for name, size in sizes.items()])
    for token in tokens:
        lines += ["", *deployment_lines(token, number)]
    return lines


def _document(bundle: "Bundle", sizes: "Mapping[str, int]") -> dict[str, object]:
    files = [{"name": name, "bytes": size} for name, size in sizes.items()]
    return {"bundle_id": bundle.id, "bytes": sum(sizes.values()), "files": files}
