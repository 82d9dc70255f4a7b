"""A list and its trees as Jupiter's builder makes them, straight from its definition.

Shares nothing with the code that it judges; the trees are those of `reference_tree`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import base58

from merkle.audit import Audit, Effort, Terms, audit_published
from tests.distributions import JUP
from tests.plain_bundle import tokens_text, wallets
from tests.reference_tree import jupiter_leaf, reference_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = tuple[bytes, int, int]
"""Wallet, amount and locked amount in base units."""

Documents = dict[str, Any]
"""Tree files by name, each as its JSON document."""


def rows_of(count: int, locked: int = 0) -> list[Row]:
    return [(wallet, 1_000_007 * (at + 1), locked) for at, wallet in enumerate(wallets(count))]


def list_of(rows: Sequence[Row], decimals: int = 6) -> bytes:
    """Write the CSV; the third column only where an amount is locked."""
    locked = any(row[2] for row in rows)
    lines = ["pubkey,amount,locked_amount" if locked else "pubkey,amount"]
    for wallet, *amounts in rows:
        texts = [tokens_text(amount, decimals) for amount in amounts[: 1 + locked]]
        lines.append(",".join([base58.b58encode(wallet).decode(), *texts]))
    return ("\n".join(lines) + "\n").encode()


def merged(rows: Iterable[Row]) -> list[Row]:
    """Sum duplicates into the place of the first."""
    totals: dict[bytes, list[int]] = {}
    for wallet, unlocked, locked in rows:
        total = totals.setdefault(wallet, [0, 0])
        total[0] += unlocked
        total[1] += locked
    return [(wallet, unlocked, locked) for wallet, (unlocked, locked) in totals.items()]


def chunks(rows: Sequence[Row], most: int) -> list[list[Row]]:
    return [list(rows[at : at + most]) for at in range(0, len(rows), most)]


def by_jupiter(rows: Sequence[Row], most: int) -> Documents:
    """Cut, then merge: Jupiter's rule."""
    return trees([merged(chunk) for chunk in chunks(rows, most)])


def by_whole(rows: Sequence[Row], most: int) -> Documents:
    """Merge, then cut: our rule."""
    return trees(chunks(merged(rows), most))


def trees(shards: Sequence[Sequence[Row]]) -> Documents:
    return {f"tree_{number}.json": tree(shard, number) for number, shard in enumerate(shards)}


def tree(leaves: Sequence[Row], version: int) -> Any:
    """Write one tree as jup-ag/distributor@master does."""
    built = reference_tree("sha256", [jupiter_leaf(*leaf) for leaf in leaves])
    return {
        "merkle_root": list(built.root),
        "airdrop_version": version,
        "max_num_nodes": len(leaves),
        "total_unlocked_amount": sum(leaf[1] for leaf in leaves),
        "total_locked_amount": sum(leaf[2] for leaf in leaves),
        "tree_nodes": [
            {
                "claimant": list(wallet),
                "amount": unlocked,
                "locked_amount": locked,
                "proof": [list(node) for node in built.proof(row)],
            }
            for row, (wallet, unlocked, locked) in enumerate(leaves)
        ],
    }


def keyed_by_wallet(documents: Documents) -> Documents:
    """Write all trees as one file of kv proofs; the distributor is any key, one per tree."""
    return {
        "0.json": {
            base58.b58encode(bytes(node["claimant"])).decode(): {
                "merkle_tree": base58.b58encode(bytes([number + 1] * 32)).decode(),
                **{name: node[name] for name in ("amount", "locked_amount", "proof")},
            }
            for number, document in enumerate(documents.values())
            for node in reversed(document["tree_nodes"])
        }
    }


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What somebody has published, and how it is to be read."""

    content: bytes
    documents: Documents
    terms: dict[str, Any] = field(default_factory=dict)

    def audit(self) -> Audit:
        files = [
            (name, document if isinstance(document, bytes) else json.dumps(document).encode())
            for name, document in self.documents.items()
        ]
        with TemporaryDirectory() as name:
            path = Path(name) / "list.csv"
            path.write_bytes(self.content)
            effort = Effort(scratch=Path(name) / "scratch", threads=1)
            terms = Terms(**{"mint": JUP, "decimals": 6, **self.terms})
            return audit_published(path, files, terms, effort)
