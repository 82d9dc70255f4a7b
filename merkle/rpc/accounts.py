"""Accounts by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from merkle.rpc.client import ask
from merkle.rpc.types import Account, Accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.address import Address
    from merkle.rpc.client import Client
    from merkle.rpc.decoding import Answer
    from merkle.rpc.types import DataSlice

BATCH: Final = 100  # keys that getMultipleAccounts takes at once
ENCODING: Final = "base64"
_PAIR: Final = 2


def accounts(
    client: Client,
    keys: Sequence[Address],
    *,
    part: DataSlice | None = None,
    progress: Callable[[int], None] | None = None,
) -> Accounts:
    """Read many accounts, None for those that do not exist.

    Shapes: as many accounts as keys, in their order. `progress` is told how many more were read.
    Errors: RpcError; the owner of an account is returned, not checked.
    """
    slots, found = [], []
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        slot, some = _batch(client, batch, part)
        slots.append(slot)
        found += some
        if progress is not None:
            progress(len(batch))
    return Accounts(slot=min(slots, default=0), accounts=tuple(found))


def account(client: Client, key: Address) -> Account | None:
    """Read one account."""
    (found,) = accounts(client, [key]).accounts
    return found


def _batch(
    client: Client, keys: Sequence[Address], part: DataSlice | None
) -> tuple[int, list[Account | None]]:
    options: dict[str, object] = {"commitment": client.commitment, "encoding": ENCODING}
    if part is not None:
        options["dataSlice"] = {"offset": part.offset, "length": part.length}
    texts = [format_address(key) for key in keys]
    answer = ask(client, "getMultipleAccounts", [texts, options])
    slot = answer.member("context").member("slot").u64()
    values = answer.member("value").exactly(len(keys))
    return slot, [_account(value, part) for value in values]


def _account(value: Answer, part: DataSlice | None) -> Account | None:
    if value.is_null():
        return None
    data = value.member("data").exactly(_PAIR)
    if data[1].value != ENCODING:
        data[1].refuse_for(ENCODING)
    content = data[0].base64_bytes()
    if part is not None and len(content) > part.length:
        data[0].refuse(f"has {len(content):,} bytes, not {part.length:,} at most")
    return Account(
        lamports=value.member("lamports").u64(),
        owner=value.member("owner").address(),
        data=content,
        executable=value.member("executable").truth(),
    )
