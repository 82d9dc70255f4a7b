"""The round divided and written once more, from its inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from allocation.allocate import allocations_of
from allocation.errors import AsrError
from merkle.audit.checks import findings_of, judged, not_possible
from merkle.bundle.findings import counted
from merkle.bundle.layout import ROUND
from merkle.bundle.write import write_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.progress import Progress
    from allocation.round import Round
    from merkle.audit.checks import Check

NAME: Final = "rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much a rebuild may take, and where: nothing of it changes what comes out."""

    scratch: Path  # an empty folder with room for another bundle
    threads: int | None = None
    memory: str | None = None  # as text, e.g. "4GB"
    progress: Progress | None = None


def rebuild(the_round: Round | None, folder: Path, effort: Effort) -> tuple[Check, Path | None]:
    """Build the bundle of a round whose inputs are in `folder`, and return where it is.

    Trees too deep for a claim are built as well: another check is about them.
    """
    if the_round is None:
        return not_possible(NAME, f"{ROUND} can't be read"), None
    out = effort.scratch / "rebuilt"
    moved = replace(the_round, path=folder / ROUND)
    try:
        with allocations_of(
            moved, effort.scratch, effort.threads, effort.memory, effort.progress
        ) as allocations:
            rows = sum(source.rows for source in allocations.sources)
            write_bundle(out, moved, allocations, allow_deep=True, progress=effort.progress)
    except AsrError as error:
        return not_possible(NAME, "the round can't be built again", findings_of(error)), None
    return judged(NAME, f"from {counted(rows, 'row')} of inputs", []), out
