"""The file of expectations -> Expected, strictly: unknown keys are refused with the nearest one.

same_rules = true            # of the whole diff
allow_removed = 0            # of every token
max_change = "10%"

[tokens.JUP]                 # of one token; goes before the keys above
allow_removed = 5
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from allocation.errors import BadValueError
from allocation.strict_toml import parse_toml
from allocation.toml_values import boolean_of, integer_within, texts_of
from merkle.diff.causes import CAUSES
from merkle.diff.gates import Expected, Gates
from merkle.diff.limits import percent_of_old, percent_or_tokens

if TYPE_CHECKING:
    from collections.abc import Collection

    from allocation.strict_toml import Table

MOST_WALLETS: Final = 2**32


def parse_expected(source: str, text: str, symbols: Collection[str]) -> Expected:
    """Read a file of expectations for a diff of tokens of these symbols.

    Errors: InputErrors with every key that is wrong, and tokens that neither side has.
    """
    top = parse_toml(source, text)
    every = _gates(top)
    same_rules = top.get("same_rules", boolean_of, default=False)
    same_inputs = top.get("same_inputs", boolean_of, default=False)
    tables = top.table("tokens")
    tokens = {symbol: _gates(tables.table(symbol)) for symbol in tables.keys()}  # noqa: SIM118 - no dict
    for symbol in tokens:
        if symbol not in symbols:
            tables.refuse(symbol, "a token of neither side", f"known: {', '.join(symbols)}")
    top.close()
    if top.findings:
        raise top.findings.errors()
    return Expected(every=every, tokens=tokens, same_rules=same_rules, same_inputs=same_inputs)


def cause_of(value: str) -> str:
    """Accept the name of a cause, with blanks or underscores.

    Errors: BadValueError naming the nearest one.
    """
    name = value.replace(" ", "_")
    if name in CAUSES:
        return name
    close = difflib.get_close_matches(name, CAUSES, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"known: {', '.join(CAUSES)}"
    raise BadValueError("no cause of a change", remedy)


def merged(expected: Expected, asked: Expected) -> Expected:
    """Let what the command line asks for go before the keys at the top of a file."""
    return replace(
        expected,
        every=asked.every.over(expected.every),
        same_rules=asked.same_rules or expected.same_rules,
        same_inputs=asked.same_inputs or expected.same_inputs,
    )


def _causes_of(value: object) -> tuple[str, ...]:
    return tuple(map(cause_of, texts_of(value)))


def _gates(table: Table) -> Gates:
    count = integer_within(0, MOST_WALLETS)
    return Gates(
        allow_added=table.get("allow_added", count, None),
        allow_removed=table.get("allow_removed", count, None),
        allow_raised=table.get("allow_raised", count, None),
        allow_lowered=table.get("allow_lowered", count, None),
        allow_relocked=table.get("allow_relocked", count, None),
        allow_moved=table.get("allow_moved", count, None),
        max_change=table.get("max_change", percent_of_old, None),
        max_total_change=table.get("max_total_change", percent_or_tokens, None),
        no_unexplained=table.get("no_unexplained", boolean_of, None),
        allow_cause=table.get("allow_cause", _causes_of, None),
        same_roots=table.get("same_roots", boolean_of, None),
    )
