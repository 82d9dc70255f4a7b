"""The five claim programs of CLAIM_PROGRAM.md section 3, and in what they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.chain import keys, layouts

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from tests.chain.layouts import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    name: str
    program: Pubkey
    distributor: Layout
    claim_status: Layout
    activation: str  # "point" with a type, "slot", or "none"
    has_base: bool = True
    has_closable: bool = True
    has_bonus: bool = True
    has_types: bool = False  # claim types, operator and locker of jup master
    stakes: bool = False  # new_claim itself stakes
    creates_vault: bool = False
    bonus_in_unlocked: bool = False

    @property
    def not_max_locked(self) -> tuple[int, str]:
        return (6021 if self.stakes else 6027, "EscrowIsNotMaxLock")


VARIANTS: Final = {
    variant.name: variant
    for variant in (
        Variant(
            name="jupiter",
            program=keys.JUPITER,
            distributor=layouts.JUPITER_DISTRIBUTOR,
            claim_status=layouts.JUPITER_CLAIM_STATUS,
            activation="point",
            has_types=True,
        ),
        Variant(
            name="jupiter-asr-2024",
            program=keys.JUPITER_ASR_2024,
            distributor=layouts.ASR_DISTRIBUTOR,
            claim_status=layouts.OLDER_CLAIM_STATUS,
            activation="slot",
            stakes=True,
        ),
        Variant(
            name="jupiter-2024",
            program=keys.JUPITER_2024,
            distributor=layouts.DISTRIBUTOR_2024,
            claim_status=layouts.OLDER_CLAIM_STATUS,
            activation="point",
            bonus_in_unlocked=True,
        ),
        Variant(
            name="kamino",
            program=keys.KAMINO,
            distributor=layouts.KAMINO_DISTRIBUTOR,
            claim_status=layouts.OLDER_CLAIM_STATUS,
            activation="slot",
            has_bonus=False,
        ),
        Variant(
            name="jito",
            program=keys.JITO,
            distributor=layouts.JITO_DISTRIBUTOR,
            claim_status=layouts.JITO_CLAIM_STATUS,
            activation="none",
            has_base=False,
            has_closable=False,
            has_bonus=False,
            creates_vault=True,
        ),
    )
}
