"""MODEL of what an administrator calls, and of clawback: CLAIM_PROGRAM.md sections 5 and 6.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.chain.anchor import ADDRESS, TOKEN_MINT, Arguments, Checked
from tests.chain.voter import move_tokens

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from tests.chain.execution import Invocation
    from tests.chain.layouts import Record
    from tests.chain.variants import Variant

UNAUTHORIZED: Final = (6005, "Unauthorized")


def clawback(call: Invocation, variant: Variant) -> None:
    """Anybody may call it once its time has come; everything goes to the receiver."""
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    vault, vault_tokens = checked.tokens()
    receiver, _ = checked.tokens()
    if not variant.has_types:
        checked.signer()
        checked.system()
    checked.token_program()
    checked.require(vault == record.keys["token_vault"], ADDRESS)
    checked.require(receiver == record.keys["clawback_receiver"], ADDRESS)
    checked.require(not record.numbers["clawed_back"], (6009, "ClawbackAlreadyClaimed"))
    has_begun = call.now >= record.numbers["clawback_start_ts"]
    checked.require(has_begun, (6008, "ClawbackBeforeStart"))
    move_tokens(call, vault, receiver, distributor, vault_tokens.amount)
    record.numbers["clawed_back"] = 1
    call.put(distributor, bytes(record))


def set_admin(call: Invocation, variant: Variant) -> None:
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    admin = checked.signer(writable=not variant.has_types)
    new_admin = checked.unchecked(writable=not variant.has_types)
    _check_admin(checked, record, admin)
    checked.require(new_admin != admin, (6012, "SameAdmin"))
    record.keys["admin"] = new_admin
    call.put(distributor, bytes(record))


def set_clawback_receiver(call: Invocation, variant: Variant) -> None:
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    receiver, tokens = checked.tokens(writable=False)
    admin = checked.signer(writable=not variant.has_types)
    _check_admin(checked, record, admin)
    checked.require(tokens.mint == record.keys["mint"], TOKEN_MINT)
    is_new = receiver != record.keys["clawback_receiver"]
    checked.require(is_new, (6011, "SameClawbackReceiver"))
    record.keys["clawback_receiver"] = receiver
    call.put(distributor, bytes(record))


def set_operator(call: Invocation, variant: Variant) -> None:
    operator = Arguments(call).key()
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    admin = checked.signer()
    _check_admin(checked, record, admin)
    checked.require(operator != record.keys["operator"], (6025, "SameOperator"))
    record.keys["operator"] = operator
    call.put(distributor, bytes(record))


def set_activation(call: Invocation, variant: Variant) -> None:
    """set_activation_point, or set_enable_slot in the programs that count slots alone."""
    point = Arguments(call).u64()
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    admin = checked.signer(writable=True)
    _check_admin(checked, record, admin)
    record.numbers["activation_point"] = point
    call.put(distributor, bytes(record))


def _check_admin(checked: Checked, record: Record, admin: Pubkey) -> None:
    checked.require(admin == record.keys["admin"], UNAUTHORIZED)
