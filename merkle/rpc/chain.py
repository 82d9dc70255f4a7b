"""Which chain this is, what time it has, and what to sign with."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal

from allocation.address import format_address, parse_address
from merkle.rpc.accounts import account
from merkle.rpc.client import ask
from merkle.rpc.errors import AnswerError
from merkle.rpc.types import Blockhash, Clock, Network

if TYPE_CHECKING:
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


def slot_and_height(client: Client, commitment: Commitment) -> tuple[int, int]:
    """Return slot and block height of the same moment."""
    answer = ask(client, "getEpochInfo", [{"commitment": commitment}])
    return answer.member("absoluteSlot").u64(), answer.member("blockHeight").u64()


def clock(client: Client) -> Clock:
    """Read the clock that the programs read.

    Source: solana-program, sysvar Clock: five integers of 64 bits, little-endian.
    """
    found = account(client, CLOCK)
    if found is None or found.owner != SYSVARS or len(found.data) != _CLOCK_FORM.size:
        raise AnswerError(client.shown, "getMultipleAccounts", "the chain's clock is no clock")
    at_slot, _, epoch, _, unix_timestamp = _CLOCK_FORM.unpack(found.data)
    return Clock(slot=at_slot, epoch=epoch, unix_timestamp=unix_timestamp)
