"""After the claims of a part: whether every base unit is where it has to be."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from allocation.address import format_address
from merkle.program.addresses import claim_status_address
from merkle.program.errors import ProgramError
from merkle.program.ids import LOCKED_VOTER
from merkle.program.layouts_distributor import decode_claim_status
from merkle.program.layouts_voter import decode_escrow
from merkle.rehearse.scene import SceneError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.address import Address
    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.rehearse.claims import Made
    from merkle.rehearse.part import Problems
    from merkle.rehearse.scene import Scene


def check_wallets(scene: Scene, made: Sequence[Made], problems: Problems) -> None:
    """Find every wallet that has not exactly what it claimed, or whose record says otherwise."""
    for claim in made:
        try:
            for step, problem in _differences(scene, claim):
                problems.add(step, problem, format_address(claim.wallet))
        except ProgramError as error:
            problems.add("accounts", str(error), format_address(claim.wallet))


def check_distributor(
    scene: Scene, created: DistributorAccount, made: Sequence[Made], problems: Problems
) -> int:
    """Find what is wrong with the counters and the vault; return what is left in the vault."""
    paid = sum(claim.unlocked + claim.vested for claim in made)
    expected = replace(
        created,
        num_nodes_claimed=created.num_nodes_claimed + len(made),
        total_amount_claimed=created.total_amount_claimed + paid,
    )
    try:
        actual = scene.read_distributor()
    except SceneError as error:
        problems.add(error.step, error.outcome.refusal)
    else:
        for field in fields(expected):
            ours, theirs = getattr(actual, field.name), getattr(expected, field.name)
            if ours != theirs:
                problems.add("counters", f"{field.name} is {_shown(ours)}, not {_shown(theirs)}")
    left = scene.world.tokens(scene.vault)
    due = scene.part.tree.max_total_claim - scene.part.paid_before - paid
    if left != due:
        problems.add("vault", f"holds {left} base units, not {due}")
    return left


def _differences(scene: Scene, claim: Made) -> Iterator[tuple[str, str]]:
    wallet_due, stake_due = claim.unlocked + claim.vested, 0
    if scene.locker is not None:
        wallet_due, stake_due = 0, claim.unlocked
    balance = scene.world.tokens(claim.destination)
    if balance != wallet_due:
        yield "balance", f"the wallet holds {balance} base units, not {wallet_due}"
    if scene.locker is not None:
        yield from _stake_differences(scene, claim.wallet, stake_due)
    yield from _record_differences(scene, claim)


def _stake_differences(scene: Scene, wallet: Address, due: int) -> Iterator[tuple[str, str]]:
    stake = scene.stake_of(wallet)
    escrow = decode_escrow(scene.world.content(stake.escrow, LOCKED_VOTER))
    if escrow.amount != due:
        yield "stake", f"the stake account counts {escrow.amount} base units, not {due}"
    balance = scene.world.tokens(stake.escrow_tokens)
    if balance != due:
        yield "stake", f"the stake account holds {balance} base units, not {due}"


def _record_differences(scene: Scene, claim: Made) -> Iterator[tuple[str, str]]:
    address = claim_status_address(scene.profile, claim.wallet, scene.distributor)
    content = scene.world.content(address, scene.profile.program_id)
    record = decode_claim_status(scene.profile, content)
    for name, actual, due in (
        ("claimant", record.claimant, claim.wallet),
        ("unlocked amount", record.unlocked, claim.unlocked),
        ("locked amount", record.locked, claim.locked),
        ("withdrawn amount", record.locked_withdrawn, claim.vested),
    ):
        if actual != due:
            problem = f"the {name} in the claim's record is {_shown(actual)}, not {_shown(due)}"
            yield "record", problem


def _shown(value: object) -> str:
    return format_address(value) if isinstance(value, bytes) else str(value)
