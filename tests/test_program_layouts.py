"""The accounts of claim programs are read and written at their offsets."""

from __future__ import annotations

import struct
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from merkle.program import PROFILES
from merkle.program.errors import ProgramError
from merkle.program.layouts import AccountError
from merkle.program.layouts_distributor import (
    ClaimStatusAccount,
    DistributorAccount,
    decode_claim_status,
    decode_distributor,
    encode_claim_status,
    encode_distributor,
)
from tests.plain_programs import key

DISCRIMINATOR = bytes.fromhex("4d778b4654f70c1a")
STATUS_DISCRIMINATOR = bytes.fromhex("16b7f99df75f9660")
CLAIMANT, ADMIN, DISTRIBUTOR = key("claimant"), key("admin"), key("distributor")

# every value is another one, so that no two fields can be confused
ACCOUNT = DistributorAccount(
    bump=254,
    version=1,
    root=bytes(range(32)),
    mint=key("mint"),
    vault=key("vault"),
    max_total_claim=2**64 - 1,
    max_num_nodes=3,
    total_amount_claimed=4,
    num_nodes_claimed=5,
    start_vesting=-6,
    end_vesting=7,
    clawback_start=2**63 - 1,
    clawback_receiver=key("clawback_receiver"),
    admin=ADMIN,
    clawed_back=True,
)
BASE, LOCKER, OPERATOR = key("base"), key("locker"), key("operator")
COUNTERS = (2**64 - 1, 3, 4, 5, -6, 7, 2**63 - 1)


def at(size: int, discriminator: bytes, **fields: tuple[int, bytes]) -> bytes:
    """Place fields at offsets in an account of a size."""
    account = bytearray(size)
    account[:8] = discriminator
    for offset, content in fields.values():
        assert not any(account[offset : offset + len(content)])
        account[offset : offset + len(content)] = content
    return bytes(account)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def packed(discriminator: bytes, size: int, *, base: bool, rest: bytes = b"") -> bytes:
    """Pack what all but master have: fields one after the other, without gaps."""
    keys = [ACCOUNT.root, ACCOUNT.mint, *([BASE] if base else []), ACCOUNT.vault]
    content = struct.pack("<BQ", 254, 1) + b"".join(keys) + struct.pack("<QQQQqqq", *COUNTERS)
    content += ACCOUNT.clawback_receiver + ADMIN + b"\1" + rest
    return (discriminator + content).ljust(size, b"\0")


MASTER = at(
    448,
    DISCRIMINATOR,
    root=(8, ACCOUNT.root),
    mint=(40, ACCOUNT.mint),
    base=(72, BASE),
    token_vault=(104, ACCOUNT.vault),
    clawback_receiver=(136, ACCOUNT.clawback_receiver),
    admin=(168, ADMIN),
    locker=(200, LOCKER),
    operator=(232, OPERATOR),
    version=(264, u64(1)),
    max_total_claim=(272, u64(2**64 - 1)),
    max_num_nodes=(280, u64(3)),
    total_amount_claimed=(288, u64(4)),
    num_nodes_claimed=(296, u64(5)),
    start_ts=(304, struct.pack("<q", -6)),
    end_ts=(312, u64(7)),
    clawback_start_ts=(320, u64(2**63 - 1)),
    activation_point=(328, u64(8)),
    activation_type=(336, b"\1"),
    claim_type=(337, b"\3"),
    bump=(338, b"\xfe"),
    clawed_back=(339, b"\1"),
    closable=(340, b"\1"),
    total_bonus=(344, u64(9)),
    vesting_duration=(352, u64(10)),
    total_claimed_bonus=(360, u64(11)),
)
BONUS: dict[str, Any] = {"total_bonus": 9, "bonus_vesting": 10, "total_claimed_bonus": 11}
OPENING: dict[str, Any] = {"base": BASE, "activation_point": 8, "closable": True}

DISTRIBUTORS: dict[str, tuple[DistributorAccount, bytes]] = {
    "jupiter": (
        replace(
            ACCOUNT,
            **{**OPENING, **BONUS, "locker": LOCKER, "operator": OPERATOR},
            activation_type=1,
            claim_type=3,
        ),
        MASTER,
    ),
    "jupiter-asr-2024": (
        replace(ACCOUNT, **{**OPENING, **BONUS, "locker": LOCKER}, claim_type=2),
        packed(
            DISCRIMINATOR,
            376,
            base=True,
            rest=struct.pack("<Q?QQQQ32s", 8, True, 9, 10, 11, 0, LOCKER),
        ),
    ),
    "jupiter-2024": (
        replace(ACCOUNT, **{**OPENING, **BONUS}, activation_type=1),
        packed(DISCRIMINATOR, 376, base=True, rest=struct.pack("<Q?QQQB", 8, True, 9, 10, 11, 1)),
    ),
    "kamino": (
        replace(ACCOUNT, **OPENING),
        packed(DISCRIMINATOR, 376, base=True, rest=struct.pack("<Q?", 8, True)),
    ),
    "jito": (ACCOUNT, packed(DISCRIMINATOR, 240, base=False)),
}

STATUS = ClaimStatusAccount(claimant=CLAIMANT, unlocked=2**64 - 1, locked=2, locked_withdrawn=1)
AMOUNTS = struct.pack("<QQQ", 2, 1, 2**64 - 1)
MASTER_STATUS = at(
    160,
    STATUS_DISCRIMINATOR,
    admin=(8, ADMIN),
    distributor=(40, DISTRIBUTOR),
    claimant=(72, CLAIMANT),
    locked_amount=(104, u64(2)),
    locked_amount_withdrawn=(112, u64(1)),
    unlocked_amount=(120, u64(2**64 - 1)),
    bonus_amount=(128, u64(3)),
    closable=(136, b"\1"),
)
PACKED_STATUS = (STATUS_DISCRIMINATOR + CLAIMANT + AMOUNTS + b"\1" + ADMIN).ljust(104, b"\0")
CLOSABLE = replace(STATUS, closable=True, admin=ADMIN)
STATUSES = {
    "jupiter": (replace(CLOSABLE, bonus=3, distributor=DISTRIBUTOR), MASTER_STATUS),
    **dict.fromkeys(("jupiter-asr-2024", "jupiter-2024", "kamino"), (CLOSABLE, PACKED_STATUS)),
    "jito": (STATUS, STATUS_DISCRIMINATOR + CLAIMANT + AMOUNTS),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_distributor_lies_at_its_offsets(name: str) -> None:
    account, content = DISTRIBUTORS[name]
    assert account == decode_distributor(PROFILES[name], content)
    assert content == encode_distributor(PROFILES[name], account)


@pytest.mark.parametrize("name", PROFILES)
def test_the_record_of_a_claim_lies_at_its_offsets(name: str) -> None:
    account, content = STATUSES[name]
    assert account == decode_claim_status(PROFILES[name], content)
    assert content == encode_claim_status(PROFILES[name], account)


@pytest.mark.parametrize(
    ("offset", "name"),
    [(17, "root"), (113, "vault"), (265, "clawed_back"), (274, "closable"), (307, "locker")],
)
def test_the_packed_layout_has_the_offsets_of_its_source(offset: int, name: str) -> None:
    account, content = DISTRIBUTORS["jupiter-asr-2024"]
    expected = getattr(account, name)
    expected = expected if isinstance(expected, bytes) else bytes([expected])
    assert expected == content[offset : offset + len(expected)]


def test_a_discriminator_is_the_hash_of_the_type() -> None:
    assert DISCRIMINATOR == sha256(b"account:MerkleDistributor").digest()[:8]
    assert STATUS_DISCRIMINATOR == sha256(b"account:ClaimStatus").digest()[:8]


@pytest.mark.parametrize("name", PROFILES)
def test_an_account_of_another_size_or_type_is_refused(name: str) -> None:
    profile, (_, content) = PROFILES[name], DISTRIBUTORS[name]
    remedy = "read it again, and check that it is the right account of the right program"
    with pytest.raises(AccountError) as caught:
        decode_distributor(profile, content[:-1])
    size = len(content)
    expected = f"no MerkleDistributor of {name}: {size - 1} bytes, not {size}; {remedy}"
    assert expected == str(caught.value)
    for wrong in (content + b"\0", b""):
        with pytest.raises(AccountError, match=f"{len(wrong)} bytes, not {size}"):
            decode_distributor(profile, wrong)
    with pytest.raises(AccountError, match="it begins like an account of another type"):
        decode_distributor(profile, STATUS_DISCRIMINATOR + content[8:])
    with pytest.raises(AccountError, match=f"no ClaimStatus of {name}: "):
        decode_claim_status(profile, content)


@pytest.mark.parametrize(
    ("offset", "value", "problem"),
    [
        (339, 2, "clawed_back is 2, neither 0 nor 1"),
        (340, 255, "closable is 255, neither 0 nor 1"),
        (337, 4, "claim_type is 4, none of 0 to 3"),
        (336, 2, "activation_type is 2, neither 0 nor 1"),
    ],
)
def test_a_value_that_the_program_never_writes_is_refused(
    offset: int, value: int, problem: str
) -> None:
    content = bytearray(MASTER)
    content[offset] = value
    with pytest.raises(AccountError, match=problem):
        decode_distributor(PROFILES["jupiter"], bytes(content))


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("jito", {"base": BASE}, "MerkleDistributor of jito has no base; leave it out"),
        ("kamino", {"total_bonus": 1}, "MerkleDistributor of kamino has no total_bonus"),
        ("kamino", {"claim_type": 2}, "MerkleDistributor of kamino has no claim_type"),
        ("jupiter-asr-2024", {"claim_type": 0}, "of jupiter-asr-2024 has no claim_type"),
        (
            "jupiter",
            {"max_num_nodes": 2**64},
            "MerkleDistributor of jupiter cannot hold these values",
        ),
    ],
)
def test_what_a_layout_cannot_hold_is_refused(
    name: str, changes: dict[str, Any], problem: str
) -> None:
    account, _ = DISTRIBUTORS[name]
    with pytest.raises(ProgramError, match=problem):
        encode_distributor(PROFILES[name], replace(account, **changes))


def test_jitos_record_has_no_admin() -> None:
    with pytest.raises(ProgramError, match="ClaimStatus of jito has no admin; leave it out"):
        encode_claim_status(PROFILES["jito"], replace(STATUS, admin=ADMIN))


def test_a_claim_type_says_who_signs_and_where_it_pays() -> None:
    account = DISTRIBUTORS["jupiter"][0]
    assert [(False, False), (True, False), (False, True), (True, True)] == [
        (typed.is_permissioned, typed.stakes)
        for typed in (replace(account, claim_type=claim_type) for claim_type in range(4))
    ]


def test_keys_of_zeros_name_nobody() -> None:
    nobody = replace(DISTRIBUTORS["jupiter"][0], locker=None, operator=None, claim_type=0)
    content = encode_distributor(PROFILES["jupiter"], nobody)
    assert bytes(64) == content[200:264]
    assert nobody == decode_distributor(PROFILES["jupiter"], content)
