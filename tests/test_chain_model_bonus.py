"""The model of the chain obeys CLAIM_PROGRAM.md section 6.5: who claims later gets more."""

from __future__ import annotations

import pytest

from tests.chain.building import make_tokens, set_time, tokens_at
from tests.chain.keys import claim_status_of
from tests.chain.stages import AMOUNT, NOW, SLOT, Stage, leaf, parent

# 500 of bonus on 1,000 claimed: 600 unlocked get at most 300.


@pytest.mark.parametrize(
    ("seconds", "bonus"), [(0, 0), (1, 3), (33, 99), (50, 150), (100, 300), (1_000, 300)]
)
@pytest.mark.parametrize("program", ["jupiter", "jupiter-2024"])
def test_a_bonus_grows_with_time(program: str, seconds: int, bonus: int) -> None:
    name = "new_distributor" if program == "jupiter" else "new_distributor2"
    stage = Stage(
        program,
        name=name,
        bonus=500,
        bonus_duration=100,
        activation_point=NOW,
        activation_type=1,
    ).created(funds=1_500)
    set_time(stage.chain, NOW + seconds)
    assert stage.claim().error is None
    assert AMOUNT + bonus == tokens_at(stage.chain, stage.destination)
    assert bonus == stage.record().numbers["total_claimed_bonus"]


def test_slots_count_where_activation_is_a_slot() -> None:
    stage = Stage(
        "jupiter-asr-2024",
        name="new_distributor2",
        bonus=500,
        bonus_duration=10,
        activation_point=SLOT,
    )
    stage.created(funds=1_500).with_escrow()
    set_time(stage.chain, NOW, slot=SLOT + 5)
    assert stage.claim().error is None
    assert AMOUNT + 150 == tokens_at(stage.chain, stage.staking().tokens)


@pytest.mark.parametrize(
    ("program", "name", "recorded"),
    [
        ("jupiter", "new_distributor", AMOUNT),
        ("jupiter-2024", "new_distributor2", AMOUNT + 300),
    ],
)
def test_only_2024_counts_the_bonus_as_unlocked(program: str, name: str, recorded: int) -> None:
    stage = Stage(program, name=name, bonus=500).created(funds=1_500)
    assert stage.claim().error is None
    status = claim_status_of(stage.program, stage.claimant.pubkey(), stage.distributor)
    account = stage.chain.get_account(status)
    assert account is not None
    fields = stage.variant.claim_status.read(account.data)
    assert recorded == fields.numbers["unlocked_amount"]


@pytest.mark.parametrize("program", ["jupiter", "jupiter-asr-2024", "jupiter-2024"])
def test_a_total_of_nothing_divides_by_zero(program: str) -> None:
    stage = Stage(program, total=0).created()
    if stage.variant.stakes:
        stage.with_escrow()
    assert 6014 == stage.claim().custom


def test_a_staked_amount_is_more_than_nothing() -> None:
    plain = Stage("jupiter")
    root = parent(leaf(plain.claimant.pubkey(), 0, 40), plain.sibling)
    stage = Stage("jupiter", root=root, claim_type=2, locker=plain.locker).created().with_escrow()
    assert 6008 == stage.claim_and_stake(unlocked=0).custom
    paying = Stage("jupiter", root=root).created()
    make_tokens(paying.chain, paying.mint, paying.distributor)
    assert paying.claim(unlocked=0).error is None
