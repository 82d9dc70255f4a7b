"""manifest.json: what a bundle says about itself, typed; believed only once it is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from allocation.address import format_address
from allocation.round import NO_PROGRAM, Claim, Method, Order
from allocation.units import MAX_DECIMALS, U64_MAX
from merkle.bundle.findings import quoted
from merkle.bundle.layout import (
    FIRST_FORMAT,
    FORMAT,
    MANIFEST,
    SYMBOL_PATTERN,
    expected_files,
)
from merkle.bundle.strict_json import Node, document, dump_json
from merkle.leaf import LEAF_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.address import Address
    from allocation.units import BaseUnits

MAX_LEAVES: Final = 2**32 - 1
MAX_DEPTH: Final = 32

_KEYS: Final = ("format", "tool", "round", "method", "rules_sha256", "inputs_sha256", "tokens")
_TOKEN_KEYS: Final = (
    "symbol",
    "mint",
    "decimals",
    "claim",
    "program",
    "base",
    "leaf",
    "max_leaves_per_tree",
    "order",
    "pool",
    "allocated",
    "unallocated",
    "wallets",
    "trees",
)
_TREE_KEYS: Final = (
    "version",
    "distributor",
    "root",
    "root_base58",
    "max_num_nodes",
    "max_total_claim",
    "depth",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One tree, as the manifest describes it."""

    version: int
    distributor: Address | None
    root: bytes
    root_base58: bytes  # the same root, written a second time
    max_num_nodes: int
    max_total_claim: BaseUnits
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntry:
    """One token and its trees, as the manifest describes them."""

    symbol: str
    mint: Address
    decimals: int
    claim: str
    program: str
    base: Address | None
    leaf: str
    max_leaves_per_tree: int
    order: str
    pool: BaseUnits | None
    allocated: BaseUnits
    unallocated: dict[str, BaseUnits]  # by cause
    wallets: int
    trees: tuple[TreeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says about itself."""

    format: int = FORMAT
    tool: str
    round: str
    method: str
    rules_sha256: str
    inputs_sha256: str
    tokens: tuple[TokenEntry, ...]

    def tree_counts(self) -> dict[str, int]:
        """Return how many trees each symbol has, in the order of the round."""
        return {token.symbol: len(token.trees) for token in self.tokens}

    def files(self) -> list[str]:
        """Name every file of the bundle but the list of digests."""
        return expected_files(self.tree_counts(), self.format)


def format_manifest(manifest: Manifest) -> bytes:
    """Write the manifest; amounts are base units as text."""
    return dump_json(
        {
            "format": manifest.format,
            "tool": manifest.tool,
            "round": manifest.round,
            "method": manifest.method,
            "rules_sha256": manifest.rules_sha256,
            "inputs_sha256": manifest.inputs_sha256,
            "tokens": [token_object(token) for token in manifest.tokens],
        }
    )


def parse_manifest(content: bytes) -> Manifest:
    """Read a manifest that an enemy may have written: every type, range and key is checked.

    Errors: BundleError naming the place in the file.
    """
    root = document(MANIFEST, content)
    _check_format(root)
    fields = root.members(_KEYS)
    return Manifest(
        format=fields["format"].integer(FIRST_FORMAT, FORMAT),
        tool=fields["tool"].text("asr [0-9A-Za-z.+-]{1,40}", "this tool and its version"),
        round=fields["round"].printable(),
        method=fields["method"].choice(get_args(Method)),
        rules_sha256=fields["rules_sha256"].sha256(),
        inputs_sha256=fields["inputs_sha256"].sha256(),
        tokens=_parse_tokens(fields["tokens"]),
    )


def _check_format(root: Node) -> None:
    """Look at the version first: another one may have other keys."""
    version = root.member("format")
    if not FIRST_FORMAT <= version.integer(0, U64_MAX) <= FORMAT:
        known = f"{FIRST_FORMAT} to {FORMAT}"
        version.refuse(f"is {version.value}; this version of asr reads {known}")


def token_object(token: TokenEntry) -> dict[str, object]:
    """Lay one token out as the manifest has it."""
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "claim": token.claim,
        "program": token.program,
        "base": _optional_address(token.base),
        "leaf": token.leaf,
        "max_leaves_per_tree": token.max_leaves_per_tree,
        "order": token.order,
        "pool": None if token.pool is None else str(token.pool),
        "allocated": str(token.allocated),
        "unallocated": {cause: str(amount) for cause, amount in token.unallocated.items()},
        "wallets": token.wallets,
        "trees": [_tree_object(tree) for tree in token.trees],
    }


def _tree_object(tree: TreeEntry) -> dict[str, object]:
    return {
        "version": tree.version,
        "distributor": _optional_address(tree.distributor),
        "root": tree.root.hex(),
        "root_base58": format_address(tree.root_base58),
        "max_num_nodes": tree.max_num_nodes,
        "max_total_claim": str(tree.max_total_claim),
        "depth": tree.depth,
    }


def _optional_address(key: Address | None) -> str | None:
    return None if key is None else format_address(key)


def _parse_tokens(node: Node) -> tuple[TokenEntry, ...]:
    tokens = tuple(_parse_token(item) for item in node.items())
    if not tokens:
        node.refuse("is empty")
    _refuse_repeats(node, "symbol", (token.symbol.lower() for token in tokens))
    _refuse_repeats(node, "mint", (format_address(token.mint) for token in tokens))
    return tokens


def _refuse_repeats(node: Node, name: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            node.refuse(f"holds the {name} {value} twice")
        seen.add(value)


def _parse_token(node: Node) -> TokenEntry:
    fields = node.members(_TOKEN_KEYS)
    return TokenEntry(
        symbol=fields["symbol"].text(SYMBOL_PATTERN, "a symbol that can name a folder"),
        mint=fields["mint"].address(),
        decimals=fields["decimals"].integer(0, MAX_DECIMALS),
        claim=fields["claim"].choice(get_args(Claim)),
        program=fields["program"].text("[a-z0-9][a-z0-9-]{0,31}", f"a program or {NO_PROGRAM}"),
        base=_parse_optional_address(fields["base"]),
        leaf=fields["leaf"].choice(LEAF_FORMATS),
        max_leaves_per_tree=fields["max_leaves_per_tree"].integer(1, MAX_LEAVES),
        order=fields["order"].choice(get_args(Order)),
        pool=None if fields["pool"].value is None else fields["pool"].base_units(),
        allocated=fields["allocated"].base_units(),
        unallocated=_parse_causes(fields["unallocated"]),
        wallets=fields["wallets"].integer(0, U64_MAX),
        trees=tuple(_parse_tree(item) for item in fields["trees"].items()),
    )


def _parse_causes(node: Node) -> dict[str, BaseUnits]:
    causes = node.entries()
    for cause in causes:
        if not re.fullmatch("[a-z][a-z_]{0,63}", cause):
            node.refuse(f"has {quoted(cause)} where a cause is expected")
    return {cause: amount.base_units() for cause, amount in causes.items()}


def _parse_tree(node: Node) -> TreeEntry:
    fields = node.members(_TREE_KEYS)
    return TreeEntry(
        version=fields["version"].integer(0, U64_MAX),
        distributor=_parse_optional_address(fields["distributor"]),
        root=bytes.fromhex(fields["root"].text("[0-9a-f]{64}", "32 bytes in hexadecimal")),
        root_base58=fields["root_base58"].address(),
        max_num_nodes=fields["max_num_nodes"].integer(1, MAX_LEAVES),
        max_total_claim=fields["max_total_claim"].base_units(),
        depth=fields["depth"].integer(0, MAX_DEPTH),
    )


def _parse_optional_address(node: Node) -> Address | None:
    return None if node.value is None else node.address()
