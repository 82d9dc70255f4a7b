"""The command line: parse, call, print. Nothing else in the project prints or exits."""

import signal
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from merkle.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = (
    "starting",
    "rounds",
    "bundles",
    "explaining",
    "verifying",
    "auditing",
    "rehearsing",
    "diffs",
    "scenarios",
    "exports",
    "deploying",
    "deploying_sending",
    "deploying_checking",
    "deploying_administration",
    "claiming",
    "standing",
    "imports",
)
"""The modules whose commands enter the group, in the order in which help lists them."""

for _module in COMMANDS:
    import_module(f"merkle.cli.{_module}")


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run one command and exit with its code; `arguments` are those of the process by default."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name that a terminal can't show is spelled out
            stream.reconfigure(errors="backslashreplace")
    with suppress(ValueError):  # where this is not the main thread, which alone hears signals
        # ended by another program as by Ctrl-C: what is half written is removed
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(arguments, prog_name="asr")
