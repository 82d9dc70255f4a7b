"""The simplest transaction: one wallet pays another one, which a node may take, refuse or lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.system_program import TransferParams, transfer

from tests.chain.building import SOL, keypair, signed

if TYPE_CHECKING:
    from tests.chain.server import Server

RECEIVER = keypair(2).pubkey()
TOO_POOR = "instruction 0: custom error 1"  # of a payer with less than he pays


def payment(server: Server, lamports: int = SOL) -> bytes:
    parties = TransferParams(from_pubkey=keypair(1).pubkey(), to_pubkey=RECEIVER, lamports=lamports)
    return bytes(signed(server.chain, [transfer(parties)], [keypair(1)]))


def received(server: Server) -> int:
    account = server.chain.get_account(RECEIVER)
    return account.lamports if account else 0
