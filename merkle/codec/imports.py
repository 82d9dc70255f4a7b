"""Trees that others built -> columns, read as if an enemy had written them.

Read are Jupiter's trees (three namings of the amounts), Jito's, and files keyed by wallet: our
own tree_N.json and Jupiter's kv proofs. Unknown keys are ignored, as the builders do: whatever
they say, leaves, proofs and root have to agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

from allocation.address import Address, AddressError, format_address, parse_address
from allocation.errors import AsrError, InputError
from allocation.units import U64_MAX
from merkle.codec.checked import CheckedTree, ReadTree, checked
from merkle.codec.strict import (
    Members,
    hash_of,
    list_of,
    object_at,
    parse_document,
    proof_of,
    text_of,
    u64_of,
)
from merkle.leaf import JUPITER, LeafFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.address import Keys
    from allocation.units import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTrees:
    """Trees of one mint whose proofs all hold, in leaf order, shard after shard.

    Shapes: claimants (n, 32), unlocked and locked (n,).
    Units:  base units.
    """

    claimants: Keys
    unlocked: Amounts
    locked: Amounts
    boundaries: tuple[int, ...]  # shard i holds the rows from boundaries[i] to boundaries[i + 1]
    roots: tuple[bytes, ...]
    versions: tuple[int | None, ...]  # None where no file says it
    distributors: tuple[Address | None, ...]  # likewise


_AMOUNT_KEYS: Final = {
    frozenset(unlocked + locked): (unlocked, locked)
    for unlocked, locked in (
        (("amount",), ("locked_amount",)),  # Jupiter
        (("amount",), ()),  # Jupiter's asr and 2023 branches
        (("amount_unlocked",), ("amount_locked",)),  # older files
        (
            ("total_unlocked_staker", "total_unlocked_searcher", "total_unlocked_validator"),
            ("total_locked_staker", "total_locked_searcher", "total_locked_validator"),
        ),  # Jito
    )
}
_EVERY_AMOUNT_KEY: Final = frozenset[str]().union(*_AMOUNT_KEYS)


def read_trees(
    files: Iterable[tuple[str, bytes]], mint: Address, leaf_format: LeafFormat = JUPITER
) -> ImportedTrees:
    """Read all trees of one mint from files given as (name, content), one file at a time.

    Trees stand in the order of their versions. Where these are not known: in the order of the
    files' names, whose numbers count as numbers, and within a file as they first appear. Leaves
    keep the order of a file that names its root, or whose own order makes the tree; else
    `ordering` finds one.

    Errors: InputError with file and key for what is malformed, a wallet that stands twice, and a
            proof, root, count or total that the leaves do not make; AsrError without any file.
    """
    places: dict[bytes, str] = {}
    trees: list[CheckedTree] = []
    by_wallet: dict[tuple[str, bytes], ReadTree] = {}
    for source, content in files:
        document = parse_document(source, content)
        if "tree_nodes" in document.values:
            tree = read_tree(document, places)
            check_sums(document, tree)
            trees.append(checked(tree, mint, leaf_format))
        else:
            read_wallets(document, places, by_wallet)
    trees += [checked(tree, mint, leaf_format) for tree in by_wallet.values()]
    if not trees:
        raise AsrError("nothing to import; give the files that a builder of trees wrote")
    return _joined(_in_order(trees))


def read_tree(document: Members, places: dict[bytes, str] | None) -> ReadTree:
    """Read a whole tree; `places` refuses wallets that stand in it already, None refuses nobody.

    Source: jup-ag/distributor and jito-foundation/distributor, merkle-tree/src/
            {airdrop_merkle_tree,tree_node}.rs; merkle-tree/*.json for older names.
    """
    read = ReadTree(
        source=document.source,
        root=document.need("merkle_root", hash_of),
        version=document.get("airdrop_version", u64_of),
        distributor=None,
    )
    for row, node in enumerate(document.need("tree_nodes", list_of)):
        leaf = object_at(document.source, f"tree_nodes[{row}]", node)
        _add_leaf(read, leaf, leaf.need("claimant", hash_of), places)
    if not read.claimants:
        document.refuse("tree_nodes", None, "empty")
    return read


def check_sums(document: Members, read: ReadTree) -> None:
    """Hold the count and the totals that a tree names to those of its nodes.

    Errors: InputError.
    """
    unlocked, locked = sum(read.unlocked), sum(read.locked)
    sums = {"max_num_nodes": len(read.claimants)}
    if "max_total_claim" in document.values:
        sums["max_total_claim"] = unlocked + locked
    else:
        sums |= {"total_unlocked_amount": unlocked, "total_locked_amount": locked}
    for key, expected in sums.items():
        said = document.need(key, u64_of)
        if said != expected:
            document.refuse(key, said, f"the nodes make {expected}")


def read_wallets(
    document: Members,
    places: dict[bytes, str] | None,
    by_wallet: dict[tuple[str, bytes], ReadTree],
) -> None:
    """Read proofs keyed by wallet into the trees they belong to.

    A distributor names a tree, over all files; leaves without one are the tree of their file.

    Source: jup-ag/distributor@master, cli/src/bin/instructions/process_generate_kv_proof.rs.
    """
    for wallet, value in document.values.items():
        try:
            claimant = parse_address(wallet)
        except AddressError as error:
            problem, remedy = error.problem, error.remedy
            raise InputError(document.source, 0, "wallet", wallet, problem, remedy) from error
        leaf = object_at(document.source, wallet, value)
        distributor = leaf.get("merkle_tree", _address_of)
        tree = ("", distributor) if distributor else (document.source, b"")
        if tree not in by_wallet:
            by_wallet[tree] = ReadTree(
                source=document.source, root=None, version=None, distributor=distributor
            )
        _add_leaf(by_wallet[tree], leaf, claimant, places)


def _address_of(value: object) -> Address:
    return parse_address(text_of(value))


def _add_leaf(
    read: ReadTree, leaf: Members, claimant: bytes, places: dict[bytes, str] | None
) -> None:
    if places is not None and claimant in places:
        wallet = format_address(claimant)
        problem = f"has a leaf already, {places[claimant]}"
        remedy = "a wallet stands once per token, over all trees"
        column = "wallet" if leaf.place == wallet else leaf.place
        raise InputError(leaf.source, 0, column, wallet, problem, remedy)
    if places is not None:
        places[claimant] = f"{leaf.source}: {leaf.place}"
    unlocked, locked = _amounts(leaf)
    read.claimants.append(claimant)
    read.unlocked.append(unlocked)
    read.locked.append(locked)
    read.proofs.append(leaf.need("proof", proof_of))


def _amounts(leaf: Members) -> tuple[int, int]:
    """Add up the unlocked and the locked amounts of a leaf, whatever they are called."""
    keys = _AMOUNT_KEYS.get(_EVERY_AMOUNT_KEY.intersection(leaf.values))
    if keys is None:
        known = "; ".join(", ".join(sorted(keys)) for keys in _AMOUNT_KEYS)
        leaf.refuse("amount", None, f"not exactly the amounts of a known tree ({known})")
    unlocked = sum(leaf.need(key, u64_of) for key in keys[0])
    locked = sum(leaf.need(key, _locked_of) for key in keys[1])
    if unlocked + locked > U64_MAX:
        leaf.refuse("amount", unlocked + locked, "with what is locked above 2^64 - 1")
    return unlocked, locked


def _locked_of(value: object) -> int:
    return 0 if value is None else u64_of(value)  # null: Rust's None in some of Jupiter's files


def _in_order(trees: list[CheckedTree]) -> list[CheckedTree]:
    by_version: dict[int, CheckedTree] = {}
    for tree in trees:
        if tree.version is None:
            return sorted(trees, key=lambda tree: numbers_as_numbers(tree.source))
        other = by_version.setdefault(tree.version, tree)
        if other is not tree:
            problem = f"the version of {other.source} too"
            remedy = "give every tree once, and trees of one mint only"
            version = str(tree.version)
            raise InputError(tree.source, 0, "airdrop_version", version, problem, remedy)
    return [by_version[version] for version in sorted(by_version)]


def numbers_as_numbers(name: str) -> list[tuple[int, str]]:
    """Return what sorts tree_2.json before tree_10.json."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _joined(trees: list[CheckedTree]) -> ImportedTrees:
    return ImportedTrees(
        claimants=np.concatenate([tree.claimants for tree in trees]),
        unlocked=np.concatenate([tree.unlocked for tree in trees]),
        locked=np.concatenate([tree.locked for tree in trees]),
        boundaries=(0, *accumulate(len(tree.claimants) for tree in trees)),
        roots=tuple(tree.root for tree in trees),
        versions=tuple(tree.version for tree in trees),
        distributors=tuple(tree.distributor for tree in trees),
    )
