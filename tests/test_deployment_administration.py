"""What an admin changes: the transactions, carried out on a chain, and what speaks against them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from merkle.deployment.administration import (
    AdminStep,
    Change,
    Clawback,
    NewActivation,
    NewAdmin,
    NewClawbackReceiver,
    NewOperator,
)
from merkle.deployment.moments import AT_ONCE, Activation
from merkle.deployment.steps import steps_of
from merkle.deployment.tokens import DeploymentError
from merkle.program.errors import ProgramError
from merkle.program.layouts_distributor import DistributorAccount, decode_distributor
from merkle.program.transactions import Freshness
from tests.chain.building import keypair, ran, send, set_time, tokens_at
from tests.chain.keys import token_address
from tests.deployments import (
    ADMIN,
    CLAWBACK,
    FUNDER,
    MINT,
    PROGRAMS,
    SETTINGS,
    STRANGER,
    address,
    plan_of,
    ready_chain,
    token,
)

if TYPE_CHECKING:
    from tests.chain.model import ModelChain

A, F, S = (address(key.pubkey()) for key in (ADMIN, FUNDER, STRANGER))
WITH_OPERATOR = f'{SETTINGS}operator = "{FUNDER.pubkey()}"\n'


def deployed(program: str, settings: str = SETTINGS) -> tuple[ModelChain, DistributorAccount]:
    plan = plan_of(token(program, trees=1), settings)
    chain = ready_chain(plan)
    keys = {key.pubkey(): key for key in map(keypair, (11, 12, 13))}
    for step in steps_of(plan):
        signers = [keys[Pubkey(key)] for key in step.transaction().signers]
        assert send(chain, list(step.instructions), *signers).error is None
    return chain, account_of(chain, program)


def account_of(chain: ModelChain, program: str) -> DistributorAccount:
    made = token(program, trees=1)
    account = chain.get_account(Pubkey(made.distributor(7)))
    assert account is not None
    return decode_distributor(made.profile, bytes(account.data))


def planned(change: Change, program: str) -> AdminStep:
    made = token(program, trees=1)
    return change.step(made, made.trees[0])


def carried_out(chain: ModelChain, step: AdminStep, *numbers: int) -> Any:
    freshness = Freshness(blockhash=bytes(chain.latest_blockhash()))
    unsigned = Transaction.from_bytes(b64decode(step.transaction(freshness).base64))
    signed = Transaction.new_unsigned(unsigned.message)
    signed.sign([keypair(number) for number in numbers], unsigned.message.recent_blockhash)
    return ran(chain.send_transaction(signed)).error


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_distributor_is_handed_over(program: str) -> None:
    chain, _ = deployed(program)
    step = planned(NewAdmin(admin=A, new_admin=S), program)
    assert carried_out(chain, step, 11) is None
    assert S == account_of(chain, program).admin
    assert f"hand over to admin {STRANGER.pubkey()}" == step.title


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_clawback_receiver_is_made_and_set(program: str) -> None:
    chain, _ = deployed(program)
    step = planned(NewClawbackReceiver(admin=A, owner=S), program)
    assert carried_out(chain, step, 11) is None
    receiver = token_address(STRANGER.pubkey(), MINT)
    assert address(receiver) == account_of(chain, program).clawback_receiver
    assert 0 == tokens_at(chain, receiver)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_left_is_taken_back(program: str) -> None:
    chain, account = deployed(program)
    set_time(chain, CLAWBACK)
    step = planned(Clawback(caller=S, owner=A), program)
    all_claimed = replace(account, total_amount_claimed=account.max_total_claim)
    assert [] == list(Clawback(caller=S, owner=A).cautions(step.token, all_claimed, CLAWBACK))
    assert carried_out(chain, step, 14) is None
    assert account_of(chain, program).clawed_back
    assert 1_000_000_000 == tokens_at(chain, token_address(ADMIN.pubkey(), MINT))


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_left_is_taken_back_to_an_account_that_was_closed(program: str) -> None:
    chain, _ = deployed(program)
    set_time(chain, CLAWBACK)
    receiver = token_address(ADMIN.pubkey(), MINT)
    chain.set_account(receiver, Account(0, b"", Pubkey.default()))
    assert carried_out(chain, planned(Clawback(caller=S, owner=A), program), 14) is None
    assert 1_000_000_000 == tokens_at(chain, receiver)


@pytest.mark.parametrize(
    ("program", "activation", "point"),
    [
        ("jupiter", Activation(point=CLAWBACK - 5), CLAWBACK - 5),
        ("jupiter-2024", Activation(point=CLAWBACK - 5), CLAWBACK - 5),
        ("jupiter-asr-2024", Activation(point=77, is_time=False), 77),
        ("kamino", Activation(point=77, is_time=False), 77),
        ("kamino", AT_ONCE, 0),
    ],
)
def test_the_begin_of_claims_is_set(program: str, activation: Activation, point: int) -> None:
    chain, account = deployed(program)
    change = NewActivation(admin=A, activation=activation)
    step = planned(change, program)
    assert [] == list(change.cautions(step.token, account, 0))
    assert carried_out(chain, step, 11) is None
    assert point == account_of(chain, program).activation_point


def test_an_operator_is_replaced() -> None:
    chain, account = deployed("jupiter", WITH_OPERATOR)
    change = NewOperator(admin=A, operator=S)
    step = planned(change, "jupiter")
    assert [] == list(change.cautions(step.token, account, 0))
    assert carried_out(chain, step, 11) is None
    assert S == account_of(chain, "jupiter").operator


@pytest.mark.parametrize(
    ("program", "change", "error", "problem"),
    [
        ("jupiter", NewAdmin(admin=A, new_admin=A), DeploymentError, "are the same"),
        ("kamino", NewOperator(admin=A, operator=S), ProgramError, "claims have no operator"),
        (
            "jito",
            NewActivation(admin=A, activation=AT_ONCE),
            ProgramError,
            "claims begin with the distributor",
        ),
        (
            "kamino",
            NewActivation(admin=A, activation=Activation(point=CLAWBACK)),
            DeploymentError,
            "begin with a slot, not at a time; give the number of a slot",
        ),
    ],
)
def test_what_a_program_cannot_do_is_refused(
    program: str, change: Change, error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        planned(change, program)


def test_seconds_given_as_a_slot_are_said() -> None:
    _, account = deployed("kamino")
    change = NewActivation(admin=A, activation=Activation(point=CLAWBACK, is_time=False))
    (found,) = change.cautions(token("kamino"), account, 0)
    assert "if these are unix seconds" in found


@pytest.mark.parametrize(
    ("change", "cautions"),
    [
        (NewAdmin(admin=S, new_admin=F), [f"its admin is {ADMIN.pubkey()}: nobody else can"]),
        (NewOperator(admin=A, operator=S), ["it was made without an operator: wallets go on"]),
        (NewClawbackReceiver(admin=A, owner=A), ["this is its clawback receiver already"]),
        (
            NewActivation(admin=A, activation=Activation(point=5, is_time=False)),
            [
                "it was made to begin at a time, and takes this for 1970-01-01T00:00:05Z; give",
            ],
        ),
        (NewActivation(admin=A, activation=AT_ONCE), []),
        (
            Clawback(caller=S, owner=S),
            [
                "clawback begins 2026-03-01T00:00:00Z; until then",
                "its clawback receiver is ",
                "1,000.000000 of 1,000.000000 JUP are not claimed, and nobody can claim it then",
            ],
        ),
    ],
)
def test_what_the_chain_holds_against_a_change_is_said(change: Change, cautions: list[str]) -> None:
    _, account = deployed("jupiter")
    found = list(change.cautions(token(), account, 0))
    assert len(cautions) == len(found)
    assert all(line.startswith(start) for line, start in zip(found, cautions, strict=True))


def test_a_distributor_that_counts_slots_takes_no_time() -> None:
    _, account = deployed("jupiter", f"{SETTINGS}activation = 5\n")
    change = NewActivation(admin=A, activation=Activation(point=CLAWBACK))
    (caution,) = change.cautions(token(), account, 0)
    assert caution == (
        "it was made to begin with a slot, and takes this for slot 1,772,323,200; give a slot"
    )


def test_an_operator_who_is_that_already_is_said() -> None:
    _, account = deployed("jupiter", WITH_OPERATOR)
    (caution,) = NewOperator(admin=A, operator=F).cautions(token(), account, 0)
    assert "this is its operator already; the program refuses that" == caution


def test_a_second_clawback_is_said_to_be_refused() -> None:
    chain, _ = deployed("jupiter")
    set_time(chain, CLAWBACK)
    assert carried_out(chain, planned(Clawback(caller=S, owner=A), "jupiter"), 14) is None
    account = account_of(chain, "jupiter")
    (caution,) = Clawback(caller=S, owner=A).cautions(token(), account, CLAWBACK)
    assert "it was clawed back already; the program refuses that" == caution
