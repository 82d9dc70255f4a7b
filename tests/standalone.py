"""Runs the verifier that bundles bring: in this process, or as a stranger would."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from tests.plain_bundle import VERIFIER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from merkle.bundle import Finding


def load() -> Any:
    """Load the file by its path, as nobody imports it."""
    spec = spec_from_file_location("standalone_verify", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULE = load()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    code: int
    lines: list[str]  # of stdout

    @property
    def wrong(self) -> list[str]:
        """What it has found."""
        return [line.removeprefix("WRONG  ") for line in self.lines if line.startswith("WRONG")]


def run(*arguments: str | Path) -> Run:
    """Run it in this process."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        code = MODULE.main([str(argument) for argument in arguments])
    return Run(code=code, lines=shown.getvalue().splitlines())


def run_alone(*arguments: str | Path) -> Run:
    """Run it as a stranger does, without any package."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert "Traceback" not in done.stderr
    return Run(code=done.returncode, lines=done.stdout.splitlines())


UNREAD_FILES = ("round.toml", "inputs.json", "report.json")
OF_ANY_FILE = re.compile("its sha256 is|missing$|no regular file$|.* is a link$|Not a directory$")
NOT_CHECKED = re.compile(
    "|".join(
        (
            r".* by round\.toml",
            r"(tool|round|method|rules_sha256|inputs_sha256) is .*",
            r"tokens\[\d+\]\.(claim|program|base|max_leaves_per_tree|order|pool|unallocated)\b.*",
            r"tokens\[\d+\]\.leaf is mint-bound, which no program verifies",
            r"tokens\[\d+\]\.trees have a version twice",
            r"tokens\[\d+\]\.trees\[\d+\]\.(version is .*|distributor is not .*)",
            r"tokens\[\d+\]\.trees\[\d+\]\.max_num_nodes is above .*",
            "not in the order of the keys",
            ".* can't be claimed where claims are staked",
            "not the verifier that asr writes; do not run it",
        )
    )
)
"""What `asr verify` finds and verify.py does not look for."""

PERHAPS = re.compile(".* has the keys .*")
"""Whether verify.py looks for a key decides whether it finds it missing."""


def check_agreement(found: Sequence[Finding], alone: Run) -> None:
    """Hold verify.py to what `asr verify` has found in the same bundle."""
    assert alone.code == (1 if alone.wrong else 0)
    visible = [finding for finding in found if not _is_out_of_reach(finding)]
    if not visible:
        assert [] == alone.wrong
    elif any(not PERHAPS.fullmatch(finding.problem) for finding in visible):
        assert alone.wrong, visible


def _is_out_of_reach(finding: Finding) -> bool:
    if finding.file in UNREAD_FILES and not OF_ANY_FILE.match(finding.problem):
        return True
    return NOT_CHECKED.fullmatch(finding.problem) is not None
