"""Files of published trees as the command line names them: one file, or a folder of them."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from merkle.cli.output import printable

if TYPE_CHECKING:
    from allocation.progress import Progress


def files_of_trees(path: Path) -> list[Path]:
    """Return the file itself, or the .json files of a folder in the order of their names.

    Somebody else may have filled the folder: a pipe in it would hold us up for ever.

    Errors: AsrError for a .json in a folder that is anything but a file.
    """
    from allocation.errors import AsrError

    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.json"))
    for file in files:
        if not file.is_file():
            raise AsrError(f"{file}: no file; take it out of the folder, or name the files")
    return files


def contents_of(files: Sequence[Path], report: "Progress | None") -> Iterator[tuple[str, bytes]]:
    """Read one file of trees after the other, as (name, content); only one is held at a time.

    Errors: OSError with its path.
    """
    from allocation.progress import counted

    for path in counted("reading trees", files, report):
        yield printable(path), path.read_bytes()
