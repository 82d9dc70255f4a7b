"""Two sides made of plain dictionaries, and their comparison, for tests of what is shown of it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from allocation.address import Address, format_address
from merkle.bundle.columns import Rows
from merkle.diff import Side, TokenSide, TreeSide, compare
from tests.distributions import JUP
from tests.round_files import SIGNER
from tests.test_cli import asr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from merkle.diff import Diff, TokenDiff

Paid = dict[int, tuple[int, int]]
"""Unlocked and locked amount by number of wallet."""

DECIMALS = 2

# 1 is removed, 2 raised, 3 lowered, 4 relocked, 5 added
OLD: Paid = {1: (1000, 0), 2: (1000, 0), 3: (1000, 0), 4: (1000, 0)}
NEW: Paid = {2: (1100, 0), 3: (995, 0), 4: (0, 1000), 5: (7, 0)}


def wallet(number: int) -> str:
    return format_address(Address(sha256(b"wallet %d" % number).digest()))


def tree(leaves: int = 1, **changes: object) -> TreeSide:
    said: dict[str, object] = {
        "version": 0,
        "distributor": None,
        "root": bytes(32),
        "leaves": leaves,
        "total": 1,
        "depth": 1,
    }
    return TreeSide(**(said | changes))  # type: ignore[arg-type]


def side(
    paid: Paid,
    *,
    pool: int | None = None,
    settings: Mapping[str, str] | None = None,
    trees: tuple[TreeSide, ...] | None = None,
    symbol: str = "JUP",
) -> Side:
    """One mint, as published trees have it; `paid` in the order of its leaves."""
    amounts = np.array(list(paid.values()), np.uint64).reshape(-1, 2)
    token = TokenSide(
        symbol=symbol,
        mint=JUP,
        decimals=DECIMALS,
        pool=pool,
        allocated=int(amounts.sum()),
        unallocated={},
        wallets=len(paid),
        trees=(tree(len(paid)),) if trees is None else trees,
        settings=settings or {},
    )
    texts = np.array([wallet(number).encode() for number in paid], "S44")
    listed = Rows(texts=texts, unlocked=amounts[:, 0], locked=amounts[:, 1])
    return Side(facts={}, tokens=(token,), listed=listed)


def difference(old: Paid | Side, new: Paid | Side) -> Diff:
    old, new = (one if isinstance(one, Side) else side(one) for one in (old, new))
    with TemporaryDirectory() as scratch:
        return compare(old, new, Path(scratch))


def only_token(old: Paid | Side, new: Paid | Side) -> TokenDiff:
    (token,) = difference(old, new).tokens
    return token


def build_samples(folder: Path) -> Path:
    """Bundles of the sample round: as it is, with a larger pool, with smaller trees."""
    assert 0 == asr("init", folder).code
    text = (folder / "round.toml").read_text("utf-8")
    text = re.sub("# base = .*", f'base = "{SIGNER}"', text)
    text = text.replace("# max_leaves_per_tree = 12000", "max_leaves_per_tree = 5")
    for name, old, new in (
        ("bundle", "Sample round", "Sample round"),
        ("richer", '"50000"', '"60000"'),
        ("smaller", "max_leaves_per_tree = 5", "max_leaves_per_tree = 4"),
    ):
        changed = text.replace(old, new)
        (folder / f"{name}.toml").write_text(changed, "utf-8")
        assert 0 == asr("build", folder / f"{name}.toml", "--out", folder / name).code
    for form in ("jupiter-tree", "jupiter-kv"):
        assert 0 == asr("export", folder / "bundle", "--format", form, "--out", folder / form).code
    return folder
