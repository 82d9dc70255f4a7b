"""The instruction that makes a distributor: one set of arguments for every profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from merkle.program.encoding import (
    anchor_instruction,
    boolean,
    hash_of,
    i64,
    paying_signer,
    readonly,
    signer,
    u8,
    u64,
    writable,
)
from merkle.program.errors import ProgramError
from merkle.program.ids import ASSOCIATED_TOKEN_PROGRAM, NO_KEY, SYSTEM_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solders.instruction import AccountMeta, Instruction

    from allocation.address import Address
    from merkle.program.profiles import Profile

BY_SLOT: Final = 0
BY_TIME: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDistributor:
    """Everything that makes a distributor; what a profile does not know keeps its default.

    Units: base units of `mint`; times are unix seconds.
    """

    distributor: Address
    base: Address | None  # signs; None only where the address has none
    mint: Address
    vault: Address  # the distributor's associated token account
    clawback_receiver: Address  # a token account of `mint`
    admin: Address
    version: int
    root: bytes
    max_total_claim: int  # of the leaves; the program adds the bonus to what it stores
    max_num_nodes: int
    start_vesting: int
    end_vesting: int
    clawback_start: int
    activation_point: int = 0
    activation_type: int = BY_SLOT
    closable: bool = False
    locker: Address | None = None  # claims are staked in it
    operator: Address | None = None  # claims need its signature
    total_bonus: int = 0
    bonus_vesting: int = 0  # slots or seconds, by activation_type

    @property
    def claim_type(self) -> int:
        """0 for anybody's claims, 1 with an operator, 2 staking, 3 staking with an operator."""
        return 2 * (self.locker is not None) + (self.operator is not None)


def new_distributor(profile: Profile, arguments: NewDistributor) -> Instruction:
    """Make a distributor: the admin pays its rent, the base key signs for its address.

    Errors: ProgramError for what the program has no argument for, so nothing is dropped silently.
    Source: instructions/**/new_distributor.rs and lib.rs of each program.
    """
    for problem in _problems(profile, arguments):
        raise ProgramError(f"{profile.name}: {problem}")
    name = "new_distributor"
    if _has_bonus(arguments) and not profile.is_master:
        name = "new_distributor2"  # asr and 2024 have a second instruction for it
    accounts = list(_accounts(profile, arguments))
    encoded = _first_arguments(arguments) + b"".join(_last_arguments(profile, arguments))
    return anchor_instruction(profile.program_id, name, accounts, encoded)


def _has_bonus(arguments: NewDistributor) -> bool:
    return arguments.total_bonus > 0 or arguments.bonus_vesting > 0


def _problems(profile: Profile, arguments: NewDistributor) -> Iterator[str]:
    if profile.has_base and arguments.base is None:
        yield "the base key has to sign; say which it is"
    if not profile.has_base and arguments.base is not None:
        yield "its address has no base key; leave it out"
    if arguments.operator is not None and not profile.has_operator:
        yield "claims cannot need an operator; leave it out"
    if arguments.locker is not None and "stake" not in profile.depths:
        yield "claims cannot be staked; leave the locker out"
    if arguments.locker is None and profile.stakes_in_new_claim:
        yield "every claim is staked; say in which locker"
    if arguments.closable and not profile.has_closable:
        yield "nothing of it can be closed; leave closable out"
    if _has_bonus(arguments) and not profile.has_bonus:
        yield "it pays no bonus; leave it out"
    yield from _activation_problems(profile, arguments)


def _activation_problems(profile: Profile, arguments: NewDistributor) -> Iterator[str]:
    if arguments.activation_type not in (BY_SLOT, BY_TIME):
        yield f"activation_type {arguments.activation_type} is neither {BY_SLOT} nor {BY_TIME}"
    if arguments.activation_point == 0 or profile.activation == "point":
        return
    if profile.activation == "none":
        yield "claims begin with the distributor; leave the activation out"
    elif arguments.activation_type == BY_TIME:
        yield "claims begin with a slot, not at a time; give the slot"


def _accounts(profile: Profile, arguments: NewDistributor) -> Iterator[AccountMeta]:
    yield writable(arguments.distributor)
    if arguments.base is not None:
        yield signer(arguments.base)
    yield writable(arguments.clawback_receiver)
    yield readonly(arguments.mint)
    yield writable(arguments.vault) if profile.creates_vault else readonly(arguments.vault)
    yield paying_signer(arguments.admin)
    yield readonly(SYSTEM_PROGRAM)
    if not profile.is_master:
        yield readonly(ASSOCIATED_TOKEN_PROGRAM)
    yield readonly(TOKEN_PROGRAM)


def _first_arguments(arguments: NewDistributor) -> bytes:
    """Encode what every profile begins with."""
    amounts = u64(arguments.max_total_claim) + u64(arguments.max_num_nodes)
    times = (arguments.start_vesting, arguments.end_vesting, arguments.clawback_start)
    return (
        u64(arguments.version)
        + hash_of(arguments.root)
        + amounts
        + b"".join(i64(time) for time in times)
    )


def _last_arguments(profile: Profile, arguments: NewDistributor) -> Iterator[bytes]:
    """Encode when claims begin and what follows, by profile."""
    if profile.activation != "none":
        yield u64(arguments.activation_point)
    if profile.activation == "point":
        yield u8(arguments.activation_type)
    if profile.has_closable:
        yield boolean(arguments.closable)
    if profile.is_master or _has_bonus(arguments):
        yield u64(arguments.total_bonus) + u64(arguments.bonus_vesting)
    if profile.has_operator:
        yield u8(arguments.claim_type) + (arguments.operator or NO_KEY)
    if "stake" in profile.depths:
        yield arguments.locker or NO_KEY
