"""Round + tables -> Allocations, breakdown, report: the whole method in order."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from allocation.allocations import Allocations, TokenAllocations
from allocation.cautions import cautions_of_list, cautions_of_stakes, cautions_of_votes
from allocation.errors import AsrError
from allocation.limits import is_limited
from allocation.listed import allocate_listed, breakdown_of_list, measure_list
from allocation.payout import breakdown_of, pay
from allocation.per_proposal import divide_per_proposal, unallocated_votes
from allocation.report import report_list, report_stakes, report_votes
from allocation.tables import open_database, read_inputs
from allocation.time_weighted import divide_time_weighted, unallocated_stakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.progress import Progress
    from allocation.round import Proposal, Round
    from allocation.tables import Inputs

__all__ = ["Allocations", "TokenAllocations", "allocate", "allocations_of"]


@contextmanager
def allocations_of(
    the_round: Round,
    scratch: Path,
    threads: int | None = None,
    memory: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Allocations]:
    """Read the inputs of a round and divide its pools.

    The database lives in memory, and in `scratch` what memory does not hold; both are gone when
    the context ends, and the breakdown can be written only before that.

    Errors: InputErrors for everything wrong with the inputs; AsrError for what cannot be divided.
    """
    with open_database(scratch, threads, memory) as db:
        if progress:
            progress("reading the inputs", 0, 1)
        yield allocate(db, the_round, read_inputs(db, the_round), progress)


def allocate(
    db: DuckDBPyConnection, the_round: Round, inputs: Inputs, progress: Progress | None = None
) -> Allocations:
    """Divide the pools of a round whose inputs stand in the tables of `db`.

    The tables of the inputs are only read: another round over the same inputs, with other rules
    or pools, can be divided after it. The breakdown of a result can be written until then.

    Errors: AsrError for what cannot be divided.
    """
    _refuse_misplaced_limits(the_round)
    if the_round.method == "list":
        outcome = _from_list(db, the_round)
    elif the_round.method == "time-weighted":
        outcome = _from_stakes(db, the_round, progress)
    else:
        outcome = _from_votes(db, the_round, inputs.proposals, progress)
    return Allocations(
        keys=inputs.keys,
        texts=inputs.texts,
        tokens=outcome.tokens,
        report={
            "method": the_round.method,
            "inputs": inputs.notes,
            **outcome.report,
            "warnings": outcome.cautions,
        },
        sources=inputs.sources,
        inputs_sha256=inputs.inputs_sha256,
        warnings=tuple(outcome.cautions),
        db=db,
        breakdown=outcome.breakdown,
    )


def _refuse_misplaced_limits(the_round: Round) -> None:
    """Refuse limits that the method cannot have: nobody would notice that they change nothing.

    A round file with such a limit is refused as well, but rounds are also varied.
    """
    for token in the_round.tokens:
        if the_round.method == "list" and is_limited(token):
            raise AsrError(f"token {token.symbol}: a list has no minimum or maximum payout")
        if the_round.method == "per-proposal" and token.maximum_payout is not None:
            raise AsrError(
                f"token {token.symbol}: a maximum payout would break the sums per proposal; only "
                "time-weighted rounds have one"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a method makes of its inputs."""

    tokens: tuple[TokenAllocations, ...]
    report: dict[str, object]
    cautions: list[str]
    breakdown: str


def _from_votes(
    db: DuckDBPyConnection,
    the_round: Round,
    proposals: Sequence[Proposal],
    progress: Progress | None,
) -> _Outcome:
    divided = divide_per_proposal(db, the_round, proposals, progress)
    payout = pay(db, the_round, divided, partial(unallocated_votes, rules=the_round.rules))
    return _Outcome(
        tokens=payout.tokens,
        report=report_votes(db, the_round, proposals, divided, payout),
        cautions=cautions_of_votes(db, the_round, proposals, divided, payout.tokens),
        breakdown=breakdown_of(db, the_round),
    )


def _from_stakes(db: DuckDBPyConnection, the_round: Round, progress: Progress | None) -> _Outcome:
    divided = divide_time_weighted(db, the_round, progress)
    payout = pay(db, the_round, divided, unallocated_stakes)
    return _Outcome(
        tokens=payout.tokens,
        report=report_stakes(db, the_round, divided, payout),
        cautions=cautions_of_stakes(the_round, payout.tokens),
        breakdown=breakdown_of(db, the_round),
    )


def _from_list(db: DuckDBPyConnection, the_round: Round) -> _Outcome:
    totals = [measure_list(db, number) for number in range(len(the_round.tokens))]
    tokens = tuple(
        allocate_listed(db, the_round, number, measured) for number, measured in enumerate(totals)
    )
    return _Outcome(
        tokens=tokens,
        report=report_list(tokens, totals),
        cautions=cautions_of_list(the_round, totals, tokens),
        breakdown=breakdown_of_list(the_round.tokens),
    )
