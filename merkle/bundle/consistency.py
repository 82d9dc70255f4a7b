"""Where a manifest contradicts itself: all that can be said without looking at other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.round import NO_PROGRAM
from merkle.leaf import JUPITER
from merkle.program import PROFILES, distributor_address
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle.bundle.manifest import Manifest, TokenEntry, TreeEntry


def contradictions(manifest: Manifest) -> Iterator[str]:
    """Yield what cannot all be true, with its place in the file."""
    for index, token in enumerate(manifest.tokens):
        yield from (f"tokens[{index}]{problem}" for problem in _of_token(token))
        for number, tree in enumerate(token.trees):
            place = f"tokens[{index}].trees[{number}]"
            yield from (f"{place}{problem}" for problem in _of_tree(token, tree))


def _of_token(token: TokenEntry) -> Iterator[str]:
    yield from _of_program(token)
    leaves = sum(tree.max_num_nodes for tree in token.trees)
    if leaves != token.wallets:
        yield f".wallets is {token.wallets}, but the trees have {leaves} leaves"
    claims = sum(tree.max_total_claim for tree in token.trees)
    if claims != token.allocated:
        yield f".allocated is {token.allocated}, but the trees' claims add up to {claims}"
    left = sum(token.unallocated.values())
    if token.pool is None and left:
        yield f".unallocated adds up to {left}, but there is no pool"
    elif token.pool is not None and token.pool != token.allocated + left:
        yield f".pool is {token.pool}, but {token.allocated} + {left} unallocated are not"
    versions = [tree.version for tree in token.trees]
    if len(set(versions)) != len(versions):
        yield ".trees have a version twice"


def _of_program(token: TokenEntry) -> Iterator[str]:
    if token.program == NO_PROGRAM:
        return
    if token.program not in PROFILES:
        yield f".program is {token.program}, which nobody knows"
    elif token.claim not in PROFILES[token.program].depths:
        yield f".claim is {token.claim}, which {token.program} has not"
    if token.leaf != JUPITER.name:
        yield f".leaf is {token.leaf}, which no program verifies"


def _of_tree(token: TokenEntry, tree: TreeEntry) -> Iterator[str]:
    if tree.root != tree.root_base58:
        yield f".root_base58 is another root than .root, {format_address(tree.root)} in base58"
    if tree.max_num_nodes > token.max_leaves_per_tree:
        yield f".max_num_nodes is above max_leaves_per_tree, {token.max_leaves_per_tree}"
    if tree.depth != depth_of(tree.max_num_nodes):
        yield f".depth is not {depth_of(tree.max_num_nodes)}, that of {tree.max_num_nodes} leaves"
    profile = PROFILES.get(token.program)
    derived = distributor_address(profile, token.base, token.mint, tree.version)
    if tree.distributor != derived:
        address = "null" if derived is None else format_address(derived)
        yield f".distributor is not {address}, which program, base, mint and version give"
