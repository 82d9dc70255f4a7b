"""What `asr status` shows, whatever the form; and the form for machines."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from merkle.rpc import Network
    from merkle.rpc.standing import Reading, TokenStanding, TreeStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How every token stands on one chain."""

    bundle_id: str
    node: str
    network: "Network"
    standings: "tuple[TokenStanding, ...]"
    written: Path | None  # the file of those who have not claimed
    is_unwritten: bool  # it was asked for, but not everybody could be looked up

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return all(standing.is_sound for standing in self.standings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """How far some trees have come together.

    Units: base units. `amount` is claimed + locked + unclaimed + unclear.
    """

    wallets: int = 0
    claimed_wallets: int = 0
    unclaimed_wallets: int = 0
    unclear_wallets: int = 0  # what stands at the place of their record is none
    amount: int = 0
    claimed: int = 0
    bonus: int = 0  # on top
    locked: int = 0  # of those who have claimed; to be withdrawn later
    unclaimed: int = 0
    unclear: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        names = Sums.__dataclass_fields__
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in names})


def sums_of(tree: "TreeStanding") -> Sums | None:
    """Return how far one tree has come, None where it could not be looked up."""
    standing, entry = tree.standing, tree.tree
    if standing is None:
        return None
    return Sums(
        wallets=entry.max_num_nodes,
        claimed_wallets=standing.claimed_wallets,
        unclaimed_wallets=standing.unclaimed_wallets,
        unclear_wallets=entry.max_num_nodes - standing.wallets,
        amount=entry.max_total_claim,
        claimed=standing.claimed,
        bonus=standing.bonus,
        locked=standing.still_locked,
        unclaimed=standing.unclaimed,
        unclear=entry.max_total_claim - standing.total,
    )


def token_sums(standing: "TokenStanding") -> Sums:
    """Add up the trees that could be looked up."""
    return sum(filter(None, map(sums_of, standing.trees)), Sums())


def percent(part: int, whole: int) -> str:
    """Write a part as percent with two digits, cut off: 100.00 is all. Of nothing there is none."""
    if not whole:
        return "-"
    hundredths = 10_000 * part // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def document(view: View) -> dict[str, object]:
    """Lay out everything; amounts are base units as text."""
    return {
        "bundle_id": view.bundle_id,
        "node": view.node,
        "network": view.network.name,
        "genesis_hash": view.network.genesis_hash,
        "csv": None if view.written is None else str(view.written),
        "tokens": [_token(standing) for standing in view.standings],
    }


def _token(standing: "TokenStanding") -> dict[str, object]:
    from allocation.address import format_address

    return {
        "symbol": standing.token.symbol,
        "mint": format_address(standing.token.mint),
        "decimals": standing.token.decimals,
        "problem": standing.problem or None,
        **_sums(token_sums(standing)),
        "trees": [_tree(tree) for tree in standing.trees],
    }


def _tree(tree: "TreeStanding") -> dict[str, object]:
    from allocation.address import format_address

    sums, address = sums_of(tree), tree.tree.distributor
    return {
        "tree": tree.number,
        "version": tree.tree.version,
        "distributor": None if address is None else format_address(address),
        "problem": tree.problem or None,
        **({} if sums is None else _sums(sums)),
        "clawed_back": tree.is_clawed_back,
        "before": _reading(tree.before),
        "after": _reading(tree.after),
        "findings": list(tree.findings),
        "finding_count": tree.finding_count,
    }


def _sums(sums: Sums) -> dict[str, object]:
    return {
        "wallets": sums.wallets,
        "claimed_wallets": sums.claimed_wallets,
        "unclaimed_wallets": sums.unclaimed_wallets,
        "unclear_wallets": sums.unclear_wallets,
        "wallets_percent": percent(sums.claimed_wallets, sums.wallets),
        "amount": str(sums.amount),
        "claimed": str(sums.claimed),
        "bonus": str(sums.bonus),
        "locked": str(sums.locked),
        "unclaimed": str(sums.unclaimed),
        "unclear": str(sums.unclear),
        "amount_percent": percent(sums.claimed, sums.amount),
    }


def _reading(reading: "Reading | None") -> dict[str, object] | None:
    if reading is None:
        return None
    return {"slot": reading.slot, "wallets": reading.wallets, "amount": str(reading.amount)}
