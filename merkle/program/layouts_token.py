"""The accounts of the classic SPL Token program.

Source: solana-program/token, program/src/state.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from merkle.program.ids import NO_KEY
from merkle.program.layouts import AccountError, plain_layout

if TYPE_CHECKING:
    from allocation.address import Address

MINT_BYTES: Final = 82
TOKEN_ACCOUNT_BYTES: Final = 165

UNINITIALIZED: Final = 0
INITIALIZED: Final = 1
FROZEN: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """A token.

    Units: base units.
    """

    authority: Address | None  # may make more
    supply: int
    decimals: int
    is_initialized: bool = True
    freeze_authority: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAccount:
    """What somebody holds of one mint.

    Units: base units of `mint`.
    """

    mint: Address
    owner: Address
    amount: int
    delegate: Address | None = None
    state: int = INITIALIZED
    native_reserve: int | None = None  # lamports, of wrapped SOL
    delegated_amount: int = 0
    close_authority: Address | None = None


def decode_mint(content: bytes) -> Mint:
    """Read a mint.

    Errors: AccountError; a mint of Token-2022, which no claim program takes, is mostly longer.
    """
    return Mint(**_without_tags(_MINT.kind, _MINT.decode(content)))


def encode_mint(mint: Mint) -> bytes:
    """Write a mint as the program stores it."""
    return _MINT.encode(
        {
            "authority_tag": mint.authority is not None,
            "authority": mint.authority or NO_KEY,
            "supply": mint.supply,
            "decimals": mint.decimals,
            "is_initialized": mint.is_initialized,
            "freeze_authority_tag": mint.freeze_authority is not None,
            "freeze_authority": mint.freeze_authority or NO_KEY,
        }
    )


def decode_token_account(content: bytes) -> TokenAccount:
    """Read a token account.

    Errors: AccountError.
    """
    values = _without_tags(_ACCOUNT.kind, _ACCOUNT.decode(content))
    if values["state"] > FROZEN:
        raise AccountError(_ACCOUNT.kind, f"state is {values['state']}, none of 0 to {FROZEN}")
    return TokenAccount(**values)


def encode_token_account(account: TokenAccount) -> bytes:
    """Write a token account as the program stores it."""
    return _ACCOUNT.encode(
        {
            "mint": account.mint,
            "owner": account.owner,
            "amount": account.amount,
            "delegate_tag": account.delegate is not None,
            "delegate": account.delegate or NO_KEY,
            "state": account.state,
            "native_reserve_tag": account.native_reserve is not None,
            "native_reserve": account.native_reserve or 0,
            "delegated_amount": account.delegated_amount,
            "close_authority_tag": account.close_authority is not None,
            "close_authority": account.close_authority or NO_KEY,
        }
    )


def _without_tags(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Read optional values: what follows a tag counts where that is 1."""
    tags = {name: tag for name, tag in values.items() if name.endswith(_TAG)}
    for name, tag in tags.items():
        if tag not in (0, 1):
            raise AccountError(kind, f"{name} is {tag}, neither 0 nor 1")
        if not values.pop(name):
            values[name.removesuffix(_TAG)] = None
    return values


_TAG: Final = "_tag"

_MINT: Final = plain_layout(
    "mint of SPL Token",
    MINT_BYTES,
    ("authority_tag", 0, "u32"),
    ("authority", 4, "key"),
    ("supply", 36, "u64"),
    ("decimals", 44, "u8"),
    ("is_initialized", 45, "bool"),
    ("freeze_authority_tag", 46, "u32"),
    ("freeze_authority", 50, "key"),
)
_ACCOUNT: Final = plain_layout(
    "token account of SPL Token",
    TOKEN_ACCOUNT_BYTES,
    ("mint", 0, "key"),
    ("owner", 32, "key"),
    ("amount", 64, "u64"),
    ("delegate_tag", 72, "u32"),
    ("delegate", 76, "key"),
    ("state", 108, "u8"),
    ("native_reserve_tag", 109, "u32"),
    ("native_reserve", 113, "u64"),
    ("delegated_amount", 121, "u64"),
    ("close_authority_tag", 129, "u32"),
    ("close_authority", 133, "key"),
)
