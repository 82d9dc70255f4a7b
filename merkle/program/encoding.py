"""How instructions become bytes: discriminators, arguments, and the roles of accounts.

Errors: ProgramError for an argument that does not fit.
Source: anchor-lang 0.28 (discriminators, absent accounts); borsh (arguments).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from allocation.units import U64_MAX
from merkle.program.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DISCRIMINATOR_BYTES: Final = 8
HASH_BYTES: Final = 32
U8_MAX: Final = 2**8 - 1
U32_MAX: Final = 2**32 - 1
I64_MAX: Final = 2**63 - 1


def readonly(key: bytes) -> AccountMeta:
    """Name an account that is only read."""
    return AccountMeta(Pubkey(key), is_signer=False, is_writable=False)


def writable(key: bytes) -> AccountMeta:
    """Name an account that may change."""
    return AccountMeta(Pubkey(key), is_signer=False, is_writable=True)


def signer(key: bytes) -> AccountMeta:
    """Name an account that has to sign."""
    return AccountMeta(Pubkey(key), is_signer=True, is_writable=False)


def paying_signer(key: bytes) -> AccountMeta:
    """Name an account that has to sign and may change, e.g. since it pays."""
    return AccountMeta(Pubkey(key), is_signer=True, is_writable=True)


def optional_signer(key: bytes | None, program_id: bytes) -> AccountMeta:
    """Name a signer, or nobody: Anchor takes the program's own id for an absent account."""
    return readonly(program_id) if key is None else signer(key)


def anchor_instruction(
    program_id: bytes, name: str, accounts: Sequence[AccountMeta], arguments: bytes = b""
) -> Instruction:
    """Call an instruction of an Anchor program by its name in the source, in snake case."""
    return Instruction(Pubkey(program_id), discriminator("global", name) + arguments, accounts)


def discriminator(space: str, name: str) -> bytes:
    """Return the 8 bytes that Anchor puts first: "global" instructions or "account" types."""
    return sha256(f"{space}:{name}".encode()).digest()[:DISCRIMINATOR_BYTES]


def u8(value: int) -> bytes:
    """Encode one byte."""
    return _number(value, 0, U8_MAX, 1)


def u32(value: int) -> bytes:
    """Encode 4 bytes, little-endian."""
    return _number(value, 0, U32_MAX, 4)


def u64(value: int) -> bytes:
    """Encode 8 bytes, little-endian."""
    return _number(value, 0, U64_MAX, 8)


def i64(value: int) -> bytes:
    """Encode 8 bytes with a sign, little-endian: times are unix seconds of this kind."""
    return _number(value, -I64_MAX - 1, I64_MAX, 8)


def boolean(value: bool) -> bytes:
    """Encode one byte, 0 or 1."""
    return bytes([value])


def hash_of(value: bytes) -> bytes:
    """Encode 32 bytes: a root or a sibling.

    Errors: ProgramError for another length.
    """
    if len(value) != HASH_BYTES:
        raise ProgramError(f"a hash has {HASH_BYTES} bytes, this one has {len(value)}")
    return value


def hashes(values: Iterable[bytes]) -> bytes:
    """Encode a list of hashes after their number."""
    encoded = [hash_of(value) for value in values]
    return u32(len(encoded)) + b"".join(encoded)


def text(value: str) -> bytes:
    """Encode UTF-8 after the number of its bytes."""
    encoded = value.encode()
    return u32(len(encoded)) + encoded


def _number(value: int, least: int, most: int, size: int) -> bytes:
    if not least <= value <= most:
        raise ProgramError(
            f"{value} does not fit {8 * size} bits: from {least} to {most} is possible"
        )
    return value.to_bytes(size, "little", signed=least < 0)
