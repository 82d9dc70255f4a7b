"""The small files of `asr deploy` that an operator names: settings, plans, keypairs."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
from pathlib import Path
from typing import Final

SHORTEST_KEY: Final = 40  # characters: 32 bytes take so many in any alphabet


def read_small(path: Path, limit: int, what: str) -> bytes:
    """Read a file that the operator names, unless it is far too large to be `what`.

    Errors: AsrError; OSError with its path.
    """
    from allocation.errors import AsrError

    if _may_be_key(str(path)):
        raise AsrError(
            f"no such file (its name is not shown: it may be a key); give the path of {what}"
        )
    if not path.exists() or path.is_dir():  # a pipe will do: keys need not lie on a disk
        raise AsrError(f"{path}: no such file; give the path of {what}")
    with path.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise AsrError(f"{path}: more than {limit:,} bytes; this is not {what}")
    return content


def _may_be_key(name: str) -> bool:
    """Say whether a name may be a key that was given in place of its file: no file has it."""
    is_path = "." in name or os.sep in name
    if len(name) < SHORTEST_KEY or is_path:
        return False
    return all(path.name != name for path in Path().iterdir())


def read_text(path: Path, limit: int, what: str) -> str:
    """Read a file of text; see `read_small`."""
    from allocation.errors import AsrError

    try:
        return read_small(path, limit, what).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AsrError(f"{path}: not UTF-8; save the file as UTF-8") from error
