"""What `asr deploy` takes from a bundle, held to the bundle's own digests."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from merkle.cli.deploying_files import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from allocation.round import Claim, Round
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle
    from merkle.deployment.planning import Plan
    from merkle.deployment.tokens import Token, Tree

LARGEST_SETTINGS: Final = 1 << 20  # bytes


def open_sound(path: Path) -> "Bundle":
    """Open a bundle whose manifest does not contradict itself.

    Errors: BundleError.
    """
    from merkle.bundle.consistency import contradictions
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import MANIFEST
    from merkle.bundle.read import open_bundle

    bundle = open_bundle(path)
    for problem in contradictions(bundle.manifest):
        raise BundleError(MANIFEST, problem)
    return bundle


def tokens_of(bundle: "Bundle", *, look_at_amounts: bool = False) -> "list[Token]":
    """Return the tokens of a bundle as they are deployed.

    With `look_at_amounts` the allocations are read too: for locked amounts, and those of 0.

    Errors: BundleError.
    """
    the_round = _round_of(bundle)
    lockers = {token.symbol: token.distributor.locker_base for token in the_round.tokens}
    return [
        _token(bundle, entry, lockers[entry.symbol], look_at_amounts=look_at_amounts)
        for entry in bundle.manifest.tokens
    ]


def chosen(tokens: "Sequence[Token]", symbol: str | None) -> "list[Token]":
    """Return all tokens, or the one that is asked for.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    found = [token for token in tokens if symbol in (None, token.symbol)]
    if not found:
        known = ", ".join(token.symbol for token in tokens)
        raise AsrError(f"the bundle has no token {symbol!a}; it has {known}")
    return found


def planned_by(bundle: "Bundle", settings: Path, symbol: str | None = None) -> "Plan":
    """Plan what deploy.toml asks for, for all tokens or one.

    Errors: AsrError.
    """
    from merkle.deployment.planning import make_plan
    from merkle.deployment.settings import read_settings

    tokens = tokens_of(bundle, look_at_amounts=True)
    text = read_text(settings, LARGEST_SETTINGS, "deploy.toml")
    resolved = read_settings(settings.name, text, tokens)
    return make_plan(bundle.id, chosen(tokens, symbol), resolved)


def _round_of(bundle: "Bundle") -> "Round":
    """Read the round file, which alone names the lockers."""
    from allocation.round_file import load_round
    from merkle.bundle.files import read_file
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import ROUND

    _, digest = read_file(bundle.path, ROUND)
    bundle.check_digest(ROUND, digest)
    the_round = load_round(bundle.path / ROUND)
    ours = [(token.symbol, token.mint) for token in bundle.manifest.tokens]
    if ours != [(token.symbol, token.mint) for token in the_round.tokens]:
        raise BundleError(ROUND, "has other tokens than the manifest")
    return the_round


def _token(
    bundle: "Bundle", entry: "TokenEntry", locker: "Address | None", *, look_at_amounts: bool
) -> "Token":
    from merkle.deployment.tokens import Token

    zeros: list[int | None] = [None] * len(entry.trees)
    has_locked = None
    if look_at_amounts and entry.trees:
        zeros, has_locked = _amounts(bundle, entry)
    return Token(
        symbol=entry.symbol,
        mint=entry.mint,
        decimals=entry.decimals,
        claim=cast("Claim", entry.claim),
        program=entry.program,
        base=entry.base,
        locker_base=locker,
        leaf=entry.leaf,
        trees=tuple(_tree(number, tree, zeros[number]) for number, tree in enumerate(entry.trees)),
        has_locked=has_locked,
    )


def _tree(number: int, entry: "TreeEntry", zeros: int | None) -> "Tree":
    from merkle.deployment.tokens import Tree

    return Tree(
        number=number,
        version=entry.version,
        root=entry.root,
        max_num_nodes=entry.max_num_nodes,
        max_total_claim=entry.max_total_claim,
        depth=entry.depth,
        zero_amounts=zeros,
    )


def _amounts(bundle: "Bundle", entry: "TokenEntry") -> "tuple[list[int | None], bool]":
    """Count, per tree, the leaves without an unlocked amount; and say whether any amount vests."""
    from merkle.bundle.columns import read_rows

    rows = read_rows(bundle, entry)
    bounds = accumulate((tree.max_num_nodes for tree in entry.trees), initial=0)
    zeros: list[int | None] = [
        int((rows.unlocked[start:stop] == 0).sum()) for start, stop in pairwise(bounds)
    ]
    return zeros, bool(rows.locked.any())
