"""A whole bundle on one program: every claim of every tree, spread over processes."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from merkle.bundle.sound import open_sound
from merkle.rehearse.choosing import make_plan
from merkle.rehearse.cutting import parts_of, spread
from merkle.rehearse.execute import execute
from merkle.rehearse.part import MOST_PROBLEMS
from merkle.rehearse.report import Rehearsal, report_token
from merkle.verify.workers import runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocation.progress import Progress
    from merkle.bundle.read import Bundle
    from merkle.rehearse.choosing import Plan, Programs
    from merkle.rehearse.part import Part, PartReport

LEAVES_PER_CLAIM: Final = 40  # a claim takes as long as verifying so many leaves
STAGE: Final = "claims"


def rehearse_bundle(
    path: Path,
    programs: Programs,
    *,
    symbol: str | None = None,
    most: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Rehearsal:
    """Make every claim of a bundle, or of each tree at most so many, and try forgeries.

    What comes out does not depend on the number of processes; only the time does.

    Errors: AsrError where nothing can be executed at all: a bundle that is not as this tool
            writes it, a file that is no program, a program that can't do what is claimed.
    """
    bundle = open_sound(path)
    plan = make_plan(bundle, programs, symbol)
    start = time.monotonic()
    reports = _run(bundle, plan, most, processes, progress)
    problems = [problem for report in reports for problem in report.problems]
    more = sum(report.more_problems for report in reports)
    return Rehearsal(
        bundle_id=bundle.id,
        profile=plan.profile.name,
        program_id=plan.profile.program_id,
        program_sha256=plan.claim.sha256,
        voter_sha256=None if plan.voter is None else plan.voter.sha256,
        is_voter_idle=programs.voter is not None and plan.voter is None,
        tokens=tuple(
            report_token(token, target, [part for part in reports if part.symbol == token.symbol])
            for token, target in plan.tokens
        ),
        problems=tuple(problems[:MOST_PROBLEMS]),
        more_problems=more + max(len(problems) - MOST_PROBLEMS, 0),
        seconds=time.monotonic() - start,
    )


def _run(
    bundle: Bundle, plan: Plan, most: int | None, processes: int, progress: Progress | None
) -> list[PartReport]:
    """Execute all parts, and return what came of them in the order of the trees' leaves."""
    claims = sum(
        len(spread(tree.max_num_nodes, tree.max_num_nodes if most is None else most))
        for token, _ in plan.tokens
        for tree in token.trees
    )
    done = _Done(claims, progress)
    order = {token.symbol: at for at, (token, _) in enumerate(plan.tokens)}
    reports = []
    with runner(processes, claims * LEAVES_PER_CLAIM) as run:
        # in this process a part tells how far it is; from another it can't
        task = partial(execute, tick=done.tick) if run is map else execute
        for report in run(task, _parts(bundle, plan, most)):
            reports.append(report)
            done.add(report.asked)
    return sorted(reports, key=lambda part: (order[part.symbol], part.number, part.first))


def _parts(bundle: Bundle, plan: Plan, most: int | None) -> Iterator[Part]:
    for token, target in plan.tokens:
        yield from parts_of(bundle, token, target, most)


class _Done:
    """Tells how many claims are made, of all."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done = 0
        self._total = total
        self._progress = progress

    def add(self, claims: int) -> None:
        """Count the claims of a part that has come to its end."""
        self._done += claims
        self.tick(0)

    def tick(self, claims: int) -> None:
        """Tell how many there are with so many of the part that is being executed."""
        if self._progress is not None:
            self._progress(STAGE, self._done + claims, self._total)
