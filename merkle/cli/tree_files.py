"""Files of published trees as the command line names them: one file, or a folder of them."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from pathlib import Path


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
