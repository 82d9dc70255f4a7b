"""The wallets that differ as columns of text: block by block, never row by row in Python."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allocation.units import Amounts
    from merkle.diff import Changes, Moved
    from merkle.diff.changes import Mask, Trees
    from merkle.text import Cell, TextColumn

    Written = Callable[[Amounts], TextColumn]  # amounts as text

BLOCK: Final = 1 << 16  # rows


def json_rows(changes: "Changes") -> "Iterator[bytes]":
    """Write each change as an object, separated by commas; amounts are base units as text."""
    from merkle.text import decimal_column, text_column

    def quoted(amounts: "Amounts") -> "TextColumn":
        return _around(b'"', decimal_column(amounts))

    for rows in _blocks(len(changes)):
        there = changes.was_there[rows], changes.is_there[rows]
        cells: list[Cell] = [b', {"wallet": "', text_column(changes.texts[rows]), b'"']
        for name, amounts, mask in _amounts(changes, rows):
            cells += [f', "{name}": '.encode(), _or(quoted(amounts), mask, b"null")]
        cells += [b', "difference": "', *_difference(changes, rows, decimal_column), b'"']
        for name, trees, mask in (
            ("old_tree", changes.old_trees[rows], there[0]),
            ("new_tree", changes.new_trees[rows], there[1]),
        ):
            cells += [f', "{name}": '.encode(), _or(_numbers(trees), mask, b"null")]
        cells += [b', "causes": [', _causes(changes, rows, b'"', b", "), b"]}"]
        yield _joined(rows, cells, first=2)


def json_moved(moved: "Moved") -> "Iterator[bytes]":
    """Write each wallet in a tree of another number as an object, separated by commas."""
    from merkle.text import text_column

    for rows in _blocks(len(moved)):
        cells: list[Cell] = [b', {"wallet": "', text_column(moved.texts[rows])]
        cells += [b'", "old_tree": ', _numbers(moved.old_trees[rows])]
        cells += [b', "new_tree": ', _numbers(moved.new_trees[rows]), b"}"]
        yield _joined(rows, cells, first=2)


def csv_rows(changes: "Changes", decimals: int) -> "Iterator[bytes]":
    """Write each change as a line of CSV; amounts are tokens, empty where a side has none."""
    from merkle.text import text_column, tokens_column

    def tokens(amounts: "Amounts") -> "TextColumn":
        return tokens_column(amounts, decimals)

    for rows in _blocks(len(changes)):
        cells: list[Cell] = [text_column(changes.texts[rows])]
        columns = [_or(tokens(amounts), mask, b"") for _, amounts, mask in _amounts(changes, rows)]
        cells += [b",", columns[0], b",", columns[1], b",", *_difference(changes, rows, tokens)]
        cells += [b",", columns[2], b",", columns[3]]
        cells += [b",", _or(_numbers(changes.old_trees[rows]), changes.was_there[rows], b"")]
        cells += [b",", _or(_numbers(changes.new_trees[rows]), changes.is_there[rows], b"")]
        cells += [b",", _causes(changes, rows, b"", b";"), b"\n"]
        yield _joined(rows, cells)


def csv_moved(moved: "Moved") -> "Iterator[bytes]":
    """Write each wallet in a tree of another number as a line of CSV."""
    from merkle.text import text_column

    for rows in _blocks(len(moved)):
        cells: list[Cell] = [text_column(moved.texts[rows]), b",", _numbers(moved.old_trees[rows])]
        cells += [b",", _numbers(moved.new_trees[rows]), b"\n"]
        yield _joined(rows, cells)


def _blocks(count: int) -> "Iterator[slice]":
    return (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK))


def _joined(rows: slice, cells: "list[Cell]", first: int = 0) -> bytes:
    """Join the cells of a block; of the very first row `first` bytes, a separator, are left out."""
    from merkle.text import joined

    text = joined(rows.stop - rows.start, *cells)
    return text if rows.start else text[first:]


def _amounts(changes: "Changes", rows: slice) -> "Iterator[tuple[str, Amounts, Mask]]":
    was_there, is_there = changes.was_there[rows], changes.is_there[rows]
    yield "before", changes.before[rows], was_there
    yield "after", changes.after[rows], is_there
    yield "locked_before", changes.locked_before[rows], was_there
    yield "locked_after", changes.locked_after[rows], is_there


def _difference(changes: "Changes", rows: slice, written: "Written") -> "list[Cell]":
    """Write differences, with a sign where a wallet gets less."""
    import numpy as np

    before, after = changes.before[rows], changes.after[rows]
    less = after < before
    sign = np.where(less, ord("-"), 0).astype(np.uint8)[:, None]
    return [sign, written(np.where(less, before - after, after - before))]


def _numbers(trees: "Trees") -> "TextColumn":
    import numpy as np

    from merkle.text import decimal_column

    return decimal_column(np.maximum(trees, 0).astype(np.uint64))


def _causes(changes: "Changes", rows: slice, quote: bytes, separator: bytes) -> "TextColumn":
    """Write the names of each wallet's causes; sets of causes are few, wallets many."""
    import numpy as np

    from merkle.diff.causes import causes_in
    from merkle.text import text_column

    sets, place = np.unique(changes.causes[rows], return_inverse=True)
    names = [
        separator.join(quote + cause.name.encode() + quote for cause in causes_in(one))
        for one in sets.tolist()
    ]
    return text_column(np.array(names, np.bytes_)[place])


def _around(quote: bytes, column: "TextColumn") -> "TextColumn":
    import numpy as np

    edge = np.full((len(column), 1), quote[0], np.uint8)
    return np.hstack([edge, column, edge])


def _or(column: "TextColumn", there: "Mask", otherwise: bytes) -> "TextColumn":
    """Put another text where nothing is there."""
    import numpy as np

    other = np.frombuffer(otherwise, np.uint8) * (~there)[:, None]
    return np.hstack([column * there[:, None], other])
