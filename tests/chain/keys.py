"""Addresses that the model of the chain knows, written down here so that it shares none with us."""

from __future__ import annotations

from typing import Final

from solders.pubkey import Pubkey

SYSTEM: Final = Pubkey.from_string("11111111111111111111111111111111")
TOKEN: Final = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
ATA_PROGRAM: Final = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
COMPUTE_BUDGET: Final = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
UPGRADEABLE_LOADER: Final = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
CLOCK: Final = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")

JUPITER: Final = Pubkey.from_string("DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R")
JUPITER_ASR_2024: Final = Pubkey.from_string("Dis2TfkFnXFkrtvAktEkw37sdb7qwJgY6H7YZJwk51wK")
JUPITER_2024: Final = Pubkey.from_string("DiSLRwcSFvtwvMWSs7ubBMvYRaYNYupa76ZSuYLe6D7j")
KAMINO: Final = Pubkey.from_string("KdisqEcXbXKaTrBFqeDLhMmBvymLTwj9GmhDcdJyGat")
JITO: Final = Pubkey.from_string("mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv")
VOTER: Final = Pubkey.from_string("voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj")


def derived(program: Pubkey, *seeds: bytes) -> Pubkey:
    """The address that a program signs for."""
    return Pubkey.find_program_address(seeds, program)[0]


def token_address(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """The associated token account of a wallet, a distributor or an escrow."""
    return derived(ATA_PROGRAM, bytes(owner), bytes(TOKEN), bytes(mint))


def u64le(number: int) -> bytes:
    return number.to_bytes(8, "little")


def distributor_of(program: Pubkey, base: Pubkey | None, mint: Pubkey, version: int) -> Pubkey:
    """Section 4: base is a seed everywhere but in Jito's program."""
    seeds = [b"MerkleDistributor", bytes(mint), u64le(version)]
    if program != JITO:
        assert base is not None
        seeds.insert(1, bytes(base))
    return derived(program, *seeds)


def claim_status_of(program: Pubkey, claimant: Pubkey, distributor: Pubkey) -> Pubkey:
    return derived(program, b"ClaimStatus", bytes(claimant), bytes(distributor))


def locker_of(base: Pubkey) -> Pubkey:
    return derived(VOTER, b"Locker", bytes(base))


def escrow_of(locker: Pubkey, owner: Pubkey) -> Pubkey:
    return derived(VOTER, b"Escrow", bytes(locker), bytes(owner))
