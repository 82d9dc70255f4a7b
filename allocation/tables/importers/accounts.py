"""Accounts of the govern and locked-voter programs, as a node hands them out.

A file is the answer to `getProgramAccounts` with encoding base64 (whole, its `result` or the
`value` in that), or a list of such accounts:

    {"pubkey": "<address>", "account": {"data": ["<base64>", "base64"], "owner": "<program>", ...}}

`owner` may be missing; every address is derived from what the account says, so an account that
was altered, or belongs to another program, is refused either way.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from allocation.address import AddressError, format_address, parse_address
from allocation.tables.importers.derived import is_escrow, is_vote
from allocation.tables.importers.json_entries import entries_of
from allocation.tables.importers.power import Lock
from allocation.tables.importers.rows import BadCellError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from allocation.address import Address
    from allocation.tables.importers.rows import Rows

_ENCODING: Final = "ask the node for encoding base64 without dataSlice"
_NAMES: Final = {  # by discriminator, the first bytes of an account
    sha256(f"account:{name}".encode()).digest()[:8]: name
    for name in ("Vote", "Escrow", "Locker", "Governor", "Proposal", "PartialUnstaking")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteAccount:
    """What one voter said to one proposal.

    Source: TeamRaccoons/WAGMI@c7dc581 programs/govern/src/state.rs, Vote
    """

    address: bytes
    proposal: bytes
    voter: Address
    side: int
    voting_power: int  # base units


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowAccount:
    """What one owner has staked in one locker.

    Source: TeamRaccoons/WAGMI@c7dc581 programs/locked-voter/src/state.rs, Escrow
    """

    address: bytes
    locker: bytes
    owner: Address
    lock: Lock
    unstaking: int  # base units that have left the amount and not yet the escrow


# Borsh puts the fields one after the other; the ends are the programs' buffers.
_VOTE: Final = Struct("<8s32s32sBBQB32x")  # 115 bytes
_ESCROW: Final = Struct("<8s32s32sB32xQqq32xBQ152x")  # 322 bytes


def vote_accounts(path: Path, program: Address, rows: Rows) -> Iterator[tuple[int, VoteAccount]]:
    """Yield the Vote accounts of a file; what is wrong is recorded in `rows`."""

    def decode(address: bytes, data: bytes) -> VoteAccount:
        _, proposal, voter, bump, side, power, claimed = _unpacked(data, "Vote", _VOTE)
        _flag("claimed", claimed)
        if not is_vote(address, proposal, voter, program, bump):
            raise _not_derived(address, "voter and proposal")
        return VoteAccount(
            address=address, proposal=proposal, voter=voter, side=side, voting_power=power
        )

    return _decoded(path, program, rows, decode)


def escrow_accounts(
    path: Path, program: Address, rows: Rows
) -> Iterator[tuple[int, EscrowAccount]]:
    """Yield the Escrow accounts of a file; what is wrong is recorded in `rows`."""

    def decode(address: bytes, data: bytes) -> EscrowAccount:
        _, locker, owner, bump, amount, started_at, ends_at, max_lock, unstaking = _unpacked(
            data, "Escrow", _ESCROW
        )
        is_max_lock = _flag("is_max_lock", max_lock)
        if not is_escrow(address, locker, owner, program, bump):
            raise _not_derived(address, "owner and locker")
        lock = Lock(amount=amount, is_max_lock=is_max_lock, started_at=started_at, ends_at=ends_at)
        return EscrowAccount(
            address=address, locker=locker, owner=owner, lock=lock, unstaking=unstaking
        )

    return _decoded(path, program, rows, decode)


def _decoded(
    path: Path, program: Address, rows: Rows, decode: Callable[[bytes, bytes], Any]
) -> Iterator[tuple[int, Any]]:
    program_text = format_address(program)
    for number, entry in entries_of(path, rows):
        try:
            address, data = _opened(entry, program_text)
            account = decode(address, data)
        except BadCellError as bad:
            rows.refuse(number, bad)
        else:
            if rows.is_new(number, "pubkey", address):
                yield number, account


def _opened(entry: object, program: str) -> tuple[Address, bytes]:
    """Return address and bytes of an account that belongs to `program`."""
    account = entry.get("account") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(account, dict):
        raise BadCellError("account", None, "no object with pubkey and account", _ENCODING)
    pubkey, owner = entry.get("pubkey"), account.get("owner")
    if not isinstance(pubkey, str):
        raise BadCellError("pubkey", pubkey, "no address", _ENCODING)
    try:
        address = parse_address(pubkey)
    except AddressError as error:
        raise BadCellError("pubkey", pubkey, error.problem, error.remedy) from error
    if "owner" in account and owner != program:
        problem = f"another program than {program}"
        raise BadCellError(
            "account.owner", owner, problem, "fetch the right ones, or give its --program"
        )
    return address, _bytes_of(account.get("data"))


def _bytes_of(data: object) -> bytes:
    match data:
        case [str() as text, "base64"]:
            try:
                return a2b_base64(text, strict_mode=True)
            except (Base64Error, ValueError) as error:
                raise BadCellError(
                    "account.data", text, f"no base64: {error}", _ENCODING
                ) from error
    raise BadCellError("account.data", data, 'not ["...", "base64"]', _ENCODING)


def _unpacked(data: bytes, name: str, layout: Struct) -> tuple[Any, ...]:
    """Take an account's bytes apart, if they are those of such an account."""
    found = data[:8]
    if _NAMES.get(found) != name:
        problem = f"that of {_NAMES.get(found, 'no known account')}, not of {name}"
        remedy = f"ask the node for accounts of {layout.size} bytes that begin with it"
        raise BadCellError("discriminator", found.hex(), problem, remedy)
    if len(data) != layout.size:
        problem = f"{len(data)} bytes, not {layout.size}"
        raise BadCellError("account.data", None, problem, _ENCODING)
    return layout.unpack(data)


def _flag(column: str, value: int) -> bool:
    if value > 1:
        raise BadCellError(column, value, "neither 0 nor 1", "fetch the account again")
    return bool(value)


def _not_derived(address: bytes, whose: str) -> BadCellError:
    problem = f"not the address that the program derives for its {whose}"
    return BadCellError(
        "pubkey", format_address(address), problem, "fetch it again, or give its --program"
    )
