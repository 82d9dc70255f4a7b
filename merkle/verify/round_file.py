"""round.toml against the manifest: the rules that a bundle says it was made by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import format_address
from allocation.errors import AsrError, InputErrors
from allocation.round_file import load_round, rules_sha256
from merkle.bundle.findings import cell_text, quoted
from merkle.bundle.layout import MANIFEST, ROUND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from allocation.round import Round, Token
    from merkle.bundle.manifest import Manifest, TokenEntry
    from merkle.verify.task import Task


def read_round(task: Task) -> Round | None:
    """Read and check the round file; None where it is none."""
    content = task.read(ROUND)
    if content is None:
        return None
    try:
        the_round = load_round(task.root / ROUND)
    except InputErrors as errors:
        for error in errors.findings:
            problem = f"{cell_text(error)}: {error.problem}"
            task.findings.add(ROUND, problem, line=error.line or None)
        return None
    if the_round.content != content:  # pragma: no cover - takes a race with whoever writes it
        raise AsrError(f"{task.root / ROUND} changed while it was read")
    return the_round


def check_round(task: Task, the_round: Round, manifest: Manifest) -> None:
    """Find what the manifest says otherwise than the round."""
    for problem in _differences(the_round, manifest):
        task.findings.add(MANIFEST, f"{problem} by {ROUND}")


def _differences(the_round: Round, manifest: Manifest) -> Iterator[str]:
    yield from _differing("round", manifest.round, the_round.name)
    yield from _differing("method", manifest.method, the_round.method)
    yield from _differing("rules_sha256", manifest.rules_sha256, rules_sha256(the_round))
    ours = ", ".join(token.symbol for token in manifest.tokens)
    theirs = ", ".join(token.symbol for token in the_round.tokens)
    yield from _differing("tokens", ours, theirs)
    if ours == theirs:
        for index, token in enumerate(the_round.tokens):
            yield from _token_differences(f"tokens[{index}]", manifest.tokens[index], token)


def _token_differences(place: str, entry: TokenEntry, token: Token) -> Iterator[str]:
    plan = token.distributor
    for name, ours, theirs in (
        ("mint", format_address(entry.mint), format_address(token.mint)),
        ("decimals", entry.decimals, token.decimals),
        ("pool", entry.pool, token.pool),
        ("claim", entry.claim, token.claim),
        ("program", entry.program, plan.program),
        ("base", _optional(entry.base), _optional(plan.base)),
        ("leaf", entry.leaf, plan.leaf),
        ("max_leaves_per_tree", entry.max_leaves_per_tree, plan.max_leaves_per_tree),
        ("order", entry.order, plan.order),
    ):
        yield from _differing(f"{place}.{name}", ours, theirs)
    count, trees = plan.tree_count(entry.wallets), f"{place}.trees"
    yield from _differing(f"the number of {trees}", len(entry.trees), count)
    for number, tree in enumerate(entry.trees[:count]):
        leaves = plan.size_of(number, entry.wallets)
        yield from _differing(f"{trees}[{number}].max_num_nodes", tree.max_num_nodes, leaves)
        version = plan.first_version + number
        yield from _differing(f"{trees}[{number}].version", tree.version, version)


def _differing(place: str, ours: object, theirs: object) -> Iterator[str]:
    if ours != theirs:
        yield f"{place} is {quoted(ours)}, but {quoted(theirs)}"


def _optional(key: Address | None) -> str | None:
    return None if key is None else format_address(key)
