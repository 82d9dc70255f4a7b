"""How accounts lie in bytes: named fields at offsets, read strictly and written back."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from allocation.address import Address
from merkle.program.encoding import discriminator
from merkle.program.errors import ProgramError
from merkle.program.ids import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

FieldKind: TypeAlias = Literal["bool", "u8", "u32", "u64", "i64", "key"]

Field: TypeAlias = "tuple[str, int, FieldKind]"
"""Name, offset in the account, kind."""

_CODES: Final = {"bool": "B", "u8": "B", "u32": "I", "u64": "Q", "i64": "q", "key": "32s"}


class AccountError(ProgramError):
    """The bytes of an account are not what its program writes."""

    def __init__(self, kind: str, problem: str) -> None:
        remedy = "read it again, and check that it is the right account of the right program"
        super().__init__(f"no {kind}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the fields of one type of account lie."""

    kind: str  # the type, for people
    size: int  # bytes that the account is allocated with
    fields: tuple[tuple[str, FieldKind], ...]
    packing: struct.Struct  # the fields and what lies between them, from byte 0
    discriminator: bytes

    def decode(self, content: bytes, *, may_be_longer: bool = False) -> dict[str, Any]:
        """Return the fields of an account by name.

        Errors: AccountError for another size, another type, or a bool that is neither 0 nor 1.
        """
        if len(content) < self.size or (len(content) > self.size and not may_be_longer):
            raise AccountError(self.kind, f"{len(content):,} bytes, not {self.size}")
        if not content.startswith(self.discriminator):
            raise AccountError(self.kind, "it begins like an account of another type")
        values = self.packing.unpack_from(content)
        return {
            name: _checked(self.kind, name, kind, value)
            for (name, kind), value in zip(self.fields, values, strict=True)
        }

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Write the account as its program allocates it, with zeros for what has no name.

        Errors: ProgramError for a number that does not fit.
        """
        account = bytearray(self.size)
        try:
            self.packing.pack_into(account, 0, *(values[name] for name, _ in self.fields))
        except struct.error as error:
            raise ProgramError(f"{self.kind} cannot hold these values: {error}") from error
        account[: len(self.discriminator)] = self.discriminator
        return bytes(account)


def plain_layout(kind: str, size: int, *fields: Field) -> Layout:
    """Describe an account without a discriminator; fields in the order of their offsets."""
    codes, end = "<", 0
    for _, offset, field_kind in fields:
        codes += f"{offset - end}x{_CODES[field_kind]}"
        end = struct.calcsize(codes)
    return Layout(
        kind=kind,
        size=size,
        fields=tuple((name, field_kind) for name, _, field_kind in fields),
        packing=struct.Struct(codes),
        discriminator=b"",
    )


def anchor_layout(name: str, program: str, size: int, *fields: Field) -> Layout:
    """Describe an account of an Anchor program, which begins with its type's discriminator."""
    plain = plain_layout(f"{name} of {program}", size, *fields)
    return Layout(
        kind=plain.kind,
        size=plain.size,
        fields=plain.fields,
        packing=plain.packing,
        discriminator=discriminator("account", name),
    )


def key_or_none(key: bytes) -> Address | None:
    """Read a key that names nobody where it is all zeros."""
    return None if key == NO_KEY else Address(key)


def _checked(kind: str, name: str, field_kind: FieldKind, value: Any) -> Any:
    if field_kind == "bool":
        if value not in (0, 1):
            raise AccountError(kind, f"{name} is {value}, neither 0 nor 1")
        return bool(value)
    return Address(value) if field_kind == "key" else value
