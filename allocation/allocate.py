"""Round + tables -> Allocations, breakdown, report: the whole method in order."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.allocations import Allocations, TokenAllocations
from allocation.cautions import cautions_of_list, cautions_of_votes
from allocation.errors import AsrError
from allocation.listed import allocate_listed, breakdown_of_list, measure_list
from allocation.payout import breakdown_of_votes, pay
from allocation.per_proposal import divide_per_proposal
from allocation.report import report_list, report_votes
from allocation.tables import open_database, read_inputs

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

    Errors: AsrError for what cannot be divided.
    """
    _refuse_what_is_not_applied(the_round)
    if the_round.method == "list":
        outcome = _from_list(db, the_round)
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


def _refuse_what_is_not_applied(the_round: Round) -> None:
    """Refuse rules that would be read and then change nothing: nobody would notice."""
    asked = {
        f'method = "{the_round.method}"': the_round.method not in ("per-proposal", "list"),
        "minimum_payout": any(token.minimum_payout is not None for token in the_round.tokens),
        "maximum_payout": any(token.maximum_payout is not None for token in the_round.tokens),
        "multipliers": the_round.inputs.multipliers is not None,
    }
    for rule, wanted in asked.items():
        if wanted:
            raise AsrError(f"{rule} cannot be applied by this version; remove it from the round")


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
    payout = pay(db, the_round, divided)
    return _Outcome(
        tokens=payout.tokens,
        report=report_votes(db, the_round, proposals, divided, payout),
        cautions=cautions_of_votes(db, the_round, proposals, divided, payout.tokens),
        breakdown=breakdown_of_votes(db, the_round.tokens),
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
