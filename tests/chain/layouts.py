"""Account layouts as section 7 of CLAIM_PROGRAM.md lists them: name, type and offset of a field."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

WIDTHS: Final = {"u64": 8, "i64": 8, "u8": 1, "i32": 4}
KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    offset: int


class Record:
    """The fields of one account while a program works on it."""

    def __init__(self, layout: Layout, data: bytes) -> None:
        self.layout = layout
        self.numbers: dict[str, int] = {}
        self.keys: dict[str, Pubkey] = {}
        self.rest = data[layout.size :]
        for field in layout.fields:
            if field.kind == "key":
                self.keys[field.name] = Pubkey(data[field.offset : field.offset + KEY])
            else:
                piece = data[field.offset : field.offset + WIDTHS[field.kind]]
                self.numbers[field.name] = int.from_bytes(
                    piece, "little", signed=field.kind.startswith("i")
                )

    def __bytes__(self) -> bytes:
        data = bytearray(self.layout.discriminator.ljust(self.layout.size, b"\0"))
        for field in self.layout.fields:
            if field.kind == "key":
                piece = bytes(self.keys[field.name])
            else:
                piece = self.numbers[field.name].to_bytes(
                    WIDTHS[field.kind], "little", signed=field.kind.startswith("i")
                )
            data[field.offset : field.offset + len(piece)] = piece
        return bytes(data) + self.rest

    def has(self, name: str) -> bool:
        return name in self.numbers or name in self.keys


class Layout:
    """`fields` reads like the specification: "root key 8, version u64 264, ..."."""

    def __init__(self, name: str, size: int, fields: str) -> None:
        self.name, self.size = name, size
        self.discriminator = hashlib.sha256(f"account:{name}".encode()).digest()[:8]
        parts = (part.split() for part in fields.split(","))
        self.fields = [Field(name, kind, int(offset)) for name, kind, offset in parts]

    def read(self, data: bytes) -> Record:
        return Record(self, data)

    def empty(self) -> Record:
        return Record(self, bytes(self.size))


JUPITER_DISTRIBUTOR: Final = Layout(
    "MerkleDistributor",
    448,
    "root key 8, mint key 40, base key 72, token_vault key 104, clawback_receiver key 136,"
    "admin key 168, locker key 200, operator key 232, version u64 264, max_total_claim u64 272,"
    "max_num_nodes u64 280, total_amount_claimed u64 288, num_nodes_claimed u64 296,"
    "start_ts i64 304, end_ts i64 312, clawback_start_ts i64 320, activation_point u64 328,"
    "activation_type u8 336, claim_type u8 337, bump u8 338, clawed_back u8 339, closable u8 340,"
    "total_bonus u64 344, vesting_duration u64 352, total_claimed_bonus u64 360",
)
JUPITER_CLAIM_STATUS: Final = Layout(
    "ClaimStatus",
    160,
    "admin key 8, distributor key 40, claimant key 72, locked_amount u64 104,"
    "locked_amount_withdrawn u64 112, unlocked_amount u64 120, bonus_amount u64 128,"
    "closable u8 136",
)

_PACKED: Final = (
    "bump u8 8, version u64 9, root key 17, mint key 49, base key 81, token_vault key 113,"
    "max_total_claim u64 145, max_num_nodes u64 153, total_amount_claimed u64 161,"
    "num_nodes_claimed u64 169, start_ts i64 177, end_ts i64 185, clawback_start_ts i64 193,"
    "clawback_receiver key 201, admin key 233, clawed_back u8 265, activation_point u64 266,"
    "closable u8 274"
)
_BONUS: Final = "total_bonus u64 275, vesting_duration u64 283, total_claimed_bonus u64 291"
ASR_DISTRIBUTOR: Final = Layout("MerkleDistributor", 376, f"{_PACKED},{_BONUS},locker key 307")
# not in section 7: 2024's source allocates 8 + size_of its struct, whose fields have 363 bytes
DISTRIBUTOR_2024: Final = Layout(
    "MerkleDistributor", 376, f"{_PACKED},{_BONUS},activation_type u8 299"
)
KAMINO_DISTRIBUTOR: Final = Layout("MerkleDistributor", 376, _PACKED)
OLDER_CLAIM_STATUS: Final = Layout(
    "ClaimStatus",
    104,
    "claimant key 8, locked_amount u64 40, locked_amount_withdrawn u64 48, unlocked_amount u64 56,"
    "closable u8 64, admin key 65",
)

JITO_DISTRIBUTOR: Final = Layout(
    "MerkleDistributor",
    240,
    "bump u8 8, version u64 9, root key 17, mint key 49, token_vault key 81,"
    "max_total_claim u64 113, max_num_nodes u64 121, total_amount_claimed u64 129,"
    "num_nodes_claimed u64 137, start_ts i64 145, end_ts i64 153, clawback_start_ts i64 161,"
    "clawback_receiver key 169, admin key 201, clawed_back u8 233",
)
JITO_CLAIM_STATUS: Final = Layout(
    "ClaimStatus",
    64,
    "claimant key 8, locked_amount u64 40, locked_amount_withdrawn u64 48, unlocked_amount u64 56",
)

LOCKER: Final = Layout(
    "Locker",
    665,
    "base key 8, bump u8 40, token_mint key 41, locked_supply u64 73, total_escrow u64 81,"
    "governor key 89, multiplier u8 121, min_stake_duration u64 122, max_stake_duration u64 130,"
    "proposal_activation_min_votes u64 138",
)
ESCROW: Final = Layout(
    "Escrow",
    322,
    "locker key 8, owner key 40, bump u8 72, tokens key 73, amount u64 105,"
    "escrow_started_at i64 113, escrow_ends_at i64 121, vote_delegate key 129, is_max_lock u8 161,"
    "partial_unstaking_amount u64 162, padding u64 170",
)
PARTIAL_UNSTAKING: Final = Layout(
    "PartialUnstaking", 156, "escrow key 8, amount u64 40, expiration i64 48, memo_length i32 152"
)
