"""MODEL of new_distributor: what CLAIM_PROGRAM.md sections 5 and 6.1 say; not the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from tests.chain.anchor import ASSOCIATED, MUT, SEEDS, TOKEN_MINT, Arguments, Checked
from tests.chain.keys import ATA_PROGRAM, SYSTEM, TOKEN, token_address, u64le

if TYPE_CHECKING:
    from tests.chain.execution import Given, Invocation
    from tests.chain.variants import Variant

NOBODY: Final = Pubkey(bytes(32))
DAY: Final = 86_400
MOST: Final = 2**64 - 1


@dataclass(slots=True)
class Terms:
    """The arguments of new_distributor, in any variant."""

    version: int
    root: Pubkey
    total_claim: int
    max_num_nodes: int
    start_ts: int
    end_ts: int
    clawback_start_ts: int
    activation_point: int = 0
    activation_type: int = 0
    closable: int = 0
    total_bonus: int = 0
    vesting_duration: int = 0
    claim_type: int = 0
    operator: Pubkey = NOBODY
    locker: Pubkey = NOBODY


def new_distributor(call: Invocation, variant: Variant, *, with_bonus: bool) -> None:
    terms = _terms(Arguments(call), variant, with_bonus=with_bonus)
    checked = Checked(call)
    given = checked.take()
    base = checked.signer() if variant.has_base else NOBODY
    receiver, receiver_tokens = checked.tokens()
    mint = checked.mint()
    vault = checked.take().key if variant.creates_vault else checked.tokens(writable=False)[0]
    admin = checked.signer(writable=True)
    checked.system()
    if not variant.has_types:
        checked.ata_program()
    checked.token_program()

    bump = _create_distributor(checked, variant, given, (base, mint, admin), terms.version)
    if variant.creates_vault:
        _create_vault(call, given.key, mint, vault, admin)
    checked.require(receiver_tokens.mint == mint, TOKEN_MINT)
    checked.require(vault == token_address(given.key, mint), ASSOCIATED)
    (_check_types if variant.has_types else _check_times)(checked, terms)

    record = variant.distributor.empty()
    parties = {"base": base, "mint": mint, "token_vault": vault, "admin": admin}
    parties |= {"clawback_receiver": receiver, "root": terms.root}
    parties |= {"locker": terms.locker, "operator": terms.operator}
    record.keys |= {name: key for name, key in parties.items() if record.has(name)}
    total = terms.total_claim + terms.total_bonus
    checked.require(total <= MOST, (6014, "ArithmeticError"))
    numbers = {"bump": bump, "max_total_claim": total}
    for name in record.numbers:
        record.numbers[name] = numbers.get(name, getattr(terms, name, 0))
    call.put(given.key, bytes(record))


def _terms(arguments: Arguments, variant: Variant, *, with_bonus: bool) -> Terms:
    terms = Terms(
        version=arguments.u64(),
        root=arguments.key(),
        total_claim=arguments.u64(),
        max_num_nodes=arguments.u64(),
        start_ts=arguments.i64(),
        end_ts=arguments.i64(),
        clawback_start_ts=arguments.i64(),
    )
    if variant.activation != "none":
        terms.activation_point = arguments.u64()
    if variant.activation == "point":
        terms.activation_type = arguments.u8()
    if variant.has_closable:
        terms.closable = arguments.truth()
    if with_bonus:
        terms.total_bonus, terms.vesting_duration = arguments.u64(), arguments.u64()
    if variant.has_types:
        terms.claim_type, terms.operator = arguments.u8(), arguments.key()
    if variant.has_types or variant.stakes:
        terms.locker = arguments.key()
    return terms


def _create_distributor(
    checked: Checked,
    variant: Variant,
    given: Given,
    parties: tuple[Pubkey, Pubkey, Pubkey],
    version: int,
) -> int:
    base, mint, admin = parties
    seeds = [b"MerkleDistributor", bytes(mint), u64le(version)]
    if variant.has_base:
        seeds.insert(1, bytes(base))
    address, bump = Pubkey.find_program_address(seeds, variant.program)
    checked.require(given.key == address, SEEDS)
    checked.require(given.is_writable, MUT)
    checked.invocation.create(address, variant.distributor.size, admin)
    checked.invocation.put(address, bytes(variant.distributor.empty()))
    return bump


def _create_vault(
    call: Invocation, distributor: Pubkey, mint: Pubkey, vault: Pubkey, payer: Pubkey
) -> None:
    """Jito's program creates its vault through the associated token program."""
    metas = [AccountMeta(payer, True, True), AccountMeta(vault, False, True)]
    metas += [AccountMeta(key, False, False) for key in (distributor, mint, SYSTEM, TOKEN)]
    call.call(ATA_PROGRAM, b"\0", metas)


def _check_times(checked: Checked, terms: Terms) -> None:
    """asr, 2024, Jito and Kamino."""
    now = checked.invocation.now
    times = (terms.start_ts, terms.end_ts, terms.clawback_start_ts)
    checked.require(terms.start_ts < terms.end_ts, (6015, "StartTimestampAfterEnd"))
    checked.require(min(times) > now, (6016, "TimestampsNotInFuture"))
    checked.require(terms.clawback_start_ts > terms.end_ts, (6007, "ClawbackDuringVesting"))
    _check_delay(checked, terms)


def _check_types(checked: Checked, terms: Terms) -> None:
    """jup master: NewDistributorParams::validate."""
    invalid_locker, invalid_operator = (6026, "InvalidLocker"), (6023, "InvalidOperator")
    checked.require(terms.activation_type in (0, 1), (6021, "InvalidActivationType"))
    checked.require(terms.start_ts < terms.end_ts, (6015, "StartTimestampAfterEnd"))
    checked.require(terms.clawback_start_ts > terms.end_ts, (6007, "ClawbackDuringVesting"))
    checked.require(terms.start_ts > checked.invocation.now, (6016, "TimestampsNotInFuture"))
    _check_delay(checked, terms)
    checked.require(terms.claim_type in range(4), (6022, "TypeCastedError"))
    is_staking = terms.claim_type in (2, 3)
    checked.require((terms.locker != NOBODY) == is_staking, invalid_locker)
    if terms.claim_type in (0, 2):
        checked.require(terms.operator == NOBODY, invalid_operator)


def _check_delay(checked: Checked, terms: Terms) -> None:
    waits = terms.clawback_start_ts >= terms.end_ts + DAY
    checked.require(waits, (6010, "InsufficientClawbackDelay"))
