"""Text -> HTML: whatever a stranger wrote is shown, never obeyed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NewType

from allocation.units import format_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Html = NewType("Html", str)
"""Markup of our own, with every text in it escaped."""

NONE: Final = Html('<span class="none">none</span>')
LONGEST_TEXT: Final = 500  # characters; a title may be of any length


def text(value: object) -> Html:
    r"""Escape a text; what would change the reading, such as U+202E, is shown as `\u202e`."""
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in str(value)
    )
    return Html(escape(shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 3]}..."))


def key(value: str | None) -> Html:
    """Show an address, root or digest, which may break anywhere."""
    return NONE if value is None else Html(f'<code class="key">{text(value)}</code>')


def number(value: int | None) -> Html:
    """Show a whole number with separators."""
    return NONE if value is None else Html(f"{value:,}")


def amount(units: int | None, decimals: int) -> Html:
    """Show base units as tokens with all decimals, what is behind the point paler."""
    if units is None:
        return NONE
    return Html(f'<span class="amount">{_amount(units, decimals)}</span>')


def gain(units: int | None, decimals: int) -> Html:
    """Show a difference with its sign."""
    if units is None:
        return NONE
    shown = _amount(units, decimals)
    if not units:
        return Html(f'<span class="same">{shown}</span>')
    kind, sign = ("gain", "+") if units > 0 else ("loss", "&minus;")
    return Html(f'<span class="{kind}">{sign}{shown}</span>')


def percent(written: str) -> Html:
    """Show percent that stand as text, the minus as long as a plus."""
    return Html(escape(written).replace("-", "&minus;")) if written != "-" else Html("")


def bar(part: int, whole: int, kind: str) -> Html:
    """Draw a bar in proportion, never too short to be seen; the number stands beside it."""
    width = max(1000 * part // whole, 5) if part else 0
    return Html(
        '<svg class="bar" width="100%" height="12" aria-hidden="true">'
        f'<rect class="{kind}" width="{width // 10}.{width % 10}%" height="12" rx="2"/></svg>'
    )


def table(caption: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Html]]) -> Html:
    """Lay out a table; a column is its name and its kind: text, number, key or bar.

    On a narrow screen each row is a card, where every value stands beside its column's name.
    """
    head = "".join(f'<th scope="col" class="{kind}">{text(name)}</th>' for name, kind in columns)
    body = "".join(f"<tr>{_cells(columns, row)}</tr>\n" for row in rows)
    return Html(
        f'<table class="cards"><caption>{text(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"
    )


def joined(parts: Iterable[Html]) -> Html:
    """Put markup one below the other."""
    return Html("\n".join(parts))


def _amount(units: int, decimals: int) -> str:
    whole, point, fraction = format_tokens(abs(units), decimals).partition(".")
    shown = f"{int(whole):,}"
    return f'{shown}<span class="fraction">{point}{fraction}</span>' if point else shown


def _cells(columns: Sequence[tuple[str, str]], row: Sequence[Html]) -> str:
    cells = []
    for at, ((name, kind), cell) in enumerate(zip(columns, row, strict=True)):
        if not at:
            cells.append(f'<th scope="row" class="{kind}">{cell}</th>')
            continue
        label = f' data-label="{text(name)}"' if name else ""
        cells.append(f'<td class="{kind}"{label}>{cell}</td>')
    return "".join(cells)
