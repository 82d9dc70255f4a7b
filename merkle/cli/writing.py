"""A file that a command writes: whole under its name, or not at all."""

import os
from pathlib import Path
from tempfile import mkstemp


def write_file(path: Path, content: bytes) -> None:
    """Write a file beside its name, then rename it.

    Errors: OSError; nothing is left behind then.
    """
    number, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(number, "wb") as stream:
        try:
            stream.write(content)
            stream.flush()
            os.fsync(number)
            os.fchmod(number, 0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
