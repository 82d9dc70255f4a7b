"""The model of the chain obeys CLAIM_PROGRAM.md sections 6.1 and 6.4: who creates and governs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.instruction import AccountMeta, Instruction

from tests.chain import calls, keys
from tests.chain.building import keypair, make_mint, make_tokens, send, set_time, tokens_at
from tests.chain.layouts import LOCKER
from tests.chain.stages import CLAIMED, NOW, Stage
from tests.chain.variants import VARIANTS

if TYPE_CHECKING:
    from solders.keypair import Keypair
    from solders.pubkey import Pubkey

EVERY = tuple(VARIANTS)
OTHERS = tuple(name for name in EVERY if name != "jupiter")
SOMEBODY = keypair(77).pubkey()


@pytest.mark.parametrize("program", EVERY)
def test_a_distributor_holds_what_was_asked_for(program: str) -> None:
    record = Stage(program).created().record()
    numbers = ("version", "max_total_claim", "max_num_nodes", "start_ts", "end_ts")
    expected = [0, CLAIMED, 10, NOW + 10, NOW + 11]
    assert expected == [record.numbers[name] for name in numbers]
    assert NOW + 11 + 86_400 == record.numbers["clawback_start_ts"]
    assert keypair(1).pubkey() == record.keys["admin"]


@pytest.mark.parametrize(
    ("program", "size"),
    [("jupiter", 448), ("jupiter-asr-2024", 376), ("kamino", 376), ("jito", 240)],
)
def test_a_distributor_has_the_size_of_its_program(program: str, size: int) -> None:
    stage = Stage(program).created()
    account = stage.chain.get_account(stage.distributor)
    assert account is not None
    assert (size, stage.program) == (len(account.data), account.owner)
    assert bytes.fromhex("4d778b4654f70c1a") == account.data[:8]


def test_jito_creates_its_vault() -> None:
    stage = Stage("jito")
    assert stage.chain.get_account(stage.vault) is None
    assert stage.create().error is None
    assert 0 == tokens_at(stage.chain, stage.vault)


@pytest.mark.parametrize("program", [name for name in EVERY if name != "jito"])
def test_the_others_need_a_vault_that_exists(program: str) -> None:
    stage = Stage(program)
    ran = stage.send(stage.creation.instruction(), stage.admin, stage.base)
    assert 3012 == ran.custom


@pytest.mark.parametrize("program", EVERY)
def test_a_distributor_is_created_once(program: str) -> None:
    stage = Stage(program).created()
    assert 0 == stage.create().custom


@pytest.mark.parametrize("program", EVERY)
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"length": 0}, 6015), ({"start": NOW}, 6016), ({"delay": 86_399}, 6010)],
)
def test_times_are_checked(program: str, changes: dict[str, object], code: int) -> None:
    assert code == Stage(program).create(**changes).custom


@pytest.mark.parametrize("program", EVERY)
def test_clawback_comes_after_the_end(program: str) -> None:
    assert 6007 == Stage(program).create(length=10, delay=-1).custom


def test_jupiter_looks_at_clawback_before_now() -> None:
    assert 6007 == Stage("jupiter").create(start=NOW, delay=-1).custom


@pytest.mark.parametrize("program", OTHERS)
def test_the_others_look_at_now_before_clawback(program: str) -> None:
    assert 6016 == Stage(program).create(start=NOW, delay=0).custom


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"activation_type": 2}, 6021),
        ({"activation_type": 2, "length": 0}, 6021),
        ({"claim_type": 4}, 6022),
        ({"claim_type": 0, "locker": SOMEBODY}, 6026),
        ({"claim_type": 0, "operator": SOMEBODY}, 6023),
        ({"claim_type": 1, "locker": SOMEBODY}, 6026),
        ({"claim_type": 2}, 6026),
        ({"claim_type": 2, "locker": SOMEBODY, "operator": SOMEBODY}, 6023),
        ({"claim_type": 3}, 6026),
    ],
)
def test_claim_types_are_checked(changes: dict[str, object], code: int) -> None:
    assert code == Stage("jupiter").create(**changes).custom


@pytest.mark.parametrize(
    "changes",
    [
        {"claim_type": 1, "operator": SOMEBODY},
        {"claim_type": 2, "locker": SOMEBODY},
        {"claim_type": 3, "locker": SOMEBODY, "operator": SOMEBODY},
    ],
)
def test_claim_types_are_kept(changes: dict[str, object]) -> None:
    stage = Stage("jupiter", **changes).created()
    assert changes["claim_type"] == stage.record().numbers["claim_type"]


@pytest.mark.parametrize("program", ["jupiter-asr-2024", "jupiter-2024"])
def test_a_second_form_takes_a_bonus(program: str) -> None:
    stage = Stage(program, name="new_distributor2", bonus=500, bonus_duration=9).created()
    numbers = stage.record().numbers
    assert (1_500, 500, 9) == (
        numbers["max_total_claim"],
        numbers["total_bonus"],
        numbers["vesting_duration"],
    )


def test_a_total_beyond_64_bits_is_refused() -> None:
    assert 6014 == Stage("jupiter").create(total=2**64 - 1, bonus=1).custom


def test_the_base_signs() -> None:
    stage = Stage("jupiter")
    instruction = replace(stage.creation, base=keypair(88).pubkey()).instruction()
    instruction.accounts = [
        AccountMeta(meta.pubkey, meta.is_signer and at != 1, meta.is_writable)
        for at, meta in enumerate(instruction.accounts)
    ]
    make_tokens(stage.chain, stage.mint, instruction.accounts[0].pubkey)
    assert 3010 == stage.send(instruction, stage.admin).custom


def test_the_address_is_that_of_base_mint_and_version() -> None:
    stage = Stage("jupiter")
    instruction = stage.creation.instruction()
    elsewhere = replace(stage.creation, version=9).distributor
    first = AccountMeta(elsewhere, is_signer=False, is_writable=True)
    instruction.accounts = [first, *instruction.accounts[1:]]
    make_tokens(stage.chain, stage.mint, stage.distributor)
    assert 2006 == stage.send(instruction, stage.admin, stage.base).custom


def test_the_vault_is_the_associated_account() -> None:
    stage = Stage("jupiter")
    where = make_tokens(stage.chain, stage.mint, stage.distributor, address=keypair(50).pubkey())
    assert 2009 == stage.create(vault=where).custom


def test_the_receiver_holds_the_mint() -> None:
    stage = Stage("jupiter")
    other = make_mint(stage.chain, keypair(60).pubkey())
    receiver = make_tokens(stage.chain, other, stage.admin.pubkey())
    assert 2014 == stage.create(receiver=receiver).custom


def test_a_mint_of_another_token_program_is_none() -> None:
    stage = Stage("jupiter")
    stage.chain.set_account(SOMEBODY, Account(10**9, bytes(82), keys.JUPITER))
    assert 3007 == stage.create(mint=SOMEBODY, vault=stage.receiver).custom


@pytest.mark.parametrize("program", EVERY)
def test_clawback_waits_for_its_time(program: str) -> None:
    stage = Stage(program).created()
    assert 6008 == clawed(stage)
    set_time(stage.chain, NOW + 11 + 86_400)
    assert clawed(stage) is None
    assert (0, CLAIMED) == (
        tokens_at(stage.chain, stage.vault),
        tokens_at(stage.chain, stage.receiver),
    )
    assert 1 == stage.record().numbers["clawed_back"]
    assert 6009 == clawed(stage)


def clawed(stage: Stage, receiver: Pubkey | None = None) -> int | None:
    """Let a stranger claw back."""
    where, caller = receiver or stage.receiver, stage.stranger
    instruction = calls.clawback(
        stage.program, stage.distributor, stage.vault, where, caller.pubkey()
    )
    return stage.send(instruction, caller).custom


def test_clawback_pays_nobody_but_the_receiver() -> None:
    stage = Stage("jupiter").created()
    set_time(stage.chain, NOW + 11 + 86_400)
    assert clawed(stage, stage.destination) is not None


def handed_over(stage: Stage, admin: Keypair, to: Keypair) -> int | None:
    keys_of = (stage.distributor, admin.pubkey(), to.pubkey())
    return stage.send(calls.set_admin(stage.program, *keys_of), admin).custom


@pytest.mark.parametrize("program", EVERY)
def test_the_admin_hands_over(program: str) -> None:
    stage = Stage(program).created()
    old, new = stage.admin, stage.stranger
    assert handed_over(stage, new, new) is not None
    assert 6012 == handed_over(stage, old, old)
    assert handed_over(stage, old, new) is None
    assert new.pubkey() == stage.record().keys["admin"]
    assert handed_over(stage, old, new) is not None


def received_by(stage: Stage, receiver: Pubkey) -> int | None:
    keys_of = (stage.distributor, receiver, stage.admin.pubkey())
    return stage.send(calls.set_clawback_receiver(stage.program, *keys_of), stage.admin).custom


@pytest.mark.parametrize("program", EVERY)
def test_the_receiver_of_clawback_can_change(program: str) -> None:
    stage = Stage(program).created()
    other_mint = make_mint(stage.chain, keypair(60).pubkey())
    foreign = make_tokens(stage.chain, other_mint, stage.admin.pubkey())
    assert 6011 == received_by(stage, stage.receiver)
    assert 2014 == received_by(stage, foreign)
    assert received_by(stage, stage.destination) is None
    assert stage.destination == stage.record().keys["clawback_receiver"]


def test_the_operator_can_change() -> None:
    stage = Stage("jupiter", claim_type=1, operator=SOMEBODY).created()
    admin, new = stage.admin.pubkey(), stage.operator.pubkey()
    same = calls.set_operator(stage.distributor, admin, SOMEBODY)
    assert 6025 == stage.send(same, stage.admin).custom
    assert stage.send(calls.set_operator(stage.distributor, admin, new), stage.admin).error is None
    assert new == stage.record().keys["operator"]


@pytest.mark.parametrize("program", [name for name in EVERY if name != "jito"])
def test_the_activation_can_change(program: str) -> None:
    stage = Stage(program).created()
    admin = stage.admin.pubkey()
    change = calls.set_activation(stage.program, stage.distributor, admin, 900)
    assert stage.send(change, stage.admin).error is None
    assert 900 == stage.record().numbers["activation_point"]


def test_jito_has_neither_operator_nor_activation() -> None:
    stage = Stage("jito").created()
    change = calls.set_activation(stage.program, stage.distributor, stage.admin.pubkey(), 900)
    assert 101 == stage.send(change, stage.admin).custom


def test_arguments_that_break_off_are_refused() -> None:
    stage = Stage("jupiter").created()
    whole = calls.set_operator(stage.distributor, stage.admin.pubkey(), SOMEBODY)
    change = Instruction(whole.program_id, whole.data[:-1], whole.accounts)
    assert 102 == stage.send(change, stage.admin).custom


def test_a_locker_is_created_once() -> None:
    stage = Stage("jupiter")
    account = stage.chain.get_account(stage.locker)
    assert account is not None
    assert (100, 1_000) == (
        LOCKER.read(account.data).numbers["min_stake_duration"],
        LOCKER.read(account.data).numbers["max_stake_duration"],
    )
    base = keypair(6)
    again = calls.new_locker(base.pubkey(), stage.mint, stage.admin.pubkey())
    assert 0 == send(stage.chain, [again], stage.admin, base).custom
