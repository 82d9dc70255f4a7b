"""MODEL of new_claim and new_claim_and_stake: CLAIM_PROGRAM.md sections 1, 6.2, 6.3 and 6.5."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from tests.chain import anchor
from tests.chain.anchor import Arguments, Checked
from tests.chain.execution import Given, InstructionFailureError, Invocation, perform
from tests.chain.keys import TOKEN, VOTER, escrow_of, token_address, u64le
from tests.chain.layouts import ESCROW, LOCKER, Record
from tests.chain.voter import increase_locked_amount, move_tokens

if TYPE_CHECKING:
    from solders.token.state import TokenAccount

    from tests.chain.variants import Variant

MOST: Final = 2**64 - 1
BY_SLOT: Final = 0
EXCEEDED: Final = (6003, "ExceededMaxClaim")
EXPIRED: Final = (6013, "ClaimExpired")
ARITHMETIC: Final = (6014, "ArithmeticError")


@dataclass(slots=True)
class Stake:
    locker: Pubkey
    escrow: Pubkey
    escrow_tokens: Pubkey
    fields: Record


@dataclass(slots=True)
class Claim:
    """A claim while it is checked."""

    checked: Checked
    variant: Variant
    distributor: Pubkey
    record: Record
    vault: Pubkey
    claimant: Pubkey
    status: Given
    unlocked: int
    locked: int
    proof: list[bytes]
    operator: Pubkey | None = None
    destination: Pubkey | None = None
    stake: Stake | None = None

    def require(self, holds: bool, refusal: tuple[int, str]) -> None:
        self.checked.require(holds, refusal)


def new_claim(call: Invocation, variant: Variant) -> None:
    unlocked, locked, proof = _arguments(call)
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    status = checked.take()
    vault, vault_tokens = checked.tokens()
    destination, destination_tokens = checked.tokens()
    claimant = checked.signer(writable=True)
    operator = checked.optional_signer() if variant.has_types else None
    checked.token_program()
    checked.system()
    claim = Claim(
        checked, variant, distributor, record, vault, claimant, status, unlocked, locked, proof
    )
    claim.operator, claim.destination = operator, destination
    if variant.stakes:
        claim.stake = _stake(checked)
    _create_status(claim)
    check_vault(checked, record, distributor, vault, vault_tokens)
    claim.require(destination_tokens.mint == record.keys["mint"], anchor.TOKEN_MINT)
    if not variant.has_types:
        claim.require(destination_tokens.owner == claimant, anchor.TOKEN_OWNER)
    if claim.stake is not None:
        own = escrow_of(claim.stake.locker, claimant)
        claim.require(claim.stake.escrow == own, anchor.SEEDS)
    _settle(claim, types=(0, 1))


def new_claim_and_stake(call: Invocation, variant: Variant) -> None:
    unlocked, locked, proof = _arguments(call)
    checked = Checked(call)
    distributor, record = checked.record(variant.distributor)
    status = checked.take()
    vault, vault_tokens = checked.tokens()
    claimant = checked.signer(writable=True)
    operator = checked.optional_signer()
    checked.token_program()
    checked.system()
    claim = Claim(
        checked, variant, distributor, record, vault, claimant, status, unlocked, locked, proof
    )
    claim.operator, claim.stake = operator, _stake(checked)
    _create_status(claim)
    check_vault(checked, record, distributor, vault, vault_tokens)
    _settle(claim, types=(2, 3))


def _arguments(call: Invocation) -> tuple[int, int, list[bytes]]:
    arguments = Arguments(call)
    return arguments.u64(), arguments.u64(), arguments.hashes()


def _stake(checked: Checked) -> Stake:
    checked.program(VOTER)
    locker, _ = checked.record(LOCKER, owner=VOTER)
    escrow, fields = checked.record(ESCROW, owner=VOTER)
    escrow_tokens, _ = checked.tokens()
    return Stake(locker, escrow, escrow_tokens, fields)


def _create_status(claim: Claim) -> None:
    seeds = [b"ClaimStatus", bytes(claim.claimant), bytes(claim.distributor)]
    address, _ = Pubkey.find_program_address(seeds, claim.variant.program)
    claim.require(claim.status.key == address, anchor.SEEDS)
    claim.require(claim.status.is_writable, anchor.MUT)
    size = claim.variant.claim_status.size
    claim.checked.invocation.create(address, size, claim.claimant)


def _settle(claim: Claim, types: tuple[int, int]) -> None:
    """Check what the program's own code checks, in its order, then pay and write."""
    record = claim.record
    if claim.stake is not None and record.has("locker"):
        claim.require(record.keys["locker"] == claim.stake.locker, anchor.HAS_ONE)
    if claim.variant.stakes:
        _require_max_lock(claim)
    claim.require(not record.numbers["clawed_back"], EXPIRED)
    if claim.variant.has_types:
        check_type(claim.checked, record, claim.operator, types)
        if claim.stake is not None:
            _require_max_lock(claim)
    check_activation(claim.checked, claim.variant, record)
    record.numbers["num_nodes_claimed"] += 1
    most_nodes = record.numbers["max_num_nodes"]
    claim.require(record.numbers["num_nodes_claimed"] <= most_nodes, (6004, "MaxNodesExceeded"))
    claim.require(_folds(claim), (6002, "InvalidProof"))
    bonus = _bonus(claim) if claim.variant.has_bonus else 0
    paid = claim.unlocked + bonus
    claim.require(paid <= MOST, ARITHMETIC)
    if claim.variant.stakes:
        _pay(claim, paid)  # this program pays before it looks at the total
    record.numbers["total_amount_claimed"] += paid
    within = record.numbers["total_amount_claimed"] <= record.numbers["max_total_claim"]
    claim.require(within, EXCEEDED)
    if not claim.variant.stakes:
        _pay(claim, paid)
    _write(claim, bonus)


def _require_max_lock(claim: Claim) -> None:
    assert claim.stake is not None
    claim.require(bool(claim.stake.fields.numbers["is_max_lock"]), claim.variant.not_max_locked)


def check_vault(
    checked: Checked, record: Record, distributor: Pubkey, vault: Pubkey, tokens: TokenAccount
) -> None:
    """Only the distributor's associated token account pays; seen on Kamino and Jito."""
    checked.require(tokens.owner == distributor, anchor.TOKEN_OWNER)
    checked.require(vault == token_address(distributor, record.keys["mint"]), anchor.ASSOCIATED)
    checked.require(vault == record.keys["token_vault"], anchor.ADDRESS)


def check_type(
    checked: Checked, record: Record, operator: Pubkey | None, types: tuple[int, int]
) -> None:
    claim_type = record.numbers["claim_type"]
    checked.require(claim_type in types, (6024, "InvalidClaimType"))
    if claim_type == types[1]:
        if operator is None:
            checked.invocation.log("Program log: panicked at 'called `Option::unwrap()`'")
            raise InstructionFailureError("ProgramFailedToComplete")
        checked.require(operator == record.keys["operator"], (6023, "InvalidOperator"))


def check_activation(checked: Checked, variant: Variant, record: Record) -> None:
    if variant.activation == "none":
        return
    has_begun = record.numbers["activation_point"] <= _chain_time(checked.invocation, record)
    checked.require(has_begun, (6018, "ClaimingIsNotStarted"))


def _chain_time(call: Invocation, record: Record) -> int:
    """The slot or the unix time, whichever the distributor counts in."""
    counts_slots = record.numbers.get("activation_type", BY_SLOT) == BY_SLOT
    return call.slot if counts_slots else call.now


def _folds(claim: Claim) -> bool:
    """Section 1: two hashes for the leaf, then up; no proof at all means the leaf is the root."""
    fields = bytes(claim.claimant) + u64le(claim.unlocked) + u64le(claim.locked)
    node = hashlib.sha256(b"\0" + hashlib.sha256(fields).digest()).digest()
    for sibling in claim.proof:
        pair = node + sibling if node <= sibling else sibling + node
        node = hashlib.sha256(b"\1" + pair).digest()
    return node == bytes(claim.record.keys["root"])


def _bonus(claim: Claim) -> int:
    """Section 6.5; a total of 0 divides by zero, with or without a bonus."""
    numbers = claim.record.numbers
    total_claim = numbers["max_total_claim"] - numbers["total_bonus"]
    claim.require(total_claim > 0, ARITHMETIC)
    most = claim.unlocked * numbers["total_bonus"] // total_claim
    duration = numbers["vesting_duration"]
    elapsed = _chain_time(claim.checked.invocation, claim.record) - numbers["activation_point"]
    bonus = most if elapsed >= duration else most * elapsed // duration
    numbers["total_claimed_bonus"] += bonus
    return bonus


def _pay(claim: Claim, amount: int) -> None:
    call = claim.checked.invocation
    if claim.stake is None:
        assert claim.destination is not None
        move_tokens(call, claim.vault, claim.destination, claim.distributor, amount)
        return
    accounts = [
        Given(claim.stake.locker, False, True),
        Given(claim.stake.escrow, False, True),
        Given(claim.stake.escrow_tokens, False, True),
        Given(claim.distributor, True, False),  # signs by its seeds
        Given(claim.vault, False, True),
        Given(TOKEN, False, False),
    ]
    data = anchor.discriminator("increase_locked_amount") + u64le(amount)
    inner = Invocation(call.execution, VOTER, accounts, data, call.depth + 1)
    perform(inner, "increase_locked_amount", increase_locked_amount)


def _write(claim: Claim, bonus: int) -> None:
    call, record = claim.checked.invocation, claim.record
    status = claim.variant.claim_status.empty()
    keys = {"admin": record.keys["admin"], "claimant": claim.claimant}
    keys["distributor"] = claim.distributor
    status.keys |= {name: key for name, key in keys.items() if status.has(name)}
    included = bonus if claim.variant.bonus_in_unlocked else 0
    numbers = {"locked_amount": claim.locked, "unlocked_amount": claim.unlocked + included}
    numbers |= {"bonus_amount": bonus, "closable": record.numbers.get("closable", 0)}
    status.numbers |= {name: number for name, number in numbers.items() if status.has(name)}
    call.put(claim.status.key, bytes(status))
    call.put(claim.distributor, bytes(record))
