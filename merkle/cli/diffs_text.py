"""Two sides compared, for people: what differs, why, and for whom most; 80 columns wide."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from merkle.cli.diffs_trees import tree_lines
from merkle.cli.output import WIDTH, amount, counted, facts, flush_right, gain, printable, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.diff import Change, Diff, Setting, TokenDiff, TokenSide
    from merkle.diff.figures import Figure
    from merkle.diff.gates import Violation

SHOWN_SETTINGS: Final = 40
LONGEST_VALUE: Final = 200  # characters; a title may be of any length
LONGEST_BAR: Final = 20
_ONE_ID: Final = "The bundle ids are the same: both list the same digest for every file."
_UNSAID: Final = ("rules_sha256", "inputs_sha256", "round", "method")  # settings say more


def diff_lines(difference: "Diff", violations: "Sequence[Violation] | None") -> list[str]:
    """Lay out everything; `violations` are None where nothing was expected."""
    from merkle.diff.wording import readable

    old, new = difference.old, difference.new
    lines = facts([("old bundle id", _id(old.id)), ("new bundle id", _id(new.id))])
    if old.id == new.id and old.id is not None:
        return [*lines, "", _ONE_ID, *_verdicts(violations)]
    lines += _facts(difference)
    lines += setting_lines(readable(difference.settings))
    for token in difference.tokens:
        lines += ["", *_token_lines(difference, token)]
    return [*lines, "", _verdict(difference), *_verdicts(violations)]


def _id(bundle_id: str | None) -> str:
    return bundle_id or "none: published trees"


def _facts(difference: "Diff") -> list[str]:
    """Say whether tool and inputs differ; what the rounds say otherwise are settings."""
    old, new = difference.old.facts, difference.new.facts
    rows = [
        (name, f"{_cut(old[name])} -> {_cut(new[name])}")
        for name in old
        if name in new and old[name] != new[name] and name not in _UNSAID
    ]
    if difference.inputs:
        rows.append(("inputs", f"other {', '.join(map(printable, difference.inputs))}"))
    lines = facts(rows)
    return ["", *lines] if lines else []


def setting_lines(settings: "Sequence[Setting]") -> list[str]:
    """Say which rules and parameters differ: old -> new, or below each other where that is long."""
    if not settings:
        return []
    lines = ["", "settings (amounts in base units)"]
    for setting in settings[:SHOWN_SETTINGS]:
        name, old, new = _cut(setting.name), _cut(setting.old), _cut(setting.new)
        line = f"  {name}: {old} -> {new}"
        lines += (
            [line] if len(line) <= WIDTH else [f"  {name}", f"    old  {old}", f"    new  {new}"]
        )
    if len(settings) > SHOWN_SETTINGS:
        more = counted(len(settings) - SHOWN_SETTINGS, "more setting")
        lines.append(f"  ... and {more} (--json lists all)")
    return lines


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 3]}..."


def _token_lines(difference: "Diff", token: "TokenDiff") -> list[str]:
    from allocation.address import format_address
    from merkle.diff.claims import claimed_alike

    heading = f"{token.symbol}  {format_address(token.mint)}"
    if token.old is not None and claimed_alike(token):
        paid = amount(token.old.allocated, token.decimals)
        return [heading, f"  the same: {paid} to {counted(token.old.wallets, 'wallet')}"]
    lines = [heading]
    if token.old is None or token.new is None:
        lines.append(f"  paid by the {'new' if token.old is None else 'old'} side only")
    else:
        lines += _claim_lines(difference, token.old, token.new)
    parts = [
        _money(token),
        _counts(token),
        _causes(token),
        _distribution(token),
        _movers(token),
        _moved(difference, token),
        tree_lines(token),
    ]
    blocks = [part for part in parts if part]
    return [*lines, *blocks[0], *(line for part in blocks[1:] for line in ["", *part])]


def _claim_lines(difference: "Diff", old: "TokenSide", new: "TokenSide") -> list[str]:
    """Say what differs in how a token is claimed and cut, unless the settings above say it."""
    said = {setting.name.rpartition(".")[2] for setting in difference.settings}
    return [
        f"  {name}: {old.settings[name]} -> {new.settings[name]}"
        for name in old.settings
        if name in new.settings and old.settings[name] != new.settings[name] and name not in said
    ]


def _money(token: "TokenDiff") -> list[str]:
    """Set totals against each other; what a side does not say or have is a dash."""
    from merkle.diff.figures import figures_of

    cells = [
        _compared(figure)
        for figure in figures_of(token)
        if (figure.old, figure.new) != (None, None)
    ]
    return fitted(("", "old", "new", "difference"), cells)


def _compared(figure: "Figure") -> tuple[str, ...]:
    shown = [
        "-" if units is None else amount(units, figure.decimals)
        for units in (figure.old, figure.new)
    ]
    difference = figure.difference
    more = "" if difference is None else gain(difference, figure.decimals)
    return figure.name.replace("_", " "), *shown, more


def _counts(token: "TokenDiff") -> list[str]:
    """Say how many wallets were added, removed, raised, lowered, and by how much together."""
    changes, decimals = token.changes, token.decimals
    if not len(changes):
        return ["  the same wallets and amounts"]
    from merkle.diff.figures import groups_of

    cells = [
        (group.name, f"{group.wallets:,}", gain(group.difference, decimals))
        for group in groups_of(changes)
    ]
    return fitted(("wallets", "", "difference"), cells)


def _causes(token: "TokenDiff") -> list[str]:
    """Say what each cause did, and below what they mean."""
    sums, decimals = token.changes.by_cause(), token.decimals
    if not sums:
        return []
    cells = [
        (
            str(one.cause),
            f"{one.wallets:,}",
            gain(one.gained, decimals),
            gain(-one.lost, decimals),
            gain(one.difference, decimals),
        )
        for one in sums
    ]
    lines = fitted(("causes", "wallets", "gains", "losses", "difference"), cells)
    width = max(len(str(one.cause)) for one in sums)
    for one in sums:
        lines += wrap(
            one.cause.meaning,
            WIDTH,
            initial_indent=f"    {str(one.cause).ljust(width)}  ",
            subsequent_indent=" " * (width + 6),
        )
    return lines


def _distribution(token: "TokenDiff") -> list[str]:
    """Say how many wallets get how much more or less, against what they got before."""
    from merkle.diff.spread import bars_of

    bars = [bar for bar in bars_of(token.changes) if bar.wallets] if len(token.changes) else []
    if not bars:
        return []
    most = max(bar.wallets for bar in bars)
    cells = [(bar.name, f"{bar.wallets:,}", gain(bar.difference, token.decimals)) for bar in bars]
    lines = table(("change of a reward", "wallets", "difference"), cells, 2)
    width = max(map(len, lines))
    drawn = [
        f"{line.ljust(width)}  {_bar(bar.wallets, most, WIDTH - width - 2)}"
        for line, bar in zip(lines[1:], bars, strict=True)
    ]
    return [lines[0], *drawn]


def _bar(wallets: int, most: int, room: int) -> str:
    """Draw a bar in proportion; the shortest is one sign, so that nobody is overlooked."""
    return "#" * max(1, min(LONGEST_BAR, room) * wallets // most)


def _movers(token: "TokenDiff") -> list[str]:
    """Show the largest differences, each in two lines: who and why, then how much."""
    if not len(token.changes):
        return []
    movers = token.changes.movers()
    figures = [_figures(change, token.decimals) for change in movers]
    rows = [[line] for line in table(("",) * 5, figures, 2)[1:]]
    if max(len(line) for (line,) in rows) > WIDTH:
        rows = [
            [f"    {old} {new}", f"    {gained}  {part}"] for _, old, new, gained, part in figures
        ]
    lines = ["  largest changes (old -> new, difference, percent)"]
    for change, written in zip(movers, rows, strict=True):
        lines += [_who(change), *written]
    return lines


def _who(change: "Change") -> str:
    from allocation.address import format_address

    return f"  {format_address(change.claimant)}  {', '.join(map(str, change.causes))}"


def _figures(change: "Change", decimals: int) -> tuple[str, ...]:
    from merkle.diff.percent import percent_of

    before, after = change.before, change.after
    shown = "-" if before is None else amount(before, decimals)
    return (
        "",
        f"{shown}{_locked(change.locked_before, decimals)} ->",
        ("-" if after is None else amount(after, decimals))
        + _locked(change.locked_after, decimals),
        gain(change.difference, decimals),
        percent_of(change.difference, before or 0),
    )


def _locked(units: int | None, decimals: int) -> str:
    return f" ({amount(units, decimals)} locked)" if units else ""


def _moved(difference: "Diff", token: "TokenDiff") -> list[str]:
    from merkle.diff.claims import why_moved

    if not len(token.moved):
        return []
    count = counted(len(token.moved), "wallet")
    return [f"  {count} moved to a tree of another number:", f"    {why_moved(difference, token)}"]


def fitted(header: "Sequence[str]", rows: "Sequence[Sequence[str]]") -> list[str]:
    """Lay out a table, or where it is too wide for a terminal every row as a list of its own."""
    lines = table(header, rows, 2)
    if max(map(len, lines)) <= WIDTH:
        return lines
    stacked = [f"  {header[0]}"] if header[0] else []
    for name, *cells in rows:
        named = [(head, cell) for head, cell in zip_longest(header[1:], cells) if cell]
        stacked += [f"  {name}", *facts(flush_right(named), 4)]
    return stacked


def _verdicts(violations: "Sequence[Violation] | None") -> list[str]:
    if violations is None:
        return []
    if not violations:
        return ["Everything is as expected."]
    heading = f"{counted(len(violations), 'violation')} of what was expected:"
    return [heading, *(f"  {printable(violation)}" for violation in violations)]


def _verdict(difference: "Diff") -> str:
    from merkle.diff.claims import all_alike

    return "Both sides pay the same." if all_alike(difference) else "The sides pay differently."
