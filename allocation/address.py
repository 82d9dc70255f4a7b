"""32-byte keys <-> base58, one and many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NewType, TypeAlias

from solders.pubkey import Pubkey

from allocation.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

Address = NewType("Address", bytes)
"""A 32-byte key; compares as raw bytes, which is the order of every output."""

Keys: TypeAlias = "npt.NDArray[np.uint8]"
"""A column of keys, shape (n, 32)."""

KEY_BYTES: Final = 32
LONGEST_TEXT: Final = 44  # base58 characters of the largest key


class AddressError(BadValueError):
    """A text is no address: `problem` says why."""

    remedy = "paste the whole base58 address"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, self.remedy)


def parse_address(text: str) -> Address:
    """Read one base58 address.

    Errors: AddressError saying whether it is not base58 or how many bytes it has.
    """
    try:
        return Address(bytes(Pubkey.from_string(text)))
    except ValueError as error:
        raise AddressError(_why_no_address(text)) from error


def format_address(key: bytes) -> str:
    """Write one key as base58."""
    return str(Pubkey(key))


def parse_addresses(texts: Sequence[str]) -> tuple[Keys, list[int]]:
    """Read many base58 addresses; the second result lists the positions that are none.

    Shapes: keys are (len(texts), 32); rows named in the second result are zero.
    """
    import numpy as np  # noqa: PLC0415 - one key alone needs no numpy, which is slow to load

    keys, bad = bytearray(), []
    for position, text in enumerate(texts):
        try:
            keys += bytes(Pubkey.from_string(text))
        except ValueError:
            keys += bytes(KEY_BYTES)
            bad.append(position)
    return np.frombuffer(bytes(keys), np.uint8).reshape(-1, KEY_BYTES), bad


def parse_texts(texts: npt.NDArray[np.bytes_]) -> tuple[Keys, list[int]]:
    """Read a column of base58 addresses, as `parse_addresses` does.

    Shapes: texts (n,), dtype S; keys are (n, 32).
    """
    import numpy as np  # noqa: PLC0415 - as above

    from allocation.base58_columns import decode_columns  # noqa: PLC0415 - it needs numpy

    keys, decided = decode_columns(texts)
    others = np.flatnonzero(~decided)
    keys[others], bad = parse_addresses([text.decode("latin-1") for text in texts[others].tolist()])
    return keys, others[bad].tolist()


def format_addresses(keys: Keys) -> list[str]:
    """Write a column of keys as base58 texts."""
    raw = keys.tobytes()
    return [str(Pubkey(raw[at : at + KEY_BYTES])) for at in range(0, len(raw), KEY_BYTES)]


def key_order(keys: Keys) -> npt.NDArray[np.intp]:
    """Return the stable order that sorts keys as raw bytes.

    Shapes: keys (n, 32) -> (n,). Four big-endian words compare like the 32 bytes they hold; the
            first one nearly always decides alone.
    """
    import numpy as np  # noqa: PLC0415 - as above

    words = np.ascontiguousarray(keys).view(">u8")
    first = words[:, 0].astype(np.uint64)
    order = np.argsort(first, kind="stable")
    if np.all(first[order[1:]] != first[order[:-1]]):
        return order
    return np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0]))


def _why_no_address(text: str) -> str:
    """Explain a refusal: `Pubkey.from_string` never says how long a text decodes."""
    import base58  # noqa: PLC0415 - only refusals need it

    if not text:
        return "empty"
    if len(text) > 2 * LONGEST_TEXT:
        return "far too long for a key"
    if text != text.strip():
        return "blank before or after the address"
    try:
        decoded = base58.b58decode(text)
    except ValueError:
        return "not base58"
    return f"{len(decoded)} bytes, not {KEY_BYTES}"
