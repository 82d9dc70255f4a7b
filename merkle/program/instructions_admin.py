"""The instructions by which a distributor is kept and ended.

Errors: ProgramError where the program has no such instruction.
Source: instructions/admin/<name>.rs of master, instructions/<name>.rs of all others, where
        <name> is the function's unless it says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.program.encoding import (
    anchor_instruction,
    paying_signer,
    readonly,
    signer,
    u64,
    writable,
)
from merkle.program.errors import ProgramError
from merkle.program.ids import NO_KEY, SYSTEM_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from solders.instruction import AccountMeta, Instruction

    from allocation.address import Address
    from merkle.program.profiles import Profile


def clawback(
    profile: Profile,
    *,
    distributor: Address,
    vault: Address,
    receiver: Address,
    caller: Address | None = None,
) -> Instruction:
    """Send what is left to the clawback receiver, a token account; no claim works afterwards.

    Anybody may, from the clawback's start on: `caller` signs, except with jupiter, where nobody
    but the fee payer does.

    Errors: ProgramError where a caller has to sign and none is named.
    """
    metas = [writable(distributor), writable(vault), writable(receiver)]
    if profile.is_master:
        metas.append(readonly(TOKEN_PROGRAM))
    elif caller is None:
        raise ProgramError(f"{profile.name}: somebody has to sign the clawback; say who")
    else:
        metas += [signer(caller), readonly(SYSTEM_PROGRAM), readonly(TOKEN_PROGRAM)]
    return anchor_instruction(profile.program_id, "clawback", metas)


def set_clawback_receiver(
    profile: Profile, *, distributor: Address, receiver: Address, admin: Address
) -> Instruction:
    """Name another token account of the mint as the one that a clawback pays."""
    metas = [writable(distributor), readonly(receiver), _admin(profile, admin)]
    return anchor_instruction(profile.program_id, "set_clawback_receiver", metas)


def set_admin(
    profile: Profile, *, distributor: Address, admin: Address, new_admin: Address
) -> Instruction:
    """Hand a distributor over; the new admin does not sign."""
    new = readonly(new_admin) if profile.is_master else writable(new_admin)
    metas = [writable(distributor), _admin(profile, admin), new]
    return anchor_instruction(profile.program_id, "set_admin", metas)


def set_activation(
    profile: Profile, *, distributor: Address, admin: Address, point: int
) -> Instruction:
    """Say when claims begin: a slot, or a time where the distributor was made for times.

    Source: set_activation_point.rs (master, 2024), set_enable_slot.rs (asr, Kamino).
    """
    names = {"point": "set_activation_point", "slot": "set_enable_slot"}
    if profile.activation not in names:
        raise ProgramError(f"{profile.name}: claims begin with the distributor; nothing to set")
    metas = [writable(distributor), paying_signer(admin)]
    name = names[profile.activation]
    return anchor_instruction(profile.program_id, name, metas, u64(point))


def set_operator(
    profile: Profile, *, distributor: Address, admin: Address, operator: Address | None
) -> Instruction:
    """Name another operator, whose signature the claims need, with jupiter."""
    if not profile.has_operator:
        raise ProgramError(f"{profile.name}: claims have no operator; nothing to set")
    metas = [writable(distributor), signer(admin)]
    return anchor_instruction(profile.program_id, "set_operator", metas, operator or NO_KEY)


def close_distributor(
    profile: Profile, *, distributor: Address, vault: Address, admin: Address, destination: Address
) -> Instruction:
    """Delete a closable distributor: the whole vault goes to any account that the admin names."""
    _check_closable(profile)
    metas = [
        writable(distributor),
        writable(vault),
        paying_signer(admin),
        writable(destination),
        readonly(TOKEN_PROGRAM),
    ]
    return anchor_instruction(profile.program_id, "close_distributor", metas)


def close_claim_status(
    profile: Profile, *, claim_status: Address, claimant: Address, admin: Address
) -> Instruction:
    """Delete a closable record of a claim, which lets the claimant claim once more."""
    _check_closable(profile)
    metas = [writable(claim_status), writable(claimant), signer(admin)]
    return anchor_instruction(profile.program_id, "close_claim_status", metas)


def _admin(profile: Profile, admin: Address) -> AccountMeta:
    """Let the admin sign; all programs but jupiter's also want it writable."""
    return signer(admin) if profile.is_master else paying_signer(admin)


def _check_closable(profile: Profile) -> None:
    if not profile.has_closable:
        raise ProgramError(f"{profile.name}: nothing of it can be closed")
