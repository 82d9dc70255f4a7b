"""The accounts of the claim programs: distributors and records of claims.

Source: state/merkle_distributor.rs and state/claim_status.rs of master, asr, 2024, Kamino and
        Jito. The IDL files that are shipped with master show older records of claims.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from merkle.program.errors import ProgramError
from merkle.program.ids import NO_KEY
from merkle.program.layouts import AccountError, anchor_layout, key_or_none
from merkle.program.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.address import Address
    from merkle.program.layouts import Field, FieldKind, Layout
    from merkle.program.profiles import Profile

MOST_CLAIM_TYPE: Final = 3
MOST_ACTIVATION_TYPE: Final = 1
STAKING: Final = 2  # claim types from here on stake


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributorAccount:
    """What a distributor says on chain; what its program does not store keeps its default.

    Units: base units of `mint`; times are unix seconds.
    """

    bump: int
    version: int
    root: bytes
    mint: Address
    vault: Address
    max_total_claim: int  # the bonus included
    max_num_nodes: int
    total_amount_claimed: int
    num_nodes_claimed: int
    start_vesting: int
    end_vesting: int
    clawback_start: int
    clawback_receiver: Address
    admin: Address
    clawed_back: bool
    base: Address | None = None
    activation_point: int = 0
    activation_type: int = 0  # 0: the point is a slot, 1: unix seconds
    closable: bool = False
    total_bonus: int = 0
    bonus_vesting: int = 0
    total_claimed_bonus: int = 0
    locker: Address | None = None
    operator: Address | None = None
    claim_type: int = 0

    @property
    def is_permissioned(self) -> bool:
        """Whether claims need the operator's signature."""
        return self.claim_type % 2 == 1

    @property
    def stakes(self) -> bool:
        """Whether claims are paid into stake accounts."""
        return self.claim_type >= STAKING


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStatusAccount:
    """What the record of a claim says; it exists once the claim is made.

    Units: base units.
    """

    claimant: Address
    unlocked: int  # of jupiter-2024 the bonus is included
    locked: int
    locked_withdrawn: int
    bonus: int = 0  # jupiter
    closable: bool = False
    admin: Address | None = None
    distributor: Address | None = None  # jupiter


def decode_distributor(profile: Profile, content: bytes) -> DistributorAccount:
    """Read a distributor.

    Errors: AccountError.
    """
    layout = _DISTRIBUTORS[profile.name]
    values = layout.decode(content)
    for name in _OPTIONAL_KEYS & values.keys():
        values[name] = key_or_none(values[name])
    if profile.stakes_in_new_claim:
        values["claim_type"] = STAKING
    account = DistributorAccount(**values)
    if account.claim_type > MOST_CLAIM_TYPE:
        raise AccountError(layout.kind, f"claim_type is {account.claim_type}, none of 0 to 3")
    if account.activation_type > MOST_ACTIVATION_TYPE:
        problem = f"activation_type is {account.activation_type}, neither 0 nor 1"
        raise AccountError(layout.kind, problem)
    return account


def encode_distributor(profile: Profile, account: DistributorAccount) -> bytes:
    """Write a distributor as its program stores it.

    Errors: ProgramError for what the program cannot store.
    """
    neutral = {"claim_type": STAKING} if profile.stakes_in_new_claim else {}
    return _encoded(_DISTRIBUTORS[profile.name], asdict(account), neutral)


def decode_claim_status(profile: Profile, content: bytes) -> ClaimStatusAccount:
    """Read the record of a claim.

    Errors: AccountError.
    """
    return ClaimStatusAccount(**_CLAIM_STATUSES[profile.name].decode(content))


def encode_claim_status(profile: Profile, account: ClaimStatusAccount) -> bytes:
    """Write the record of a claim as its program stores it.

    Errors: ProgramError for what the program cannot store.
    """
    return _encoded(_CLAIM_STATUSES[profile.name], asdict(account), {})


_OPTIONAL_KEYS: Final = {"locker", "operator"}
_DEFAULTS: Final[Mapping[str, Any]] = {
    field.name: field.default
    for type_ in (DistributorAccount, ClaimStatusAccount)
    for field in type_.__dataclass_fields__.values()
}


def _encoded(layout: Layout, values: dict[str, Any], neutral: Mapping[str, Any]) -> bytes:
    stored = {name for name, _ in layout.fields}
    for name, value in values.items():
        if name not in stored and value != neutral.get(name, _DEFAULTS[name]):
            raise ProgramError(f"{layout.kind} has no {name}; leave it out")
    return layout.encode(
        {name: NO_KEY if value is None else value for name, value in values.items()}
    )


def _from(start: int, *kinds: _Kind) -> tuple[Field, ...]:
    """Lay fields out one after the other."""
    fields: list[Field] = []
    for name, kind in kinds:
        fields.append((name, start, kind))
        start += _SIZES[kind]
    return tuple(fields)


_Kind: TypeAlias = "tuple[str, FieldKind]"
_SIZES: Final[Mapping[FieldKind, int]] = {"bool": 1, "u8": 1, "u64": 8, "i64": 8, "key": 32}

_COUNTERS: Final[tuple[_Kind, ...]] = (
    ("max_total_claim", "u64"),
    ("max_num_nodes", "u64"),
    ("total_amount_claimed", "u64"),
    ("num_nodes_claimed", "u64"),
    ("start_vesting", "i64"),
    ("end_vesting", "i64"),
    ("clawback_start", "i64"),
)
_BONUS: Final[tuple[_Kind, ...]] = (
    ("total_bonus", "u64"),
    ("bonus_vesting", "u64"),
    ("total_claimed_bonus", "u64"),
)
_PACKED: Final[tuple[_Kind, ...]] = (  # what all but master begin with; jito has no base
    ("bump", "u8"),
    ("version", "u64"),
    ("root", "key"),
    ("mint", "key"),
    ("base", "key"),
    ("vault", "key"),
    *_COUNTERS,
    ("clawback_receiver", "key"),
    ("admin", "key"),
    ("clawed_back", "bool"),
)
_OPENING: Final[tuple[_Kind, ...]] = (*_PACKED, ("activation_point", "u64"), ("closable", "bool"))
_MASTER: Final = (
    *_from(
        8,
        ("root", "key"),
        ("mint", "key"),
        ("base", "key"),
        ("vault", "key"),
        ("clawback_receiver", "key"),
        ("admin", "key"),
        ("locker", "key"),
        ("operator", "key"),
        ("version", "u64"),
        *_COUNTERS,
        ("activation_point", "u64"),
        ("activation_type", "u8"),
        ("claim_type", "u8"),
        ("bump", "u8"),
        ("clawed_back", "bool"),
        ("closable", "bool"),
    ),
    *_from(344, *_BONUS),
)
_FIELDS_OF: Final[Mapping[str, tuple[Field, ...]]] = {
    "jupiter": _MASTER,
    "jupiter-asr-2024": (*_from(8, *_OPENING, *_BONUS), ("locker", 307, "key")),
    "jupiter-2024": _from(8, *_OPENING, *_BONUS, ("activation_type", "u8")),
    "kamino": _from(8, *_OPENING),
    "jito": _from(8, *(field for field in _PACKED if field[0] != "base")),
}
_DISTRIBUTORS: Final = {
    name: anchor_layout("MerkleDistributor", name, PROFILES[name].distributor_bytes, *fields)
    for name, fields in _FIELDS_OF.items()
}

_AMOUNTS: Final[tuple[_Kind, ...]] = (
    ("locked", "u64"),
    ("locked_withdrawn", "u64"),
    ("unlocked", "u64"),
)
_MASTER_STATUS: Final = _from(
    8,
    ("admin", "key"),
    ("distributor", "key"),
    ("claimant", "key"),
    *_AMOUNTS,
    ("bonus", "u64"),
    ("closable", "bool"),
)
_JITO_STATUS: Final[tuple[_Kind, ...]] = (("claimant", "key"), *_AMOUNTS)
_STATUS: Final = _from(8, *_JITO_STATUS, ("closable", "bool"), ("admin", "key"))
_STATUS_FIELDS_OF: Final[Mapping[str, tuple[Field, ...]]] = {
    "jupiter": _MASTER_STATUS,
    "jupiter-asr-2024": _STATUS,
    "jupiter-2024": _STATUS,
    "kamino": _STATUS,
    "jito": _from(8, *_JITO_STATUS),
}
_CLAIM_STATUSES: Final = {
    name: anchor_layout("ClaimStatus", name, PROFILES[name].claim_status_bytes, *fields)
    for name, fields in _STATUS_FIELDS_OF.items()
}
