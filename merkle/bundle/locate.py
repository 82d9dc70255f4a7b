"""One wallet's rows and proofs, found by byte search and checked without reading the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.address import format_address, parse_address
from allocation.errors import AsrError
from allocation.units import U64_MAX, BaseUnits
from merkle.bundle.files import open_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import MANIFEST, SUMS, allocations_file, tree_file
from merkle.bundle.lines import HEADER_LINES, LineError, base_units, csv_line, read_leaf
from merkle.bundle.sound import check_sound, chosen
from merkle.leaf import LEAF_FORMATS, leaf_hash
from merkle.proof import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from merkle.bundle.lines import LeafLine
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle

SEARCHED_AT_ONCE: Final = 1 << 17  # bytes; they stay in the cache from reading to searching


class UnknownWalletError(AsrError):
    """A bundle pays nothing to a wallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletProof:
    """What one wallet may claim of one token, proven against the manifest's root.

    Units: base units of the token's mint.
    """

    wallet: Address
    token: TokenEntry
    number: int  # of the tree
    tree: TreeEntry
    row: int  # of allocations.csv, from 0
    unlocked: BaseUnits
    locked: BaseUnits
    siblings: tuple[bytes, ...]
    line: bytes  # of the tree file, as it stands there, without comma and newline
    checked: tuple[str, ...]  # what was held against what, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """The one line of a file that begins as asked for."""

    file: str
    number: int  # of the line, from 1
    line: bytes


def find_wallet(bundle: Bundle, wallet: str, symbol: str | None = None) -> list[WalletProof]:
    """Return a wallet's proofs, of all tokens or of one, each checked up to the root.

    Errors: AddressError; AsrError for a symbol that the bundle has not; UnknownWalletError;
            BundleError for the first thing that does not hold.
    """
    parse_address(wallet)
    tokens = chosen(bundle.manifest.tokens, symbol)
    check_sound(bundle)
    proofs = [_find(bundle, token, wallet) for token in tokens]
    found = [proof for proof in proofs if proof is not None]
    if not found:
        symbols = ", ".join(token.symbol for token in tokens)
        raise UnknownWalletError(f"{wallet} is not among those whom the bundle pays {symbols}")
    return found


def _find(bundle: Bundle, token: TokenEntry, wallet: str) -> WalletProof | None:
    allocation = _search(bundle, allocations_file(token.symbol), wallet, b"%b,")
    if allocation is None:
        return None
    row = allocation.number - HEADER_LINES - 1
    unlocked, locked = _amounts(token, allocation, wallet)
    number, place = _shard(token, allocation, row)
    hit = _search(bundle, tree_file(token.symbol, number), wallet, b'"%b":{')
    if hit is None:
        file = tree_file(token.symbol, number)
        raise BundleError(file, f"has no line of it, but row {row} belongs here", wallet=wallet)
    leaf = _read_leaf(hit, wallet)
    tree = token.trees[number]
    for problem in _differences(leaf, token, tree, unlocked, locked):
        raise BundleError(hit.file, problem, line=hit.number, wallet=wallet)
    if hit.number != place + HEADER_LINES + 1:
        problem = f"belongs to line {place + HEADER_LINES + 1}, by its row of allocations.csv"
        raise BundleError(hit.file, problem, line=hit.number, wallet=wallet)
    return WalletProof(
        wallet=parse_address(wallet),
        token=token,
        number=number,
        tree=tree,
        row=row,
        unlocked=BaseUnits(unlocked),
        locked=BaseUnits(locked),
        siblings=leaf.siblings,
        line=hit.line.removesuffix(b","),
        checked=_checked(allocation, hit, leaf, tree),
    )


def _search(bundle: Bundle, file: str, wallet: str, form: bytes) -> _Hit | None:
    """Find the line of a wallet, reading the file once for that and for its digest.

    Errors: BundleError where it stands twice or the file is another one.
    """
    start, found, before = form % wallet.encode(), None, 0
    with open_file(bundle.path, file) as opened:
        for block in opened.lines(SEARCHED_AT_ONCE):
            at = _find_line(block, start)
            if at >= 0:
                if found or _find_line(block[at + 1 :], start) >= 0:
                    raise BundleError(file, "stands twice", wallet=wallet)
                line, _, _ = block[at:].partition(b"\n")
                found = _Hit(file=file, number=before + block.count(b"\n", 0, at) + 1, line=line)
            if not found:
                before += block.count(b"\n")
        bundle.check_digest(file, opened.sha256())
    return found


def _find_line(block: bytes, start: bytes) -> int:
    """Return where a line begins with `start`, below 0 where none does."""
    return 0 if block.startswith(start) else block.find(b"\n" + start) + 1 or -1


def _amounts(token: TokenEntry, hit: _Hit, wallet: str) -> tuple[int, int]:
    match = csv_line(token.decimals).fullmatch(hit.line)
    amounts = [base_units(amount) for amount in match.groups()[1:]] if match else []
    if not amounts or max(amounts) > U64_MAX:
        problem = "no allocation as this tool writes it"
        raise BundleError(hit.file, problem, line=hit.number, wallet=wallet)
    return amounts[0], amounts[1]


def _shard(token: TokenEntry, hit: _Hit, row: int) -> tuple[int, int]:
    """Return which tree a row belongs to, and its place there."""
    place = row
    for number, tree in enumerate(token.trees):
        if place < tree.max_num_nodes:
            return number, place
        place -= tree.max_num_nodes
    raise BundleError(hit.file, f"has more rows than the {token.wallets} leaves", line=hit.number)


def _read_leaf(hit: _Hit, wallet: str) -> LeafLine:
    try:
        return read_leaf(hit.line.removesuffix(b","))
    except LineError as error:
        raise BundleError(hit.file, str(error), line=hit.number, wallet=wallet) from error


def _differences(
    leaf: LeafLine, token: TokenEntry, tree: TreeEntry, unlocked: int, locked: int
) -> Iterator[str]:
    """Yield what is wrong with a leaf's line, its proof last."""
    if (leaf.unlocked, leaf.locked) != (unlocked, locked):
        yield f"amounts {leaf.unlocked} and {leaf.locked}, allocations.csv has {unlocked}, {locked}"
    address = "" if tree.distributor is None else format_address(tree.distributor)
    if leaf.distributor.decode() != address:
        yield f"merkle_tree is {leaf.distributor.decode()!a}, the manifest has {address!a}"
    if len(leaf.siblings) != tree.depth:
        yield f"the proof has {len(leaf.siblings)} siblings, not {tree.depth}"
    root = _fold(leaf, token)
    if root != tree.root:
        yield f"the proof leads to {root.hex()}, not to the root {tree.root.hex()}"


def _fold(leaf: LeafLine, token: TokenEntry) -> bytes:
    leaf_format = LEAF_FORMATS[token.leaf]
    claimant = parse_address(leaf.wallet.decode())
    node = leaf_hash(leaf_format, token.mint, claimant, leaf.unlocked, leaf.locked)
    return fold(node, leaf.siblings, leaf_format.hash_name)


def _checked(allocation: _Hit, hit: _Hit, leaf: LeafLine, tree: TreeEntry) -> tuple[str, ...]:
    """Say what was held against what."""
    return (
        f"{MANIFEST}, {allocation.file} and {hit.file} have the digests that {SUMS} lists",
        f"{MANIFEST} does not contradict itself",
        f"the wallet stands once in {allocation.file}, in line {allocation.number}",
        f"it stands once in {hit.file}, in line {hit.number}, its place, with the same amounts",
        f"its leaf and {len(leaf.siblings)} siblings lead to the root {tree.root.hex()}",
    )
