"""The slow, plain judge of bundles: writes every file but the breakdown, from the definition.

Shares nothing with the code it judges. A bundle is a dict of bytes by path, so that a test can
change what it likes, seal it again and see who notices.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import base58
from solders.pubkey import Pubkey

from tests.reference_tree import ReferenceTree, jupiter_leaf, mint_bound_leaf, reference_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

JUP = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
WEN = "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"
BASE = "EZjEbaSd1KrTUKHNGhyHj42PxnoK742aGaNNqb9Rcpgu"
LOCKER_BASE = "bJ1TRoFo2P6UHVwqdiipp6Qhp2HaaHpLowZ5LHet8Gm"
PROGRAM_IDS = {
    "jupiter": "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R",
    "jito": "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv",
}
VERIFIER = Path(__file__).parent.parent / "merkle" / "bundle" / "standalone" / "verify.py"
BREAKDOWN = b"PAR1 not a real one: only its digest is looked at PAR1"

Row = tuple[bytes, int, int]
"""Wallet, amount and locked amount in base units."""


@dataclass(frozen=True, kw_only=True)
class PlainToken:
    rows: list[Row]
    symbol: str = "JUP"
    mint: str = JUP
    decimals: int = 6
    claim: str = "transfer"
    program: str = "jupiter"
    base: str | None = BASE
    leaf: str = "jupiter"
    most: int = 4
    first_version: int = 0
    order: str = "key"
    pool: int | None = None

    @property
    def leaves(self) -> list[Row]:
        return sorted(self.rows) if self.order == "key" else self.rows

    @property
    def shards(self) -> list[list[Row]]:
        leaves = self.leaves
        return [leaves[at : at + self.most] for at in range(0, len(leaves), self.most)]

    @property
    def allocated(self) -> int:
        return sum(unlocked + locked for _, unlocked, locked in self.rows)

    @property
    def unallocated(self) -> dict[str, str]:
        left = 0 if self.pool is None else self.pool - self.allocated
        return {"pool_not_used": str(left)} if left else {}

    def tree(self, shard: list[Row]) -> ReferenceTree:
        if self.leaf == "jupiter":
            return reference_tree("sha256", [jupiter_leaf(*row) for row in shard])
        mint = base58.b58decode(self.mint)
        return reference_tree("keccak256", [mint_bound_leaf(mint, *row) for row in shard])

    def distributor(self, number: int) -> str | None:
        if self.program == "none" or (self.program != "jito" and self.base is None):
            return None
        seeds = [b"MerkleDistributor", base58.b58decode(self.mint)]
        if self.program != "jito" and self.base is not None:
            seeds.insert(1, base58.b58decode(self.base))
        seeds.append((self.first_version + number).to_bytes(8, "little"))
        program = Pubkey.from_string(PROGRAM_IDS[self.program])
        return str(Pubkey.find_program_address(seeds, program)[0])


@dataclass(frozen=True, kw_only=True)
class PlainRound:
    """A round of the method "list", and what only others can know of it."""

    tokens: list[PlainToken]
    rules_sha256: str = "0" * 64
    inputs_sha256: str = "1" * 64
    report: dict[str, object] = field(default_factory=dict)
    input_digest: str = "2" * 64
    format: int = 2


def wallets(count: int, seed: str = "wallet") -> list[bytes]:
    """Return distinct keys, the same in every run, in no order."""
    return [sha256(f"{seed} {number}".encode()).digest() for number in range(count)]


def plain_rows(count: int, first: int = 1_000_001) -> list[Row]:
    return [(wallet, first + at, 0) for at, wallet in enumerate(wallets(count))]


def tokens_text(amount: int, decimals: int) -> str:
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def round_text(tokens: list[PlainToken]) -> str:
    """Write the round file that describes the tokens; its one input is list.csv."""
    lines = ["[round]", 'name = "A plain round"', 'method = "list"', ""]
    for token in tokens:
        values = {
            "symbol": token.symbol,
            "mint": token.mint,
            "decimals": token.decimals,
            "pool": None if token.pool is None else tokens_text(token.pool, token.decimals),
            "claim": token.claim,
            "program": token.program,
            "base": token.base,
            "locker_base": LOCKER_BASE if token.claim == "stake" else None,
            "leaf": token.leaf,
            "max_leaves_per_tree": token.most,
        }
        lines.append("[[tokens]]")
        lines += [
            f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None
        ]
        lines.append("")
    lines += ["[inputs]", 'allocations = "list.csv"', "", "[distributor]"]
    lines += [f"first_version = {tokens[0].first_version}", f'order = "{tokens[0].order}"', ""]
    return "\n".join(lines)


def list_csv(tokens: list[PlainToken]) -> bytes:
    """Write the input of the round."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["pubkey", "amount", "locked_amount", "mint"])
    for token in tokens:
        for wallet, *amounts in token.rows:
            cells = [tokens_text(amount, token.decimals) for amount in amounts]
            rows.writerow([base58.b58encode(wallet).decode(), *cells, token.mint])
    return text.getvalue().encode()


def plain_bundle(plain: PlainRound) -> dict[str, bytes]:
    """Write the bundle of a round, sealed; its breakdown is not a real one."""
    content = list_csv(plain.tokens)
    inputs = {
        "allocations": {
            "name": "list.csv",
            "format": "csv",
            "bytes": len(content),
            "rows": sum(len(token.rows) for token in plain.tokens),
            "sha256": plain.input_digest,
        }
    }
    files = {
        "round.toml": round_text(plain.tokens).encode(),
        "inputs.json": dump(inputs),
        "report.json": dump(plain.report or _report(plain.tokens)),
        "breakdown.parquet": BREAKDOWN,
        "manifest.json": dump(_manifest(plain)),
    }
    if plain.format > 1:
        files["verify.py"] = VERIFIER.read_bytes()
    for token in plain.tokens:
        files[f"{token.symbol}/allocations.csv"] = _allocations(token)
        for number, shard in enumerate(token.shards):
            files[f"{token.symbol}/proofs/tree_{number}.json"] = _proofs(token, number, shard)
    return seal(files)


def seal(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write SHA256SUMS anew, as a careful forger does."""
    others = {path: content for path, content in files.items() if path != "SHA256SUMS"}
    lines = [f"{sha256(others[path]).hexdigest()}  {path}\n" for path in sorted(others)]
    return {**others, "SHA256SUMS": "".join(lines).encode()}


def put(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write the files to disk."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def dump(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _report(tokens: list[PlainToken]) -> dict[str, object]:
    return {
        "method": "list",
        "tokens": [
            {
                "symbol": token.symbol,
                "mint": token.mint,
                "decimals": token.decimals,
                "pool": None if token.pool is None else str(token.pool),
                "allocated": str(token.allocated),
                "unallocated": token.unallocated,
                "wallets": len(token.rows),
            }
            for token in tokens
        ],
    }


def _manifest(plain: PlainRound) -> dict[str, object]:
    return {
        "format": plain.format,
        "tool": "asr 0.1.0",
        "round": "A plain round",
        "method": "list",
        "rules_sha256": plain.rules_sha256,
        "inputs_sha256": plain.inputs_sha256,
        "tokens": [_token(token) for token in plain.tokens],
    }


def _token(token: PlainToken) -> dict[str, object]:
    return {
        "symbol": token.symbol,
        "mint": token.mint,
        "decimals": token.decimals,
        "claim": token.claim,
        "program": token.program,
        "base": token.base,
        "leaf": token.leaf,
        "max_leaves_per_tree": token.most,
        "order": token.order,
        "pool": None if token.pool is None else str(token.pool),
        "allocated": str(token.allocated),
        "unallocated": token.unallocated,
        "wallets": len(token.rows),
        "trees": [_tree(token, number, shard) for number, shard in enumerate(token.shards)],
    }


def _tree(token: PlainToken, number: int, shard: list[Row]) -> dict[str, object]:
    tree = token.tree(shard)
    return {
        "version": token.first_version + number,
        "distributor": token.distributor(number),
        "root": tree.root.hex(),
        "root_base58": base58.b58encode(tree.root).decode(),
        "max_num_nodes": len(shard),
        "max_total_claim": str(sum(unlocked + locked for _, unlocked, locked in shard)),
        "depth": len(tree.levels) - 1,
    }


def _allocations(token: PlainToken) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["pubkey", "amount", "locked_amount"])
    for wallet, *amounts in token.leaves:
        cells = [tokens_text(amount, token.decimals) for amount in amounts]
        rows.writerow([base58.b58encode(wallet).decode(), *cells])
    return text.getvalue().encode()


def _proofs(token: PlainToken, number: int, shard: list[Row]) -> bytes:
    tree, address = token.tree(shard), token.distributor(number)
    lines = []
    for row, (wallet, unlocked, locked) in enumerate(shard):
        leaf = {
            **({"merkle_tree": address} if address else {}),
            "amount": unlocked,
            "locked_amount": locked,
            "proof": [list(node) for node in tree.proof(row)],
        }
        key = json.dumps(base58.b58encode(wallet).decode())
        lines.append(f"{key}:{json.dumps(leaf, separators=(',', ':'))}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
