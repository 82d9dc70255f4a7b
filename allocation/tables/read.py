"""All inputs of a round -> tables and Inputs, or everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from allocation.address import format_address
from allocation.errors import InputErrors, InvariantError
from allocation.proposal_order import in_id_order
from allocation.sql import statement
from allocation.tables.build import build
from allocation.tables.canonical import inputs_sha256
from allocation.tables.columns import layouts_of
from allocation.tables.daily import build_daily, stage_daily
from allocation.tables.events import add_up_events
from allocation.tables.findings import EnoughError, Findings
from allocation.tables.inputs import Inputs, InputSource
from allocation.tables.locate import locate, refuse_changed
from allocation.tables.stage import Opened, Staged, stage
from allocation.tables.walk import walk
from allocation.tables.wallets import number_texts, number_wallets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from allocation.round import Round
    from allocation.tables.columns import Layout

_WRITE_ROWS: Final = "write what the round is about into it"


def read_inputs(db: DuckDBPyConnection, round_: Round) -> Inputs:
    """Read every input of a round into the tables that `tables.sql` describes.

    Errors: InputErrors with every bad row of every input; AsrError where a file changed meanwhile.
    """
    proposals = in_id_order(round_.proposals)
    db.execute(statement("tables"))
    number_texts(db, "proposals", "proposal", _texts(proposal.id for proposal in proposals))
    number_texts(db, "mints", "mint", _texts(format_address(token.mint) for token in round_.tokens))
    wanted = layouts_of(round_)
    findings = {layout.kind: Findings(name) for name, layout in wanted}
    folder = round_.path.parent
    opened = [open_input(db, folder, layout, findings[layout.kind]) for _, layout in wanted]
    files = [_stage(db, round_, file) for file in opened if file]
    keys, texts, troubled = number_wallets(db, [file for file in files if not file.trouble])
    notes = {
        file.layout.kind: _build_or_explain(db, round_, file, troubled, findings[file.layout.kind])
        for file in files
    }
    _refuse(findings.values())
    if len(files) < len(wanted):
        raise InvariantError("an input was left out, and nothing is wrong with it")
    for file in files:
        if file.layout.kind == "stake_events":
            add_up_events(db, file.file, round_, findings["stake_events"])
    _refuse(findings.values())
    for file in files:
        refuse_changed(file.file.located)
    return Inputs(
        keys=keys,
        texts=texts,
        proposals=proposals,
        sources=tuple(map(_source_of, files)),
        notes=notes,
        inputs_sha256=inputs_sha256(db, round_, notes),
    )


def _refuse(findings: Iterable[Findings]) -> None:
    """Refuse everything that was found.

    Errors: InputErrors.
    """
    every = [finding for noted in findings for finding in noted]
    if every:
        raise InputErrors(every)


def _stage(db: DuckDBPyConnection, round_: Round, file: Opened) -> Staged:
    return stage_daily(db, file, round_) if file.layout.kind == "stakes" else stage(db, file)


def _build_or_explain(
    db: DuckDBPyConnection,
    round_: Round,
    file: Staged,
    troubled: Mapping[str, str],
    findings: Findings,
) -> object:
    """Fill the table of one input and return the notes on it, or note what is wrong with it."""
    trouble, notes = file.trouble or troubled.get(file.layout.kind), None
    if not trouble and file.layout.kind == "stakes":
        notes = build_daily(db, file, round_, findings)
    elif not trouble:
        trouble, notes = build(db, file, round_)
    if trouble:
        explain(file, trouble, findings)
    elif not file.rows and not file.layout.may_be_empty:
        findings.add(0, "file", "", "no rows", _WRITE_ROWS)
    return notes


def _texts(texts: Iterable[str]) -> npt.NDArray[np.object_]:
    return np.array(list(texts), np.object_)


def open_input(
    db: DuckDBPyConnection, folder: Path, layout: Layout, findings: Findings
) -> Opened | None:
    """Find a file and its columns, or note why that fails."""
    located = locate(db, folder, layout, findings)
    if located is None:
        return None
    if located.stamp.size == 0 and located.source.format != "jsonl":
        findings.add(0, "file", "", "empty", _WRITE_ROWS)
        return None
    try:
        header = located.source.header(findings)
    except EnoughError:
        return None
    return Opened(layout=layout, located=located, header=header) if header else None


def explain(file: Staged, trouble: str, findings: Findings) -> None:
    """Let the plain reader say what is wrong in a file that the fast path has trouble with.

    Errors: InvariantError where it finds nothing; AsrError where the file has changed.
    """
    walk(file.layout, file.file.located.source, file.file.header, findings)
    refuse_changed(file.file.located)
    if not findings:
        raise InvariantError(f"{findings.source}: {trouble}, and a second look finds nothing wrong")


def _source_of(file: Staged) -> InputSource:
    located = file.file.located
    return InputSource(
        kind=file.layout.kind,
        name=located.name,
        format=located.source.format,
        bytes=file.scan.size,
        rows=file.rows,
        sha256=file.scan.sha256,
    )
