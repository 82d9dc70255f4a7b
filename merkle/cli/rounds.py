"""`asr check` and `asr build`: from a round file to what it pays, and to the bundle."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import JsonFlag, app, example
from merkle.cli.describing import bundle_document, bundle_lines, claim_rows, money_rows
from merkle.cli.output import counted, facts, print_json, print_lines, progress, warn

if TYPE_CHECKING:
    from allocation.allocate import Allocations, TokenAllocations
    from allocation.round import Round
    from merkle.distribution import Distribution

MOST_THREADS: Final = 1_024  # more cores than any machine has for us; each takes memory


def _checked_memory(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?[KMGT]i?B", text):
        raise typer.BadParameter(f"{text!r} is no size; write it like 3GB or 500MB")
    return text


RoundArgument = Annotated[Path, typer.Argument(metavar="ROUND", help="The round file.")]
ThreadsOption = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        min=1,
        max=MOST_THREADS,
        help="Threads to work with; default: one for each core.",
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        callback=_checked_memory,
        help="Memory for the allocation, e.g. 3GB; what exceeds it goes to disk.",
    ),
]
DeepFlag = Annotated[
    bool,
    typer.Option("--allow-deep", help="Allow trees whose claims may not fit a transaction."),
]


@app.command(epilog=example("asr check round.toml"))
def check(
    round_file: RoundArgument,
    *,
    threads: ThreadsOption = None,
    memory: MemoryOption = None,
    allow_deep: DeepFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Check a round: report every error, or what would be built.

    Reads and validates everything and divides the pools, but builds nothing.
    """
    from allocation.allocate import allocations_of
    from allocation.round_file import load_round
    from merkle.distribution import distribution_of
    from merkle.program import check_round

    the_round = load_round(round_file)
    warnings = check_round(the_round, allow_deep=allow_deep)
    with (
        TemporaryDirectory(prefix="asr-check-") as scratch,
        progress() as report,
        allocations_of(the_round, Path(scratch), threads, memory, report) as allocations,
    ):
        distributions = [
            distribution_of(token, allocations.keys, allocations.texts, allow_deep=allow_deep)
            for token in allocations.tokens
        ]
    warnings += allocations.warnings
    if as_json:
        print_json(_check_document(the_round, allocations, distributions, warnings))
        return
    warn(warnings)
    print_lines(_check_lines(the_round, allocations, distributions))


def _check_lines(
    the_round: "Round", allocations: "Allocations", distributions: "list[Distribution]"
) -> list[str]:
    rows = [("round", the_round.name), ("method", the_round.method)]
    rows += [
        (source.kind, f"{source.name}, {counted(source.rows, 'row')}, {source.bytes:,} bytes")
        for source in allocations.sources
    ]
    lines = facts(rows)
    for token, distribution in zip(allocations.tokens, distributions, strict=True):
        lines += ["", *_plan_lines(token, distribution)]
    return [*lines, "", "Everything is in order; nothing was built."]


def _plan_lines(allocations: "TokenAllocations", distribution: "Distribution") -> list[str]:
    """Describe the trees that a token would have."""
    token = allocations.token
    rows = [
        *claim_rows(token, token.distributor.program, token.distributor.base),
        *money_rows(token, allocations.allocated, allocations.unallocated),
        ("wallets", f"{len(allocations.wallets):,}"),
        ("trees", _trees_text(distribution, token.distributor.max_leaves_per_tree)),
    ]
    return [token.symbol, *facts(rows, indent=2)]


def _trees_text(distribution: "Distribution", most: int) -> str:
    from merkle.program import depth_limit
    from merkle.proof import depth_of

    count = distribution.shard_count
    if not count:
        return "none: nobody is paid"
    limit = depth_limit(distribution.profile, distribution.claim)
    leaves = [_leaves(distribution, number) for number in range(count)]
    largest, last = max(leaves), leaves[-1]
    sizes = f"{largest:,} leaves" + (f", the last of {last:,}" if last != largest else "")
    if min(leaves[:-1], default=largest) != largest:
        sizes = f"{min(leaves):,} to {largest:,} leaves"
    return f"{count:,} of {sizes} ({most:,} at most), depth {depth_of(largest)} ({limit} at most)"


def _leaves(distribution: "Distribution", number: int) -> int:
    return distribution.boundaries[number + 1] - distribution.boundaries[number]


def _check_document(
    the_round: "Round",
    allocations: "Allocations",
    distributions: "list[Distribution]",
    warnings: list[str],
) -> dict[str, object]:
    """Lay out for machines what `_check_lines` says; amounts are base units as text."""
    return {
        "round": the_round.name,
        "method": the_round.method,
        "inputs": [
            {"kind": source.kind, "name": source.name, "rows": source.rows, "sha256": source.sha256}
            for source in allocations.sources
        ],
        "tokens": [
            _plan_document(token, distribution)
            for token, distribution in zip(allocations.tokens, distributions, strict=True)
        ],
        "warnings": warnings,
    }


def _plan_document(
    allocations: "TokenAllocations", distribution: "Distribution"
) -> dict[str, object]:
    from allocation.address import format_address
    from merkle.program import depth_limit
    from merkle.proof import depth_of

    token = allocations.token
    addresses = [distribution.address(number) for number in range(distribution.shard_count)]
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "pool": None if token.pool is None else str(token.pool),
        "allocated": str(allocations.allocated),
        "unallocated": {cause: str(units) for cause, units in allocations.unallocated.items()},
        "wallets": len(allocations.wallets),
        "depth_limit": depth_limit(distribution.profile, distribution.claim),
        "trees": [
            {
                "version": distribution.versions[number],
                "distributor": None if address is None else format_address(address),
                "leaves": _leaves(distribution, number),
                "depth": depth_of(_leaves(distribution, number)),
            }
            for number, address in enumerate(addresses)
        ],
    }


@app.command(epilog=example("asr build round.toml --out bundle"))
def build(
    round_file: RoundArgument,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="BUNDLE", help="The folder to make.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing bundle.")] = False,
    threads: ThreadsOption = None,
    memory: MemoryOption = None,
    allow_deep: DeepFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Build the bundle of a round: allocations, trees, proofs.

    It stands under its name when it is complete, or not at all. The same inputs and rules give
    the same bytes, and so the same bundle id.
    """
    from allocation.allocate import allocations_of
    from allocation.round_file import load_round
    from merkle.bundle.read import open_bundle
    from merkle.bundle.staging import check_target, workspace
    from merkle.bundle.write import write_bundle
    from merkle.program import check_round

    the_round = load_round(round_file)
    warnings = check_round(the_round, allow_deep=allow_deep)
    check_target(out, force=force)  # before the work rather than after it
    with (
        workspace(out) as scratch,
        progress() as report,
        allocations_of(the_round, scratch, threads, memory, report) as allocations,
    ):
        write_bundle(
            out, the_round, allocations, force=force, allow_deep=allow_deep, progress=report
        )
    warnings += allocations.warnings
    bundle = open_bundle(out)
    if as_json:
        print_json({**bundle_document(bundle.id, bundle.manifest), "warnings": warnings})
        return
    warn(warnings)
    print_lines(bundle_lines(bundle))
