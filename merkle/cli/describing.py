"""A token and its trees as text: what check, build, summary and export print."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import json
from typing import TYPE_CHECKING

from merkle.cli.output import amount, counted, facts, figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.address import Address
    from merkle.bundle.manifest import Manifest, TokenEntry, TreeEntry


def claim_facts(mint: "Address", decimals: int, claim: str, program: str) -> list[tuple[str, str]]:
    """Say what is claimed, how, and by which program."""
    from allocation.address import format_address
    from merkle.program import PROFILES

    profile = PROFILES.get(program)
    via = f"through {program} {format_address(profile.program_id)}" if profile else "no program"
    return [
        ("mint", f"{format_address(mint)}, {counted(decimals, 'decimal')}"),
        ("claim", f"{claim} {via}"),
    ]


def base_facts(program: str, base: "Address | None") -> list[tuple[str, str]]:
    """Say whose signature creates the distributors, or what is missing for their addresses."""
    from allocation.address import format_address
    from merkle.program import PROFILES

    profile = PROFILES.get(program)
    if profile is None or not profile.has_base:
        return []
    if base is None:
        return [("base", "none, so no distributor address yet: set base in the round file")]
    return [("base", format_address(base))]


def pool_figures(
    decimals: int, pool: int | None, allocated: int, unallocated: "Mapping[str, int]"
) -> list[str]:
    """Lay out what there was, what is paid and what stays, by cause."""
    rows = [("allocated", amount(allocated, decimals))]
    if pool is not None:
        rows.insert(0, ("pool", amount(pool, decimals)))
        rows.append(("unallocated", amount(pool - allocated, decimals)))
    rows += [
        (f"  {cause.replace('_', ' ')}", amount(units, decimals))
        for cause, units in unallocated.items()
        if units
    ]
    return figures(rows, indent=2)


def token_lines(token: "TokenEntry") -> list[str]:
    """Describe a token and every one of its trees."""
    described = facts(
        [
            *claim_facts(token.mint, token.decimals, token.claim, token.program),
            *base_facts(token.program, token.base),
        ],
        indent=2,
    )
    money = pool_figures(token.decimals, token.pool, token.allocated, token.unallocated)
    trees = [
        line for number, tree in enumerate(token.trees) for line in tree_lines(token, number, tree)
    ]
    return [token.symbol, *described, *money, *trees]


def tree_lines(token: "TokenEntry", number: int, tree: "TreeEntry") -> list[str]:
    """Describe one tree: what a deployment of it has to be given."""
    from allocation.address import format_address

    rows = [("root", tree.root.hex()), ("", format_address(tree.root))]
    if tree.distributor is not None:
        rows.append(("distributor", format_address(tree.distributor)))
    heading = (
        f"  tree {number}: version {tree.version}, {counted(tree.max_num_nodes, 'leaf')}, "
        f"depth {tree.depth}, {amount(tree.max_total_claim, token.decimals)} {token.symbol}"
    )
    return ["", heading, *facts(rows, indent=4)]


def bundle_document(bundle_id: str, manifest: "Manifest") -> dict[str, object]:
    """Lay out a bundle's id and manifest for machines."""
    from merkle.bundle.manifest import format_manifest

    return {"bundle_id": bundle_id, **json.loads(format_manifest(manifest))}
