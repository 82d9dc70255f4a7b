"""What a command writes: whole under its name, or not at all."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp


@contextmanager
def to_be_written(target: Path) -> Iterator[None]:
    """Say of what is written beside a name that it is this name's.

    Errors: AsrError for an OSError, without the name that nobody has chosen.
    """
    from merkle.bundle.staging import unwritten

    try:
        yield
    except OSError as error:
        raise unwritten(target, OSError(error.errno, error.strerror)) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file beside its name, then rename it.

    Errors: AsrError; nothing is left behind then.
    """
    with to_be_written(path):
        number, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(number)
                os.fchmod(number, 0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
