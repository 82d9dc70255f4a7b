"""What commands load: help comes at once, and so does one wallet's proof."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from merkle.cli.app import OneHandler
from merkle.cli.sparing import spare

if TYPE_CHECKING:
    from pathlib import Path

WALLET = "7P2pW7eVhLbJb686ESffN9sbi51JwscgXyhBNEb7d7yz"
HEAVY = {"numpy", "duckdb", "numba", "pydantic", "rich", "base58", "Crypto", "urllib3"}


def loaded_by(*arguments: str | Path) -> set[str]:
    """Name the top-level modules that a command leaves loaded."""
    code = (
        "import sys\nfrom merkle.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as done:\n    assert not done.code, done.code\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return set(done.stderr.split())


def test_help_loads_nothing_heavy() -> None:
    assert set() == {*HEAVY, "solders"} & loaded_by("--help")


@pytest.mark.parametrize("command", ["proof", "verify"])
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_one_wallet_loads_nothing_heavy(
    fixture_bundle: Path, command: str, options: list[str]
) -> None:
    assert set() == HEAVY & loaded_by(command, fixture_bundle, WALLET, *options)


def test_a_token_that_is_asked_for_loads_nothing_either(fixture_bundle: Path) -> None:
    assert set() == HEAVY & loaded_by("proof", fixture_bundle, WALLET, "--token", "JUP")


def test_parameters_that_convert_otherwise_are_left_alone() -> None:
    parameter = object()
    spare([parameter])
    assert not hasattr(parameter, "get_runtime_param")


def test_an_unknown_command_is_none() -> None:
    assert OneHandler(name="group").get_command(None, "nothing") is None
