"""Exports of governance programs, made by hand; addresses come from solders, not from our code."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any, Final

import pytest
from solders.pubkey import Pubkey

from allocation.errors import InputErrors
from allocation.tables.importers import import_stakes, import_votes

if TYPE_CHECKING:
    from pathlib import Path

GOVERN: Final = Pubkey.from_string("GovaE4iu227srtG2s3tZzB4RmWBzw8sTwrCLZz7kN7rY")
VOTER: Final = Pubkey.from_string("voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj")
PROPOSAL: Final = Pubkey.from_string("CqMsFvvmzETwwa2tXMZ75aNvjc5xy7VamxYC5u7v1ScA")
OTHER_PROPOSAL: Final = Pubkey.from_string("6txWyf3guJrhnNJXcAHxnV2oVxBcvebuSbfYsgB3yUKc")
LOCKER: Final = Pubkey.from_string("CVMdMd79no569tjc5Sq7kzz8isbfCcFyBS5TLGsrZ5dN")
A, B, C = (Pubkey(bytes((first,)) + bytes(31)) for first in (1, 2, 200))

Account = dict[str, Any]


def vote_address(voter: Pubkey, proposal: Pubkey = PROPOSAL, program: Pubkey = GOVERN) -> Pubkey:
    return Pubkey.find_program_address([b"Vote", bytes(proposal), bytes(voter)], program)[0]


def escrow_address(owner: Pubkey, locker: Pubkey = LOCKER) -> Pubkey:
    return Pubkey.find_program_address([b"Escrow", bytes(locker), bytes(owner)], VOTER)[0]


def account(address: Pubkey, data: bytes, owner: Pubkey) -> Account:
    encoded = [base64.b64encode(data).decode(), "base64"]
    inner = {"data": encoded, "executable": False, "lamports": 1691280, "owner": str(owner)}
    return {
        "pubkey": str(address),
        "account": {**inner, "rentEpoch": 2**64 - 1, "space": len(data)},
    }


def discriminator(name: str) -> bytes:
    return hashlib.sha256(f"account:{name}".encode()).digest()[:8]


def vote_data(
    voter: Pubkey,
    power: int,
    side: int = 1,
    *,
    proposal: Pubkey = PROPOSAL,
    program: Pubkey = GOVERN,
    claimed: int = 0,
) -> bytes:
    seeds = [b"Vote", bytes(proposal), bytes(voter)]
    bump = Pubkey.find_program_address(seeds, program)[1]
    keys = bytes(proposal) + bytes(voter)
    end = power.to_bytes(8, "little") + bytes((claimed,)) + bytes(32)
    return discriminator("Vote") + keys + bytes((bump, side)) + end


def vote_account(voter: Pubkey, power: int, side: int = 1, **others: Any) -> Account:
    proposal, program = others.get("proposal", PROPOSAL), others.get("program", GOVERN)
    data = vote_data(voter, power, side, **others)
    return account(vote_address(voter, proposal, program), data, program)


def escrow_data(
    owner: Pubkey,
    amount: int,
    *,
    locker: Pubkey = LOCKER,
    max_lock: int = 1,
    times: tuple[int, int] = (0, 0),
    unstaking: int = 0,
) -> bytes:
    bump = Pubkey.find_program_address([b"Escrow", bytes(locker), bytes(owner)], VOTER)[1]
    return (
        discriminator("Escrow")
        + bytes(locker)
        + bytes(owner)
        + bytes((bump,))
        + bytes(range(32))  # tokens
        + struct.pack("<Qqq", amount, *times)
        + bytes(owner)  # vote_delegate
        + bytes((max_lock,))
        + struct.pack("<QQ", unstaking, 0)
        + bytes(144)
    )


def escrow_account(owner: Pubkey, amount: int, **others: Any) -> Account:
    address = escrow_address(owner, others.get("locker", LOCKER))
    return account(address, escrow_data(owner, amount, **others), VOTER)


def saved(folder: Path, content: object, name: str = "export") -> Path:
    """Save text as it is, anything else as JSON."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, "utf-8")
    return path


def votes_of(folder: Path, shape: str, content: object, **options: Any) -> list[str]:
    """Import votes and return the lines that were written."""
    out = folder / "votes.csv"
    import_votes(shape, saved(folder, content), out, force=True, **options)
    return out.read_text("utf-8").splitlines()


def stakes_of(folder: Path, shape: str, content: object, **options: Any) -> list[str]:
    """Import stakes and return the lines that were written."""
    out = folder / "stakes.csv"
    import_stakes(shape, saved(folder, content), out, force=True, **options)
    return out.read_text("utf-8").splitlines()


def refusals(folder: Path, shape: str, content: object, **options: Any) -> list[str]:
    """Import what has to be refused; return the errors, and make sure that nothing is written."""
    run = import_stakes if shape == "stakers" or options.pop("stakes", False) else import_votes
    before = sorted(folder.iterdir())
    path = saved(folder, content)
    with pytest.raises(InputErrors) as caught:
        run(shape, path, folder / "refused.csv", **options)
    assert sorted({*before, path}) == sorted(folder.iterdir())
    return [str(finding) for finding in caught.value.findings]
