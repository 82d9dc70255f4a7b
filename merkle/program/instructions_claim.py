"""The instructions by which a claimant is paid.

Errors: ProgramError where the program has no such instruction, needs an account that is not
        named, or has no place for the operator.
Source: below instructions, as each function says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.program.encoding import (
    anchor_instruction,
    hashes,
    optional_signer,
    paying_signer,
    readonly,
    signer,
    u64,
    writable,
)
from merkle.program.errors import ProgramError
from merkle.program.ids import LOCKED_VOTER, SYSTEM_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from solders.instruction import AccountMeta, Instruction

    from allocation.address import Address
    from merkle.program.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeAccounts:
    """Where a claim is staked."""

    locker: Address
    escrow: Address  # the claimant's stake account
    escrow_tokens: Address  # the escrow's associated token account


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAccounts:
    """Who is paid, from where and to where.

    Without an operator its slot holds the program's own id, which is how Anchor writes "absent".
    Where no operator is needed the slot is not looked at; the one claim of a wallet that was there
    to be decoded names the claimant there.
    """

    distributor: Address
    claim_status: Address
    vault: Address
    claimant: Address
    destination: Address | None = None  # a token account; claims that are only staked need none
    operator: Address | None = None
    stake: StakeAccounts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLeaf:
    """What the leaf says and how it leads to the root.

    Units: base units.
    """

    unlocked: int
    locked: int
    siblings: tuple[bytes, ...]


def new_claim(profile: Profile, accounts: ClaimAccounts, leaf: ClaimedLeaf) -> Instruction:
    """Claim: into the destination, or into the stake account where the program does only that.

    Source: claim/new_claim.rs (master), new_claim.rs (all others).
    """
    if profile.stakes_in_new_claim:
        metas = [
            *_begin(accounts),
            writable(_destination(profile, accounts)),
            paying_signer(accounts.claimant),
            readonly(TOKEN_PROGRAM),
            readonly(SYSTEM_PROGRAM),
            *_stake(profile, accounts),
        ]
    else:
        metas = [
            *_begin(accounts),
            writable(_destination(profile, accounts)),
            paying_signer(accounts.claimant),
            *_operator(profile, accounts),
            readonly(TOKEN_PROGRAM),
            readonly(SYSTEM_PROGRAM),
        ]
    return anchor_instruction(profile.program_id, "new_claim", metas, _leaf(leaf))


def new_claim_and_stake(
    profile: Profile, accounts: ClaimAccounts, leaf: ClaimedLeaf
) -> Instruction:
    """Claim into the stake account, with jupiter.

    Source: claim_and_stake/new_claim_and_stake.rs (master).
    """
    _check_claim_and_stake(profile)
    metas = [
        *_begin(accounts),
        paying_signer(accounts.claimant),
        *_operator(profile, accounts),
        readonly(TOKEN_PROGRAM),
        readonly(SYSTEM_PROGRAM),
        *_stake(profile, accounts),
    ]
    return anchor_instruction(profile.program_id, "new_claim_and_stake", metas, _leaf(leaf))


def claim_locked(profile: Profile, accounts: ClaimAccounts) -> Instruction:
    """Claim what has been unlocked since of a locked amount.

    Source: claim/claim_locked.rs (master), claim_locked.rs (all others).
    """
    # only master does not change the claimant here
    claimant = signer if profile.is_master else paying_signer
    metas = [
        *_begin(accounts),
        writable(_destination(profile, accounts)),
        claimant(accounts.claimant),
        *_operator(profile, accounts),
        readonly(TOKEN_PROGRAM),
        *(_stake(profile, accounts) if profile.stakes_in_new_claim else []),
    ]
    return anchor_instruction(profile.program_id, "claim_locked", metas)


def claim_locked_and_stake(profile: Profile, accounts: ClaimAccounts) -> Instruction:
    """Stake what has been unlocked since of a locked amount, with jupiter.

    Source: claim_and_stake/claim_locked_and_stake.rs (master).
    """
    _check_claim_and_stake(profile)
    metas = [
        *_begin(accounts),
        signer(accounts.claimant),
        *_operator(profile, accounts),
        readonly(TOKEN_PROGRAM),
        *_stake(profile, accounts),
    ]
    return anchor_instruction(profile.program_id, "claim_locked_and_stake", metas)


def _begin(accounts: ClaimAccounts) -> list[AccountMeta]:
    return [
        writable(accounts.distributor),
        writable(accounts.claim_status),
        writable(accounts.vault),
    ]


def _operator(profile: Profile, accounts: ClaimAccounts) -> list[AccountMeta]:
    if profile.has_operator:
        return [optional_signer(accounts.operator, profile.program_id)]
    if accounts.operator is not None:
        raise ProgramError(f"{profile.name}: claims have no operator; leave it out")
    return []


def _stake(profile: Profile, accounts: ClaimAccounts) -> list[AccountMeta]:
    stake = accounts.stake
    if stake is None:
        raise ProgramError(f"{profile.name}: a claim that stakes needs locker and stake account")
    return [
        readonly(LOCKED_VOTER),
        writable(stake.locker),
        writable(stake.escrow),
        writable(stake.escrow_tokens),
    ]


def _destination(profile: Profile, accounts: ClaimAccounts) -> Address:
    if accounts.destination is None:
        raise ProgramError(f"{profile.name}: the claim needs a token account that is paid")
    return accounts.destination


def _check_claim_and_stake(profile: Profile) -> None:
    if "stake" not in profile.depths or profile.stakes_in_new_claim:
        raise ProgramError(f"{profile.name}: it has no claim-and-stake instruction")


def _leaf(leaf: ClaimedLeaf) -> bytes:
    return u64(leaf.unlocked) + u64(leaf.locked) + hashes(leaf.siblings)
