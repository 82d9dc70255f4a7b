"""The plan: its addresses and bytes by an independent reading, its order, costs and warnings."""

from __future__ import annotations

import struct
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from allocation.address import Address, parse_address
from merkle.deployment.cautions import cautions_of
from merkle.deployment.planning import make_plan
from merkle.deployment.settings import read_settings
from merkle.deployment.steps import costs_of, steps_of
from merkle.deployment.tokens import DeploymentError, Token
from merkle.program.transactions import Freshness
from tests.chain.keys import distributor_of, locker_of, token_address
from tests.deployments import (
    ADMIN,
    BASE,
    CLAWBACK,
    DAY,
    FUNDER,
    LOCKER_BASE,
    MINT,
    NOW,
    PROGRAMS,
    SETTINGS,
    STEPS,
    STRANGER,
    plan_of,
    shown,
    token,
    tree,
)

NOBODY = bytes(32)
LOCKER = bytes(locker_of(Pubkey(LOCKER_BASE)))
OPENING = "<8sQ32sQQqqq"  # discriminator, version, root, total, nodes, start, end, clawback
TAIL = {
    "jupiter": "QBBQQB32s32s",
    "jupiter-asr-2024": "QB32s",
    "jupiter-2024": "QBB",
    "kamino": "QB",
    "jito": "",
}
EXPECTED_TAIL: dict[str, tuple[Any, ...]] = {
    "jupiter": (0, 1, 0, 0, 0, 2, NOBODY, LOCKER),
    "jupiter-asr-2024": (0, 0, LOCKER),
    "jupiter-2024": (0, 1, 0),
    "kamino": (0, 0),
    "jito": (),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_arguments_of_creation_are_those_of_the_bundle(program: str) -> None:
    (step,) = [step for step in steps_of(plan_of(token(program))) if step.name == "create JUP 1"]
    data = bytes(step.instructions[-1].data)
    disc = sha256(b"global:new_distributor").digest()[:8]
    opening = (disc, 8, b"\2" * 32, 2_000_000_000, 11, CLAWBACK - DAY - 1, CLAWBACK - DAY, CLAWBACK)
    assert (*opening, *EXPECTED_TAIL[program]) == struct.unpack(OPENING + TAIL[program], data)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_accounts_of_creation_are_derived_from_base_mint_and_version(program: str) -> None:
    plan = plan_of(token(program))
    (step,) = [step for step in steps_of(plan) if step.name == "create JUP 0"]
    instruction = step.instructions[-1]
    base = None if program == "jito" else BASE.pubkey()
    distributor = distributor_of(instruction.program_id, base, MINT, 7)
    receiver = token_address(ADMIN.pubkey(), MINT)
    vault = token_address(distributor, MINT)
    keys = [meta.pubkey for meta in instruction.accounts]
    bases = [] if base is None else [base]
    assert [distributor, *bases, receiver, MINT, vault, ADMIN.pubkey()] == keys[: 5 + len(bases)]
    signers = [meta.pubkey for meta in instruction.accounts if meta.is_signer]
    assert [*bases, ADMIN.pubkey()] == signers
    assert (1 if program == "jito" else 2) == len(step.instructions)


def test_a_payment_moves_exactly_the_total_of_its_tree() -> None:
    plan = plan_of()
    step = steps_of(plan)[-1]
    (instruction,) = step.instructions
    assert (12, 2_000_000_000, 6) == struct.unpack("<BQB", bytes(instruction.data))
    vault = token_address(Pubkey(plan.tokens[0].trees[1].distributor), MINT)
    source = token_address(FUNDER.pubkey(), MINT)
    assert [source, MINT, vault, FUNDER.pubkey()] == [m.pubkey for m in instruction.accounts]


def test_the_steps_come_in_the_order_of_sending_and_say_what_they_do() -> None:
    steps = steps_of(plan_of())
    assert STEPS == [step.name for step in steps]
    assert [
        "make the token account that JUP clawbacks pay",
        "make distributor and vault of JUP tree 0",
        "make distributor and vault of JUP tree 1",
        "pay 1,000.000000 JUP into the vault of JUP tree 0",
        "pay 2,000.000000 JUP into the vault of JUP tree 1",
    ] == [step.title for step in steps]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_transaction_fits_a_packet_and_names_its_signers(program: str) -> None:
    for step in steps_of(plan_of(token(program))):
        made = step.transaction(Freshness(blockhash=b"\7" * 32))
        parsed = Transaction.from_bytes(b64decode(made.base64))
        assert made.size <= 1232
        assert 7 == bytes(parsed.message.recent_blockhash)[0]
        assert all(not any(bytes(signature)) for signature in parsed.signatures)
        keys = parsed.message.account_keys[: parsed.message.header.num_required_signatures]
        assert [bytes(key) for key in keys] == list(made.signers)


def test_an_operator_makes_claims_permissioned() -> None:
    settings = f'{SETTINGS}operator = "{STRANGER.pubkey()}"\n'
    arguments = plan_of(settings=settings).tokens[0].trees[0].arguments
    assert (3, bytes(STRANGER.pubkey())) == (arguments.claim_type, arguments.operator)


@pytest.mark.parametrize(
    ("program", "line", "expected"),
    [
        ("jupiter", "activation = 2026-02-01T00:00:00Z", (1_769_904_000, 1)),
        ("jupiter", "activation = 350_000_000", (350_000_000, 0)),
        ("jupiter-2024", "activation = 2026-02-01T00:00:00Z", (1_769_904_000, 1)),
        ("jupiter-asr-2024", "activation = 350_000_000", (350_000_000, 0)),
        ("kamino", "activation = 350_000_000", (350_000_000, 0)),
    ],
)
def test_claims_begin_at_a_time_or_a_slot(
    program: str, line: str, expected: tuple[int, int]
) -> None:
    arguments = plan_of(token(program), f"{SETTINGS}{line}\n").tokens[0].trees[0].arguments
    assert expected == (arguments.activation_point, arguments.activation_type)


def test_costs_are_rent_of_every_account_and_a_fee_per_signature() -> None:
    admin, funder = costs_of(steps_of(plan_of()))
    rents = [(128 + size) * 6960 for size in (165, 165, 448, 165, 448)]
    assert (sum(rents), 5 * 5000) == (admin.rent, admin.fees)
    assert (0, 2 * 5000) == (funder.rent, funder.fees)


def test_a_price_is_offered_for_a_limit_of_units_and_costs_a_lamport_at_least() -> None:
    step = replace(steps_of(plan_of())[1], price=3)
    limit, price, *_ = step.transaction().instructions
    assert (b"\2" + struct.pack("<I", 250_000), b"\3" + struct.pack("<Q", 3)) == (
        bytes(limit.data),
        bytes(price.data),
    )
    assert [10_001, 10_250] == [replace(step, price=price).fee for price in (3, 1_000)]


def test_a_tree_of_nothing_is_made_but_not_paid() -> None:
    empty = replace(token(trees=1), trees=(replace(tree(0), max_total_claim=0),))
    assert ["receiver JUP", "create JUP 0"] == [step.name for step in steps_of(plan_of(empty))]


def planned(*tokens: Token) -> Any:
    return make_plan("ab" * 32, tokens, read_settings("deploy.toml", SETTINGS, tokens))


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (replace(token(), program="none"), "JUP: it has no program, and no claim program"),
        (
            replace(token(), program="none", leaf="mint-bound"),
            "JUP: its leaves bind the mint, and no claim program that is known verifies it",
        ),
        (replace(token(), base=None), "JUP: its trees have no address yet; set base in the"),
        (replace(token(), locker_base=None), "JUP: its round names no locker_base"),
        (replace(token(), trees=()), "there is no tree to deploy"),
    ],
)
def test_what_cannot_be_deployed_is_refused(made: Token, problem: str) -> None:
    with pytest.raises(DeploymentError, match=problem):
        planned(made)


def test_a_token_without_trees_is_left_out() -> None:
    empty = replace(token(), symbol="WEN", trees=())
    assert ["JUP"] == [one.token.symbol for one in planned(token(), empty).tokens]


def cautions(made: Token, line: str = "", now: int | None = NOW) -> list[str]:
    return cautions_of(plan_of(made, f"{SETTINGS}{line}\n"), now)


def test_a_sound_plan_has_no_warnings() -> None:
    assert [] == cautions(token())


@pytest.mark.parametrize(
    ("made", "line", "warning"),
    [
        (token(), "closable = true", "JUP: closable: the admin may send a whole vault to any"),
        (
            token(),
            f'[tokens.JUP]\nfunder = "{ADMIN.pubkey()}"',
            "JUP: admin and funder are one key",
        ),
        (
            token(),
            f'operator = "{STRANGER.pubkey()}"',
            f"JUP: no wallet can claim without the signature of the operator {STRANGER.pubkey()}",
        ),
        (
            replace(token(trees=1), trees=(replace(tree(0), zero_amounts=3),)),
            "",
            "JUP tree 0: 3 leaves without an unlocked amount, which nobody can stake",
        ),
        (
            replace(token(trees=1), trees=(replace(tree(0), max_total_claim=0),)),
            "",
            "JUP tree 0: its leaves add up to 0: every claim fails, by a division by zero",
        ),
        (
            replace(token("kamino", trees=1), trees=(replace(tree(0), max_total_claim=0),)),
            "",
            "JUP tree 0: its leaves add up to 0: there is nothing to claim",
        ),
        (
            replace(token(trees=1), trees=(replace(tree(0), depth=17, max_num_nodes=70_000),)),
            "",
            "JUP tree 0: 70,000 leaves in one tree need 17 hashes per proof",
        ),
        (
            token(),
            "start_vesting = 2026-01-01T00:00:00Z",
            "JUP: start_vesting 2026-01-01T00:00:00Z is not after 2026-01-01T00:00:00Z: the",
        ),
    ],
)
def test_what_an_operator_should_know_is_a_warning(made: Token, line: str, warning: str) -> None:
    (found,) = cautions(made, line)
    assert found.startswith(warning)


def test_times_are_not_judged_without_a_time() -> None:
    assert [] == cautions(token(), "start_vesting = 1999-01-01T00:00:00Z", None)


def test_zeros_that_are_only_paid_into_wallets_are_no_warning() -> None:
    made = replace(token("kamino", trees=1), trees=(replace(tree(0), zero_amounts=3),))
    assert [] == cautions(made)


OFF_CURVE = "2c2Yg1E9BNQVxqg9ZpB2CTBa4GGT8CoeWH6JN7ZQ5FDw"


def test_the_address_of_a_multisig_is_a_warning_once() -> None:
    settings = f"""admin = "{OFF_CURVE}"\nclawback_start = 2026-03-01T00:00:00Z\n"""
    _, found = cautions_of(plan_of(settings=settings), NOW)
    assert found.startswith(f"{OFF_CURVE} is no key but the address of a program's account")


def test_a_clawback_owner_without_a_key_is_a_warning() -> None:
    (found,) = cautions(token(), f'clawback_owner = "{OFF_CURVE}"')
    assert found == (
        f"the clawback owner {OFF_CURVE} is no key but the address of a program's account: only "
        "that program can move what comes back"
    )


@pytest.mark.parametrize("program", ["jupiter", "kamino"])
def test_seconds_written_as_a_slot_are_a_warning(program: str) -> None:
    (found,) = cautions(token(program), f"activation = {NOW}")
    assert found.startswith("JUP: claims begin with slot 1,767,225,600, which does not come before")
    assert [] == cautions(token(program), "activation = 500000000")


def test_a_base_that_nobody_can_sign_with_is_a_warning() -> None:
    (found,) = cautions(replace(token(), base=parse_address(OFF_CURVE)))
    assert f"nobody can sign with the base {OFF_CURVE}: it is no key of a keypair" == found


def test_one_base_key_for_several_tokens_is_a_warning() -> None:
    other = replace(token(), symbol="WEN", mint=Address(token().mint[::-1]))
    (found,) = cautions_of(planned(token(), other), NOW)
    assert found == (
        f"one base key, {shown(bytes(BASE.pubkey()))}, signs for JUP, WEN: keep it until all of "
        "them are made"
    )
