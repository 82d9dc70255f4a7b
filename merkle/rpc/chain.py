"""Which chain this is, what time it has, and what it asks for a transaction."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Final, Literal

from allocation.address import format_address, parse_address
from merkle.rpc.accounts import account
from merkle.rpc.client import NODE_BEHIND, Refusal, ask, ask_or_refusal, node_error
from merkle.rpc.errors import AnswerError
from merkle.rpc.types import Blockhash, Clock, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from merkle.rpc.client import Client
    from merkle.rpc.types import Commitment

NETWORKS: Final[dict[str, Literal["mainnet-beta", "devnet", "testnet"]]] = {
    "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "mainnet-beta",
    "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG": "devnet",
    "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY": "testnet",
}
CLOCK: Final = parse_address("SysvarC1ock11111111111111111111111111111111")
SYSVARS: Final = parse_address("Sysvar1111111111111111111111111111111111111")
_CLOCK_FORM: Final = struct.Struct("<QqQQq")  # slot, epoch start, epoch, leader epoch, unix time
_LONGEST_VERSION: Final = 50
_MOST_FEES: Final = 1_000  # nodes keep 150 slots
_MOST_FEE_KEYS: Final = 128  # more are refused by nodes


def network(client: Client) -> Network:
    """Tell by its genesis hash which chain the node follows; print it before anything moves.

    Source: https://docs.anza.xyz/clusters/available, "genesis hash" of the public clusters.
    """
    genesis = format_address(ask(client, "getGenesisHash").address())
    return Network(genesis_hash=genesis, name=NETWORKS.get(genesis, "unknown"))


def latest_blockhash(client: Client) -> Blockhash:
    """Return a blockhash to sign with."""
    answer = ask(client, "getLatestBlockhash", [{"commitment": client.commitment}])
    value = answer.member("value")
    return Blockhash(
        slot=answer.member("context").member("slot").u64(),
        hash=value.member("blockhash").address(),
        last_valid_block_height=value.member("lastValidBlockHeight").u64(),
    )


def slot(client: Client) -> int:
    """Return the slot that the node has reached."""
    return ask(client, "getSlot", [{"commitment": client.commitment}]).u64()


def block_height(client: Client) -> int:
    """Return how many blocks the chain has: what a blockhash's validity is counted in."""
    return ask(client, "getBlockHeight", [{"commitment": client.commitment}]).u64()


def slot_and_height(client: Client, commitment: Commitment) -> tuple[int, int]:
    """Return slot and block height of the same moment."""
    answer = ask(client, "getEpochInfo", [{"commitment": commitment}])
    return answer.member("absoluteSlot").u64(), answer.member("blockHeight").u64()


def block_time(client: Client, of_slot: int) -> int | None:
    """Return when a block was made, in seconds of unix time; None where the node does not know."""
    answer = ask(client, "getBlockTime", [of_slot])
    return None if answer.is_null() else answer.i64()


def clock(client: Client) -> Clock:
    """Read the clock that the programs read.

    Source: solana-program, sysvar Clock: five integers of 64 bits, little-endian.
    """
    found = account(client, CLOCK)
    if found is None or found.owner != SYSVARS or len(found.data) != _CLOCK_FORM.size:
        raise AnswerError(client.shown, "getMultipleAccounts", "the chain's clock is no clock")
    at_slot, _, epoch, _, unix_timestamp = _CLOCK_FORM.unpack(found.data)
    return Clock(slot=at_slot, epoch=epoch, unix_timestamp=unix_timestamp)


def fee_for(client: Client, message: bytes) -> int | None:
    """Return the lamports that a message would cost; None where its blockhash is too old."""
    text = base64.b64encode(message).decode()
    answer = ask(client, "getFeeForMessage", [text, {"commitment": client.commitment}])
    fee = answer.member("value")
    return None if fee.is_null() else fee.u64()


def recent_priority_fees(client: Client, keys: Sequence[Address] = ()) -> tuple[int, ...]:
    """Return the lowest fees that got a transaction with these accounts in, per slot, ascending.

    Units: micro-lamports per compute unit. Nodes take at most 128 keys: later ones are left out.
    """
    texts = [format_address(key) for key in keys[:_MOST_FEE_KEYS]]
    answer = ask(client, "getRecentPrioritizationFees", [texts])
    return tuple(
        sorted(item.member("prioritizationFee").u64() for item in answer.items(_MOST_FEES))
    )


def health(client: Client) -> str | None:
    """Return None for a node that keeps up with the chain, else how it says that it does not."""
    answer = ask_or_refusal(client, "getHealth")
    if isinstance(answer, Refusal):
        if answer.code == NODE_BEHIND:
            return answer.message
        raise node_error(client, "getHealth", answer)
    if answer.value != "ok":
        answer.refuse_for("ok")
    return None


def version(client: Client) -> str:
    """Return which version of the node's software answers."""
    text = ask(client, "getVersion").member("solana-core").text(_LONGEST_VERSION)
    return text if text.isprintable() else ascii(text)
