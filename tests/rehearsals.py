"""Bundles to rehearse, and a modelled chain to do it on: no claim program is at hand here."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from merkle.rehearse import Programs, rehearse_bundle
from tests.chain import claims
from tests.chain.anchor import DISCRIMINATOR, Checked, discriminator
from tests.chain.execution import Invocation, perform
from tests.chain.keys import TOKEN
from tests.chain.model import ModelChain
from tests.chain.variants import VARIANTS
from tests.forging import sound
from tests.plain_bundle import PlainToken, put, wallets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.transaction import VersionedTransaction

    from merkle.rehearse import Rehearsal
    from merkle.rehearse.machine import LoadedProgram, Machine
    from tests.chain.execution import Execution
    from tests.chain.packets import Packet, Step
    from tests.chain.variants import Variant
    from tests.plain_bundle import Row

VARIANT_AT: Final = {variant.program: variant for variant in VARIANTS.values()}
CLAIM_LOCKED: Final = discriminator("claim_locked")


class StageChain(ModelChain):
    """The model as a rehearsal needs it: nobody signs, any blockhash will do; and claim_locked."""

    def _accepted(
        self, execution: Execution, transaction: VersionedTransaction, **_: bool
    ) -> Packet:
        return super()._accepted(
            execution, transaction, verify_signatures=False, check_blockhash=False
        )

    def _step(self, step: Step, execution: Execution) -> None:
        variant = VARIANT_AT.get(step.program)
        if variant is None or step.data[:DISCRIMINATOR] != CLAIM_LOCKED:
            super()._step(step, execution)
            return
        call = Invocation(execution, step.program, step.accounts, step.data)
        perform(call, "claim_locked", lambda call: claim_locked(call, variant))


def claim_locked(call: Invocation, variant: Variant) -> None:
    """Pay what is locked once its time is over: section 6.4 without the way there."""
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    status, fields = checked.record(variant.claim_status)
    vault, _ = checked.tokens()
    destination, _ = checked.tokens()
    claimant = checked.signer()
    due = fields.numbers["locked_amount"] - fields.numbers["locked_amount_withdrawn"]
    is_over = call.now > record.numbers["end_ts"]
    checked.require(bool(due) and is_over, (6000, "InsufficientUnlockedTokens"))
    given = call.accounts[1]
    claim = claims.Claim(checked, variant, distributor, record, vault, claimant, given, due, 0, [])
    claim.destination = destination
    claims._pay(claim, due)
    fields.numbers["locked_amount_withdrawn"] += due
    record.numbers["total_amount_claimed"] += due
    call.put(status, bytes(fields))
    call.put(distributor, bytes(record))


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
