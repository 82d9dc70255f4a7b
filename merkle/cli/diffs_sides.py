"""OLD and NEW of `asr diff`: bundles, or trees that somebody has published."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from merkle.cli.output import printable
from merkle.cli.tree_files import contents_of, files_of_trees

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.progress import Progress
    from merkle.diff import Side, TokenSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the command line says about the token that is compared."""

    token: str | None  # a symbol of a bundle, or any for published trees
    mint: "Address | None"
    decimals: int | None


def open_sides(
    paths: tuple[Path, Path], named: Named, report: "Progress | None"
) -> tuple["Side", "Side"]:
    """Open both sides, each with the tokens that are compared only.

    Errors: AsrError where a path leads to neither, and where the token is not clear.
    """
    from merkle.diff import bundle_side

    kinds = [_is_bundle(path) for path in paths]
    bundles = [
        bundle_side(path) if is_bundle else None
        for path, is_bundle in zip(paths, kinds, strict=True)
    ]
    old, new = bundles
    if old is not None and new is not None:
        _check_unnamed(named)
        return _restricted(old, new, named.token)
    bundle = old or new
    token = _described(named) if bundle is None else _token_of(bundle, named)
    sides = [
        _published(path, token, report) if side is None else replace(side, tokens=(token,))
        for side, path in zip(bundles, paths, strict=True)
    ]
    return sides[0], sides[1]


def _is_bundle(path: Path) -> bool:
    """Tell a bundle by its files; a folder without them holds published trees.

    Errors: AsrError where there is neither.
    """
    from allocation.errors import AsrError
    from merkle.bundle.layout import MANIFEST, SUMS

    if not path.exists():
        raise AsrError(f"{path}: no such file or folder; give a bundle or published trees")
    if path.is_dir() and any(os.path.lexists(path / name) for name in (MANIFEST, SUMS)):
        return True
    if not files_of_trees(path):
        raise AsrError(f"{path}: neither a bundle nor a folder with .json files of trees")
    return False


def _check_unnamed(named: Named) -> None:
    """Refuse to describe a token that the bundles describe themselves."""
    options = {"--mint": named.mint, "--decimals": named.decimals}
    for option, value in options.items():
        if value is not None:
            problem = "two bundles say it themselves; choose a token of theirs with --token"
            raise typer.BadParameter(problem, param_hint=option)


def _restricted(old: "Side", new: "Side", symbol: str | None) -> tuple["Side", "Side"]:
    """Keep one token of both sides: by its mint, whatever the other side calls it.

    Errors: AsrError where neither has it.
    """
    from allocation.errors import AsrError

    if symbol is None:
        return old, new
    tokens = [*old.tokens, *new.tokens]
    mints = {token.mint for token in tokens if token.symbol == symbol}
    if not mints:
        known = ", ".join(dict.fromkeys(token.symbol for token in tokens))
        raise AsrError(f"neither side pays {printable(symbol)}; they pay {known}")
    kept = [
        replace(side, tokens=tuple(token for token in side.tokens if token.mint in mints))
        for side in (old, new)
    ]
    return kept[0], kept[1]


def _token_of(bundle: "Side", named: Named) -> "TokenSide":
    """Find the token of a bundle that published trees pay.

    Errors: AsrError where the bundle has no such token, or several.
    """
    from allocation.errors import AsrError

    known = ", ".join(token.symbol for token in bundle.tokens)
    fitting = [
        token
        for token in bundle.tokens
        if named.token in (None, token.symbol) and named.mint in (None, token.mint)
    ]
    if not fitting:
        raise AsrError(f"the bundle has no such token; it pays {known}")
    if len(fitting) > 1:
        raise AsrError(f"the bundle pays {known}: name the token of the trees with --token")
    if named.decimals not in (None, fitting[0].decimals):
        raise AsrError(
            f"{fitting[0].symbol} has {fitting[0].decimals} decimals in the bundle, not "
            f"{named.decimals}; leave --decimals out"
        )
    return fitting[0]


def _described(named: Named) -> "TokenSide":
    """Make a token of what the command line says, where both sides are published trees."""
    from merkle.bundle.layout import SYMBOL_PATTERN
    from merkle.diff import TokenSide

    if named.mint is None or named.decimals is None:
        missing = "--mint" if named.mint is None else "--decimals"
        problem = "published trees do not say which token they pay; give --mint and --decimals"
        raise typer.BadParameter(problem, param_hint=missing)
    symbol = named.token or "TOKEN"
    if not re.fullmatch(SYMBOL_PATTERN, symbol):
        problem = f"{printable(symbol)} cannot name files; use letters and digits"
        raise typer.BadParameter(problem, param_hint="--token")
    return TokenSide(
        symbol=symbol,
        mint=named.mint,
        decimals=named.decimals,
        pool=None,
        allocated=0,
        unallocated={},
        wallets=0,
        trees=(),
        settings={},
    )


def _published(path: Path, token: "TokenSide", report: "Progress | None") -> "Side":
    """Read and check the trees of a file or folder."""
    from merkle.codec import read_trees
    from merkle.diff import published_side
    from merkle.leaf import JUPITER, LEAF_FORMATS

    leaf = LEAF_FORMATS.get(token.settings.get("leaf", ""), JUPITER)
    trees = read_trees(contents_of(files_of_trees(path), report), token.mint, leaf)
    return published_side(trees, token.mint, token.symbol, token.decimals)
