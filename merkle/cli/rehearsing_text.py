"""A rehearsal as text and as JSON: what was shown, on which program, and what was not."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from merkle.cli.output import amount, counted, facts, printable, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle.rehearse import Problem, Rehearsal, Spread, TokenReport

WIDTH: Final = 98  # of a line of notes
SHOWN_KINDS: Final = 10  # of problems; --json has all that are kept
SHOWN_WALLETS: Final = 3  # of each kind
SHOWN_LOG: Final = 6  # last lines: there a program says why


def rehearsal_lines(rehearsal: "Rehearsal") -> list[str]:
    """Say which program ran, what it did, and last what that shows."""
    notes = [
        line
        for note in _notes(rehearsal)
        for line in wrap(note, WIDTH, initial_indent="- ", subsequent_indent="  ")
    ]
    speed = f"{counted(rehearsal.claims, 'claim')} in {rehearsal.seconds:.1f} s"
    return [
        *facts(_program_rows(rehearsal)),
        "",
        *_tree_lines(rehearsal),
        *_cost_lines(rehearsal),
        *_problem_lines(rehearsal),
        *(["", *notes] if notes else []),
        "",
        f"{speed}, {_per_core(rehearsal):,} a second and core",
        _verdict(rehearsal),
        f"bundle id  {rehearsal.bundle_id}",
    ]


def rehearsal_document(rehearsal: "Rehearsal") -> dict[str, object]:
    """Lay a rehearsal out for machines; amounts are base units as text."""
    from allocation.address import format_address

    return {
        "bundle_id": rehearsal.bundle_id,
        "program": {
            "profile": rehearsal.profile,
            "program_id": format_address(rehearsal.program_id),
            "sha256": rehearsal.program_sha256,
        },
        "voter_sha256": rehearsal.voter_sha256,
        "is_good": rehearsal.is_good,
        "claims": rehearsal.claims,
        "tokens": [_token_document(token) for token in rehearsal.tokens],
        "notes": _notes(rehearsal),
        "problems": [asdict(problem) for problem in rehearsal.problems],
        "more_problems": rehearsal.more_problems,
        "seconds": round(rehearsal.seconds, 3),
        "claims_per_second_and_core": _per_core(rehearsal),
    }


def _program_rows(rehearsal: "Rehearsal") -> list[tuple[str, object]]:
    from allocation.address import format_address
    from merkle.program.ids import LOCKED_VOTER

    rows: list[tuple[str, object]] = [
        ("program", f"{rehearsal.profile} {format_address(rehearsal.program_id)}"),
        ("", f"sha256 {rehearsal.program_sha256}"),
    ]
    if rehearsal.voter_sha256 is not None:
        rows += [
            ("voter", f"locked_voter {format_address(LOCKED_VOTER)}"),
            ("", f"sha256 {rehearsal.voter_sha256}"),
        ]
    return rows


def _tree_lines(rehearsal: "Rehearsal") -> list[str]:
    """Show what came of every tree."""
    header = ["token", "tree", "version", "wallets", "claimed", "paid", "left", "refused"]
    rows = [
        [
            token.symbol,
            f"{tree.number:,}",
            f"{tree.version}",
            f"{tree.leaves:,}",
            f"{tree.claims:,}",
            amount(tree.paid, token.decimals),
            "no vault" if tree.vault_left is None else amount(tree.vault_left, token.decimals),
            f"{tree.refused} of {tree.forgeries}",
        ]
        for token in rehearsal.tokens
        for tree in token.trees
    ]
    legend = "left: in the vault; refused: forgeries, of those that were tried"
    return [*table(header, rows), legend]


def _cost_lines(rehearsal: "Rehearsal") -> list[str]:
    """Show what claims cost: compute units, and how much of a packet."""
    from merkle.program.transactions import PACKET_BYTES

    header = ["token", "least units", "median", "most units", f"bytes of {PACKET_BYTES:,}"]
    rows = [
        [
            token.symbol,
            f"{token.compute_units.smallest:,}",
            f"{token.compute_units.median:,}",
            f"{token.compute_units.largest:,}",
            _range(token.sizes),
        ]
        for token in rehearsal.tokens
        if token.compute_units is not None and token.sizes is not None
    ]
    return ["", *table(header, rows)] if rows else []


def _token_document(token: "TokenReport") -> dict[str, object]:
    from allocation.address import format_address

    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "bundle_program": token.program,
        "bundle_claim": token.claim,
        "executed_as": token.way,
        "compute_units": None if token.compute_units is None else asdict(token.compute_units),
        "transaction_bytes": None if token.sizes is None else asdict(token.sizes),
        "off_curve_wallets": token.off_curve,
        "trees": [
            {
                "tree": tree.number,
                "version": tree.version,
                "distributor": format_address(tree.distributor),
                "wallets": tree.leaves,
                "asked": tree.asked,
                "claimed": tree.claims,
                "paid": str(tree.paid),
                "vested": str(tree.vested),
                "left_in_vault": None if tree.vault_left is None else str(tree.vault_left),
                "forgeries": tree.forgeries,
                "refused": tree.refused,
            }
            for tree in token.trees
        ],
    }


def _problem_lines(rehearsal: "Rehearsal") -> list[str]:
    """Say each kind of problem once, with the first wallets and the log of the first of them."""
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in rehearsal.problems:
        kinds.setdefault((problem.symbol, problem.step, problem.problem), []).append(problem)
    lines = []
    for (symbol, step, words), problems in list(kinds.items())[:SHOWN_KINDS]:
        lines += ["", printable(f"{symbol}: {step}: {words}")]
        lines += [f"  {_place(problem)}" for problem in problems[:SHOWN_WALLETS]]
        if len(problems) > SHOWN_WALLETS:
            lines.append(f"  and {len(problems) - SHOWN_WALLETS:,} more")
        lines += [f"    {printable(line)}" for line in problems[0].logs[-SHOWN_LOG:]]
    if len(kinds) > SHOWN_KINDS:
        lines += ["", f"and {len(kinds) - SHOWN_KINDS:,} other kinds of problems (--json has them)"]
    return lines


def _place(problem: "Problem") -> str:
    place = f"tree {problem.tree}"
    return place if problem.wallet is None else f"{place}: {problem.wallet}"


def _notes(rehearsal: "Rehearsal") -> list[str]:
    """Say what nobody should believe to have been shown, once for all tokens it is true of."""
    symbols: dict[str, list[str]] = {}
    for token in rehearsal.tokens:
        for note in (*_program_notes(token, rehearsal.profile), *_wallet_notes(token)):
            symbols.setdefault(note, []).append(token.symbol)
    idle = ["nothing here is staked: the program of --voter-so did not run."]
    return [
        *(f"{', '.join(named)}: {note}" for note, named in symbols.items()),
        *(idle if rehearsal.is_voter_idle else []),
    ]


def _program_notes(token: "TokenReport", ran: str) -> "Iterator[str]":
    from merkle.program import PROFILES

    if token.program != ran:
        yield (
            f"the bundle is for {token.program}; {ran} ran, at addresses of its own. Amounts, "
            "roots and proofs are the bundle's."
        )
    if token.way == "deposit":
        yield (
            f"{ran} can't stake. Each claim was paid to its wallet, which then staked it through "
            "locked_voter; a claim that stakes was not executed."
        )
    if token.way == "transfer" and token.claim == "stake":
        yield "staking was not rehearsed, claims were paid to wallets; give --voter-so."
    if not token.has_base and PROFILES[ran].has_base:
        yield "the bundle has no base yet; a made-up one took its place."


def _wallet_notes(token: "TokenReport") -> "Iterator[str]":
    asked = sum(tree.asked for tree in token.trees)
    if asked < _leaves(token):
        yield f"a sample, {asked:,} of {counted(_leaves(token), 'wallet')}."
    if token.off_curve:
        number = counted(token.off_curve, "wallet")
        yield f"for {number} only a program can sign; here nobody had to."


def _verdict(rehearsal: "Rehearsal") -> str:
    if rehearsal.is_good and not rehearsal.claims:
        return "There was nothing to claim."
    if rehearsal.is_good:
        return (
            "Every claim worked, every forgery was refused, and every base unit is where it has "
            "to be."
        )
    count = len(rehearsal.problems) + rehearsal.more_problems
    return f"{counted(count, 'problem')}. Do not deploy before this is solved."


def _leaves(token: "TokenReport") -> int:
    return sum(tree.leaves for tree in token.trees)


def _range(spread: "Spread") -> str:
    if spread.smallest == spread.largest:
        return f"{spread.smallest:,}"
    return f"{spread.smallest:,} to {spread.largest:,}, median {spread.median:,}"


def _per_core(rehearsal: "Rehearsal") -> int:
    busy = sum(token.seconds for token in rehearsal.tokens)
    return round(rehearsal.claims / busy) if busy else 0
