"""Two sides compared, as a folder of CSV files, written beside its name and renamed."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

import csv
import io
import os
import re
import shutil
from itertools import zip_longest
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from merkle.cli.output import printable
from merkle.cli.writing import to_be_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from merkle.diff import Diff, TokenDiff, TreeSide
    from merkle.diff.gates import Violation

    Rows = Callable[[TokenDiff], Iterator[Sequence[object]]]

TABLES: Final = {
    "settings": ("name", "old", "new"),
    "totals": ("token", "figure", "old", "new", "difference"),
    "groups": ("token", "group", "wallets", "difference"),
    "causes": ("token", "cause", "wallets", "gains", "losses", "difference", "meaning"),
    "distribution": ("token", "change", "wallets", "difference"),
    "trees": (
        *("token", "tree", "old_version", "new_version", "old_leaves", "new_leaves"),
        *("old_depth", "new_depth", "old_total", "new_total", "old_root", "new_root"),
        *("old_distributor", "new_distributor"),
    ),
    "violations": ("token", "gate", "problem"),
}
"""The columns of every file but those of wallets; amounts are tokens with all decimals."""

WALLETS: Final = (
    "wallet,before,after,difference,locked_before,locked_after,old_tree,new_tree,causes"
)
"""Of SYMBOL-wallets.csv; empty where a side does not have the wallet; causes separated by ";"."""

MOVED: Final = "wallet,old_tree,new_tree"

_OURS: Final = re.compile(rf"({'|'.join(TABLES)}|.*-(wallets|moved))\.csv")
_FORMULA: Final = ("=", "+", "-", "@")


def check_folder(folder: Path, *, force: bool) -> None:
    """Refuse before the work a folder that could not be written after it.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    _check_parent(folder)
    if not os.path.lexists(folder):
        return
    if not force:
        raise AsrError(f"{folder} exists; choose another name, or replace it with --force")
    if folder.is_symlink() or not folder.is_dir():
        raise AsrError(f"{folder} is no folder; remove it first")
    foreign = [path.name for path in folder.iterdir() if not _OURS.fullmatch(path.name)]
    if foreign:
        raise AsrError(f"{folder}: {min(foreign)} is no file of a diff; --force would delete it")


def check_file(file: Path, *, force: bool) -> None:
    """Refuse before the work a file that could not be written after it.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    _check_parent(file)
    if os.path.lexists(file) and not (force and file.is_file()):
        raise AsrError(f"{file} exists; choose another name, or replace a file with --force")


def check_apart(file: Path, folder: Path) -> None:
    """Refuse a file that the folder would replace, or carry away with what it replaces.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    if file.resolve().is_relative_to(folder.resolve()):
        raise AsrError(f"{file}: --html lies inside what --csv writes; choose a name outside it")


def write_folder(
    folder: Path, difference: "Diff", violations: "Sequence[Violation] | None"
) -> None:
    """Write all files beside the folder's name, then rename; one that it replaces goes last.

    Errors: AsrError; nothing is left behind then.
    """
    with to_be_written(folder):
        staged = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            made = staged / "new"
            made.mkdir()
            _write_tables(made, difference, violations)
            for name, token in _named(difference).items():
                _write_wallets(made, name, token)
            swap(made, folder, staged / "old")
        finally:
            shutil.rmtree(staged)


def swap(made: Path, folder: Path, aside: Path) -> None:
    """Give what is made its name; what had the name moves aside, and back where that fails."""
    replaces = folder.exists()
    if replaces:
        folder.rename(aside)
    try:
        made.rename(folder)
    except BaseException:
        if replaces:
            aside.rename(folder)
        raise


def _check_parent(path: Path) -> None:
    from allocation.errors import AsrError

    if path.name in ("", ".."):
        raise AsrError(f"{path}: no name of its own; give the name of what is to be written")
    if not path.parent.is_dir():
        raise AsrError(f"{path}: the folder {path.parent} does not exist; make it first")


def _named(difference: "Diff") -> "dict[str, TokenDiff]":
    """Name the files of each token by its symbol, and its mint where two share that."""
    from allocation.address import format_address

    symbols = [token.symbol.lower() for token in difference.tokens]
    return {
        token.symbol
        if symbols.count(token.symbol.lower()) == 1
        else f"{token.symbol}-{format_address(token.mint)}": token
        for token in difference.tokens
    }


def _write_wallets(folder: Path, symbol: str, token: "TokenDiff") -> None:
    from merkle.cli.diffs_columns import csv_moved, csv_rows

    for name, header, parts in (
        ("wallets", WALLETS, csv_rows(token.changes, token.decimals)),
        ("moved", MOVED, csv_moved(token.moved)),
    ):
        with (folder / f"{symbol}-{name}.csv").open("xb") as file:
            file.write(f"{header}\n".encode())
            file.writelines(parts)


def _write_tables(
    folder: Path, difference: "Diff", violations: "Sequence[Violation] | None"
) -> None:
    tables: dict[str, Iterable[Sequence[object]]] = {
        "settings": [(one.name, one.old, one.new) for one in difference.settings],
        "totals": _each(difference, _totals),
        "groups": _each(difference, _groups),
        "causes": _each(difference, _causes),
        "distribution": _each(difference, _distribution),
        "trees": _each(difference, _trees),
    }
    if violations is not None:
        tables["violations"] = [(one.token or "", one.gate, one.problem) for one in violations]
    for name, rows in tables.items():
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(TABLES[name])
        writer.writerows(rows if name not in _STRANGE else map(_harmless, rows))
        (folder / f"{name}.csv").write_bytes(text.getvalue().encode("utf-8"))


_STRANGE: Final = ("settings", "violations")  # texts that anybody may have written


def _harmless(row: "Sequence[object]") -> list[str]:
    """Keep a spreadsheet from taking a text of a stranger for a formula, or for two lines."""
    shown = [printable(cell) for cell in row]
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in shown]


def _each(difference: "Diff", rows_of: "Rows") -> "Iterator[Sequence[object]]":
    for token in difference.tokens:
        for row in rows_of(token):
            yield token.symbol, *row


def _totals(token: "TokenDiff") -> "Iterator[Sequence[object]]":
    from merkle.diff.figures import figures_of

    for figure in figures_of(token):
        values = figure.old, figure.new, figure.difference
        yield figure.name, *(_tokens(units, figure.decimals) for units in values)


def _tokens(units: int | None, decimals: int) -> str:
    """Write an amount with all decimals and its sign; none is empty."""
    from allocation.units import format_tokens

    if units is None:
        return ""
    return ("-" if units < 0 else "") + format_tokens(abs(units), decimals)


def _groups(token: "TokenDiff") -> "Iterator[Sequence[object]]":
    from merkle.diff.figures import groups_of

    for group in groups_of(token.changes):
        yield group.name, group.wallets, _tokens(group.difference, token.decimals)


def _causes(token: "TokenDiff") -> "Iterator[Sequence[object]]":
    for one in token.changes.by_cause():
        amounts = one.gained, -one.lost, one.difference
        written = [_tokens(units, token.decimals) for units in amounts]
        yield one.cause.name, one.wallets, *written, one.cause.meaning


def _distribution(token: "TokenDiff") -> "Iterator[Sequence[object]]":
    from merkle.diff.spread import bars_of

    for bar in bars_of(token.changes):
        yield _harmless([bar.name])[0], bar.wallets, _tokens(bar.difference, token.decimals)


def _trees(token: "TokenDiff") -> "Iterator[Sequence[object]]":
    for number, pair in enumerate(zip_longest(*token.trees)):
        sides = [_tree(tree, token.decimals) for tree in pair]
        yield number, *(cell for cells in zip(*sides, strict=True) for cell in cells)


def _tree(tree: "TreeSide | None", decimals: int) -> list[object]:
    from allocation.address import format_address

    if tree is None:
        return [""] * 6
    return [
        "" if tree.version is None else tree.version,
        tree.leaves,
        tree.depth,
        _tokens(tree.total, decimals),
        tree.root.hex(),
        "" if tree.distributor is None else format_address(tree.distributor),
    ]
