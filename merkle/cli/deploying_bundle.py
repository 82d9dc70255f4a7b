"""What `asr deploy` takes from a bundle, held to the bundle's own digests."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from merkle.cli.deploying_files import read_small, read_text

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.round import Claim
    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle
    from merkle.deployment.planning import Plan
    from merkle.deployment.tokens import Token, Tree

LARGEST_SETTINGS: Final = 1 << 20  # bytes


def tokens_of(bundle: "Bundle", *, look_at_amounts: bool = False) -> "list[Token]":
    """Return the tokens of a bundle as they are deployed.

    With `look_at_amounts` the allocations are read too: for locked amounts, and those of 0.

    Errors: BundleError; InputErrors for a bad round file.
    """
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import ROUND
    from merkle.bundle.sound import read_round

    the_round = read_round(bundle)
    ours = [(token.symbol, token.mint) for token in bundle.manifest.tokens]
    if ours != [(token.symbol, token.mint) for token in the_round.tokens]:
        raise BundleError(ROUND, "has other tokens than the manifest")
    lockers = {token.symbol: token.distributor.locker_base for token in the_round.tokens}
    return [
        _token(bundle, entry, lockers[entry.symbol], look_at_amounts=look_at_amounts)
        for entry in bundle.manifest.tokens
    ]


def planned_by(bundle: "Bundle", settings: Path, symbol: str | None = None) -> "Plan":
    """Plan what deploy.toml asks for, for all tokens or one.

    Errors: AsrError.
    """
    from allocation.errors import AsrError
    from merkle.bundle.sound import chosen
    from merkle.deployment.keys import holds_secret
    from merkle.deployment.planning import make_plan
    from merkle.deployment.settings import read_settings

    tokens = tokens_of(bundle, look_at_amounts=True)
    text = read_text(settings, LARGEST_SETTINGS, "deploy.toml")
    if holds_secret(text):
        raise AsrError(f"{settings}: a secret key stands in it; write addresses, and keep it apart")
    resolved = read_settings(settings.name, text, tokens)
    return make_plan(bundle.id, chosen(tokens, symbol), resolved)


def read_plan_file(path: Path, bundle: "Bundle") -> "Plan":
    """Read a plan and hold it to its bundle.

    Errors: AsrError.
    """
    from merkle.deployment.document import LARGEST_PLAN, read_plan

    content = read_small(path, LARGEST_PLAN, "plan.json")
    plan, _ = read_plan(path.name, content, bundle.id, tokens_of(bundle))
    return plan


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
