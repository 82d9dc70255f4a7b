"""The model of the chain obeys CLAIM_PROGRAM.md sections 6.2, 6.3 and 6.5: every claim."""

from __future__ import annotations

import hashlib

import pytest

from tests.chain import keys
from tests.chain.building import keypair, make_mint, make_tokens, set_time, tokens_at
from tests.chain.layouts import ESCROW
from tests.chain.stages import AMOUNT, CLAIMED, LOCKED, NOW, SLOT, Stage
from tests.chain.variants import VARIANTS

PAYING = ("jupiter", "jupiter-2024", "kamino", "jito")
EVERY = tuple(VARIANTS)
OTHER = hashlib.sha256(b"no sibling").digest()


def ready(program: str, **terms: object) -> Stage:
    """A distributor of which the claimant can claim."""
    stage = Stage(program, **terms).created()
    return stage.with_escrow() if stage.variant.stakes else stage


def staking(claim_type: int = 2, **terms: object) -> Stage:
    locker = Stage("jupiter").locker  # the same in every stage
    return Stage("jupiter", claim_type=claim_type, locker=locker, **terms).created()


def staked(stage: Stage) -> int:
    account = stage.chain.get_account(stage.staking().escrow)
    assert account is not None
    return ESCROW.read(account.data).numbers["amount"]


@pytest.mark.parametrize("program", PAYING)
def test_a_claim_pays_what_is_unlocked_and_records_it(program: str) -> None:
    stage = ready(program)
    assert stage.claim().error is None
    assert AMOUNT == tokens_at(stage.chain, stage.destination)
    numbers = stage.record().numbers
    assert (AMOUNT, 1) == (numbers["total_amount_claimed"], numbers["num_nodes_claimed"])
    status = keys.claim_status_of(stage.program, stage.claimant.pubkey(), stage.distributor)
    account = stage.chain.get_account(status)
    assert account is not None
    fields = stage.variant.claim_status.read(account.data)
    assert (AMOUNT, LOCKED) == (fields.numbers["unlocked_amount"], fields.numbers["locked_amount"])
    assert stage.claimant.pubkey() == fields.keys["claimant"]
    assert bytes.fromhex("16b7f99df75f9660") == account.data[:8]


@pytest.mark.parametrize(
    ("program", "size"), [("jupiter", 160), ("jupiter-2024", 104), ("kamino", 104), ("jito", 64)]
)
def test_the_claimant_pays_for_his_record(program: str, size: int) -> None:
    stage = ready(program)
    before = stage.chain.get_balance(stage.claimant.pubkey())
    stage.claim()
    rent = stage.chain.minimum_balance_for_rent_exemption(size)
    assert before == (stage.chain.get_balance(stage.claimant.pubkey()) or 0) + rent + 5_000


@pytest.mark.parametrize("program", EVERY)
def test_a_second_claim_is_refused(program: str) -> None:
    stage = ready(program)
    assert stage.claim().error is None
    ran = stage.claim()
    assert 0 == ran.custom
    assert str(keys.SYSTEM) == ran.failed_program


@pytest.mark.parametrize("program", EVERY)
@pytest.mark.parametrize(
    "changes",
    [{"unlocked": AMOUNT + 1}, {"locked": LOCKED + 1}, {"proof": []}, {"proof": [OTHER]}],
    ids=["another amount", "another locked amount", "no proof", "another proof"],
)
def test_what_is_not_in_the_tree_is_refused(program: str, changes: dict[str, object]) -> None:
    assert 6002 == ready(program).claim(**changes).custom


def test_one_leaf_is_its_own_root() -> None:
    alone = Stage("jupiter")
    entry = hashlib.sha256(
        bytes(alone.claimant.pubkey()) + keys.u64le(AMOUNT) + keys.u64le(LOCKED)
    ).digest()
    stage = Stage("jupiter", root=hashlib.sha256(b"\0" + entry).digest()).created()
    assert stage.claim(proof=[]).error is None


@pytest.mark.parametrize("program", EVERY)
def test_after_clawback_no_claim_is_paid(program: str) -> None:
    stage = ready(program)
    record = stage.record()
    record.numbers["clawed_back"] = 1
    account = stage.chain.get_account(stage.distributor)
    assert account is not None
    stage.chain.set_account(
        stage.distributor, type(account)(account.lamports, bytes(record), account.owner)
    )
    assert 6013 == stage.claim(proof=[]).custom


@pytest.mark.parametrize(
    ("program", "point", "activation_type"),
    [
        ("jupiter", SLOT + 1, 0),
        ("jupiter", NOW + 1, 1),
        ("jupiter-2024", SLOT + 1, 0),
        ("jupiter-2024", NOW + 1, 1),
        ("kamino", SLOT + 1, 0),
        ("jupiter-asr-2024", SLOT + 1, 0),
    ],
)
def test_nothing_is_paid_before_activation(program: str, point: int, activation_type: int) -> None:
    stage = ready(program, activation_point=point, activation_type=activation_type)
    assert 6018 == stage.claim(proof=[]).custom
    set_time(stage.chain, NOW + 1, slot=SLOT + 1)
    assert stage.claim().error is None


@pytest.mark.parametrize("program", EVERY)
def test_no_more_claims_than_leaves(program: str) -> None:
    assert 6004 == ready(program, nodes=0).claim(proof=[]).custom


@pytest.mark.parametrize("program", EVERY)
def test_no_more_tokens_than_in_all(program: str) -> None:
    assert 6003 == ready(program, total=AMOUNT - 1).claim().custom


@pytest.mark.parametrize("program", PAYING)
def test_a_short_vault_fails_in_the_token_program(program: str) -> None:
    stage = Stage(program).created(funds=AMOUNT - 1)
    ran = stage.claim()
    assert 1 == ran.custom
    assert str(keys.TOKEN) == ran.failed_program


@pytest.mark.parametrize("program", [name for name in EVERY if name != "jupiter"])
def test_the_older_programs_pay_the_claimant_alone(program: str) -> None:
    stage = ready(program)
    foreign = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey())
    assert 2015 == stage.claim(destination=foreign).custom


def test_jupiter_pays_whom_the_claimant_names() -> None:
    stage = ready("jupiter")
    foreign = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey())
    assert stage.claim(destination=foreign).error is None
    assert AMOUNT == tokens_at(stage.chain, foreign)


@pytest.mark.parametrize("program", EVERY)
def test_a_token_account_of_another_mint_is_not_paid(program: str) -> None:
    stage = ready(program)
    other = make_mint(stage.chain, keypair(60).pubkey())
    foreign = make_tokens(stage.chain, other, stage.claimant.pubkey())
    assert 2014 == stage.claim(destination=foreign).custom


def test_a_token_account_that_does_not_exist_is_not_paid() -> None:
    assert 3012 == ready("jupiter").claim(destination=keypair(51).pubkey()).custom


@pytest.mark.parametrize("program", EVERY)
def test_only_the_vault_pays(program: str) -> None:
    stage = ready(program)
    purse = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey(), AMOUNT)
    assert 2015 == stage.claim(vault=purse).custom
    other = keypair(61).pubkey()
    make_tokens(stage.chain, stage.mint, stage.distributor, AMOUNT, address=other)
    assert 2009 == stage.claim(vault=other).custom


def test_a_record_at_another_address_is_refused() -> None:
    assert 2006 == ready("jupiter").claim(status=keypair(52).pubkey()).custom


def test_a_distributor_that_is_none_is_refused() -> None:
    stage = ready("jupiter")
    assert 3012 == stage.claim(distributor=keypair(53).pubkey()).custom
    assert 3007 == stage.claim(distributor=stage.vault).custom


@pytest.mark.parametrize("claim_type", [2, 3])
def test_a_staking_distributor_does_not_pay_out(claim_type: int) -> None:
    assert 6024 == staking(claim_type).claim().custom


@pytest.mark.parametrize("claim_type", [0, 1])
def test_a_paying_distributor_does_not_stake(claim_type: int) -> None:
    stage = Stage("jupiter", claim_type=claim_type).created().with_escrow()
    assert stage.claim_and_stake().error is not None


def test_where_an_operator_signs_it_is_he() -> None:
    operator = keypair(5)
    stage = Stage("jupiter", claim_type=1, operator=operator.pubkey()).created()
    wrong = stage.claiming(operator=stage.stranger.pubkey()).transfer()
    assert 6023 == stage.send(wrong, stage.claimant, stage.stranger).custom
    none = stage.claim()
    assert {"InstructionError": [0, "ProgramFailedToComplete"]} == none.error
    assert "Program log: panicked" in "\n".join(none.logs)
    right = stage.claiming(operator=operator.pubkey()).transfer()
    assert stage.send(right, stage.claimant, operator).error is None


def test_where_nobody_has_to_sign_the_claimant_may_stand() -> None:
    stage = ready("jupiter")
    assert stage.claim(operator=stage.claimant.pubkey()).error is None


def test_a_claim_is_staked_for_the_claimant() -> None:
    stage = staking().with_escrow()
    assert stage.claim_and_stake().error is None
    assert AMOUNT == staked(stage)
    assert AMOUNT == tokens_at(stage.chain, stage.staking().tokens)
    assert CLAIMED - AMOUNT == tokens_at(stage.chain, stage.vault)


@pytest.mark.parametrize(("program", "code"), [("jupiter", 6027), ("jupiter-asr-2024", 6021)])
def test_an_escrow_that_is_not_locked_to_the_maximum_is_refused(program: str, code: int) -> None:
    stage = staking() if program == "jupiter" else Stage(program).created()
    stage.with_escrow(max_lock=False)
    ran = stage.claim_and_stake() if program == "jupiter" else stage.claim()
    assert code == ran.custom


def test_jupiter_2024_asr_stakes_whatever_is_claimed() -> None:
    stage = ready("jupiter-asr-2024")
    assert stage.claim().error is None
    assert (AMOUNT, 0) == (staked(stage), tokens_at(stage.chain, stage.destination))


def test_only_jupiter_stakes_into_a_foreign_escrow() -> None:
    asr = ready("jupiter-asr-2024")
    foreign = _escrow_of_a_stranger(asr)
    assert 2006 == asr.claim(**foreign).custom
    stage = staking().with_escrow()
    foreign = _escrow_of_a_stranger(stage)
    assert stage.claim_and_stake(**foreign).error is None
    assert 0 == staked(stage)


def _escrow_of_a_stranger(stage: Stage) -> dict[str, object]:
    own, stage.claimant = stage.claimant, stage.stranger
    stage.with_escrow()
    foreign = {"escrow": stage.staking().escrow, "escrow_tokens": stage.staking().tokens}
    stage.claimant = own
    return dict(foreign)


def test_the_escrow_s_own_token_account_is_filled() -> None:
    stage = staking().with_escrow()
    ran = stage.claim_and_stake(escrow_tokens=stage.destination)
    assert 2003 == ran.custom
    assert str(keys.VOTER) == ran.failed_program


def test_an_escrow_that_does_not_exist_is_refused() -> None:
    stage = staking()
    make_tokens(stage.chain, stage.mint, stage.staking().escrow)
    assert 3012 == stage.claim_and_stake().custom


def test_a_locker_of_another_distributor_is_refused() -> None:
    stage = Stage("jupiter", claim_type=2, locker=keypair(54).pubkey()).created().with_escrow()
    assert 2001 == stage.claim_and_stake().custom


def test_another_program_does_not_stake() -> None:
    stage = staking().with_escrow()
    assert 3008 == stage.claim_and_stake(voter=keys.TOKEN).custom
