"""A token and its trees as text: what check, build, summary and export print."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from merkle.cli.output import amount, counted, facts, flush_right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.address import Address
    from allocation.round import Token
    from merkle.bundle.manifest import Manifest, TokenEntry, TreeEntry
    from merkle.bundle.read import Bundle

    Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """The size of a token's rewards, in base units."""

    largest: int
    median: int  # of an even number the lower one of the middle
    smallest: int


def rewards_of(bundle: "Bundle", token: "TokenEntry") -> Rewards | None:
    """Measure what the wallets of a token get; None where nobody gets anything."""
    import numpy as np

    from merkle.bundle.columns import read_rows

    read = read_rows(bundle, token)
    if not token.wallets:
        return None
    totals = np.sort(read.unlocked + read.locked)
    return Rewards(
        largest=int(totals[-1]), median=int(totals[(len(totals) - 1) // 2]), smallest=int(totals[0])
    )


def claim_rows(token: "Token | TokenEntry", program: str, base: "Address | None") -> "Rows":
    """Say what is claimed, how, by which program, and whose signature creates distributors."""
    from allocation.address import format_address
    from merkle.program import PROFILES

    profile = PROFILES.get(program)
    via = f" through {program} {format_address(profile.program_id)}" if profile else ", no program"
    rows = [
        ("mint", f"{format_address(token.mint)}, {counted(token.decimals, 'decimal')}"),
        ("claim", f"{token.claim}{via}"),
    ]
    if profile is not None and profile.has_base:
        missing = "none, so no distributor address yet: set base in the round file"
        rows.append(("base", format_address(base) if base is not None else missing))
    return rows


def money_rows(
    token: "Token | TokenEntry",
    allocated: int,
    unallocated: "Mapping[str, int]",
    rewards: Rewards | None = None,
) -> "Rows":
    """Say what there was, what is paid, what stays and why; the points of amounts in one line."""
    units = [("allocated", allocated)]
    if token.pool is not None:
        units = [("pool", token.pool), *units, ("unallocated", token.pool - allocated)]
    units += [(f"  {cause.replace('_', ' ')}", kept) for cause, kept in unallocated.items() if kept]
    if rewards is not None:
        units += [(f"{name} reward", size) for name, size in asdict(rewards).items()]
    return flush_right([(name, amount(value, token.decimals)) for name, value in units])


def token_lines(token: "TokenEntry", rewards: Rewards | None) -> list[str]:
    """Describe a token and every one of its trees."""
    rows = [
        *claim_rows(token, token.program, token.base),
        *money_rows(token, token.allocated, token.unallocated, rewards),
        ("wallets", f"{token.wallets:,}"),
        ("trees", trees_text(token)),
    ]
    return [token.symbol, *facts(rows, indent=2), *_trees_lines(token)]


def trees_text(token: "TokenEntry") -> str:
    """Say how large trees may be, and how large the transaction of a claim lets them be."""
    from merkle.program import PROFILES, leaf_limit

    trees = counted(len(token.trees), "tree")
    size = f"{trees} of at most {counted(token.max_leaves_per_tree, 'leaf')}"
    profile = PROFILES.get(token.program)
    depths = (
        {} if profile is None else {str(claim): depth for claim, depth in profile.depths.items()}
    )
    if token.claim not in depths:  # no program; or a claim that it has not, as `verify` finds
        return size
    return f"{size} (a claim has room for {leaf_limit(depths[token.claim]):,})"


def deployment_lines(token: "TokenEntry", number: int | None = None) -> list[str]:
    """Say what a deployment of a token needs, with all its trees or one."""
    rows = claim_rows(token, token.program, token.base)
    return [token.symbol, *facts(rows, indent=2), *_trees_lines(token, number)]


def _trees_lines(token: "TokenEntry", number: int | None = None) -> list[str]:
    lines = []
    for at, tree in enumerate(token.trees):
        if number in (None, at):
            lines += ["", *_tree_lines(token, at, tree)]
    return lines


def _tree_lines(token: "TokenEntry", number: int, tree: "TreeEntry") -> list[str]:
    from allocation.address import format_address

    rows = [("root", tree.root.hex()), ("", format_address(tree.root))]
    if tree.distributor is not None:  # what is missing for it is said once per token
        rows.append(("distributor", format_address(tree.distributor)))
    heading = (
        f"  tree {number}: version {tree.version}, {counted(tree.max_num_nodes, 'leaf')}, "
        f"depth {tree.depth}, {amount(tree.max_total_claim, token.decimals)} {token.symbol}"
    )
    return [heading, *facts(rows, indent=4)]


def bundle_lines(
    bundle: "Bundle", rewards: "Mapping[str, Rewards | None] | None" = None
) -> list[str]:
    """Describe a bundle, token by token; the line that operators compare comes last."""
    manifest = bundle.manifest
    lines = facts([("round", manifest.round), ("method", manifest.method)])
    for token in manifest.tokens:
        lines += ["", *token_lines(token, rewards[token.symbol] if rewards else None)]
    return [*lines, "", f"bundle id  {bundle.id}"]


def bundle_document(bundle_id: str, manifest: "Manifest") -> dict[str, object]:
    """Lay out a bundle's id and manifest for machines."""
    from merkle.bundle.manifest import format_manifest

    return {"bundle_id": bundle_id, **json.loads(format_manifest(manifest))}


def address_text(program: str, address: "Address | None") -> str:
    """Show the address of a distributor, or say what is missing for it."""
    from allocation.address import format_address
    from allocation.round import NO_PROGRAM

    if address is not None:
        return format_address(address)
    return "none: no program" if program == NO_PROGRAM else "none yet: set base in the round file"
