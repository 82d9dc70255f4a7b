"""Sound bundles, ways to forge them, and what `verify` finds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from allocation.round_file import rules_sha256
from merkle.verify import verify_bundle
from tests.plain_bundle import (
    WEN,
    PlainRound,
    PlainToken,
    dump,
    plain_bundle,
    plain_rows,
    put,
    round_text,
    seal,
    wallets,
)
from tests.round_files import load
from tests.standalone import check_agreement, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from merkle.bundle import Finding

Files = dict[str, bytes]

CSV = "JUP/allocations.csv"
TREE = "JUP/proofs/tree_1.json"  # with the rows 4 to 7 of 10
TOKENS = [
    PlainToken(rows=plain_rows(10)),
    PlainToken(
        rows=[(wallet, 5, at) for at, wallet in enumerate(wallets(3, "few"))],
        symbol="wen_2",
        mint=WEN,
        decimals=5,
        program="none",
        base=None,
        leaf="mint-bound",
        pool=100,
    ),
]


def sound(tokens: list[PlainToken] | None = None, bundle_format: int = 2) -> Files:
    """Return a bundle that is right."""
    tokens = TOKENS if tokens is None else tokens
    rules = rules_sha256(load(round_text(tokens)))
    return plain_bundle(PlainRound(tokens=tokens, rules_sha256=rules, format=bundle_format))


def findings_in(files: Files) -> list[Finding]:
    """Verify the files as a bundle on disk; the verifier that bundles bring has to agree."""
    with TemporaryDirectory() as folder:
        found = list(verify_bundle(put(files, Path(folder))).findings)
        check_agreement(found, run(folder))
        return found


def edited(files: Files, name: str, edit: Callable[[Any], object]) -> Files:
    """Change one JSON file as a careful forger does: in its own layout, and sealed again."""
    document = json.loads(files[name])
    edit(document)
    return seal({**files, name: dump(document)})


def replaced(files: Files, name: str, old: bytes, new: bytes) -> Files:
    """Replace one text in one file, and seal again."""
    assert 1 == files[name].count(old), f"{old!r} stands {files[name].count(old)} times"
    return seal({**files, name: files[name].replace(old, new)})


@dataclass(frozen=True)
class Leaf:
    """A leaf of a tree file, to be changed."""

    wallet: str
    fields: dict[str, Any]


def leaves_of(files: Files, name: str = TREE) -> list[Leaf]:
    return [Leaf(wallet, fields) for wallet, fields in json.loads(files[name]).items()]


def with_leaves(files: Files, leaves: list[Leaf], name: str = TREE) -> Files:
    """Write a tree file of these leaves, and seal again."""
    lines = [f'"{leaf.wallet}":{json.dumps(leaf.fields, separators=(",", ":"))}' for leaf in leaves]
    return seal({**files, name: ("{\n" + ",\n".join(lines) + "\n}\n").encode()})


def places_found(files: Files) -> set[tuple[str, int | None, str | None]]:
    return {(finding.file, finding.line, finding.wallet) for finding in findings_in(files)}


def problems_in(files: Files, file: str) -> list[str]:
    return [finding.problem for finding in findings_in(files) if finding.file == file]


def row_of(files: Files, wallet: str) -> bytes:
    """Return a wallet's line of the allocations of JUP."""
    return next(line for line in files[CSV].split(b"\n") if line.startswith(wallet.encode()))
