"""What the tests of the claim programs hold the builders against, made without them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from allocation.address import Address, parse_address

if TYPE_CHECKING:
    from solders.instruction import Instruction

TOKEN: Final = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 - the id of a program
ASSOCIATED: Final = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
VOTER: Final = "voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj"
SYSTEM: Final = "11111111111111111111111111111111"
BUDGET: Final = "ComputeBudget111111111111111111111111111111"

FIELD: Final = 2**255 - 19


def is_a_point(key: bytes) -> bool:
    """Say whether 32 bytes are a point of ed25519: whether RFC 8032 finds an x for this y."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    d = -121_665 * pow(121_666, -1, FIELD)
    x_squared = (y * y - 1) * pow(d * y * y + 1, -1, FIELD) % FIELD
    return x_squared == 0 or pow(x_squared, (FIELD - 1) // 2, FIELD) == 1


def plain_address(program: str, *seeds: bytes) -> Address:
    """Derive an address as Solana defines it: the first hash, bumps downwards, that is no point."""
    for bump in range(255, -1, -1):
        parts = [*seeds, bytes([bump]), parse_address(program), b"ProgramDerivedAddress"]
        derived = sha256(b"".join(parts)).digest()
        if not is_a_point(derived):
            return Address(derived)
    raise AssertionError


def key(name: str) -> Address:
    """Return a key that `roles` calls by this name."""
    made = Address(sha256(f"key of {name}".encode()).digest())
    _NAMES[made] = name
    return made


_NAMES: Final[dict[bytes, str]] = {
    parse_address(TOKEN): "token",
    parse_address(ASSOCIATED): "associated",
    parse_address(VOTER): "voter",
    parse_address(SYSTEM): "system",
}


def roles(instruction: Instruction) -> str:
    """Write the accounts of an instruction: W for writable, S for one that signs."""
    written = []
    for meta in instruction.accounts:
        marks = "W" * meta.is_writable + "S" * meta.is_signer
        name = _NAMES.get(bytes(meta.pubkey), str(meta.pubkey))
        written.append(f"{name} {marks}".strip())
    return ", ".join(written)
