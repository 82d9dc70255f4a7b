"""The model of the chain obeys CLAIM_PROGRAM.md section 6.4: what was locked is paid in time.

Every error but those of jupiter's own checks was seen on Kamino's and Jito's mainnet builds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.account import Account

from tests.chain import keys
from tests.chain.building import (
    funded,
    keypair,
    make_mint,
    make_tokens,
    send,
    set_time,
    tokens_at,
)
from tests.chain.stages import AMOUNT, CLAIMED, LOCKED, NOW, SLOT, Stage

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from tests.chain.layouts import Record

PAYING = ("jupiter", "jupiter-2024", "kamino", "jito")
START = NOW + 10
LENGTH = 80  # so that two seconds free one of the 40 that are locked


def claimed(program: str, seconds: int = 0, **terms: object) -> Stage:
    """A distributor whose claimant has made the first claim, so many seconds after the start."""
    stage = Stage(program, length=LENGTH, **terms).created()
    if stage.creation.claim_type:
        first = stage.claiming(operator=stage.operator.pubkey()).transfer()
        assert stage.send(first, stage.claimant, stage.operator).error is None
    else:
        assert stage.claim().error is None
    set_time(stage.chain, START + seconds)
    return stage


def status_of(stage: Stage) -> Pubkey:
    return keys.claim_status_of(stage.program, stage.claimant.pubkey(), stage.distributor)


def status(stage: Stage) -> Record:
    account = stage.chain.get_account(status_of(stage))
    assert account is not None
    return stage.variant.claim_status.read(account.data)


def write(stage: Stage, address: Pubkey, record: Record) -> None:
    account = stage.chain.get_account(address)
    assert account is not None
    stage.chain.set_account(address, Account(account.lamports, bytes(record), account.owner))


@pytest.mark.parametrize("program", PAYING)
def test_what_is_free_is_paid_and_recorded(program: str) -> None:
    stage = claimed(program, 21)
    assert stage.claim_locked().error is None
    assert AMOUNT + 10 == tokens_at(stage.chain, stage.destination)
    assert CLAIMED - AMOUNT - 10 == tokens_at(stage.chain, stage.vault)
    numbers = status(stage).numbers
    assert (LOCKED, 10, AMOUNT) == (
        numbers["locked_amount"],
        numbers["locked_amount_withdrawn"],
        numbers["unlocked_amount"],
    )
    numbers = stage.record().numbers
    assert (AMOUNT + 10, 1) == (numbers["total_amount_claimed"], numbers["num_nodes_claimed"])


@pytest.mark.parametrize("program", PAYING)
def test_nothing_is_paid_that_is_not_free(program: str) -> None:
    stage = claimed(program)
    for seconds, expected in ((-1, 6000), (0, 6000), (1, 6000), (2, None), (3, 6000), (4, None)):
        set_time(stage.chain, START + seconds)
        assert expected == stage.claim_locked().custom
    assert AMOUNT + 2 == tokens_at(stage.chain, stage.destination)


@pytest.mark.parametrize("program", PAYING)
def test_all_of_it_is_paid_at_the_end_and_no_more_later(program: str) -> None:
    stage = claimed(program, LENGTH)
    assert stage.claim_locked().error is None
    assert AMOUNT + LOCKED == tokens_at(stage.chain, stage.destination)
    set_time(stage.chain, START + 100 * LENGTH)
    assert 6000 == stage.claim_locked().custom


@pytest.mark.parametrize("program", PAYING)
def test_the_first_claim_comes_first(program: str) -> None:
    stage = Stage(program).created()
    set_time(stage.chain, START + LENGTH)
    assert 3012 == stage.claim_locked().custom
    both = [stage.claiming().transfer(), stage.claiming().of_locked()]
    assert send(stage.chain, both, stage.claimant).error is None
    assert AMOUNT + LOCKED == tokens_at(stage.chain, stage.destination)


@pytest.mark.parametrize("program", PAYING)
def test_after_clawback_what_is_locked_is_lost(program: str) -> None:
    stage = claimed(program, LENGTH)
    record = stage.record()
    record.numbers["clawed_back"] = 1
    write(stage, stage.distributor, record)
    assert 6013 == stage.claim_locked().custom


@pytest.mark.parametrize("program", ["jupiter", "jupiter-2024", "kamino"])
def test_nothing_is_paid_before_activation(program: str) -> None:
    stage = claimed(program, LENGTH)
    record = stage.record()
    record.numbers["activation_point"] = SLOT + 1
    write(stage, stage.distributor, record)
    assert 6018 == stage.claim_locked().custom


@pytest.mark.parametrize(("program", "first"), [("jupiter", 6003), ("kamino", 1)])
def test_vault_and_total_have_to_suffice(program: str, first: int) -> None:
    stage = claimed(program, LENGTH)
    make_tokens(stage.chain, stage.mint, stage.distributor, LOCKED - 1)
    assert 1 == stage.claim_locked().custom
    record = stage.record()
    record.numbers["max_total_claim"] = AMOUNT + LOCKED - 1
    write(stage, stage.distributor, record)
    assert first == stage.claim_locked().custom  # only jupiter looks at the total before it pays
    make_tokens(stage.chain, stage.mint, stage.distributor, LOCKED)
    assert 6003 == stage.claim_locked().custom


@pytest.mark.parametrize("program", PAYING)
def test_more_withdrawn_than_free_is_an_error_of_its_own(program: str) -> None:
    stage = claimed(program, LENGTH)
    fields = status(stage)
    fields.numbers["locked_amount_withdrawn"] = LOCKED + 1
    write(stage, status_of(stage), fields)
    assert 6014 == stage.claim_locked().custom


@pytest.mark.parametrize(
    ("program", "code"), [("jupiter", 2001), ("jupiter-2024", 2006), ("jito", 2006)]
)
def test_the_record_has_to_be_ones_own(program: str, code: int) -> None:
    stage = claimed(program, LENGTH)
    tokens = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey())
    theirs = {"claimant": stage.stranger.pubkey(), "status": status_of(stage)}
    claim = stage.claiming(destination=tokens, **theirs).of_locked()
    assert code == stage.send(claim, stage.stranger).custom


def test_the_record_has_to_be_of_this_distributor() -> None:
    stage = claimed("jupiter", LENGTH)
    fields = status(stage)
    fields.keys["distributor"] = stage.vault
    write(stage, status_of(stage), fields)
    assert 2001 == stage.claim_locked().custom


@pytest.mark.parametrize("program", PAYING)
def test_only_the_vault_pays(program: str) -> None:
    stage = claimed(program, LENGTH)
    purse = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey(), LOCKED)
    assert 2015 == stage.claim_locked(vault=purse).custom
    other = keypair(61).pubkey()
    make_tokens(stage.chain, stage.mint, stage.distributor, LOCKED, address=other)
    assert 2009 == stage.claim_locked(vault=other).custom


@pytest.mark.parametrize(
    ("program", "code"),
    [("jupiter", None), ("jupiter-2024", 2015), ("kamino", 2015), ("jito", 2015)],
)
def test_only_jupiter_pays_whom_the_claimant_names(program: str, code: int | None) -> None:
    stage = claimed(program, LENGTH)
    other = make_mint(stage.chain, keypair(60).pubkey())
    wrong = make_tokens(stage.chain, other, stage.claimant.pubkey())
    assert 3 == stage.claim_locked(destination=wrong).custom  # of the token program
    foreign = make_tokens(stage.chain, stage.mint, stage.stranger.pubkey())
    assert code == stage.claim_locked(destination=foreign).custom


def test_where_an_operator_signs_it_is_he() -> None:
    stage = claimed("jupiter", LENGTH, claim_type=1, operator=keypair(5).pubkey())
    wrong = stage.claiming(operator=stage.stranger.pubkey()).of_locked()
    assert 6023 == stage.send(wrong, stage.claimant, stage.stranger).custom
    assert {"InstructionError": [0, "ProgramFailedToComplete"]} == stage.claim_locked().error
    right = stage.claiming(operator=stage.operator.pubkey()).of_locked()
    assert stage.send(right, stage.claimant, stage.operator).error is None


def test_a_staking_distributor_does_not_pay_what_is_locked() -> None:
    stage = claimed("jupiter", LENGTH)
    record = stage.record()
    record.numbers["claim_type"] = 2
    write(stage, stage.distributor, record)
    assert 6024 == stage.claim_locked().custom


@pytest.mark.parametrize("program", PAYING)
def test_a_claimant_without_sol_may_be_paid(program: str) -> None:
    stage = claimed(program, LENGTH)
    funded(stage.chain, 3, lamports=0)
    claim = stage.claiming().of_locked()
    assert send(stage.chain, [claim], stage.stranger, stage.claimant).error is None
    assert AMOUNT + LOCKED == tokens_at(stage.chain, stage.destination)
