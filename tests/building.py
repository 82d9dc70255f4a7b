"""Building a bundle as the command line does, for tests of what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.allocate import allocations_of
from allocation.round_file import load_round
from merkle.bundle.write import write_bundle

if TYPE_CHECKING:
    from pathlib import Path


def build(round_file: Path, out: Path, threads: int | None = None) -> str:
    """Build `out` from `round_file` and return the bundle id."""
    the_round = load_round(round_file)
    with allocations_of(the_round, out.parent, threads=threads) as allocations:
        return write_bundle(out, the_round, allocations)
