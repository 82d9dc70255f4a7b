"""Allocations -> a bundle on disk."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from allocation.errors import InvariantError
from allocation.round_file import rules_sha256
from allocation.units import BaseUnits
from merkle.bundle.consistency import contradictions
from merkle.bundle.layout import (
    BREAKDOWN,
    INPUTS,
    MANIFEST,
    REPORT,
    ROUND,
    VERIFIER,
    allocations_file,
    tree_file,
)
from merkle.bundle.manifest import Manifest, TokenEntry, TreeEntry, format_manifest, parse_manifest
from merkle.bundle.staging import staged
from merkle.bundle.standalone import verifier
from merkle.bundle.strict_json import dump_json
from merkle.bundle.writer import Writer
from merkle.codec.proofs import allocations_parts, proof_file_parts
from merkle.distribution import distribution_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.allocate import Allocations, TokenAllocations
    from allocation.progress import Progress
    from allocation.round import Round
    from allocation.tables import InputSource
    from merkle.distribution import Distribution, Shard


def write_bundle(
    out: Path,
    round_: Round,
    allocations: Allocations,
    *,
    force: bool = False,
    allow_deep: bool = False,
    progress: Progress | None = None,
) -> str:
    """Write the bundle `out` and return its id, the sha256 of its SHA256SUMS.

    `out` is there whole or not at all; an existing bundle is replaced only with `force`.

    Errors: AsrError for what cannot be written or could never be claimed.
    """
    with staged(out, force=force) as folder, Writer(folder) as writer:
        writer.write(VERIFIER, [verifier()])
        writer.write(ROUND, [round_.content])
        writer.write(INPUTS, [dump_json(_inputs(allocations.sources))])
        writer.write(REPORT, [dump_json(allocations.report)])
        allocations.write_breakdown(folder / BREAKDOWN)
        writer.adopt(BREAKDOWN)
        tokens = []
        for token in allocations.tokens:
            distribution = distribution_of(
                token, allocations.keys, allocations.texts, allow_deep=allow_deep
            )
            trees = _write_token(writer, distribution, progress)
            tokens.append(_token_entry(token, distribution, trees))
        writer.write(MANIFEST, [_manifest(round_, allocations, tokens)])
        return writer.finish()


def _inputs(sources: Sequence[InputSource]) -> dict[str, object]:
    return {
        source.kind: {
            "name": source.name,
            "format": source.format,
            "bytes": source.bytes,
            "rows": source.rows,
            "sha256": source.sha256,
        }
        for source in sources
    }


def _write_token(
    writer: Writer, distribution: Distribution, progress: Progress | None
) -> list[TreeEntry]:
    """Write one token's files, one shard at a time, and say what its trees are."""
    symbol, trees = distribution.symbol, []
    writer.write(allocations_file(symbol), allocations_parts(distribution))
    for shard in distribution.shards():
        writer.write(tree_file(symbol, shard.number), proof_file_parts(distribution, shard))
        trees.append(_tree_entry(shard))
        if progress is not None:
            progress(f"{symbol}: trees and proofs", len(trees), distribution.shard_count)
    return trees


def _tree_entry(shard: Shard) -> TreeEntry:
    return TreeEntry(
        version=shard.version,
        distributor=shard.distributor,
        root=shard.tree.root,
        root_base58=shard.tree.root,
        max_num_nodes=shard.tree.leaf_count,
        max_total_claim=BaseUnits(shard.max_total_claim),
        depth=shard.tree.depth,
    )


def _token_entry(
    allocations: TokenAllocations, distribution: Distribution, trees: list[TreeEntry]
) -> TokenEntry:
    token = allocations.token
    return TokenEntry(
        symbol=token.symbol,
        mint=token.mint,
        decimals=token.decimals,
        claim=token.claim,
        program=token.distributor.program,
        base=distribution.base,
        leaf=distribution.leaf_format.name,
        max_leaves_per_tree=token.distributor.max_leaves_per_tree,
        order=token.distributor.order,
        pool=token.pool,
        allocated=BaseUnits(allocations.allocated),
        unallocated={cause: BaseUnits(amount) for cause, amount in allocations.unallocated.items()},
        wallets=len(allocations.wallets),
        trees=tuple(trees),
    )


def _manifest(round_: Round, allocations: Allocations, tokens: list[TokenEntry]) -> bytes:
    """Write the manifest, and hold it to what every reader will ask of it."""
    content = format_manifest(
        Manifest(
            tool=f"asr {version('asr')}",
            round=round_.name,
            method=round_.method,
            rules_sha256=rules_sha256(round_),
            inputs_sha256=allocations.inputs_sha256,
            tokens=tuple(tokens),
        )
    )
    for problem in contradictions(parse_manifest(content)):
        raise InvariantError(f"the manifest contradicts itself: {problem}")
    return content
