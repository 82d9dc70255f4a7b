"""Bundles to rehearse, and a modelled chain to do it on: no claim program is at hand here."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from merkle.rehearse import Programs, rehearse_bundle
from tests.chain.keys import TOKEN
from tests.chain.model import ModelChain
from tests.forging import sound
from tests.plain_bundle import PlainToken, put, wallets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.transaction import VersionedTransaction

    from merkle.rehearse import Rehearsal
    from merkle.rehearse.machine import LoadedProgram, Machine
    from tests.chain.execution import Execution
    from tests.chain.packets import Packet
    from tests.plain_bundle import Row


class StageChain(ModelChain):
    """The model as a rehearsal needs it: nobody signs, and any blockhash will do."""

    def _accepted(
        self, execution: Execution, transaction: VersionedTransaction, **_: bool
    ) -> Packet:
        return super()._accepted(
            execution, transaction, verify_signatures=False, check_blockhash=False
        )


def stage_chain(programs: Sequence[LoadedProgram]) -> Machine:
    """Return the model, which has its programs in Python; a file named "no" is none of them."""
    del programs
    return StageChain()


MODEL: Final = Programs(claim=b"modelled", voter=b"modelled too", make_machine=stage_chain)


def staked(count: int, **fields: object) -> PlainToken:
    return PlainToken(rows=rows(count), claim="stake", **fields)  # type: ignore[arg-type]


def rows(count: int) -> list[Row]:
    return [(wallet, 1_000 + at, 0) for at, wallet in enumerate(wallets(count))]


def with_locked(count: int) -> list[Row]:
    """Return rows of every kind: nothing at all, only locked, only free, both."""
    kinds = [(0, 0), (0, 70), (500, 0), (300, 41)]
    return [(wallet, *kinds[at % 4]) for at, wallet in enumerate(wallets(count))]


def rehearsed(
    tokens: list[PlainToken] | dict[str, bytes], programs: Programs = MODEL, **options: object
) -> Rehearsal:
    """Rehearse the bundle of some tokens, or these files."""
    files = tokens if isinstance(tokens, dict) else sound(tokens)
    with TemporaryDirectory() as folder:
        return rehearse_bundle(put(files, Path(folder)), programs, **options)  # type: ignore[arg-type]


def problems_of(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    return [(problem.step, problem.problem) for problem in rehearsal.problems]


def token_program() -> bytes:
    """Read a real program out of the machine: that of SPL Token."""
    machine = LiteSVM()
    program = machine.get_account(Pubkey(bytes(TOKEN)))
    assert program is not None
    content = machine.get_account(Pubkey(program.data[4:36]))
    assert content is not None
    return bytes(content.data[45:])
