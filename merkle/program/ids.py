"""Addresses that are the same on every cluster: programs and a sysvar that instructions name."""

from __future__ import annotations

from typing import Final

from allocation.address import Address, parse_address

LOCKED_VOTER: Final = parse_address("voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj")
GOVERN: Final = parse_address("GovaE4iu227srtG2s3tZzB4RmWBzw8sTwrCLZz7kN7rY")
TOKEN_PROGRAM: Final = parse_address("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
ASSOCIATED_TOKEN_PROGRAM: Final = parse_address("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
SYSTEM_PROGRAM: Final = Address(bytes(32))
COMPUTE_BUDGET_PROGRAM: Final = parse_address("ComputeBudget111111111111111111111111111111")
RECENT_BLOCKHASHES: Final = parse_address("SysvarRecentB1ockHashes11111111111111111111")

NO_KEY: Final = Address(bytes(32))
"""What an account or argument holds where it names nobody."""
