"""Which instruction of which modelled program a call means."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tests.chain import administration, claims, locked, unstaking, voter
from tests.chain.anchor import DISCRIMINATOR, NO_SUCH_INSTRUCTION, discriminator
from tests.chain.distributor import new_distributor
from tests.chain.execution import Invocation, perform
from tests.chain.keys import VOTER
from tests.chain.variants import VARIANTS

if TYPE_CHECKING:
    from tests.chain.execution import Handler
    from tests.chain.variants import Variant


def _of_distributor(variant: Variant) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {
        "new_distributor": partial(new_distributor, variant=variant, with_bonus=variant.has_types),
        "new_claim": partial(claims.new_claim, variant=variant),
        "clawback": partial(administration.clawback, variant=variant),
        "set_admin": partial(administration.set_admin, variant=variant),
        "set_clawback_receiver": partial(administration.set_clawback_receiver, variant=variant),
    }
    if not variant.stakes:
        handlers["claim_locked"] = partial(locked.claim_locked, variant=variant)
    if variant.has_bonus and not variant.has_types:
        handlers["new_distributor2"] = partial(new_distributor, variant=variant, with_bonus=True)
    if variant.has_types:
        handlers["new_claim_and_stake"] = partial(claims.new_claim_and_stake, variant=variant)
        handlers["set_operator"] = partial(administration.set_operator, variant=variant)
    if variant.activation != "none":
        name = {"point": "set_activation_point", "slot": "set_enable_slot"}[variant.activation]
        handlers[name] = partial(administration.set_activation, variant=variant)
    return handlers


_OF_VOTER: Final[dict[str, Handler]] = {
    "new_locker": voter.new_locker,
    "new_escrow": voter.new_escrow,
    "increase_locked_amount": voter.increase_locked_amount,
    "toggle_max_lock": voter.toggle_max_lock,
    "extend_lock_duration": voter.extend_lock_duration,
    "open_partial_unstaking": unstaking.open_partial_unstaking,
    "merge_partial_unstaking": unstaking.merge_partial_unstaking,
    "withdraw_partial_unstaking": unstaking.withdraw_partial_unstaking,
    "withdraw": unstaking.withdraw,
}

PROGRAMS: Final = {
    **{variant.program: _of_distributor(variant) for variant in VARIANTS.values()},
    VOTER: _OF_VOTER,
}


def run_modelled(call: Invocation) -> None:
    """Run one instruction of a program that the model has."""
    for name, handler in PROGRAMS[call.program].items():
        if call.data[:DISCRIMINATOR] == discriminator(name):
            perform(call, name, handler)
            return

    def unknown(call: Invocation) -> None:
        raise call.refuse(*NO_SUCH_INSTRUCTION)

    perform(call, "unknown", unknown)
