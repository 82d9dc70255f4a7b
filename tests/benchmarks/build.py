"""Build one bundle in this process and print how long each stage took, as JSON.

    python -m tests.benchmarks.build ROUND BUNDLE

A process of its own, so that its peak memory is the build's alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from allocation.allocate import allocations_of
from allocation.round_file import load_round
from merkle.bundle.write import write_bundle


class Stages:
    """A progress callback that notes when the stage changes."""

    def __init__(self) -> None:
        self._since = time.perf_counter()
        self._stage = "reading the round file"
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:  # noqa: ARG002 - Progress
        """Close the previous stage when a new one begins."""
        if stage != self._stage:
            self.switch(stage)

    def switch(self, stage: str) -> None:
        """Count the time since the last switch for the stage that ends."""
        now = time.perf_counter()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since, self._stage = now, stage


def main(round_file: Path, out: Path) -> None:
    """Build `out` from `round_file`."""
    stages, start = Stages(), time.perf_counter()
    loaded = load_round(round_file)
    with allocations_of(loaded, out.parent, progress=stages) as allocations:
        allocated = time.perf_counter()
        stages.switch("bundle")
        write_bundle(out, loaded, allocations, progress=stages)
        stages.switch("end")
        bundled = time.perf_counter()
    print(
        json.dumps(
            {
                "allocation": allocated - start,
                "bundle": bundled - allocated,
                "stages": stages.seconds,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
