"""The slow, plain judge of leaf, tree and proof: one hash at a time, straight from the definition.

Shares nothing with the code it judges but the two hash libraries.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from Crypto.Hash import keccak

MINT_BOUND_DOMAIN = b"asr-mint-bound-1"


@dataclass(frozen=True, slots=True)
class ReferenceTree:
    """A tree as plain bytes: levels from the leaves to the root."""

    levels: list[list[bytes]]

    @property
    def root(self) -> bytes:
        return self.levels[-1][0]

    def proof(self, row: int) -> list[bytes]:
        siblings = []
        for level in self.levels[:-1]:
            partner = row + 1 if row % 2 == 0 else row - 1
            siblings.append(level[partner] if partner < len(level) else level[row])
            row //= 2
        return siblings


def digest(hash_name: str, message: bytes) -> bytes:
    if hash_name == "sha256":
        return sha256(message).digest()
    return keccak.new(digest_bits=256, data=message).digest()


def jupiter_leaf(claimant: bytes, unlocked: int, locked: int) -> bytes:
    entry = claimant + unlocked.to_bytes(8, "little") + locked.to_bytes(8, "little")
    return digest("sha256", b"\x00" + digest("sha256", entry))


def mint_bound_leaf(mint: bytes, claimant: bytes, unlocked: int, locked: int) -> bytes:
    amounts = unlocked.to_bytes(8, "little") + locked.to_bytes(8, "little")
    entry = digest("keccak256", MINT_BOUND_DOMAIN + claimant + mint + amounts)
    return digest("keccak256", b"\x00" + entry)


def reference_tree(hash_name: str, leaves: list[bytes]) -> ReferenceTree:
    levels = [leaves]
    while len(levels[-1]) > 1:
        level = levels[-1]
        pairs = [(level[at], level[min(at + 1, len(level) - 1)]) for at in range(0, len(level), 2)]
        levels.append([digest(hash_name, b"\x01" + min(pair) + max(pair)) for pair in pairs])
    return ReferenceTree(levels)


def reference_fold(hash_name: str, leaf: bytes, proof: list[bytes]) -> bytes:
    node = leaf
    for sibling in proof:
        node = digest(hash_name, b"\x01" + min(node, sibling) + max(node, sibling))
    return node
