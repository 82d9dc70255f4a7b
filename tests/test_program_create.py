"""new_distributor of every program, byte for byte."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest

from merkle.program import PROFILES
from merkle.program.errors import ProgramError
from merkle.program.instructions_create import BY_SLOT, BY_TIME, NewDistributor, new_distributor
from tests.plain_programs import key, roles

ROOT = bytes(range(32))
LOCKER, OPERATOR = key("locker"), key("operator")
NEW_DISTRIBUTOR = bytes.fromhex("208b70ab0002e19b")
NEW_DISTRIBUTOR_2 = bytes.fromhex("455b22f770b215fb")

ARGUMENTS = NewDistributor(
    distributor=key("distributor"),
    base=key("base"),
    mint=key("mint"),
    vault=key("vault"),
    clawback_receiver=key("clawback_receiver"),
    admin=key("admin"),
    version=0x0102030405060708,
    root=ROOT,
    max_total_claim=2**64 - 1,
    max_num_nodes=12_000,
    start_vesting=1_700_000_000,
    end_vesting=-1,
    clawback_start=2**63 - 1,
)
FIRST = struct.pack(
    "<Q32sQQqqq",
    *(0x0102030405060708, ROOT, 2**64 - 1, 12_000, 1_700_000_000, -1, 2**63 - 1),
)


def encoded(program: str, **changes: Any) -> bytes:
    arguments = replace(ARGUMENTS, **changes)
    instruction = new_distributor(PROFILES[program], arguments)
    assert PROFILES[program].program_id == bytes(instruction.program_id)
    return bytes(instruction.data)


def accounts(program: str, **changes: Any) -> str:
    return roles(new_distributor(PROFILES[program], replace(ARGUMENTS, **changes)))


def test_jupiter_takes_171_bytes_of_arguments() -> None:
    data = encoded("jupiter", activation_point=7, activation_type=BY_TIME, closable=True)
    expected = FIRST + struct.pack("<QBBQQB32s32s", 7, 1, 1, 0, 0, 0, bytes(32), bytes(32))
    assert NEW_DISTRIBUTOR + expected == data
    assert 171 == len(expected)


def test_jupiter_takes_operator_before_locker() -> None:
    data = encoded("jupiter", locker=LOCKER, operator=OPERATOR, total_bonus=5, bonus_vesting=6)
    expected = struct.pack("<QBBQQB32s32s", 0, 0, 0, 5, 6, 3, OPERATOR, LOCKER)
    assert NEW_DISTRIBUTOR + FIRST + expected == data


@pytest.mark.parametrize(
    ("claim_type", "locker", "operator"),
    [(0, None, None), (1, None, OPERATOR), (2, LOCKER, None), (3, LOCKER, OPERATOR)],
)
def test_locker_and_operator_make_the_claim_type(
    claim_type: int, locker: Any, operator: Any
) -> None:
    data = encoded("jupiter", locker=locker, operator=operator)
    assert claim_type == data[8 + 171 - 65]


def test_asr_takes_a_slot_and_a_locker() -> None:
    data = encoded("jupiter-asr-2024", locker=LOCKER, activation_point=9, closable=True)
    assert NEW_DISTRIBUTOR + FIRST + struct.pack("<QB32s", 9, 1, LOCKER) == data


def test_asr_takes_a_bonus_with_its_second_instruction() -> None:
    data = encoded("jupiter-asr-2024", locker=LOCKER, total_bonus=5, bonus_vesting=6)
    assert NEW_DISTRIBUTOR_2 + FIRST + struct.pack("<QBQQ32s", 0, 0, 5, 6, LOCKER) == data


def test_2024_takes_a_point_and_its_type() -> None:
    data = encoded("jupiter-2024", activation_point=9, activation_type=BY_TIME)
    assert NEW_DISTRIBUTOR + FIRST + struct.pack("<QBB", 9, 1, 0) == data


def test_2024_takes_a_bonus_with_its_second_instruction() -> None:
    data = encoded("jupiter-2024", bonus_vesting=6)
    assert NEW_DISTRIBUTOR_2 + FIRST + struct.pack("<QBBQQ", 0, 0, 0, 0, 6) == data


def test_kamino_takes_a_slot() -> None:
    data = encoded("kamino", activation_point=9, closable=True)
    assert NEW_DISTRIBUTOR + FIRST + struct.pack("<QB", 9, 1) == data


def test_jito_takes_nothing_more() -> None:
    assert NEW_DISTRIBUTOR + FIRST == encoded("jito", base=None)


def test_jupiter_names_no_associated_token_program() -> None:
    expected = "distributor W, base S, clawback_receiver W, mint, vault, admin WS, system, token"
    assert expected == accounts("jupiter")


@pytest.mark.parametrize(
    ("program", "locker"),
    [("jupiter-asr-2024", LOCKER), ("jupiter-2024", None), ("kamino", None)],
)
def test_the_others_name_it(program: str, locker: Any) -> None:
    expected = (
        "distributor W, base S, clawback_receiver W, mint, vault, admin WS, system, associated, "
        "token"
    )
    assert expected == accounts(program, locker=locker)


def test_jito_has_no_base_and_makes_the_vault() -> None:
    expected = (
        "distributor W, clawback_receiver W, mint, vault W, admin WS, system, associated, token"
    )
    assert expected == accounts("jito", base=None)


@pytest.mark.parametrize(
    ("program", "changes", "problem"),
    [
        ("jupiter", {"base": None}, "jupiter: the base key has to sign; say which it is"),
        ("jito", {}, "jito: its address has no base key; leave it out"),
        ("kamino", {"operator": OPERATOR}, "kamino: claims cannot need an operator; leave it out"),
        ("kamino", {"locker": LOCKER}, "kamino: claims cannot be staked; leave the locker out"),
        ("jupiter-asr-2024", {}, "jupiter-asr-2024: every claim is staked; say in which locker"),
        (
            "jito",
            {"base": None, "closable": True},
            "jito: nothing of it can be closed; leave closable out",
        ),
        ("kamino", {"total_bonus": 1}, "kamino: it pays no bonus; leave it out"),
        (
            "jupiter",
            {"activation_type": 2},
            "jupiter: activation_type 2 is neither 0 nor 1",
        ),
        (
            "jito",
            {"base": None, "activation_point": 1},
            "jito: claims begin with the distributor; leave the activation out",
        ),
        (
            "kamino",
            {"activation_point": 1, "activation_type": BY_TIME},
            "kamino: claims begin with a slot, not at a time; give the slot",
        ),
        ("jupiter", {"root": b"short"}, "a hash has 32 bytes, this one has 5"),
        (
            "jupiter",
            {"version": 2**64},
            f"{2**64} does not fit 64 bits: from 0 to {2**64 - 1} is possible",
        ),
        (
            "jupiter",
            {"end_vesting": 2**63},
            f"{2**63} does not fit 64 bits: from {-(2**63)} to {2**63 - 1} is possible",
        ),
    ],
)
def test_what_a_program_cannot_do_is_refused(
    program: str, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        encoded(program, **changes)
    assert problem == str(caught.value)


def test_a_point_of_0_has_no_type() -> None:
    assert encoded("kamino", activation_type=BY_TIME) == encoded("kamino", activation_type=BY_SLOT)
