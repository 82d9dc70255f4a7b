"""Accounts of claim programs survive being written, and hostile bytes are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address
from merkle.program import PROFILES
from merkle.program.layouts import AccountError
from merkle.program.layouts_distributor import (
    DistributorAccount,
    decode_claim_status,
    decode_distributor,
    encode_claim_status,
    encode_distributor,
)
from tests.test_program_layouts import DISCRIMINATOR, DISTRIBUTORS, STATUSES

keys = st.binary(min_size=32, max_size=32).filter(any).map(Address)
amounts = st.integers(0, 2**64 - 1)
times = st.integers(-(2**63), 2**63 - 1)


@given(
    data=st.data(),
    numbers=st.tuples(*[amounts] * 8),
    moments=st.tuples(*[times] * 3),
    flags=st.tuples(st.booleans(), st.booleans()),
)
@pytest.mark.parametrize("name", PROFILES)
def test_a_distributor_survives_being_written(
    name: str, data: st.DataObject, numbers: Any, moments: Any, flags: Any
) -> None:
    account = replace(
        DISTRIBUTORS[name][0],
        version=numbers[0],
        root=data.draw(keys),
        mint=data.draw(keys),
        max_total_claim=numbers[1],
        max_num_nodes=numbers[2],
        total_amount_claimed=numbers[3],
        num_nodes_claimed=numbers[4],
        start_vesting=moments[0],
        end_vesting=moments[1],
        clawback_start=moments[2],
        clawed_back=flags[0],
    )
    profile = PROFILES[name]
    assert account == decode_distributor(profile, encode_distributor(profile, account))


@given(content=st.binary(max_size=500))
@pytest.mark.parametrize("name", PROFILES)
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    profile = PROFILES[name]
    typed = DISCRIMINATOR + content.ljust(profile.distributor_bytes, b"\1")
    for candidate in (content, typed[: profile.distributor_bytes]):
        try:
            account = decode_distributor(profile, candidate)
        except AccountError:
            continue
        assert isinstance(account, DistributorAccount)


@given(
    numbers=st.tuples(*[amounts] * 3),
    claimant=keys,
    position=st.integers(0, 63),
    bit=st.integers(0, 7),
)
@pytest.mark.parametrize("name", PROFILES)
def test_every_bit_of_a_record_counts(
    name: str, numbers: Any, claimant: Address, position: int, bit: int
) -> None:
    profile = PROFILES[name]
    unlocked, locked, withdrawn = numbers
    account = replace(
        STATUSES[name][0],
        claimant=claimant,
        unlocked=unlocked,
        locked=locked,
        locked_withdrawn=withdrawn,
    )
    content = bytearray(encode_claim_status(profile, account))
    assert account == decode_claim_status(profile, bytes(content))
    content[position] ^= 1 << bit
    try:
        assert account != decode_claim_status(profile, bytes(content))
    except AccountError:
        assert position < 8
